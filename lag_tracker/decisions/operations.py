"""What happens to decisions."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypedDict

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.database import take_turns
from lag_tracker.decisions.managed import is_number_taken
from lag_tracker.decisions.queries import last_number
from lag_tracker.errors import RuleBroken
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.decision import Decision, DecisionMethod
from lag_tracker.models.meeting import Meeting, MinutesState


class DecisionWords(TypedDict):
    """What a person writes about a decision."""

    text_lv: str | None
    text_en: str | None
    number: int | None
    method: DecisionMethod
    votes_for: int | None
    votes_against: int | None
    votes_abstained: int | None
    agenda_item_id: int | None
    topic_id: int | None
    initiative_id: int | None


def record_decisions(
    meeting: Meeting, *, session: Session, texts: Iterable[Bilingual], published_on: date | None = None
) -> list[Decision]:
    """Write down what a meeting decided, numbered on from the last decision of its leading group in that year.

    Without a group or a year there are no numbers. `published_on` is the day they are made public, None for later.
    """
    number = _next_number(session, meeting)
    decisions = [
        Decision(
            meeting=meeting,
            number=None if number is None else number + place,
            text_lv=text.lv,
            text_en=text.en,
            published_on=published_on,
        )
        for place, text in enumerate(texts)
    ]
    session.add_all(decisions)
    return decisions


def add_decisions(
    meeting: Meeting, *, session: Session, texts: Iterable[Bilingual], is_public: bool, today: date
) -> list[Decision]:
    """Write down more of what a meeting decided; what is added to approved minutes is public at once."""
    take_turn(session, meeting)
    is_public = is_public or meeting.minutes_state is MinutesState.APPROVED
    return record_decisions(meeting, session=session, texts=texts, published_on=today if is_public else None)


def take_turn(session: Session, meeting: Meeting) -> None:
    """Hold back others who number, publish or approve, and learn what they did to the minutes before."""
    take_turns(session.connection(), "decisions")
    session.refresh(meeting, ["minutes_state"])


def _next_number(session: Session, meeting: Meeting) -> int | None:
    if not meeting.meeting_groups or meeting.starts_on is None:
        return None
    # Two who write at the same time would else find the same number free.
    take_turns(session.connection(), "decisions")
    return last_number(session, meeting.meeting_groups[0].group.id, meeting.starts_on.year) + 1


def change_decision(
    decision: Decision, *, session: Session, meeting: Meeting, words: DecisionWords, is_public: bool, today: date
) -> None:
    """Write down how a decision reads, how it came about, what it is about, and whether everyone may read it."""
    take_turn(session, meeting)
    votes = [words["votes_for"], words["votes_against"], words["votes_abstained"]]
    if words["method"] is not DecisionMethod.VOTE and any(vote is not None for vote in votes):
        raise RuleBroken(gettext("Votes are counted only where it was decided by vote."), about="votes_for")
    if not is_public and meeting.minutes_state is MinutesState.APPROVED:
        raise RuleBroken(gettext("The minutes are approved, so everyone may read their decisions."), about="is_public")
    number = words["number"]
    if number not in {None, decision.number} and is_number_taken(session, number, meeting=meeting):
        raise RuleBroken(gettext("Another decision of that year bears this number."), about="number")
    for name, value in words.items():
        setattr(decision, name, value)
    decision.published_on = (decision.published_on or today) if is_public else None


def publish_decisions(decisions: Sequence[Decision], *, today: date) -> None:
    """Let everyone read these decisions from today on; those already public keep their day."""
    for decision in decisions:
        if decision.published_on is None:
            decision.published_on = today


def erase_decision(decision: Decision, *, session: Session) -> None:
    """Delete a decision; actions that followed from it stay."""
    session.delete(decision)

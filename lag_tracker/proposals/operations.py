"""What happens to proposals."""

from datetime import date, datetime
from typing import NamedTuple

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.agenda.operations import last_place
from lag_tracker.errors import RuleBroken
from lag_tracker.initiatives.operations import begin_initiative
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.person import Person
from lag_tracker.models.proposal import Proposal, ProposalKind, ProposalState
from lag_tracker.models.topic import Topic, TopicState
from lag_tracker.models.traits import Precision, RoughDay
from lag_tracker.proposals.queries import has_same
from lag_tracker.topics.operations import open_topic

#: What a proposal may become.
Made = Initiative | Topic | AgendaItem


class Proposed(NamedTuple):
    """What somebody proposes, in their own words."""

    kind: ProposalKind
    title: str
    text: str | None
    language: str
    #: The coming meeting whose agenda an item is meant for.
    meeting: Meeting | None = None


class Proposer(NamedTuple):
    """Who proposes: a member, or somebody who may leave a name and an address for the answer."""

    person: Person | None = None
    name: str | None = None
    email: str | None = None


class Receiver(NamedTuple):
    """Who gets the answer by letter, and in which language."""

    email: str
    language: str
    person_id: int | None


class TakenUp(NamedTuple):
    """What a manager makes of a proposal."""

    kind: ProposalKind
    title: Bilingual
    text: Bilingual
    meeting: Meeting | None


def propose(group: Group, *, session: Session, what: Proposed, who: Proposer, now: datetime) -> Proposal:
    """Put a proposal before a group's managers. What was sent in the same words before is refused."""
    is_item = what.kind is ProposalKind.AGENDA_ITEM
    if is_item and what.meeting is None:
        raise RuleBroken(gettext("Choose the meeting whose agenda it is for."), about="meeting_id")
    person_id = who.person.id if who.person else None
    if has_same(session, what.title, what.text, group_id=group.id, person_id=person_id, now=now):
        raise RuleBroken(
            gettext("This was sent already, in the same words. The group has it; there is no need to do more.")
        )
    proposal = Proposal(
        group_id=group.id,
        kind=what.kind,
        meeting_id=what.meeting.id if is_item and what.meeting else None,
        title=what.title,
        text=what.text,
        language=what.language,
        person_id=person_id,
        proposer_name=who.name,
        proposer_email=who.email,
        created_at=now,
    )
    session.add(proposal)
    return proposal


def take_up(
    proposal: Proposal, *, session: Session, made: TakenUp, answer: str | None, now: datetime, today: date
) -> Made:
    """Make a proposal what a manager chose: an initiative, a topic, or an item of a coming meeting's agenda."""
    _check_waiting(proposal)
    if made.kind is ProposalKind.AGENDA_ITEM:
        if made.meeting is None:
            raise RuleBroken(gettext("Choose the meeting whose agenda it is for."), about="meeting_id")
        record: Made = _put_on_agenda(made, made.meeting, session)
    elif made.kind is ProposalKind.TOPIC:
        record = _open_topic(proposal, made, session)
    else:
        record = _begin_initiative(proposal, made, session, today)
    session.flush()
    setattr(proposal, f"{made.kind.value}_id", record.id)
    _answer(proposal, ProposalState.TAKEN_UP, answer, now)
    return record


def _put_on_agenda(made: TakenUp, meeting: Meeting, session: Session) -> AgendaItem:
    item = AgendaItem(
        meeting=meeting,
        position=last_place(session, meeting.id) + 1,
        title_lv=made.title.lv,
        title_en=made.title.en,
        text_lv=made.text.lv,
        text_en=made.text.en,
    )
    session.add(item)
    return item


def _open_topic(proposal: Proposal, made: TakenUp, session: Session) -> Topic:
    (title_lv, title_en), (summary_lv, summary_en) = made.title, made.text
    return open_topic(
        proposal.group,
        session=session,
        words={
            "title_lv": title_lv,
            "title_en": title_en,
            "summary_lv": summary_lv,
            "summary_en": summary_en,
            "state": TopicState.OPEN,
        },
    )


def _begin_initiative(proposal: Proposal, made: TakenUp, session: Session, today: date) -> Initiative:
    (title_lv, title_en), (summary_lv, summary_en) = made.title, made.text
    return begin_initiative(
        proposal.group,
        session=session,
        words={
            "title_lv": title_lv,
            "title_en": title_en,
            "summary_lv": summary_lv,
            "summary_en": summary_en,
            "theme_id": None,
            "topic_id": None,
            "proposer_id": proposal.person_id,
        },
        since=RoughDay(today, Precision.DAY),
    )


def refuse(proposal: Proposal, *, answer: str, now: datetime) -> None:
    """Say no to a proposal, in words that its proposer reads."""
    _check_waiting(proposal)
    _answer(proposal, ProposalState.REFUSED, answer, now)


def discard(proposal: Proposal, *, session: Session) -> None:
    """Delete a proposal that is none, such as an advertisement; nobody gets an answer."""
    _check_waiting(proposal)
    session.delete(proposal)


def receiver_of(proposal: Proposal) -> Receiver | None:
    """Return who is to get the answer: the address left with the proposal, or the member, if they want letters.

    To be asked before the answer, which empties what was left. Needs the person loaded.
    """
    if proposal.proposer_email:
        return Receiver(proposal.proposer_email, proposal.language, None)
    person = proposal.person
    if person is None or not person.email or not person.wants_letters:
        return None
    return Receiver(person.email, person.language, person.id)


def _check_waiting(proposal: Proposal) -> None:
    if proposal.state is not ProposalState.WAITING:
        raise RuleBroken(gettext("This proposal was answered already."))


def _answer(proposal: Proposal, state: ProposalState, answer: str | None, now: datetime) -> None:
    proposal.state, proposal.answer, proposal.answered_at = state, answer, now
    # They were given for the answer only.
    proposal.proposer_name = proposal.proposer_email = None

"""What happens to initiatives, besides what becomes of them."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from flask_babel import gettext
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from lag_tracker.errors import RuleBroken
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative, InitiativeState, InitiativeStateChange
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.traits import RoughDay
from lag_tracker.slugs import free_slug


class InitiativeWords(TypedDict):
    """What a person writes about an initiative, and what it belongs to."""

    title_lv: str | None
    title_en: str | None
    summary_lv: str | None
    summary_en: str | None
    theme_id: int | None
    topic_id: int | None
    proposer_id: int | None


def begin_initiative(group: Group, *, session: Session, words: InitiativeWords, since: RoughDay) -> Initiative:
    """Put an initiative that was proposed to a group on record; `since` is when it was proposed."""
    slug = free_slug(session, Initiative, words["title_lv"], words["title_en"])
    initiative = Initiative(group_id=group.id, slug=slug, state=InitiativeState.PROPOSED, **words)
    initiative.history = [
        InitiativeStateChange(
            position=1, state=InitiativeState.PROPOSED, changed_on=since.first, date_precision=since.precision
        )
    ]
    session.add(initiative)
    return initiative


def change_initiative(initiative: Initiative, *, words: InitiativeWords) -> None:
    """Write down what an initiative is called, what it is about, and what it belongs to."""
    for name, value in words.items():
        setattr(initiative, name, value)


def touch(initiative: Initiative, now: datetime) -> None:
    """Let the revision rise where only what hangs on an initiative changed: who writes at the same time must see it."""
    initiative.changed_at = now
    flag_modified(initiative, "changed_at")


def link_meetings(
    initiative: Initiative, *, meetings: Iterable[Meeting], among: Iterable[Meeting], now: datetime
) -> None:
    """Write down which meetings `among` those offered spoke about it; links to others stay as they are."""
    offered = {meeting.id for meeting in among}
    kept = [meeting for meeting in initiative.meetings if meeting.id not in offered]
    initiative.meetings = [*kept, *meetings]
    touch(initiative, now)


def put_initiative_away(initiative: Initiative, *, now: datetime) -> None:
    """Take an initiative out of the lists; its page and its path stay."""
    initiative.archived_at = now


def take_initiative_back(initiative: Initiative) -> None:
    """Put an archived initiative into the lists again; one that became part of another stays with it."""
    if initiative.merged_into_id is not None:
        raise RuleBroken(gettext("This initiative became part of another one, so it cannot go on by itself."))
    initiative.archived_at = None


def erase_initiative(initiative: Initiative, *, session: Session) -> None:
    """Delete an initiative with its history and comments; meetings, decisions and actions stay, about none."""
    session.delete(initiative)

"""What happens to the deadlines and phases of networks and groups."""

from calendar import monthrange
from datetime import date, datetime
from typing import NamedTuple, TypedDict
from uuid import uuid4

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.errors import RuleBroken
from lag_tracker.models.group import Group
from lag_tracker.models.milestone import Milestone, MilestoneKind
from lag_tracker.models.network import Network
from lag_tracker.models.traits import Certainty, Precision, RoughDay

DECEMBER = 12


class MilestoneWords(TypedDict):
    """What a person writes about a milestone, besides when it is."""

    title_lv: str | None
    title_en: str | None
    kind: MilestoneKind
    applies_to_lv: str | None
    applies_to_en: str | None
    summary_lv: str | None
    summary_en: str | None


class Span(NamedTuple):
    """When a milestone is: a deadline on its first day, a phase from its first to its last."""

    first: RoughDay
    last: RoughDay
    certainty: Certainty


def add_milestone(
    owner: Group | Network, *, session: Session, words: MilestoneWords, span: Span, uid_domain: str
) -> Milestone:
    """Give a network or group one more milestone; `uid_domain` ends its identity in calendars."""
    key = "group_id" if isinstance(owner, Group) else "network_id"
    milestone = Milestone(uid=f"{uuid4().hex}@{uid_domain}", **{key: owner.id})
    change_milestone(milestone, words=words, span=span)
    session.add(milestone)
    return milestone


def change_milestone(milestone: Milestone, *, words: MilestoneWords, span: Span) -> None:
    """Write down what a milestone is and when; a deadline has no last day."""
    ends_on = _last_day(span) if words["kind"] is MilestoneKind.PHASE else None
    for name, value in words.items():
        setattr(milestone, name, value)
    milestone.starts_on, milestone.ends_on = span.first.first, ends_on
    milestone.date_precision, milestone.date_certainty = span.first.precision, span.certainty


def _last_day(span: Span) -> date | None:
    """Return the last day of a phase, which is that of the month or year when no more is known."""
    first, last = span.first, span.last
    if last.first is None:
        return None
    if last.precision is not first.precision:
        raise RuleBroken(gettext("Write the end as finely as the beginning: day, month or year."), about="ends")
    if last.is_before(first):
        raise RuleBroken(gettext("A phase cannot end before it begins; check the two days."), about="ends")
    if last.precision is Precision.DAY:
        return last.first
    month = DECEMBER if last.precision is Precision.YEAR else last.first.month
    return date(last.first.year, month, monthrange(last.first.year, month)[1])


def put_milestone_away(milestone: Milestone, *, now: datetime) -> None:
    """Take a milestone out of lists and calendars; it can be taken back."""
    milestone.archived_at = now


def take_milestone_back(milestone: Milestone) -> None:
    """Show an archived milestone again, under the identity it had."""
    milestone.archived_at = None


def erase_milestone(milestone: Milestone, *, session: Session) -> None:
    """Delete a milestone for ever."""
    session.delete(milestone)

"""Two initiatives become one, or one becomes two; nothing that was said about them is lost."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.errors import RuleBroken
from lag_tracker.initiatives.managed import Attached, attached_to, merged_into, proposals_that_became
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.initiative import Initiative, InitiativeStateChange
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.traits import Precision
from lag_tracker.slugs import free_slug


class Counts(NamedTuple):
    """How much of each kind would change hands."""

    agenda_items: int
    decisions: int
    actions: int
    meetings: int
    comments: int


def counted(attached: Attached) -> Counts:
    """Return how much there is of each kind."""
    return Counts(*(len(records) for records in attached))


def check_merge(initiative: Initiative, *, into: Initiative) -> None:
    """Say why one initiative cannot become part of another, if it cannot."""
    if initiative.id == into.id:
        raise RuleBroken(gettext("An initiative cannot become part of itself."))
    if initiative.group_id != into.group_id:
        raise RuleBroken(gettext("Only initiatives of the same group can become one."))
    if initiative.merged_into_id is not None:
        raise RuleBroken(gettext("This initiative became part of another one, so it cannot go on by itself."))
    if into.merged_into_id is not None or into.is_archived:
        raise RuleBroken(gettext("The other initiative is archived. Take it back first, or choose another one."))


def merge_initiative(initiative: Initiative, *, into: Initiative, session: Session, now: datetime) -> None:
    """Let one initiative become part of another of its group.

    All that is about it goes along. Its page stays with its own history and sources, and leads to the other. Needs the
    meetings of both loaded.
    """
    check_merge(initiative, into=into)
    attached = attached_to(session, initiative)
    _hand_over(attached, into)
    for proposal in proposals_that_became(session, initiative):
        proposal.initiative_id = into.id
    for earlier in merged_into(session, initiative):
        earlier.merged_into_id = into.id
    _link(into, attached.meetings)
    initiative.meetings = []
    into.theme_id = into.theme_id or initiative.theme_id
    into.topic_id = into.topic_id or initiative.topic_id
    initiative.merged_into_id = into.id
    initiative.archived_at = now


def split_initiative(
    initiative: Initiative, *, session: Session, title: Bilingual, summary: Bilingual, along: Attached, today: date
) -> Initiative:
    """Let a part of an initiative go on as one of its own, which remembers where it came from.

    It begins in the same state; of what is about the old one it takes `along` what was chosen. Needs the history and
    the meetings loaded.
    """
    if initiative.merged_into_id is not None:
        raise RuleBroken(gettext("This initiative became part of another one, so it cannot go on by itself."))
    part = Initiative(
        group_id=initiative.group_id,
        slug=free_slug(session, Initiative, title.lv, title.en),
        title_lv=title.lv,
        title_en=title.en,
        summary_lv=summary.lv,
        summary_en=summary.en,
        theme_id=initiative.theme_id,
        topic_id=initiative.topic_id,
        proposer_id=initiative.proposer_id,
        split_from_id=initiative.id,
        state=initiative.state,
    )
    part.history = [_first_step(initiative, today)]
    part.meetings = list(along.meetings)
    session.add(part)
    session.flush()
    _hand_over(along, part)
    moved = {meeting.id for meeting in along.meetings}
    initiative.meetings = [meeting for meeting in initiative.meetings if meeting.id not in moved]
    return part


def _first_step(initiative: Initiative, today: date) -> InitiativeStateChange:
    last = initiative.history[-1] if initiative.history else None
    return InitiativeStateChange(
        position=1,
        state=initiative.state,
        changed_on=today,
        date_precision=Precision.DAY,
        reason_lv=last.reason_lv if last else None,
        reason_en=last.reason_en if last else None,
    )


def _hand_over(attached: Attached, to: Initiative) -> None:
    """Let agenda items, decisions, actions and comments be about another initiative."""
    records: Iterable[Any] = (*attached.agenda_items, *attached.decisions, *attached.actions, *attached.comments)
    for record in records:
        record.initiative_id = to.id


def _link(initiative: Initiative, meetings: Iterable[Meeting]) -> None:
    known = {meeting.id for meeting in initiative.meetings}
    initiative.meetings = [*initiative.meetings, *(meeting for meeting in meetings if meeting.id not in known)]

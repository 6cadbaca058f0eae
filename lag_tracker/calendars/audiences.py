"""Who reads which events: what is stored for the public, and for the calendars of private feeds."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from lag_tracker.calendars.entries import GroupTree, meeting_calendars, milestone_calendars
from lag_tracker.models.action import Action
from lag_tracker.models.agenda import AgendaItem, Speaker
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.calendar import PRIVATE, EventAudience
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingState
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.traits import Audience
from lag_tracker.models.visibility import (
    PUBLIC,
    Viewer,
    doable_actions,
    listed_meetings,
    visible_agenda_items,
    visible_milestones,
)

_GROUPS = selectinload(Meeting.meeting_groups)


class Shown(NamedTuple):
    """What one audience reads of a batch of meetings."""

    audience: EventAudience
    #: Meeting -> the calendars in which its event for this audience stands.
    calendars: dict[int, set[str]]
    #: The agenda items it may read.
    items: set[int]
    #: Whose link to join it may read.
    join_audiences: frozenset[Audience]


def members_calendar(group_id: int) -> str:
    """Return the key of what members of a group read of its own meetings and milestones."""
    return f"{PRIVATE}members:{group_id}"


def managers_calendar(group_id: int) -> str:
    """Return the key of what managers of a group read of its own meetings and milestones."""
    return f"{PRIVATE}managers:{group_id}"


def guests_calendar(person_id: int) -> str:
    """Return the key of the meetings that a person is invited to, as somebody reads them who is only invited."""
    return f"{PRIVATE}guest:{person_id}"


def deadlines_calendar(person_id: int, circle: str = "") -> str:
    """Return the key of a person's tasks that everyone may read, or only a `circle` such as "members:12"."""
    return f"{PRIVATE}deadlines:{person_id}:{circle}"


def dated_meetings(session: Session, numbers: list[int]) -> dict[int, Meeting]:
    """Return those of the meetings that a calendar can show, with all that their events say."""
    meetings = session.scalars(
        select(Meeting)
        .where(Meeting.id.in_(numbers))
        .options(
            selectinload(Meeting.meeting_groups).joinedload(MeetingGroup.group),
            selectinload(Meeting.networks),
            selectinload(Meeting.agenda).selectinload(AgendaItem.presenters).joinedload(Speaker.person),
        )
    )
    return {meeting.id: meeting for meeting in meetings if meeting.has_day}


def shown_meetings(session: Session, meetings: dict[int, Meeting], tree: GroupTree) -> Iterator[Shown]:
    """Yield what each audience reads of the meetings."""
    numbers = list(meetings)
    seen, items = _seen_by(session, numbers, PUBLIC)
    calendars = {number: meeting_calendars(meetings[number], tree) for number in seen}
    yield Shown(EventAudience.PUBLIC, calendars, items, PUBLIC.audiences_in(()))
    yield Shown(EventAudience.GUESTS, _guests(session, meetings), items, PUBLIC.audiences_in((), is_invited=True))
    groups = {meeting.id: {link.group_id for link in meeting.meeting_groups} for meeting in meetings.values()}
    holders = frozenset().union(*groups.values())
    for audience, viewer, key_of in (
        (EventAudience.MEMBERS, members_of(holders), members_calendar),
        (EventAudience.MANAGERS, managers_of(holders), managers_calendar),
    ):
        seen, items = _seen_by(session, numbers, viewer)
        calendars = {number: {key_of(group) for group in groups[number]} for number in seen if groups[number]}
        yield Shown(audience, calendars, items, viewer.audiences_in(holders))


def members_of(groups: frozenset[int]) -> Viewer:
    """Return somebody who only belongs to these groups.

    What belongs to one of them looks the same to them as to somebody of that one group alone.
    """
    return Viewer(belongs_to=groups)


def managers_of(groups: frozenset[int]) -> Viewer:
    """Return somebody who manages these groups, and is nobody elsewhere."""
    return Viewer(belongs_to=groups, takes_part_in=groups, manages=groups)


def _seen_by(session: Session, numbers: list[int], viewer: Viewer) -> tuple[set[int], set[int]]:
    """Return which of the meetings a viewer is shown in lists, and which of their agenda items."""
    meetings = select(Meeting.id).where(Meeting.id.in_(numbers), listed_meetings(viewer))
    items = select(AgendaItem.id).where(AgendaItem.meeting_id.in_(numbers), visible_agenda_items(viewer))
    return set(session.scalars(meetings)), set(session.scalars(items))


def _guests(session: Session, meetings: dict[int, Meeting]) -> dict[int, set[str]]:
    """Return the calendars of those who are invited; a draft is shown to nobody, nor is what was put away."""
    found: dict[int, set[str]] = {}
    rows = session.execute(
        select(Attendance.meeting_id, Attendance.person_id).where(
            Attendance.meeting_id.in_(list(meetings)), Attendance.person_id.is_not(None), Attendance.reply.is_not(None)
        )
    )
    for number, person in rows:
        if person and meetings[number].state is not MeetingState.DRAFT and not meetings[number].is_archived:
            found.setdefault(number, set()).add(guests_calendar(person))
    return found


def shown_milestones(
    session: Session, numbers: list[int], tree: GroupTree
) -> Iterator[tuple[Milestone, EventAudience, set[str]]]:
    """Yield those of the milestones that a calendar can show, with an audience that reads them and its calendars."""
    found = select(Milestone).where(Milestone.id.in_(numbers))
    milestones = {
        one.id: one
        for one in session.scalars(found.options(joinedload(Milestone.network), joinedload(Milestone.group)))
        if one.has_day
    }
    groups = frozenset(one.group_id for one in milestones.values() if one.group_id)
    for audience, viewer in ((EventAudience.PUBLIC, PUBLIC), (EventAudience.MEMBERS, members_of(groups))):
        for number in session.scalars(
            select(Milestone.id).where(Milestone.id.in_(list(milestones)), visible_milestones(viewer))
        ):
            one = milestones[number]
            if audience is EventAudience.PUBLIC:
                yield one, audience, milestone_calendars(one, tree)
            elif one.group_id:
                yield one, audience, {members_calendar(one.group_id), managers_calendar(one.group_id)}


def shown_actions(session: Session, numbers: list[int]) -> Iterator[tuple[Action, set[str]]]:
    """Yield those of the actions that somebody must do by a day, with their calendars.

    Which of them its doer may read hangs on what they are in the meeting's groups, so each stands in a calendar for
    every way in which they may.
    """
    due = select(Action).where(Action.id.in_(numbers), Action.due_on.is_not(None), Action.person_id.is_not(None))
    actions = {one.id: one for one in session.scalars(due.options(joinedload(Action.meeting).options(_GROUPS)))}
    groups = {one.id: {link.group_id for link in one.meeting.meeting_groups} for one in actions.values()}
    holders = frozenset().union(*groups.values())
    found: dict[int, set[str]] = {}
    for circle, viewer in (("", PUBLIC), ("members", members_of(holders)), ("managers", managers_of(holders))):
        visible = select(Action.id).join(Action.meeting).where(Action.id.in_(list(actions)))
        for number in session.scalars(visible.where(doable_actions(viewer), listed_meetings(viewer))):
            circles = {f"{circle}:{group}" for group in groups[number]} if circle else {""}
            person = actions[number].person_id or 0
            found.setdefault(number, set()).update(deadlines_calendar(person, one) for one in circles)
    for number, calendars in found.items():
        if calendars:
            yield actions[number], calendars

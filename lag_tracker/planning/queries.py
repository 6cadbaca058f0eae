"""What the last meeting of a group left for the next one."""

from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from lag_tracker.attendance.queries import Who, who
from lag_tracker.models.action import Action, ActionState
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import InitiativeState
from lag_tracker.models.meeting import Meeting, MeetingGroup
from lag_tracker.models.topic import TopicState
from lag_tracker.models.visibility import PUBLIC, visible_actions, visible_meetings

#: More open actions are not spelled out on an agenda.
MOST_ACTIONS = 50
OPEN_STATES = (ActionState.OPEN, ActionState.IN_PROGRESS)
FINISHED = {InitiativeState.DONE, InitiativeState.DECLINED}


class LeftItem(NamedTuple):
    """An agenda item on which nothing was decided."""

    item: AgendaItem
    #: Whether it is about a topic or an initiative that the group still works on, and so is likely to come back.
    is_likely: bool


def left_items(session: Session, meeting_id: int) -> list[LeftItem]:
    """Return the agenda items of a meeting that led to no decision, in their order, in one statement."""
    decided = exists(select(1).where(Decision.agenda_item_id == AgendaItem.id).correlate(AgendaItem))
    items = session.scalars(
        select(AgendaItem)
        .where(AgendaItem.meeting_id == meeting_id, ~decided)
        .options(joinedload(AgendaItem.topic), joinedload(AgendaItem.initiative))
        .order_by(AgendaItem.position)
    )
    return [LeftItem(item, _is_likely(item)) for item in items]


def _is_likely(item: AgendaItem) -> bool:
    topic, initiative = item.topic, item.initiative
    is_open = topic is not None and topic.state is TopicState.OPEN and not topic.is_archived
    is_alive = initiative is not None and initiative.state not in FINISHED and not initiative.is_archived
    return is_open or is_alive


class LeftAction(NamedTuple):
    """Something that is still to be done."""

    action: Action
    #: Whether everybody may read of it today: it is for all, and so is the meeting that gave it to somebody.
    is_public: bool


def open_actions(session: Session, group: Group) -> list[LeftAction]:
    """Return what the meetings that a group led gave to somebody and is not finished, the soonest due first."""
    led = select(MeetingGroup.meeting_id).where(MeetingGroup.group_id == group.id, MeetingGroup.position == 1)
    found = session.execute(
        select(Action, visible_actions(PUBLIC) & visible_meetings(PUBLIC))
        .join(Meeting, Meeting.id == Action.meeting_id)
        .where(Action.meeting_id.in_(led), Action.state.in_(OPEN_STATES))
        .order_by(Action.due_on.is_(None), Action.due_on, Action.id)
        .limit(MOST_ACTIONS)
    )
    return [LeftAction(action, bool(is_public)) for action, is_public in found]


def people_at(session: Session, meeting_id: int) -> set[Who]:
    """Return who was invited to a meeting or came to it without being a guest."""
    of_meeting = select(Attendance).where(Attendance.meeting_id == meeting_id, Attendance.is_guest.is_(False))
    return {who(one) for one in session.scalars(of_meeting)}

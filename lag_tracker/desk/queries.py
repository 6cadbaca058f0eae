"""What needs a manager today: each question one statement, over all groups that the manager may change."""

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lag_tracker.models.action import Action, ActionState
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.comment import Comment, CommentState
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.letter import Letter, LetterState
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingState, MinutesState
from lag_tracker.models.proposal import Proposal, ProposalState
from lag_tracker.models.traits import Precision
from lag_tracker.models.visibility import Viewer, changeable_groups, changeable_meetings

#: How far ahead the desk looks, and how far back it looks for what was left undone.
AHEAD, BACK = timedelta(days=60), timedelta(days=365)
#: Minutes are late when they are not approved so long after the meeting.
MINUTES_DUE = timedelta(days=14)
#: Actions are shown from so long before they are due.
ACTIONS_AHEAD = timedelta(days=14)
MOST = 100


class ComingMeeting(NamedTuple):
    """A meeting ahead, with what is still missing."""

    meeting: Meeting
    has_agenda: bool
    has_invited: bool

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing."""
        return self.has_agenda and self.has_invited and self.meeting.state is not MeetingState.DRAFT


class Waiting(NamedTuple):
    """How many things wait for a manager's answer."""

    proposals: int
    comments: int
    failed_letters: int


def coming_meetings(session: Session, *, viewer: Viewer, today: date) -> list[ComingMeeting]:
    """Return the meetings of the next weeks, and drafts without a day, with what each still lacks."""
    agenda = exists(select(1).where(AgendaItem.meeting_id == Meeting.id).correlate(Meeting))
    invited = exists(
        select(1).where(Attendance.meeting_id == Meeting.id, Attendance.invited_at.is_not(None)).correlate(Meeting)
    )
    has_day = Meeting.date_precision == Precision.DAY
    is_ahead = (has_day & Meeting.starts_on.between(today, today + AHEAD)) | (
        ~has_day & (Meeting.state == MeetingState.DRAFT)
    )
    found = session.execute(
        _meetings(viewer, agenda, invited)
        .where(is_ahead, Meeting.state.in_([MeetingState.DRAFT, MeetingState.SCHEDULED]))
        .order_by(Meeting.starts_on.is_(None), Meeting.starts_on, Meeting.starts_at_time, Meeting.id)
    )
    return [ComingMeeting(*row) for row in found]


def unfinished_meetings(session: Session, *, viewer: Viewer, today: date) -> list[Meeting]:
    """Return past meetings that nobody marked as held, or whose minutes are late, the oldest first."""
    unmarked = (Meeting.state == MeetingState.SCHEDULED) & (Meeting.starts_on < today)
    late = (
        (Meeting.state == MeetingState.HELD)
        & (Meeting.starts_on < today - MINUTES_DUE)
        & Meeting.minutes_state.in_([MinutesState.NONE, MinutesState.DRAFT, MinutesState.IN_REVIEW])
        & _has_work()
    )
    found = session.execute(
        _meetings(viewer)
        .where(or_(unmarked, late), Meeting.starts_on >= today - BACK, Meeting.date_precision == Precision.DAY)
        .order_by(Meeting.starts_on, Meeting.id)
    )
    return [row[0] for row in found]


def _has_work() -> ColumnElement[bool]:
    """Return the condition that a meeting has something to be written up: an agenda of its own."""
    return exists(select(1).where(AgendaItem.meeting_id == Meeting.id).correlate(Meeting))


def _meetings(viewer: Viewer, *columns: ColumnElement[bool]):  # type: ignore[no-untyped-def]  # noqa: ANN202 -- as many columns as asked for
    return (
        select(Meeting, *columns)
        .where(changeable_meetings(viewer), Meeting.archived_at.is_(None))
        .options(selectinload(Meeting.meeting_groups).joinedload(MeetingGroup.group))
        .limit(MOST)
    )


def due_actions(session: Session, *, viewer: Viewer, today: date) -> list[Action]:
    """Return the unfinished actions that are due soon or were due already, the most urgent first, with their people."""
    return list(
        session.scalars(
            select(Action)
            .join(Action.meeting)
            .where(changeable_meetings(viewer), Action.state.in_([ActionState.OPEN, ActionState.IN_PROGRESS]))
            .where(Action.due_on <= today + ACTIONS_AHEAD)
            .options(joinedload(Action.meeting), joinedload(Action.person))
            .order_by(Action.due_on, Action.id)
            .limit(MOST)
        )
    )


def waiting(session: Session, *, viewer: Viewer) -> Waiting:
    """Return how many proposals and comments wait for an answer, and how many letters could not be sent."""
    own = select(Group.id).where(changeable_groups(viewer))
    proposals = select(func.count(Proposal.id)).where(
        Proposal.state == ProposalState.WAITING, Proposal.group_id.in_(own)
    )
    of_meeting = select(MeetingGroup.meeting_id).where(MeetingGroup.group_id.in_(own))
    of_initiative = select(Initiative.id).where(Initiative.group_id.in_(own))
    comments = select(func.count(Comment.id)).where(
        Comment.state == CommentState.WAITING,
        or_(Comment.meeting_id.in_(of_meeting), Comment.initiative_id.in_(of_initiative)),
    )
    letters = select(func.count(Letter.id)).where(Letter.state == LetterState.FAILED)
    if not viewer.is_administrator:
        letters = letters.where(Letter.group_id.in_(own))
    row = session.execute(
        select(proposals.scalar_subquery(), comments.scalar_subquery(), letters.scalar_subquery())
    ).one()
    return Waiting(*row)

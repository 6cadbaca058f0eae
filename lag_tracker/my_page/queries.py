"""What a person is asked, and what is theirs: each question one statement over all of their groups."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import case, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lag_tracker.models.account import GroupRole
from lag_tracker.models.action import Action, ActionState
from lag_tracker.models.attendance import Attendance, Reply
from lag_tracker.models.comment import Comment
from lag_tracker.models.consent import Consent, ConsentPurpose
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative, InitiativeState
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingState, MinutesState
from lag_tracker.models.visibility import Viewer, doable_actions, held_by, visible_initiatives, visible_meetings

MOST_MEETINGS = 50
MOST_ACTIONS = 100
MOST_QUESTIONS = 5
MOST_COMMENTS = 5
#: What can still be talked about.
UNDER_DISCUSSION = (InitiativeState.PROPOSED, InitiativeState.UNDER_DISCUSSION)


class OwnMeeting(NamedTuple):
    """A meeting ahead, the reader's invitation, and whether they may open its page: a guest may not always."""

    meeting: Meeting
    #: None for who is not invited.
    invitation: Attendance | None
    has_page: bool

    @property
    def reply(self) -> Reply | None:
        """What the reader answered; None for who is not invited."""
        return self.invitation.reply if self.invitation else None

    @property
    def waits(self) -> bool:
        """Whether an answer is wanted."""
        return self.reply is Reply.INVITED and self.meeting.has_day


class Questions(NamedTuple):
    """What the reader's groups would like to hear about."""

    minutes: Sequence[Meeting]
    initiatives: Sequence[Initiative]

    def __bool__(self) -> bool:
        """Tell whether anything is asked."""
        return bool(self.minutes or self.initiatives)


def own_meetings(session: Session, *, person_id: int | None, viewer: Viewer, today: date) -> list[OwnMeeting]:
    """Return the planned meetings to which somebody is invited, and those of their groups, the soonest first."""
    is_own = (
        (Attendance.meeting_id == Meeting.id)
        & (Attendance.person_id == (person_id or 0))
        & Attendance.reply.is_not(None)
    )
    of_groups = visible_meetings(viewer) & held_by(Meeting.id, _groups(viewer))
    found = session.execute(
        select(Meeting, Attendance, visible_meetings(viewer))
        .outerjoin(Attendance, is_own)
        .where(Meeting.state == MeetingState.SCHEDULED, Meeting.archived_at.is_(None))
        .where(func.coalesce(Meeting.ends_on, Meeting.starts_on) >= today, or_(Attendance.id.is_not(None), of_groups))
        .options(selectinload(Meeting.meeting_groups).joinedload(MeetingGroup.group))
        .order_by(Meeting.starts_on, Meeting.starts_at_time, Meeting.id)
        .limit(MOST_MEETINGS)
    )
    # Somebody may be on record twice, as when they stand for two organisations.
    once = {meeting.id: OwnMeeting(meeting, invitation, bool(has_page)) for meeting, invitation, has_page in found}
    return list(once.values())


def _groups(viewer: Viewer) -> frozenset[int]:
    return viewer.belongs_to | viewer.manages


def own_actions(session: Session, *, person_id: int | None, viewer: Viewer) -> Sequence[Action]:
    """Return what somebody is to do, the soonest due first, and after it what they have done, the latest first."""
    is_done = Action.state == ActionState.DONE
    return session.scalars(
        select(Action)
        .join(Action.meeting)
        .where(Action.person_id == (person_id or 0), Action.state != ActionState.DROPPED)
        .where(doable_actions(viewer), visible_meetings(viewer))
        .options(joinedload(Action.meeting))
        .order_by(is_done, case((is_done, -Action.id)), Action.due_on.is_(None), Action.due_on, Action.id)
        .limit(MOST_ACTIONS)
    ).all()


def own_action(session: Session, number: int, *, person_id: int | None, viewer: Viewer) -> Action | None:
    """Return an action if this person is to do it and may see it."""
    meeting = exists(select(1).where(Meeting.id == Action.meeting_id, visible_meetings(viewer)).correlate(Action))
    found = select(Action).where(Action.id == number, Action.person_id == (person_id or 0), doable_actions(viewer))
    return session.scalars(found.where(meeting, Action.state != ActionState.DROPPED)).one_or_none()


def open_questions(session: Session, *, viewer: Viewer) -> Questions:
    """Return the minutes that somebody's groups ask them to check, and the initiatives that are talked about there."""
    groups = _groups(viewer)
    if not groups:
        return Questions([], [])
    minutes = (
        select(Meeting)
        .where(Meeting.minutes_state == MinutesState.IN_REVIEW, held_by(Meeting.id, groups), visible_meetings(viewer))
        .order_by(Meeting.starts_on.desc(), Meeting.id.desc())
    )
    initiatives = (
        select(Initiative)
        .where(Initiative.group_id.in_(groups), Initiative.state.in_(UNDER_DISCUSSION))
        .where(visible_initiatives(viewer), Initiative.archived_at.is_(None))
        .options(joinedload(Initiative.group))
        .order_by(Initiative.changed_at.desc(), Initiative.id.desc())
    )
    return Questions(
        session.scalars(minutes.limit(MOST_QUESTIONS)).all(), session.scalars(initiatives.limit(MOST_QUESTIONS)).all()
    )


def own_roles(session: Session, account_id: int) -> Sequence[GroupRole]:
    """Return the groups of an account with what it may do there, in the alphabet."""
    return session.scalars(
        select(GroupRole)
        .join(GroupRole.group)
        .where(GroupRole.account_id == account_id, Group.archived_at.is_(None))
        .options(joinedload(GroupRole.group))
        .order_by(Group.name_sort, Group.id)
    ).all()


def own_comments(session: Session, person_id: int | None) -> Sequence[Comment]:
    """Return what somebody said last, with the records it is about."""
    return session.scalars(
        select(Comment)
        .where(Comment.person_id == (person_id or 0))
        .options(joinedload(Comment.meeting), joinedload(Comment.initiative))
        .order_by(Comment.id.desc())
        .limit(MOST_COMMENTS)
    ).all()


def last_consent(session: Session, person_id: int) -> Consent | None:
    """Return what somebody decided last about their name being public."""
    return session.scalars(
        select(Consent)
        .where(Consent.person_id == person_id, Consent.purpose == ConsentPurpose.PUBLIC_NAME)
        .order_by(Consent.id.desc())
        .limit(1)
    ).first()

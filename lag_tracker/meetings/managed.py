"""Questions that managers ask about their meetings."""

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingState
from lag_tracker.models.visibility import Viewer, changeable_groups, changeable_meetings

#: More groups are not offered to meet together.
MOST_JOINING = 100


def changeable_meeting(session: Session, slug: str, *, viewer: Viewer) -> Meeting | None:
    """Return the meeting at this address with its groups and networks, if `viewer` may change it."""
    return session.scalars(
        select(Meeting)
        .where(Meeting.slug == slug, changeable_meetings(viewer))
        .options(selectinload(Meeting.meeting_groups).joinedload(MeetingGroup.group), selectinload(Meeting.networks))
    ).one_or_none()


def last_meeting_of(session: Session, group: Group, *, only: ColumnElement[bool] | None = None) -> Meeting | None:
    """Return the latest meeting that a group led and that was neither called off nor put away, with its groups."""
    led = select(MeetingGroup.meeting_id).where(MeetingGroup.group_id == group.id, MeetingGroup.position == 1)
    return session.scalars(
        select(Meeting)
        .where(Meeting.id.in_(led), Meeting.starts_on.is_not(None), Meeting.archived_at.is_(None))
        .where(Meeting.state != MeetingState.CANCELLED, true() if only is None else only)
        .options(selectinload(Meeting.meeting_groups).joinedload(MeetingGroup.group), selectinload(Meeting.networks))
        .order_by(Meeting.starts_on.desc(), Meeting.id.desc())
        .limit(1)
    ).first()


def groups_to_meet_with(session: Session, group: Group, *, viewer: Viewer) -> list[Group]:
    """Return the other groups that `viewer` may let a meeting of `group` be held by, in the Latvian alphabet.

    Who manages everything is offered those of the same municipality.
    """
    nearby: ColumnElement[bool] = true()
    if viewer.is_administrator:
        nearby = or_(Group.municipality_id == group.municipality_id, Group.parent_id == group.id)
    return list(
        session.scalars(
            select(Group)
            .where(Group.id != group.id, Group.archived_at.is_(None), changeable_groups(viewer), nearby)
            .options(joinedload(Group.municipality))
            .order_by(Group.name_sort, Group.id)
            .limit(MOST_JOINING)
        )
    )

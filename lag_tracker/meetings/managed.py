"""Questions that managers ask about their meetings."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from lag_tracker.meetings.rows import COLUMNS, MeetingRow, read_rows
from lag_tracker.models.action import Action
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, group_network
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingLink, MeetingState
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network
from lag_tracker.models.visibility import Viewer, changeable_groups, changeable_meetings

#: More groups are not offered to meet together.
MOST_JOINING = 100
MOST_ARCHIVED = 200


class Parts(NamedTuple):
    """How much is on record about a meeting."""

    agenda: int
    attendance: int
    decisions: int
    actions: int
    links: int


def changeable_meeting(session: Session, slug: str, *, viewer: Viewer) -> Meeting | None:
    """Return the meeting at this address with its groups and networks, if `viewer` may change it."""
    return session.scalars(
        select(Meeting)
        .where(Meeting.slug == slug, changeable_meetings(viewer))
        .options(selectinload(Meeting.meeting_groups).joinedload(MeetingGroup.group), selectinload(Meeting.networks))
    ).one_or_none()


def archived_meetings(session: Session, only: ColumnElement[bool], *, viewer: Viewer) -> list[MeetingRow]:
    """Return the meetings that `only` picks, that were put away and `viewer` may take back, the latest first."""
    return read_rows(
        session,
        viewer,
        select(*COLUMNS)
        .where(changeable_meetings(viewer), only)
        .where(Meeting.archived_at.is_not(None))
        .order_by(Meeting.starts_on.is_(None), Meeting.starts_on.desc(), Meeting.id.desc())
        .limit(MOST_ARCHIVED),
    )


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


def groups_to_hold(session: Session, meeting: Meeting, *, viewer: Viewer) -> list[Group]:
    """Return the groups that may hold a meeting: those that do, and those that `viewer` may let meet with them."""
    holding = meeting.groups
    if holding:
        joining = groups_to_meet_with(session, holding[0], viewer=viewer)
    else:
        found = select(Group).where(changeable_groups(viewer), Group.archived_at.is_(None))
        joining = list(session.scalars(found.order_by(Group.name_sort, Group.id).limit(MOST_JOINING)))
    return holding + [group for group in joining if group not in holding]


def chosen_to_hold(meeting: Meeting, *, offered: Sequence[Group], chosen: Sequence[int], viewer: Viewer) -> list[Group]:
    """Return those of the groups `offered` that were chosen, in that order; what `viewer` does not manage stays."""
    by_number = {group.id: group for group in offered}
    groups = [by_number[number] for number in chosen]
    return groups + [one for one in meeting.groups if one not in groups and not viewer.may_manage([one.id])]


def networks_to_choose(
    session: Session, groups: Sequence[Group], *, viewer: Viewer, chosen: Sequence[Network] = ()
) -> list[Network]:
    """Return the networks that a meeting of `groups` may be part of: theirs, all for who manages everything."""
    theirs = select(group_network.c.network_id).where(group_network.c.group_id.in_([group.id for group in groups]))
    numbers = [network.id for network in chosen]
    offered = true() if viewer.is_administrator else or_(Network.id.in_(theirs), Network.id.in_(numbers))
    return list(session.scalars(select(Network).where(offered).order_by(Network.name_sort, Network.id)))


def all_municipalities(session: Session) -> list[Municipality]:
    """Return every municipality in the Latvian alphabet."""
    return list(session.scalars(select(Municipality).order_by(Municipality.name_sort, Municipality.id)))


def parts_of(session: Session, meeting_id: int) -> Parts:
    """Return how much is on record about a meeting, in one statement."""
    nouns = (AgendaItem, Attendance, Decision, Action, MeetingLink)
    counts = (
        select(func.count()).select_from(noun).where(noun.meeting_id == meeting_id).scalar_subquery() for noun in nouns
    )
    return Parts(*session.execute(select(*counts)).one())

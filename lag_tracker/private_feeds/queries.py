"""Questions about private feeds: what they show, and which somebody has."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lag_tracker.calendars.audiences import (
    deadlines_calendar,
    guests_calendar,
    managers_calendar,
    members_calendar,
)
from lag_tracker.models.calendar_token import CalendarToken, FeedKind
from lag_tracker.models.group import Group
from lag_tracker.models.visibility import Viewer, visible_groups


def calendars_of(kind: FeedKind, *, group_id: int | None, viewer: Viewer, person_id: int | None) -> tuple[str, ...]:
    """Return the keys of the calendars that a feed puts together for a viewer; none when they have no right to it.

    Who has no place in any group any more has no private feeds either: what they may read is public.
    """
    belongs_to, manages = sorted(viewer.belongs_to), sorted(viewer.manages)
    if not (belongs_to or viewer.is_administrator):
        return ()
    if kind is FeedKind.MANAGED:
        return tuple(managers_calendar(group) for group in manages)
    if kind is FeedKind.GROUP:
        return _of_group(group_id, viewer) if group_id else ()
    if kind is FeedKind.MINE:
        invited = (guests_calendar(person_id),) if person_id else ()
        return (*(members_calendar(group) for group in belongs_to), *invited)
    if person_id is None:
        return ()
    circles = ["", *(f"members:{group}" for group in belongs_to), *(f"managers:{group}" for group in manages)]
    return tuple(deadlines_calendar(person_id, circle) for circle in circles)


def _of_group(group_id: int, viewer: Viewer) -> tuple[str, ...]:
    """Return what somebody reads of a group, and what everyone reads of it and of the groups that are part of it."""
    if viewer.may_manage([group_id]):
        return (managers_calendar(group_id), f"group:{group_id}")
    return (members_calendar(group_id), f"group:{group_id}") if viewer.belongs_to_one([group_id]) else ()


def kinds_for(viewer: Viewer, person_id: int | None) -> list[FeedKind]:
    """Return the kinds of feeds that somebody can have now."""
    groups = [*viewer.belongs_to, *([0] if viewer.is_administrator else [])]
    some = groups[0] if groups else None
    return [
        kind
        for kind in FeedKind
        if (kind is FeedKind.GROUP and some is not None)
        or calendars_of(kind, group_id=None, viewer=viewer, person_id=person_id)
    ]


def groups_for(session: Session, viewer: Viewer) -> Sequence[Group]:
    """Return the groups of which somebody can have a feed, in the alphabet."""
    groups = select(Group).where(visible_groups(viewer), Group.archived_at.is_(None))
    own = groups if viewer.is_administrator else groups.where(Group.id.in_(viewer.belongs_to))
    return session.scalars(own.order_by(Group.name_sort, Group.id)).all()


def own_feeds(session: Session, account_id: int) -> Sequence[CalendarToken]:
    """Return the feeds of an account that were not revoked, the latest first."""
    return session.scalars(
        select(CalendarToken)
        .where(CalendarToken.account_id == account_id, CalendarToken.revoked_at.is_(None))
        .options(joinedload(CalendarToken.group))
        .order_by(CalendarToken.id.desc())
    ).all()

"""Questions about municipalities: what they take part in, and which groups they have set up."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select, union_all
from sqlalchemy.orm import Session, selectinload

from lag_tracker.meetings.queries import of_groups
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network, Partnership
from lag_tracker.models.visibility import Viewer, visible_groups


def municipalities(session: Session, *, viewer: Viewer) -> Sequence[Municipality]:
    """Return the municipalities save the archived, in order, with their networks and groups, in three statements."""
    return session.scalars(
        select(Municipality)
        .options(
            selectinload(Municipality.partnerships).joinedload(Partnership.network),
            selectinload(Municipality.groups.and_(visible_groups(viewer))),
        )
        .where(Municipality.archived_at.is_(None))
        .order_by(Municipality.name_sort, Municipality.id)
    ).all()


def archived_municipalities(session: Session) -> Sequence[Municipality]:
    """Return the municipalities that were put away, in the Latvian alphabet."""
    return session.scalars(
        select(Municipality)
        .where(Municipality.archived_at.is_not(None))
        .order_by(Municipality.name_sort, Municipality.id)
    ).all()


def is_in_use(session: Session, municipality_id: int) -> bool:
    """Tell whether a municipality has a group, a part in a network, or a meeting."""
    uses = union_all(
        select(Group.id).where(Group.municipality_id == municipality_id),
        select(Partnership.id).where(Partnership.municipality_id == municipality_id),
        select(Meeting.id).where(Meeting.organiser_id == municipality_id),
    ).subquery()
    return session.scalar(select(func.count()).select_from(uses)) != 0


def find_municipality(session: Session, slug: str) -> Municipality | None:
    """Return the municipality at this address with its part in networks and their themes, in three statements."""
    return session.scalars(
        select(Municipality)
        .where(Municipality.slug == slug)
        .options(selectinload(Municipality.partnerships).joinedload(Partnership.network).selectinload(Network.themes))
    ).one_or_none()


def groups_of_municipality(session: Session, municipality_id: int, *, viewer: Viewer) -> Sequence[Group]:
    """Return the groups of a municipality and all groups under them, with parents and networks, in two statements."""
    tree = select(Group.id).where(Group.municipality_id == municipality_id).cte("tree", recursive=True)
    # UNION, not UNION ALL: a circle of parents would else never end.
    tree = tree.union(select(Group.id).where(Group.parent_id == tree.c.id))
    return session.scalars(
        select(Group)
        .where(Group.id.in_(select(tree.c.id)), visible_groups(viewer))
        .options(selectinload(Group.networks))
        .order_by(Group.name_sort, Group.id)
    ).all()


def meetings_of_municipality(municipality_id: int, groups: Sequence[Group]) -> ColumnElement[bool]:
    """Return the condition that a meeting is held by one of a municipality's groups, or organised by itself."""
    return or_(of_groups([group.id for group in groups]), Meeting.organiser_id == municipality_id)

"""Questions about groups."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from lag_tracker.models.group import Group
from lag_tracker.models.visibility import Viewer, changeable_groups, visible_groups

MOST_GROUPS = 2000


class GroupBranch(NamedTuple):
    """A group and the groups under it."""

    group: Group
    children: list["GroupBranch"]


def find_group(session: Session, slug: str, *, viewer: Viewer) -> Group | None:
    """Return the group at this address with its municipality, parent, children and networks, if `viewer` may see it."""
    return session.scalars(
        select(Group)
        .where(Group.slug == slug, visible_groups(viewer))
        .options(
            joinedload(Group.municipality),
            joinedload(Group.parent),
            selectinload(Group.children.and_(visible_groups(viewer))),
            selectinload(Group.networks),
        )
    ).one_or_none()


def all_groups(session: Session, *, viewer: Viewer) -> list[Group]:
    """Return every group that `viewer` may see, in the Latvian alphabet, with its municipality, in one statement."""
    return list(
        session.scalars(
            select(Group)
            .where(visible_groups(viewer))
            .options(joinedload(Group.municipality))
            .order_by(Group.name_sort, Group.id)
            .limit(MOST_GROUPS)
        )
    )


def as_branches(groups: list[Group]) -> list[GroupBranch]:
    """Return the groups as trees: those without a parent among `groups`, each with the groups under it."""
    branches = {group.id: GroupBranch(group, []) for group in groups}
    for group in groups:
        if group.parent_id in branches and group.parent_id != group.id:
            branches[group.parent_id].children.append(branches[group.id])
    return [branches[group.id] for group in groups if group.parent_id not in branches]


def group_and_descendants(session: Session, group_id: int) -> list[int]:
    """Return the ids of a group and of all groups under it, in one statement."""
    tree = select(Group.id).where(Group.id == group_id).cte("tree", recursive=True)
    # UNION, not UNION ALL: a circle of parents, which no page makes, would else never end.
    tree = tree.union(select(Group.id).where(Group.parent_id == tree.c.id))
    return list(session.scalars(select(tree.c.id)))


def managed_groups(session: Session, *, viewer: Viewer) -> list[Group]:
    """Return the groups that `viewer` may change and that are not put away, in the Latvian alphabet."""
    return list(
        session.scalars(
            select(Group)
            .where(changeable_groups(viewer), Group.archived_at.is_(None))
            .order_by(Group.name_sort, Group.id)
            .limit(MOST_GROUPS)
        )
    )


def changeable_group(session: Session, slug: str, *, viewer: Viewer) -> Group | None:
    """Return the group at this address, if `viewer` may change it."""
    return session.scalars(select(Group).where(Group.slug == slug, changeable_groups(viewer))).one_or_none()

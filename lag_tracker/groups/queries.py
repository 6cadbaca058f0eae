"""Questions about groups."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lag_tracker.models.bilingual import Bilingual, Text
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import MeetingGroup
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network
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
    """Return every group that `viewer` may see, save the archived, in the Latvian alphabet.

    Their municipalities and networks come with them, all in one statement.
    """
    found = session.scalars(
        select(Group)
        .where(visible_groups(viewer), Group.archived_at.is_(None))
        .options(joinedload(Group.municipality), joinedload(Group.networks))
        .order_by(Group.name_sort, Group.id)
        .limit(MOST_GROUPS)
    )
    return list(found.unique())


def leading_groups(session: Session, *, viewer: Viewer, limit: int) -> list[Group]:
    """Return the groups under no other that `viewer` may see, with their municipalities and networks.

    Real groups come before invented ones, each in the Latvian alphabet; archived ones are left out.
    """
    found = session.scalars(
        select(Group)
        .where(visible_groups(viewer), Group.archived_at.is_(None), Group.parent_id.is_(None))
        .options(joinedload(Group.municipality), selectinload(Group.networks))
        .order_by(Group.is_sample, Group.name_sort, Group.id)
        .limit(limit)
    )
    return list(found)


def municipality_by_group(groups: Iterable[Group]) -> dict[int, Municipality | None]:
    """Return the municipality of each group; one without its own has that of the group above it, as in calendars."""
    by_id = {group.id: group for group in groups}

    def above(group: Group | None) -> Municipality | None:
        seen: set[int] = set()
        while group and group.municipality is None and group.id not in seen:
            seen.add(group.id)
            group = by_id.get(group.parent_id or 0)
        return group.municipality if group else None

    return {group.id: above(group) for group in groups}


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


def archived_groups(session: Session, *, viewer: Viewer) -> list[Group]:
    """Return the groups that were put away and that `viewer` may take back, in the Latvian alphabet."""
    return list(
        session.scalars(
            select(Group)
            .where(changeable_groups(viewer), Group.archived_at.is_not(None))
            .order_by(Group.name_sort, Group.id)
            .limit(MOST_GROUPS)
        )
    )


def changeable_group(session: Session, slug: str, *, viewer: Viewer) -> Group | None:
    """Return the group at this address with its networks, if `viewer` may change it."""
    return session.scalars(
        select(Group).where(Group.slug == slug, changeable_groups(viewer)).options(selectinload(Group.networks))
    ).one_or_none()


def has_meetings(session: Session, group_id: int) -> bool:
    """Tell whether a group holds or held any meeting."""
    return session.scalar(select(MeetingGroup.meeting_id).where(MeetingGroup.group_id == group_id).limit(1)) is not None


class Places(NamedTuple):
    """What a group may belong to: pairs of number and name, with its language."""

    municipalities: list[tuple[int, Text]]
    parents: list[tuple[int, Text]]
    networks: list[tuple[int, str]]


def places_for(session: Session, group: Group | None, *, lang: str) -> Places:
    """Return what a group may belong to; of groups, those that are not part of it, and nothing that was put away.

    What it belongs to already is offered in any case.
    """
    beneath = group_and_descendants(session, group.id) if group else []
    own = [network.id for network in group.networks] if group else []
    municipalities = select(Municipality.id, Municipality.name_lv, Municipality.name_en).where(
        Municipality.archived_at.is_(None) | (Municipality.id == (group.municipality_id if group else None))
    )
    parents = select(Group.id, Group.name_lv, Group.name_en).where(
        Group.archived_at.is_(None) | (Group.id == (group.parent_id if group else None)), Group.id.not_in(beneath)
    )
    networks = select(Network.id, Network.name).where(Network.archived_at.is_(None) | Network.id.in_(own))
    return Places(
        _named(session.execute(municipalities.order_by(Municipality.name_sort, Municipality.id)), lang),
        _named(session.execute(parents.order_by(Group.name_sort, Group.id)), lang),
        [(number, name) for number, name in session.execute(networks.order_by(Network.name_sort, Network.id))],
    )


def _named(rows: Iterable[Row[*tuple[Any, ...]]], lang: str) -> list[tuple[int, Text]]:
    return [(number, Bilingual(lv, en).read_in(lang)) for number, lv, en in rows]

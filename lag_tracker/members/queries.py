"""Who belongs to a group: as far as the reader may know, and for its members and managers by name."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import case, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group, MemberRole, Membership, Tier
from lag_tracker.models.organisation import Organisation, Sector
from lag_tracker.models.person import Person
from lag_tracker.models.visibility import Viewer, changeable_groups, named_in_group, visible_groups

MOST_MEMBERS = 1000
#: No side may hold more of the votes in a LEADER group, in per cent (Regulation (EU) No 1303/2013, art. 32(2)(b)).
LARGEST_SHARE = 49


class MemberRow(NamedTuple):
    """A member as the reader may see them: the public reads names with consent, organisations unless asked not to.

    A group that is a member is named to those who see it.
    """

    name: str | None
    organisation: Bilingual | None
    sector: Sector | None
    tier: Tier
    role: MemberRole
    group_slug: str | None
    group_name: Bilingual | None


def members_of(session: Session, group_id: int, *, viewer: Viewer, today: date) -> list[MemberRow]:
    """Return those who belong to a group today, leaders first, then by organisation in the Latvian alphabet."""
    is_own = viewer.belongs_to_one([group_id])
    found = session.execute(
        select(Membership, case((named_in_group(viewer), Person.name)), Organisation, Group)
        .select_from(Membership)
        .outerjoin(Person, Person.id == Membership.person_id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(Group, (Group.id == Membership.member_group_id) & visible_groups(viewer))
        .where(
            Membership.group_id == group_id,
            Person.erased_at.is_(None),
            or_(Membership.from_on.is_(None), Membership.from_on <= today),
            or_(Membership.until_on.is_(None), Membership.until_on >= today),
        )
        .order_by(Organisation.name_sort, Person.name_sort, Membership.id)
        .limit(MOST_MEMBERS)
    )
    rows = [
        MemberRow(
            name,
            organisation.name if organisation and (membership.organisation_is_public or is_own) else None,
            organisation.sector if organisation else None,
            membership.tier,
            membership.role,
            group.slug if group else None,
            group.name if group else None,
        )
        for membership, name, organisation, group in found
    ]
    return sorted(rows, key=lambda row: list(MemberRole).index(row.role))


def composition(members: list[MemberRow]) -> list[tuple[Sector | None, int]]:
    """Return how many members stand for each sector, in the sectors' order, those without one last; none for zero."""
    counts = Counter(member.sector for member in members)
    return [(sector, counts[sector]) for sector in (*Sector, None) if counts[sector]]


class Balance(NamedTuple):
    """How the votes of a group stand: members but observers and substitutes, one vote each."""

    #: Votes of each sector, in the sectors' order, those without one last; none for zero.
    parts: list[tuple[Sector | None, int]]
    #: Sectors that hold more than LEADER allows.
    over: list[Sector]
    votes: int

    @property
    def unknown(self) -> int:
        """How many votes are of no known sector."""
        return dict(self.parts).get(None, 0)


def balance(members: Iterable[Membership]) -> Balance:
    """Return how the votes of these members stand; needs their organisations loaded."""
    voting = [one for one in members if one.tier is not Tier.OBSERVER and one.substitute_for_id is None]
    counts = Counter(one.organisation.sector if one.organisation else None for one in voting)
    over = [sector for sector in Sector if 100 * counts[sector] > LARGEST_SHARE * len(voting)]
    return Balance([(sector, counts[sector]) for sector in (*Sector, None) if counts[sector]], over, len(voting))


def group_of_members(session: Session, slug: str, *, viewer: Viewer) -> Group | None:
    """Return the group at this address, if `viewer` takes part in it and so may read the names of its members."""
    found = session.scalars(select(Group).where(Group.slug == slug)).one_or_none()
    return found if found is not None and viewer.takes_part([found.id]) else None


def memberships_in(session: Session, group_id: int) -> Sequence[Membership]:
    """Return all who belong or belonged to a group, by name, with whom they stand in for: two statements."""
    return session.scalars(
        select(Membership)
        .outerjoin(Person, Person.id == Membership.person_id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.group_id == group_id)
        .options(
            joinedload(Membership.person),
            joinedload(Membership.organisation),
            joinedload(Membership.member_group),
            selectinload(Membership.substitute_for).options(
                joinedload(Membership.person), joinedload(Membership.organisation)
            ),
        )
        .order_by(
            Person.name_sort.is_(None),
            Person.name_sort,
            Organisation.name_sort.is_(None),
            Organisation.name_sort,
            Membership.id,
        )
        .limit(MOST_MEMBERS)
    ).all()


def by_office(memberships: Iterable[Membership]) -> list[Membership]:
    """Return the memberships with those who hold an office first, else as they come."""
    offices = list(MemberRole)
    return sorted(memberships, key=lambda one: offices.index(one.role))


def changeable_membership(session: Session, slug: str, number: int, *, viewer: Viewer) -> Membership | None:
    """Return the membership of this number in the group at this address, if `viewer` may change it."""
    return session.scalars(
        select(Membership)
        .join(Group, Group.id == Membership.group_id)
        .where(Membership.id == number, Group.slug == slug, changeable_groups(viewer))
        .options(
            joinedload(Membership.group),
            joinedload(Membership.person),
            joinedload(Membership.organisation),
            joinedload(Membership.member_group),
        )
    ).one_or_none()


def groups_to_belong(session: Session, group: Group, *, viewer: Viewer) -> Sequence[Group]:
    """Return the other groups that may be a member of `group`, in the Latvian alphabet."""
    return session.scalars(
        select(Group)
        .where(Group.id != group.id, Group.archived_at.is_(None), visible_groups(viewer))
        .order_by(Group.name_sort, Group.id)
        .limit(MOST_MEMBERS)
    ).all()


def membership_of(
    session: Session,
    group_id: int,
    *,
    person_id: int | None,
    organisation_id: int | None,
    member_group_id: int | None,
    day: date,
) -> Membership | None:
    """Return the membership by which somebody belongs to a group on a day or later, None when they do not."""
    return session.scalars(
        select(Membership)
        .where(
            Membership.group_id == group_id,
            Membership.person_id == person_id,
            Membership.member_group_id == member_group_id,
            Membership.organisation_id == organisation_id if not (person_id or member_group_id) else true(),
            or_(Membership.until_on.is_(None), Membership.until_on >= day),
        )
        .limit(1)
    ).first()

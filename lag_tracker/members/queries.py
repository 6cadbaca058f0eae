"""Who belongs to a group, as far as the reader may know."""

from collections import Counter
from datetime import date
from typing import NamedTuple

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session, aliased

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group, MemberRole, Membership, Tier
from lag_tracker.models.organisation import Organisation, Sector
from lag_tracker.models.person import Person
from lag_tracker.models.visibility import Viewer, named_in_group

MOST_MEMBERS = 1000


class MemberRow(NamedTuple):
    """A member as the reader may see them: the public reads names with consent, organisations unless asked not to."""

    name: str | None
    organisation: Bilingual | None
    sector: Sector | None
    tier: Tier
    role: MemberRole
    group_slug: str | None
    group_name: Bilingual | None


def members_of(session: Session, group_id: int, *, viewer: Viewer, today: date) -> list[MemberRow]:
    """Return those who belong to a group today, leaders first, then by organisation in the Latvian alphabet."""
    member_group, is_own = aliased(Group), viewer.belongs_to_one([group_id])
    found = session.execute(
        select(Membership, case((named_in_group(viewer), Person.name)), Organisation, member_group)
        .select_from(Membership)
        .outerjoin(Person, Person.id == Membership.person_id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(member_group, member_group.id == Membership.member_group_id)
        .where(
            Membership.group_id == group_id,
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

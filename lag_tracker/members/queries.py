"""Who belongs to a group, as far as the public may know."""

from collections import Counter
from datetime import date
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group, MemberRole, Membership, Tier
from lag_tracker.models.organisation import Organisation, Sector
from lag_tracker.models.person import Person

MOST_MEMBERS = 1000


class MemberRow(NamedTuple):
    """A member as the public may see them: a name only with consent, an organisation unless they asked otherwise."""

    name: str | None
    organisation: Bilingual | None
    sector: Sector | None
    tier: Tier
    role: MemberRole
    group_slug: str | None
    group_name: Bilingual | None


def members_of(session: Session, group_id: int, *, today: date) -> list[MemberRow]:
    """Return those who belong to a group today, leaders first, then by organisation in the Latvian alphabet."""
    member_group = aliased(Group)
    found = session.execute(
        select(Membership, Person.name, Person.name_is_public, Organisation, member_group)
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
            name if is_public else None,
            organisation.name if organisation and membership.organisation_is_public else None,
            organisation.sector if organisation else None,
            membership.tier,
            membership.role,
            group.slug if group else None,
            group.name if group else None,
        )
        for membership, name, is_public, organisation, group in found
    ]
    return sorted(rows, key=lambda row: list(MemberRole).index(row.role))


def composition(members: list[MemberRow]) -> list[tuple[Sector | None, int]]:
    """Return how many members stand for each sector, in the sectors' order, those without one last; none for zero."""
    counts = Counter(member.sector for member in members)
    return [(sector, counts[sector]) for sector in (*Sector, None) if counts[sector]]

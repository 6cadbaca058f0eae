"""Questions about organisations."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from lag_tracker.models.attendance import Attendance
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Membership
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.person import Person
from lag_tracker.models.visibility import Viewer
from lag_tracker.models.visibility_of_people import changeable_organisations

MOST_ORGANISATIONS = 5000


class OrganisationRow(NamedTuple):
    """An organisation as the list shows it: how many represent it today, and whether the reader may change it."""

    organisation: Organisation
    members: int
    is_changeable: bool


def organisations(session: Session, *, viewer: Viewer, today: date, is_archived: bool = False) -> list[OrganisationRow]:
    """Return all organisations in the Latvian alphabet, those put away apart, in one statement."""
    represented = (
        select(func.count(Membership.id))
        .where(
            Membership.organisation_id == Organisation.id,
            or_(Membership.from_on.is_(None), Membership.from_on <= today),
            or_(Membership.until_on.is_(None), Membership.until_on >= today),
        )
        .correlate(Organisation)
        .scalar_subquery()
    )
    found = session.execute(
        select(Organisation, represented, changeable_organisations(viewer))
        .where(Organisation.archived_at.is_not(None) if is_archived else Organisation.archived_at.is_(None))
        .order_by(Organisation.name_sort, Organisation.id)
        .limit(MOST_ORGANISATIONS)
    )
    return [OrganisationRow(organisation, members, bool(right)) for organisation, members, right in found]


def organisation_names(session: Session) -> list[Bilingual]:
    """Return the names of all organisations that forms offer, in the Latvian alphabet."""
    found = session.execute(
        select(Organisation.name_lv, Organisation.name_en)
        .where(Organisation.archived_at.is_(None))
        .order_by(Organisation.name_sort, Organisation.id)
        .limit(MOST_ORGANISATIONS)
    )
    return [Bilingual(lv, en) for lv, en in found]


def changeable_organisation(session: Session, number: int, *, viewer: Viewer) -> Organisation | None:
    """Return the organisation of this number, if `viewer`, a manager, may change it."""
    return session.scalars(
        select(Organisation).where(Organisation.id == number, changeable_organisations(viewer))
    ).one_or_none()


def namesake(session: Session, names: Iterable[str | None], *, besides: int | None = None) -> Organisation | None:
    """Return another organisation that has one of these names in either language, whatever its case."""
    folded = [name.casefold() for name in names if name]
    for one in session.scalars(select(Organisation).where(Organisation.id != (besides or 0))) if folded else ():
        if {(one.name_lv or "").casefold(), (one.name_en or "").casefold()} & set(folded):
            return one
    return None


def is_named_anywhere(session: Session, organisation_id: int) -> bool:
    """Tell whether a membership, a person or an attendance refers to an organisation."""
    uses = [
        exists(select(1).where(noun.organisation_id == organisation_id)) for noun in (Membership, Person, Attendance)
    ]
    return bool(session.scalar(select(or_(*uses))))

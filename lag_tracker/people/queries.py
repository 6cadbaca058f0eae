"""Questions about people, for managers: whom they may read, and who is on record already."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from lag_tracker.latvian import fold
from lag_tracker.models.account import Account
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.person import Person
from lag_tracker.models.visibility import Viewer, changeable_groups, readable_people
from lag_tracker.models.visibility_of_people import changeable_people, people_telling_contacts

MOST_PEOPLE = 5000


class PersonRow(NamedTuple):
    """A person as the list shows them: the reader's groups they belong to today."""

    person: Person
    groups: list[Group]
    #: Whether the reader may know how to reach them.
    tells_contacts: bool

    @property
    def email(self) -> str | None:
        """The address, as far as the reader may know it."""
        return self.person.email if self.tells_contacts else None

    @property
    def phone(self) -> str | None:
        """The phone number, as far as the reader may know it."""
        return self.person.phone if self.tells_contacts else None


class Known(NamedTuple):
    """Somebody on record, as far as it takes to tell whether a new name is theirs."""

    id: int
    name: str
    email: str | None
    organisation: Bilingual
    #: False for one whom only people of other groups may read.
    is_readable: bool
    #: Whether a manager who reads them would learn an e-mail address or a phone number.
    has_contact: bool
    name_is_public: bool
    #: Whether the reader may know how to reach them.
    tells_contacts: bool


def people(session: Session, *, viewer: Viewer, today: date, is_archived: bool = False) -> list[PersonRow]:
    """Return the people whom `viewer` may read, by surname, with organisations and groups, in two statements."""
    found = session.execute(
        select(Person, people_telling_contacts(viewer))
        .where(
            readable_people(viewer), Person.archived_at.is_not(None) if is_archived else Person.archived_at.is_(None)
        )
        .options(joinedload(Person.organisation))
        .order_by(Person.name_sort, Person.id)
        .limit(MOST_PEOPLE)
    ).all()
    groups: dict[int | None, list[Group]] = {}
    for number, group in session.execute(
        select(Membership.person_id, Group)
        .join(Group, Group.id == Membership.group_id)
        .where(changeable_groups(viewer), Membership.person_id.is_not(None), _is_current(today))
        .order_by(Group.name_sort, Group.id)
    ):
        groups.setdefault(number, []).append(group)
    return [PersonRow(person, list(dict.fromkeys(groups.get(person.id, []))), bool(tells)) for person, tells in found]


def _is_current(today: date) -> ColumnElement[bool]:
    return or_(Membership.until_on.is_(None), Membership.until_on >= today)


def readable_person(session: Session, number: int, *, viewer: Viewer) -> Person | None:
    """Return the person of this number with their organisation, if `viewer` may read all of them."""
    return session.scalars(
        select(Person).where(Person.id == number, readable_people(viewer)).options(joinedload(Person.organisation))
    ).one_or_none()


def changeable_person(session: Session, number: int, *, viewer: Viewer) -> Person | None:
    """Return the person of this number with their organisation, if `viewer` may change them."""
    return session.scalars(
        select(Person).where(Person.id == number, changeable_people(viewer)).options(joinedload(Person.organisation))
    ).one_or_none()


def memberships_of(session: Session, person_id: int, *, viewer: Viewer) -> Sequence[Membership]:
    """Return a person's memberships in the groups that `viewer` may change, the latest first, with their groups."""
    return session.scalars(
        select(Membership)
        .join(Group, Group.id == Membership.group_id)
        .where(Membership.person_id == person_id, changeable_groups(viewer))
        .options(joinedload(Membership.group), joinedload(Membership.organisation))
        .order_by(Membership.until_on.is_not(None), Membership.until_on.desc(), Membership.id.desc())
    ).all()


def telling_contacts(session: Session, numbers: Iterable[int | None], *, viewer: Viewer) -> set[int]:
    """Return those of these people, all readable by `viewer`, who tell them e-mail address and phone number."""
    wanted = [number for number in numbers if number is not None]
    return set(session.scalars(select(Person.id).where(Person.id.in_(wanted), people_telling_contacts(viewer))))


def has_account(session: Session, person_id: int) -> bool:
    """Tell whether a person signs in, and so decides about their own name."""
    return bool(session.scalar(select(exists(select(1).where(Account.person_id == person_id)))))


def all_known(session: Session, *, viewer: Viewer) -> list[Known]:
    """Return everybody on record whose name may be somebody's who is being added, by surname, in one statement."""
    found = session.execute(
        select(
            Person.id, Person.name, Person.email, Organisation.name_lv, Organisation.name_en,
            readable_people(viewer), Person.phone, Person.name_is_public, people_telling_contacts(viewer),
        )
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.erased_at.is_(None), Person.archived_at.is_(None))
        .order_by(Person.name_sort, Person.id)
    )  # fmt: skip
    return [
        Known(
            number, name, email, Bilingual(lv, en), bool(right), bool(email or phone), is_public, bool(right and tells)
        )
        for number, name, email, lv, en, right, phone, is_public, tells in found
    ]


def namesakes(known: Iterable[Known], *, name: str | None, email: str | None) -> list[Known]:
    """Return those who may be the person of this name or e-mail address, with accents or without.

    Somebody whom only other groups know is told of only when nothing new is learnt by that: when name and address are
    both right, or when the name is public and there is no address to read.
    """
    wanted, address = fold(" ".join((name or "").split())), (email or "").casefold()

    def may_be(one: Known) -> bool:
        has_name = bool(wanted) and fold(one.name) == wanted
        has_address = bool(address) and (one.email or "").casefold() == address
        if one.is_readable:
            return has_name or has_address
        return has_name and (has_address or (one.name_is_public and not one.has_contact))

    return [one for one in known if may_be(one)]


def surely(
    candidates: Sequence[Known], *, name: str | None, email: str | None, organisation: str | None, is_alone: bool
) -> Known | None:
    """Return the candidate who is meant without a doubt: the only one, of just this name, and of the same address.

    Where no address was typed the organisation must be theirs, or the name alone must have been typed (`is_alone`), as
    by somebody who picks it from the list.
    """
    if len(candidates) != 1 or candidates[0].name.casefold() != " ".join((name or "").split()).casefold():
        return None
    (one,) = candidates
    own = {(words or "").casefold() for words in one.organisation}
    if email:
        return one if (one.email or "").casefold() == email.casefold() else None
    return one if is_alone or (organisation and organisation.casefold() in own) else None

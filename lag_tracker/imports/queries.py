"""What a list of members would change: each row against those on record, before anything is done."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

from flask_babel import gettext
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from lag_tracker.latvian import fold
from lag_tracker.models.account import Account
from lag_tracker.models.group import Group, MemberRole, Membership, Tier
from lag_tracker.models.organisation import Organisation, Sector
from lag_tracker.models.person import Person
from lag_tracker.models.submission import Draft
from lag_tracker.models.visibility import Viewer
from lag_tracker.models.visibility_of_people import changeable_people
from lag_tracker.people.queries import Known, all_known


@dataclass
class Entry:
    """A row of the list, as far as it could be read; None stands for an empty cell, which changes nothing."""

    line: int
    name: str | None = None
    organisation: str | None = None
    sector: Sector | None = None
    position: str | None = None
    email: str | None = None
    phone: str | None = None
    tier: Tier | None = None
    role: MemberRole | None = None
    from_on: date | None = None
    until_on: date | None = None
    #: What is wrong with the row, one sentence each.
    mistakes: list[str] = field(default_factory=list)


class Outcome(StrEnum):
    """What a row comes to."""

    #: A person who is not on record.
    NEW = "new"
    #: Somebody on record who does not belong to the group yet.
    JOINS = "joins"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


@dataclass
class Planned:
    """A row with what it comes to: whom it is about, and which columns change from what to what."""

    entry: Entry
    outcome: Outcome
    person: Person | None = None
    membership: Membership | None = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    is_new_organisation: bool = False


@dataclass
class Plan:
    """What a whole list comes to."""

    rows: list[Planned]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows come to what."""
        return dict(Counter(row.outcome.value for row in self.rows))

    @property
    def is_ready(self) -> bool:
        """Whether it can be carried out: no row is wrong, and at least one does something."""
        outcomes = {row.outcome for row in self.rows}
        return Outcome.WRONG not in outcomes and outcomes != {Outcome.SAME} and bool(outcomes)

    @property
    def digest(self) -> str:
        """A mark that differs when the plan does, so that nothing is done that nobody has seen."""
        seen = [
            (
                row.entry.line,
                row.outcome.value,
                row.person.id if row.person else 0,
                sorted((name, str(pair)) for name, pair in row.changes.items()),
                row.entry.mistakes,
            )
            for row in self.rows
        ]
        return sha256(repr(seen).encode()).hexdigest()


#: Columns of a row that are kept in the membership, and those kept with the person.
OF_MEMBERSHIP = ("tier", "role", "from_on", "until_on")
OF_PERSON = ("email", "phone")


def uploaded(session: Session, number: int, *, account: Account, path: str) -> Draft | None:
    """Return the list that this account sent for the page `path` and did not confirm yet; two clicks take turns."""
    own = select(Draft).where(Draft.id == number, Draft.account_id == account.id, Draft.path == path)
    return session.scalars(own.with_for_update()).one_or_none()


def plan_members(session: Session, group: Group, entries: Sequence[Entry], *, viewer: Viewer, today: date) -> Plan:
    """Return what these rows would change in a group, in four statements however many rows there are."""
    register = _Register(session, group, viewer=viewer, today=today)
    rows = [register.plan(entry) for entry in entries]
    _refuse_twins(rows)
    return Plan(rows)


class _Register:
    """All that is on record, as far as rows are compared with it."""

    def __init__(self, session: Session, group: Group, *, viewer: Viewer, today: date) -> None:
        self.by_name: dict[str, list[Known]] = {}
        self.by_email: dict[str, list[Known]] = {}
        for known in all_known(session, viewer=viewer):
            if known.is_readable:
                # Of an address that the reader is not told, no row may say whether it is right.
                one = known if known.tells_contacts else known._replace(email=None)
                self.by_name.setdefault(fold(one.name), []).append(one)
                if one.email:
                    self.by_email.setdefault(one.email.casefold(), []).append(one)
        self.members = _members(session, group, today)
        self.organisations = _organisation_names(session)
        numbers = {one.id for found in (*self.by_name.values(), *self.by_email.values()) for one in found}
        self.people = {one.id: one for one in session.scalars(select(Person)) if one.id in numbers}
        self.telling = {one.id for found in self.by_name.values() for one in found if one.tells_contacts}
        self.changeable = set(session.scalars(select(Person.id).where(changeable_people(viewer))))

    def plan(self, entry: Entry) -> Planned:
        """Return what one row comes to."""
        if entry.mistakes:
            return Planned(entry, Outcome.WRONG)
        known = self._known(entry)
        if entry.mistakes:
            return Planned(entry, Outcome.WRONG)
        person = self.people.get(known.id) if known else None
        planned = Planned(entry, Outcome.NEW, person)
        planned.is_new_organisation = (
            bool(entry.organisation) and fold(entry.organisation or "") not in self.organisations
        )
        planned.membership = self.members.get((person.id, None)) if person else self._of_organisation(entry)
        self._compare(planned)
        return planned

    def _of_organisation(self, entry: Entry) -> Membership | None:
        number = self.organisations.get(fold(entry.organisation or "")) if not entry.name else None
        return self.members.get((None, number)) if number else None

    def _known(self, entry: Entry) -> Known | None:
        """Return the person on record whom a row names; a doubt becomes a mistake of the row."""
        if not entry.name:
            return None
        same_name = self.by_name.get(fold(entry.name), [])
        same_email = self.by_email.get((entry.email or "").casefold(), [])
        both = [one for one in same_name if one in same_email]
        if len(both) == 1:
            return both[0]
        if same_email:
            entry.mistakes.append(gettext("This e-mail address is on record for somebody of another name."))
            return None
        members = [one for one in same_name if (one.id, None) in self.members]
        likely = members or [one for one in same_name if not (entry.email and one.email)]
        if len(likely) > 1 or (same_name and not likely):
            entry.mistakes.append(
                gettext("Somebody of this name is on record with another address. Add this member by hand.")
            )
            return None
        return likely[0] if likely else None

    def _compare(self, planned: Planned) -> None:
        """Write down which columns change, and what the row comes to."""
        entry, membership, person = planned.entry, planned.membership, planned.person
        if person:
            planned.changes |= self._of_person(entry, person)
        if membership:
            planned.changes |= _differences(entry, membership, OF_MEMBERSHIP)
            own = membership.organisation
            if entry.organisation and not (
                own and fold(entry.organisation) in {fold(name) for name in own.name if name}
            ):
                planned.changes["organisation"] = (own.name if own else None, entry.organisation)
            planned.outcome = Outcome.CHANGED if planned.changes else Outcome.SAME
        elif person:
            planned.outcome = Outcome.JOINS
        if entry.mistakes:
            planned.outcome = Outcome.WRONG

    def _of_person(self, entry: Entry, person: Person) -> dict[str, tuple[Any, Any]]:
        tells = person.id in self.telling
        changes = _differences(entry, person, OF_PERSON) if tells else {}
        if entry.position and entry.position not in person.position:
            changes["position"] = (person.position_lv, entry.position)
        is_guess = not tells and bool(entry.email or entry.phone)
        if is_guess or (changes and person.id not in self.changeable):
            entry.mistakes.append(
                gettext("Another group has this person, too: leave position, e-mail and phone as they are on record.")
            )
        return changes


def _differences(entry: Entry, record: Any, columns: Iterable[str]) -> dict[str, tuple[Any, Any]]:
    given = {name: getattr(entry, name) for name in columns}
    return {
        name: (getattr(record, name), value)
        for name, value in given.items()
        if value is not None and not _is_same(getattr(record, name), value)
    }


def _is_same(kept: Any, typed: Any) -> bool:
    return bool(kept.casefold() == typed.casefold()) if isinstance(kept, str) else bool(kept == typed)


def _members(session: Session, group: Group, today: date) -> dict[tuple[int | None, int | None], Membership]:
    """Return the memberships of today and later by person, or by organisation where that is itself the member."""
    found = session.scalars(
        select(Membership)
        .where(
            Membership.group_id == group.id,
            Membership.member_group_id.is_(None),
            or_(Membership.until_on.is_(None), Membership.until_on >= today),
        )
        .options(joinedload(Membership.organisation))
    )
    return {(one.person_id, None if one.person_id else one.organisation_id): one for one in found}


def _organisation_names(session: Session) -> dict[str, int]:
    names: dict[str, int] = {}
    for number, lv, en in session.execute(
        select(Organisation.id, Organisation.name_lv, Organisation.name_en).where(Organisation.archived_at.is_(None))
    ):
        names.update({fold(name): number for name in (lv, en) if name})
    return names


def _refuse_twins(rows: Iterable[Planned]) -> None:
    """Mark rows that name the same member as an earlier one."""
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        entry = row.entry
        key = (row.person.id,) if row.person else (fold(entry.name or ""), (entry.email or "").casefold() or None)
        if not entry.name:
            key = ("", fold(entry.organisation or ""))
        if row.outcome is not Outcome.WRONG and key in seen:
            entry.mistakes.append(gettext("Row %(number)d names the same member.", number=seen[key]))
            row.outcome = Outcome.WRONG
        seen.setdefault(key, entry.line)

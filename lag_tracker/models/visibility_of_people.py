"""Who may change a Person or Organisation, or reach a Person: the part of `visibility.py` that asks who else has them.

A record that another group has, or had, stands on that group's pages, so its managers alone must not rewrite it.
Here is also who reads whom an action names in words: it may be a person who is not on record.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from lag_tracker.models.account import Account, GroupRole
from lag_tracker.models.action import Action
from lag_tracker.models.agenda import Speaker
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.group import Membership
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.person import Person
from lag_tracker.models.visibility import Viewer, held_by, readable_people

_kept = lru_cache(maxsize=2000)


@_kept
def answering_in_words(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may read the words that say who answers for an Action."""
    if viewer.is_administrator:
        return true()
    is_public = Action.responsible_is_public.is_(True)
    return or_(is_public, held_by(Action.meeting_id, viewer.belongs_to)) if viewer.belongs_to else is_public


@_kept
def changeable_people(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may change a Person: they read them, and no other group has them.

    Another group has those who are or were its members, have a role in it, or came to or spoke at a meeting that none
    of the viewer's groups holds.
    """
    if viewer.is_administrator:
        return readable_people(viewer)
    role = aliased(GroupRole)
    in_role = exists(
        select(1)
        .select_from(Account)
        .join(role, role.account_id == Account.id)
        .where(Account.person_id == Person.id, role.group_id.not_in(viewer.manages))
        .correlate(Person)
    )
    named = (_is_named_elsewhere(viewer, noun, "person_id", Person) for noun in (Membership, Attendance, Speaker))
    return readable_people(viewer) & ~or_(in_role, *named)


@_kept
def people_telling_contacts(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which a Person whom `viewer` may read tells them e-mail address and phone number.

    Where another group has the person, too, only the group reads it whose member they were first, or whose guest if
    they are nobody's member, and each where they have taken up a role: whoever knows a name and an address could else
    add them, to learn the number.
    """
    if viewer.is_administrator:
        return true()
    role = aliased(GroupRole)
    takes_part = exists(
        select(1)
        .select_from(Account)
        .join(role, role.account_id == Account.id)
        .where(Account.person_id == Person.id, role.group_id.in_(viewer.manages))
        .correlate(Person)
    )
    member, guest = aliased(Membership), aliased(Attendance)
    was_member = exists(select(1).where(member.id == _first(Membership), member.group_id.in_(viewer.manages)))
    was_guest = exists(select(1).where(guest.id == _first(Attendance), held_by(guest.meeting_id, viewer.manages)))
    is_nobodys = _first(Membership).is_(None)
    return or_(takes_part, was_member, is_nobodys & was_guest, changeable_people(viewer))


def _first(noun: Any) -> ScalarSelect[Any]:
    """Return the number of a Person's first row of `noun`."""
    row = aliased(noun)
    return select(func.min(row.id)).where(row.person_id == Person.id).correlate(Person).scalar_subquery()


@_kept
def changeable_organisations(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer`, a manager, may change an Organisation: no other group has it.

    Another group has those that are or were represented in it or at its meetings, and those of its people.
    """
    if viewer.is_administrator:
        return true()
    employs = exists(
        select(1)
        .where(Person.organisation_id == Organisation.id, Person.erased_at.is_(None), ~changeable_people(viewer))
        .correlate(Organisation)
    )
    named = (_is_named_elsewhere(viewer, noun, "organisation_id", Organisation) for noun in (Membership, Attendance))
    return ~or_(employs, *named)


def _is_named_elsewhere(viewer: Viewer, noun: Any, column: str, named: Any) -> ColumnElement[bool]:
    """Return the condition that a row of `noun` names the record in a group that `viewer` does not manage."""
    row = aliased(noun)
    is_own = row.group_id.in_(viewer.manages) if noun is Membership else held_by(row.meeting_id, viewer.manages)
    return exists(select(1).where(getattr(row, column) == named.id, ~is_own).correlate(named))

"""What happens to memberships."""

from datetime import date
from typing import TypedDict

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from lag_tracker.errors import RuleBroken
from lag_tracker.members.queries import membership_of
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.group import Group, MemberRole, Membership, Tier
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.person import Person


class MemberWords(TypedDict):
    """What a manager writes about a membership."""

    tier: Tier
    role: MemberRole
    from_on: date | None
    substitute_for_id: int | None
    organisation_is_public: bool


class Member(TypedDict):
    """Who belongs to a group: a person, for an organisation or not; an organisation itself; or another group."""

    person: Person | None
    organisation: Organisation | None
    member_group_id: int | None


def add_member(group: Group, *, session: Session, member: Member, words: MemberWords, today: date) -> Membership:
    """Let somebody belong to a group who does not belong to it yet."""
    session.flush()
    person, organisation = member["person"], member["organisation"]
    others_place = membership_of(
        session,
        group.id,
        person_id=person.id if person else None,
        organisation_id=organisation.id if organisation else None,
        member_group_id=member["member_group_id"],
        day=words["from_on"] or today,
    )
    if others_place is not None:
        raise RuleBroken(
            gettext("This member belongs to the group already. Change that membership instead."), about="name"
        )
    membership = Membership(group_id=group.id, **member, **words)
    session.add(membership)
    return membership


def change_membership(
    membership: Membership,
    *,
    session: Session,
    organisation: Organisation | None,
    words: MemberWords,
    until_on: date | None,
) -> None:
    """Write down for whom, in which office and for how long somebody belongs to a group."""
    if not (organisation or membership.person_id or membership.member_group_id):
        raise RuleBroken(
            gettext("The organisation itself is the member, so it cannot be left out."), about="organisation"
        )
    stand_for(membership, organisation, session=session)
    for name, value in words.items():
        setattr(membership, name, value)
    membership.until_on = until_on


def stand_for(membership: Membership, organisation: Organisation | None, *, session: Session) -> None:
    """Let a member represent an organisation, or none; whom they came for until now is kept to itself if it was."""
    if membership.organisation_id != (organisation.id if organisation else None):
        _keep_whom_they_came_for(membership, session)
    membership.organisation = organisation


def end_membership(membership: Membership, *, until_on: date) -> None:
    """Let a membership end with a day; the attendance of whoever leaves stays."""
    if membership.from_on and until_on < membership.from_on:
        raise RuleBroken(gettext("The membership cannot end before it began; check the day."), about="until_on")
    membership.until_on = until_on


def fill_contacts(person: Person, *, email: str | None, phone: str | None) -> None:
    """Write down how to reach somebody where that is not known yet; what is known is left alone."""
    person.email = person.email or email
    person.phone = person.phone or phone


def erase_membership(membership: Membership, *, session: Session) -> None:
    """Delete a membership that never was; whoever left belongs to the group's past, so theirs is ended instead."""
    _keep_whom_they_came_for(membership, session)
    session.delete(membership)


def _keep_whom_they_came_for(membership: Membership, session: Session) -> None:
    """Let meetings go on not to name an organisation that a membership has kept to itself and will no more speak of."""
    if membership.organisation_is_public or membership.organisation_id is None:
        return
    came = select(Attendance).where(Attendance.organisation_id == membership.organisation_id)
    if membership.person_id is not None:
        came = came.where(Attendance.person_id == membership.person_id)
    # One by one through the session, so that the search follows.
    for attendance in session.scalars(came):
        attendance.organisation_is_public = False

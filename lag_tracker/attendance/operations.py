"""What happens to attendance."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from lag_tracker.attendance.managed import Candidate, presences
from lag_tracker.attendance.queries import Who, known_organisation, known_person, who
from lag_tracker.database import take_turns
from lag_tracker.errors import RuleBroken
from lag_tracker.models.attendance import Attendance, Presence
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.person import Person


def expect_members(
    meeting: Meeting, *, session: Session, memberships: Iterable[Membership], presence: Presence | None = None
) -> list[Attendance]:
    """Write down whom a meeting expects, each on behalf of the organisation that they represent in their group.

    Who belongs to two of the groups is written down once. `presence` is None until the meeting was held.
    """
    expected: dict[Who, Attendance] = {}
    for one in memberships:
        if who(one) not in expected:
            expected[who(one)] = Attendance(
                meeting=meeting,
                person_id=one.person_id,
                organisation_id=one.organisation_id,
                presence=presence,
                is_guest=False,
            )
    session.add_all(expected.values())
    return list(expected.values())


def note_present(meeting: Meeting, *, session: Session, memberships: Iterable[Membership]) -> list[Attendance]:
    """Write down that members came."""
    return expect_members(meeting, session=session, memberships=memberships, presence=Presence.PRESENT)


def note_guests(
    meeting: Meeting, *, session: Session, lines: Iterable[str], groups: Sequence[Group]
) -> list[Attendance]:
    """Write down guests who came, one for each line: a name and, after a comma, whom they stand for.

    Somebody whom these groups know by this name and organisation is that person; anyone else is put on record. Whoever
    is on record at the meeting already, as a member may be, came, and is a guest only if they were one.
    """
    guests = []
    for line in lines:
        name, _, body = (part.strip() for part in line.partition(","))
        organisation = _organisation(session, body) if body else None
        person = _person(session, name, organisation, groups) if name else None
        if person or organisation:
            guest = _on_record(session, meeting, person) or Attendance(
                meeting=meeting, person=person, organisation=organisation, is_guest=True
            )
            guest.presence = Presence.PRESENT
            session.add(guest)
            session.flush()
            guests.append(guest)
    return guests


def _on_record(session: Session, meeting: Meeting, person: Person | None) -> Attendance | None:
    """Return what is on record of a person at a meeting."""
    if person is None:
        return None
    session.flush()
    is_theirs = (Attendance.meeting_id == meeting.id) & (Attendance.person_id == person.id)
    return session.scalar(select(Attendance).where(is_theirs))


def _organisation(session: Session, name: str) -> Organisation:
    organisation = known_organisation(session, name)
    if organisation is None:
        organisation = Organisation(name_lv=name[:300])
        session.add(organisation)
        session.flush()
    return organisation


def _person(session: Session, name: str, organisation: Organisation | None, groups: Sequence[Group]) -> Person:
    person = known_person(session, name, organisation, groups=groups)
    if person is None:
        person = Person(name=name[:200], organisation=organisation, name_is_public=False)
        session.add(person)
    return person


def note_presence(
    meeting: Meeting, *, session: Session, candidates: Sequence[Candidate], present: set[int], excused: set[int]
) -> None:
    """Write down who came and who was excused, by the keys of `candidates`.

    Of the others, who was expected stayed away, and a guest was not there at all. Raises StaleDataError when somebody
    else has written it down since the candidates were read: the request then runs once more and finds it.
    """
    # Invitations put people on record at the same meeting.
    take_turns(session.connection(), "invitations")
    if presences(session, meeting.id) != {who(one.attendance): one.presence for one in candidates if one.attendance}:
        raise StaleDataError
    if present & excused:
        raise RuleBroken(gettext("Nobody both came and was excused: tick each name once."), about="excused")
    for one in candidates:
        came = Presence.PRESENT if one.key in present else Presence.EXCUSED if one.key in excused else None
        if one.attendance is None and came is not None:
            session.add(Attendance(meeting=meeting, person=one.person, organisation=one.organisation, presence=came))
        elif one.attendance is not None and one.is_guest and came is None:
            session.delete(one.attendance)
        elif one.attendance is not None:
            one.attendance.presence = came or Presence.ABSENT

"""Whom managers tick after a meeting."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lag_tracker.attendance.queries import Who, members_on, who
from lag_tracker.models.attendance import Attendance, Presence, Reply
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.person import Person


class Candidate(NamedTuple):
    """Somebody who may have come: a person, or an organisation that nobody stood for by name."""

    person: Person | None
    organisation: Organisation | None
    #: What is on record of them; None for members of whom nothing is written yet.
    attendance: Attendance | None

    @property
    def key(self) -> int:
        """A number that stands for them in a form: even for people, odd for organisations."""
        if self.person is not None:
            return self.person.id * 2
        return (self.organisation.id if self.organisation else 0) * 2 + 1

    @property
    def presence(self) -> Presence | None:
        """Whether they came, as far as it is on record."""
        return self.attendance.presence if self.attendance else None

    @property
    def is_guest(self) -> bool:
        """Whether they belong to none of the groups."""
        return self.attendance is not None and self.attendance.is_guest

    @property
    def is_expected(self) -> bool:
        """Whether they may come: all but those who said that they do not."""
        return self.attendance is None or self.attendance.reply is not Reply.DECLINED


def candidates(session: Session, meeting: Meeting, *, day: date) -> list[Candidate]:
    """Return those on record at a meeting, and the other members of its groups on that day, by name.

    Whoever is on record without a name or an organisation was erased: they are counted, and nobody ticks them.
    """
    found: dict[Who, Candidate] = {}
    for row in attendances_of(session, meeting.id):
        if row.person or row.organisation:
            found.setdefault(who(row), Candidate(row.person, row.organisation, row))
    for member in members_on(session, meeting.groups, day=day):
        found.setdefault(who(member), Candidate(member.person, member.organisation, None))
    return sorted(found.values(), key=_place)


def _place(candidate: Candidate) -> tuple[bool, str]:
    person, organisation = candidate.person, candidate.organisation
    return person is None, person.name_sort if person else organisation.name_sort if organisation else ""


def attendances_of(session: Session, meeting_id: int) -> Sequence[Attendance]:
    """Return what is on record of who was invited and who came, with people and organisations, in one statement."""
    return session.scalars(
        select(Attendance)
        .where(Attendance.meeting_id == meeting_id)
        .options(joinedload(Attendance.person), joinedload(Attendance.organisation))
        .order_by(Attendance.id)
    ).all()


def attendance_by_name(session: Session, meeting_id: int) -> list[Attendance]:
    """Return what is on record of who was invited and who came, by name; what bears no name stands at the end."""
    rows = attendances_of(session, meeting_id)
    return sorted(rows, key=lambda row: _place(Candidate(row.person, row.organisation, row)))


def presences(session: Session, meeting_id: int) -> dict[Who, Presence | None]:
    """Return who is on record at a meeting now, and whether they came, whatever was read before."""
    rows = session.execute(
        select(Attendance.person_id, Attendance.organisation_id, Attendance.presence)
        .where(Attendance.meeting_id == meeting_id)
        .order_by(Attendance.id.desc())
    )
    return {
        (person, None if person else organisation): presence
        for person, organisation, presence in rows
        if person or organisation
    }

"""A meeting with members to invite, for tests of this folder."""

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.attendance import Attendance, Reply
from lag_tracker.models.group import Group, Tier
from lag_tracker.models.letter import Letter
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.person import Person
from tests import factories

#: The moment at which the tests of this folder live; the meeting is eleven days ahead.
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
DAY = date(2027, 3, 12)


def ahead(group: Group, **given: Any) -> Meeting:
    """Add a meeting of a group on 12 March 2027, from 18.00 to 20.00."""
    values: dict[str, Any] = {
        "slug": "sanaksme",
        "starts_on": DAY,
        "starts_at_time": time(18),
        "ends_at_time": time(20),
        "place_lv": "Ķekavas pagasta pārvalde, Gaismas iela 19",
        "groups": [group],
    }
    made: Meeting = factories.meeting("Velo & ceļi", **(values | given))
    return made


def member(group: Group, name: str, email: str | None = None, *, tier: Tier = Tier.CORE, **given: Any) -> Person:
    """Add a member of a group."""
    person: Person = factories.person(name, email=email, **given)
    db.session.flush()
    factories.membership(group, person, tier=tier)
    db.session.flush()
    return person


def invite(meeting: Meeting, person: Person, reply: Reply = Reply.INVITED, **given: Any) -> Attendance:
    """Add somebody's invitation, sent ten days before NOW."""
    values = {"invited_at": datetime(2027, 2, 19, 9, tzinfo=UTC)}
    row = Attendance(meeting=meeting, person=person, reply=reply, **(values | given))
    db.session.add(row)
    db.session.flush()
    return row


def letters(kind: str | None = None) -> list[Letter]:
    """Return the letters that were written, by receiver."""
    db.session.expire_all()
    found = list(db.session.scalars(select(Letter).order_by(Letter.to_email, Letter.id)))
    return [letter for letter in found if kind in {None, letter.kind}]


def answers() -> dict[str, Reply | None]:
    """Return what everybody on record for a meeting answered, by name."""
    db.session.expire_all()
    rows = db.session.execute(select(Person.name, Attendance.reply).join(Person, Person.id == Attendance.person_id))
    return {row[0]: row[1] for row in rows}

"""Who came to a meeting: for the public organisations and numbers, never names; those who take part read the names."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from lag_tracker.latvian import sort_key
from lag_tracker.models.attendance import Attendance, Presence
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import Meeting, MeetingGroup
from lag_tracker.models.organisation import Organisation, Sector
from lag_tracker.models.person import Person
from lag_tracker.models.visibility import Viewer

#: A person, or an organisation without one.
Who: TypeAlias = tuple[int | None, int | None]

#: More people are not offered to be ticked one by one.
MOST_OFFERED = 500
MOST_NAMESAKES = 10
#: What fits the column of a name's place in the alphabet, without its last sign.
LONGEST_KEY = 399
_OF_ORGANISATION = ("id", "name_lv", "name_en", "name_sort", "sector")


class Represented(NamedTuple):
    """An organisation that was represented at a meeting."""

    name: Bilingual
    sector: Sector | None


class Named(NamedTuple):
    """Somebody who came to a meeting or was excused, and on whose behalf."""

    name: str
    organisation: Bilingual | None
    is_present: bool


class PresenceSummary(NamedTuple):
    """How many people came, were excused or stayed away, how many were guests, and which organisations were there."""

    present: int
    excused: int
    absent: int
    guests: int
    organisations: list[Represented]


def presence_at(session: Session, meeting_id: int) -> PresenceSummary:
    """Return the numbers over the people of one meeting, and the organisations that were there, in two statements."""
    counts = {
        (presence, guest): number
        for presence, guest, number in session.execute(
            select(Attendance.presence, Attendance.is_guest, func.count())
            .where(Attendance.meeting_id == meeting_id, Attendance.person_id.is_not(None) | Attendance.is_nameless)
            .group_by(Attendance.presence, Attendance.is_guest)
        )
    }
    organisations = session.execute(represented().where(Attendance.meeting_id == meeting_id))

    def number_of(presence: Presence) -> int:
        return sum(number for (found, _), number in counts.items() if found == presence)

    return PresenceSummary(
        number_of(Presence.PRESENT),
        number_of(Presence.EXCUSED),
        number_of(Presence.ABSENT),
        counts.get((Presence.PRESENT, True), 0),
        [Represented(Bilingual(one.name_lv, one.name_en), one.sector) for one in organisations],
    )


def represented() -> Select[*tuple[Any, ...]]:
    """Return the statement for the organisations that everyone may read were at meetings, each once for a meeting."""
    return (
        select(Attendance.meeting_id, *(getattr(Organisation, name) for name in _OF_ORGANISATION))
        .join(Organisation, Organisation.id == Attendance.organisation_id)
        .where(Attendance.presence == Presence.PRESENT, ~whom_is_not_said())
        .distinct()
        .order_by(Organisation.name_sort, Organisation.id)
    )


def whom_is_not_said() -> ColumnElement[bool]:
    """Return the condition that it is not for everyone to read for whom somebody came.

    So it is where the person asked a group not to name that organisation, or the organisation itself did.
    """
    of_member = or_(Membership.person_id == Attendance.person_id, Membership.person_id.is_(None))
    asked = select(1).where(Membership.organisation_id == Attendance.organisation_id, of_member)
    return (
        ~Attendance.organisation_is_public
        | asked.where(~Membership.organisation_is_public).correlate(Attendance).exists()
    )


def people_at(session: Session, meeting: Meeting, *, viewer: Viewer) -> list[Named]:
    """Return who came to a meeting or was excused, by surname, in one statement; nobody to who takes no part in it.

    Who agreed to a public name did so for an office or a speech, and not for every meeting they went to.
    """
    if not viewer.takes_part(link.group_id for link in meeting.meeting_groups):
        return []
    found = session.execute(
        select(Person.name, Organisation, Attendance.presence)
        .select_from(Attendance)
        .join(Person, Person.id == Attendance.person_id)
        .outerjoin(Organisation, Organisation.id == Attendance.organisation_id)
        .where(Attendance.meeting_id == meeting.id, Person.erased_at.is_(None), ~Attendance.is_nameless)
        .where(Attendance.presence.in_([Presence.PRESENT, Presence.EXCUSED]))
        .order_by(Person.name_sort, Attendance.id)
        .limit(MOST_OFFERED)
    )
    return [
        Named(name, organisation.name if organisation else None, presence is Presence.PRESENT)
        for name, organisation, presence in found
    ]


def members_on(session: Session, groups: Iterable[Group], *, day: date) -> list[Membership]:
    """Return the memberships of these groups on a day with their people and organisations, by name, in one statement.

    Other groups that are members are left out: they come as people. So is whoever was erased.
    """
    return list(
        session.scalars(
            select(Membership)
            .outerjoin(Membership.person)
            .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
            .options(joinedload(Membership.person), joinedload(Membership.organisation))
            .where(
                Membership.group_id.in_([group.id for group in groups]),
                Membership.member_group_id.is_(None),
                Person.erased_at.is_(None),
                or_(Membership.from_on.is_(None), Membership.from_on <= day),
                or_(Membership.until_on.is_(None), Membership.until_on >= day),
            )
            .order_by(Person.name_sort.is_(None), Person.name_sort, Organisation.name_sort, Membership.id)
            .limit(MOST_OFFERED)
        )
    )


def each_once(memberships: Iterable[Membership], *, first: Group) -> list[Membership]:
    """Return one membership for each person or organisation, that of the group `first` where they have one."""
    found: dict[Who, Membership] = {}
    for one in sorted(memberships, key=lambda one: one.group_id != first.id):
        found.setdefault(who(one), one)
    return list(found.values())


def who(one: Membership | Attendance) -> Who:
    """Return who belongs or comes, whichever group or meeting it is about."""
    return one.person_id, None if one.person_id else one.organisation_id


def known_organisation(session: Session, name: str) -> Organisation | None:
    """Return the organisation of this name in either language, whatever its case and punctuation."""
    found = session.scalars(
        select(Organisation)
        .where(Organisation.archived_at.is_(None))
        .where(or_(Organisation.name_sort.startswith(_beginning(name), autoescape=True), Organisation.name_en == name))
        .order_by(Organisation.id)
        .limit(1)
    )
    return found.first()


def known_person(
    session: Session, name: str, organisation: Organisation | None, *, groups: Sequence[Group]
) -> Person | None:
    """Return the person of this name who belongs to one of `groups` or came to one of their meetings.

    Where an organisation is given, it must be theirs; where none is, who has none comes first. Of two it is neither.
    """
    numbers = [group.id for group in groups]
    members = select(Membership.person_id).where(Membership.group_id.in_(numbers))
    came = select(Attendance.person_id).join(MeetingGroup, MeetingGroup.meeting_id == Attendance.meeting_id)
    here = or_(Person.id.in_(members), Person.id.in_(came.where(MeetingGroup.group_id.in_(numbers))))
    given, _, surname = name.rpartition(" ")
    is_called = Person.name_sort.startswith(_beginning(f"{surname} {given}"), autoescape=True)
    found = select(Person).where(is_called, Person.erased_at.is_(None), here)
    if organisation is not None:
        represents = select(Membership.person_id).where(Membership.organisation_id == organisation.id)
        found = found.where(or_(Person.organisation_id == organisation.id, Person.id.in_(represents)))
    people = session.scalars(found.limit(MOST_NAMESAKES)).all()
    of_none = [one for one in people if one.organisation_id is None]
    likely = people if organisation is not None or not of_none else of_none
    return likely[0] if len(likely) == 1 else None


def _beginning(name: str) -> str:
    """Return how the sort key of a name begins, however it is spelled: what follows tells case and punctuation."""
    return sort_key(name).partition(" ")[0][:LONGEST_KEY] + " "

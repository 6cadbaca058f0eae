"""Questions about who is invited to a meeting and what they answered."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, distinct, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lag_tracker.attendance.queries import members_on
from lag_tracker.latvian import fold
from lag_tracker.models.account import Account, GroupRole
from lag_tracker.models.agenda import AgendaItem, Speaker
from lag_tracker.models.attendance import Attendance, Reply
from lag_tracker.models.audit import AuditEntry, Deed
from lag_tracker.models.group import Membership, Tier
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingState
from lag_tracker.models.person import Person
from lag_tracker.models.traits import Precision
from lag_tracker.models.visibility import Viewer, readable_people, visible_meetings

#: Guests of earlier meetings are offered when they came within so many days.
GUESTS_OF_LATE = timedelta(days=730)
MOST_GUESTS = 60
MOST_ANSWERS = 2000
#: The order in which managers want to read answers.
IN_ORDER = (Reply.ACCEPTED, Reply.TENTATIVE, Reply.DECLINED, Reply.INVITED)


class Candidate(NamedTuple):
    """Somebody who may be invited, how close they stand to the groups, and what is on record about the meeting."""

    person: Person
    #: None for guests.
    tier: Tier | None
    #: On whose behalf they would come.
    organisation_id: int | None
    attendance: Attendance | None


class Answers(NamedTuple):
    """What becomes of answers when the time of a meeting changes."""

    #: Those of people whom a letter asks anew.
    lapsing: int
    #: Those of people who get no letter.
    staying: int


def candidates(session: Session, meeting: Meeting, *, viewer: Viewer) -> list[Candidate]:
    """Return whom a meeting with a known day may invite, by surname, in three statements.

    Members of its groups on that day, whoever is on record for it, and guests of late meetings of those of the groups
    that `viewer` manages: who came to the others' is for their managers to know.
    """
    known = {row.person_id: row for row in _attendances(session, meeting.id)}
    found: dict[int, Candidate] = {}
    members = members_on(session, meeting.groups, day=meeting.starts_on) if meeting.starts_on else []
    for one in sorted(members, key=lambda one: list(Tier).index(one.tier)):
        if one.person is not None:
            row = known.get(one.person.id)
            found.setdefault(one.person.id, Candidate(one.person, one.tier, one.organisation_id, row))
    for row in known.values():
        if row.person is not None:
            found.setdefault(row.person.id, Candidate(row.person, None, row.organisation_id, row))
    for person in _guests_of_late(session, meeting, viewer):
        found.setdefault(person.id, Candidate(person, None, person.organisation_id, None))
    here = (one for one in found.values() if one.person.erased_at is None and not one.person.is_archived)
    return sorted(here, key=lambda one: one.person.name_sort)


def _attendances(session: Session, meeting_id: int) -> list[Attendance]:
    of_meeting = select(Attendance).where(Attendance.meeting_id == meeting_id, Attendance.person_id.is_not(None))
    return list(session.scalars(of_meeting.options(joinedload(Attendance.person)).order_by(Attendance.id.desc())))


def _guests_of_late(session: Session, meeting: Meeting, viewer: Viewer) -> list[Person]:
    groups = [link.group_id for link in meeting.meeting_groups if viewer.may_manage([link.group_id])]
    if meeting.starts_on is None or not groups:
        return []
    came = (
        select(Attendance.person_id)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .join(MeetingGroup, MeetingGroup.meeting_id == Meeting.id)
        .where(MeetingGroup.group_id.in_(groups), Attendance.is_guest, Meeting.id != meeting.id)
        .where(Meeting.starts_on >= meeting.starts_on - GUESTS_OF_LATE)
    )
    found = select(Person).where(Person.id.in_(came)).order_by(Person.name_sort, Person.id)
    return list(session.scalars(found.limit(MOST_GUESTS)))


def known_receiver(session: Session, *, name: str, email: str, viewer: Viewer) -> Person | None:
    """Return the person of this name and address whom `viewer` may read; nobody learns of others by guessing."""
    found = session.scalars(
        select(Person)
        .where(func.lower(Person.email) == email.lower(), readable_people(viewer), Person.archived_at.is_(None))
        .order_by(Person.id)
        .limit(MOST_GUESTS)
    )
    return next((person for person in found if fold(person.name) == fold(name)), None)


def invited_to(session: Session, meeting_id: int) -> list[Attendance]:
    """Return those who are invited to a meeting, by answer and surname, with who they are and whom they stand for."""
    found = session.scalars(
        select(Attendance)
        .join(Attendance.person)
        .where(Attendance.meeting_id == meeting_id, _is_invited())
        .options(joinedload(Attendance.person), joinedload(Attendance.organisation))
        .order_by(Person.name_sort, Attendance.id)
        .limit(MOST_ANSWERS)
    )
    return sorted(found, key=lambda row: IN_ORDER.index(row.reply or Reply.INVITED))


def lapsed_answers(session: Session, invited: Iterable[Attendance]) -> dict[int, Reply]:
    """Return what people had answered before they were asked anew, attendance -> answer.

    An answer that lapsed is of the past, and the past is in the record of changes.
    """
    numbers = [row.id for row in invited if row.reply is Reply.INVITED]
    entries = (
        select(AuditEntry.record_id, AuditEntry.deed, AuditEntry.changes)
        .where(AuditEntry.noun == Attendance.__tablename__, AuditEntry.record_id.in_(numbers))
        .order_by(AuditEntry.id)
    )
    found: dict[int, Reply] = {}
    for number, deed, changes in session.execute(entries) if numbers else ():
        before, after = changes.get("reply") or (None, None)
        if deed in {Deed.CREATED, Deed.ERASED}:
            # Somebody else's row may have had the number.
            found.pop(number, None)
        elif before and after == Reply.INVITED:
            found[number] = Reply(before)
    return found


def is_ahead(meeting: Meeting, *, today: date) -> bool:
    """Tell whether people can still say if they come."""
    return meeting.state is MeetingState.SCHEDULED and _is_to_come(meeting, today)


def _is_to_come(meeting: Meeting, today: date) -> bool:
    return not meeting.is_archived and meeting.last_day is not None and meeting.last_day >= today


def invited_person(session: Session, meeting_id: int, number: int) -> Attendance | None:
    """Return somebody's invitation to this meeting by its number, with who they are and the meeting."""
    found = select(Attendance).where(Attendance.id == number, Attendance.meeting_id == meeting_id, _is_invited())
    return session.scalars(found.options(joinedload(Attendance.person), joinedload(Attendance.meeting))).one_or_none()


def number_invited(
    session: Session, meetings: Iterable[Meeting], *, today: date, state: MeetingState = MeetingState.SCHEDULED
) -> int:
    """Return how many people are invited to those of the meetings that are in a state and still to come."""
    numbers = [meeting.id for meeting in meetings if meeting.state is state and _is_to_come(meeting, today)]
    people = select(func.count(distinct(Attendance.person_id))).where(Attendance.meeting_id.in_(numbers), _is_invited())
    return (session.scalar(people) or 0) if numbers else 0


def answers_to(
    session: Session, meetings: Iterable[Meeting], *, today: date, state: MeetingState = MeetingState.SCHEDULED
) -> Answers:
    """Return what becomes of the answers to those of the meetings when people are asked anew."""
    numbers = [meeting.id for meeting in meetings if meeting.state is state and _is_to_come(meeting, today)]
    reached = Person.email.is_not(None) & (Person.email != "") & Person.wants_letters
    counted = (
        select(func.count().filter(reached), func.count().filter(~func.coalesce(reached, false())))
        .select_from(Attendance)
        .join(Attendance.person)
        .where(Attendance.meeting_id.in_(numbers), _is_invited(), Attendance.reply != Reply.INVITED)
    )
    return Answers(*session.execute(counted).one()) if numbers else Answers(0, 0)


def own_invitation(session: Session, meeting_id: int, *, person_id: int | None) -> Attendance | None:
    """Return somebody's invitation to a meeting, None when they are not invited."""
    if person_id is None:
        return None
    found = select(Attendance).where(Attendance.meeting_id == meeting_id, Attendance.person_id == person_id)
    return session.scalars(found.where(_is_invited()).order_by(Attendance.id).limit(1)).first()


def find_invitation(
    session: Session, number: int | None = None, *, slug: str | None = None, person_id: int | None = None
) -> Attendance | None:
    """Return an invitation by its number, or that of somebody to the meeting at an address, with all its page names."""
    which: ColumnElement[bool] = Attendance.id == number
    if slug is not None:
        which = (Meeting.slug == slug) & (Attendance.person_id == person_id)
    return session.scalars(
        select(Attendance)
        .join(Attendance.meeting)
        .join(Attendance.person)
        .where(which, _is_invited(), Person.erased_at.is_(None), Meeting.archived_at.is_(None))
        .options(
            joinedload(Attendance.person),
            joinedload(Attendance.meeting).selectinload(Meeting.meeting_groups).joinedload(MeetingGroup.group),
        )
        .order_by(Attendance.id)
        .limit(1)
    ).first()


def _is_invited() -> ColumnElement[bool]:
    return Attendance.reply.is_not(None) & Attendance.person_id.is_not(None)


def belonging(session: Session, people: Iterable[int], groups: Iterable[int], *, today: date) -> set[int]:
    """Return those of the people who read what is for members of one of the groups: by membership or by an account."""
    numbers, of = list(people), list(groups)
    members = select(Membership.person_id).where(
        Membership.person_id.in_(numbers),
        Membership.group_id.in_(of),
        or_(Membership.from_on.is_(None), Membership.from_on <= today),
        or_(Membership.until_on.is_(None), Membership.until_on >= today),
    )
    accounts = (
        select(Account.person_id)
        .join(GroupRole, GroupRole.account_id == Account.id)
        .where(Account.person_id.in_(numbers), Account.active, GroupRole.group_id.in_(of))
    )
    return {number for number in session.scalars(members.union(accounts)) if number is not None}


def to_be_reminded(session: Session, *, first: date, last: date, before: datetime) -> list[Attendance]:
    """Return who is invited to meetings that begin from `first` to `last`, was so `before`, and has not declined."""
    return list(
        session.scalars(
            select(Attendance)
            .join(Attendance.meeting)
            .join(Attendance.person)
            .where(Meeting.state == MeetingState.SCHEDULED, Meeting.archived_at.is_(None))
            .where(Meeting.starts_on.between(first, last), Meeting.date_precision == Precision.DAY)
            .where(_is_invited(), Attendance.reply != Reply.DECLINED, Attendance.invited_at < before)
            .options(joinedload(Attendance.person), joinedload(Attendance.meeting))
            .order_by(Attendance.meeting_id, Attendance.id)
        )
    )


def reader(meeting: Meeting, *, belongs: bool) -> Viewer:
    """Return what somebody invited to a meeting may see of it: as a member of its groups, or as a guest."""
    return Viewer(belongs_to=frozenset(link.group_id for link in meeting.meeting_groups)) if belongs else Viewer()


def is_seen(session: Session, meeting: Meeting, *, viewer: Viewer) -> bool:
    """Tell whether `viewer` may open the meeting's page."""
    return session.scalar(select(Meeting.id).where(Meeting.id == meeting.id, visible_meetings(viewer))) is not None


def for_letters(session: Session, meeting: Meeting) -> Meeting:
    """Load all of a meeting that letters and their calendar files tell."""
    return session.scalars(
        select(Meeting)
        .where(Meeting.id == meeting.id)
        .options(
            selectinload(Meeting.meeting_groups).joinedload(MeetingGroup.group),
            selectinload(Meeting.networks),
            selectinload(Meeting.agenda).selectinload(AgendaItem.presenters).joinedload(Speaker.person),
        )
    ).one()

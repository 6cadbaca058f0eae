"""Forget a person, and what has been kept for long enough."""

import os
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Delete, Select, Update, delete, exists, func, or_, select, true, update
from sqlalchemy.orm import Session

from lag_tracker.attendance.queries import whom_is_not_said
from lag_tracker.audit.operations import note_together
from lag_tracker.database import Base
from lag_tracker.letters.post import delete_files_before
from lag_tracker.models.account import Account, Attempt, SignIn, SignInLink
from lag_tracker.models.agenda import Speaker
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.audit import AuditEntry, Deed
from lag_tracker.models.calendar_token import CalendarToken
from lag_tracker.models.comment import Comment, CommentState
from lag_tracker.models.group import Membership
from lag_tracker.models.invitation import Invitation
from lag_tracker.models.letter import Letter, LetterState
from lag_tracker.models.meeting import Meeting, MeetingState
from lag_tracker.models.person import Person
from lag_tracker.models.proposal import Proposal
from lag_tracker.models.submission import Draft, Submission
from lag_tracker.privacy.queries import BATCH, Mention, addresses_of, mentions_of, traces_of
from lag_tracker.privacy.traces import GONE, Traces
from lag_tracker.site_settings import Terms

#: What stands in place of an erased person's name; the number keeps several apart.
ERASED_NAME = "Bijušais dalībnieks Nr. {number}"
#: No limit counts tries that are older; whatever is set, they serve nobody any more.
ATTEMPTS_COUNT = timedelta(days=1)
#: Tables whose rows only count, or tell one form from the next; that they go is nothing that anybody would look for.
COUNTERS = frozenset({"attempt", "submission"})


class Posted(NamedTuple):
    """By what a person's letters are known, those that lie in files."""

    addresses: set[str]
    numbers: set[int]


def erase_person(
    person: Person, *, session: Session, now: datetime, today: date, mentions: Iterable[Mention] = ()
) -> Posted:
    """Take away all that says who a person was; what they did stays and can be counted.

    From `today` on they belong to no group, and no meeting to come expects them.
    The account goes with its sign-ins and passkeys, letters and invitations go, and the name, the addresses and the
    phone number go from the record of changes, from drafts, and from the texts in `mentions`. Returned is by what
    letters are known that lie in files: they are to be deleted once the erasure is committed.
    """
    _leave_groups(session, person, today)
    instead, sought = ERASED_NAME.format(number=person.id), traces_of(session, person)
    for mention in mentions:
        _replace(session, mention, sought, instead)
    gone = {"audit_entry": _forget_in_changes(session, sought, instead)}
    account = session.scalar(select(Account).where(Account.person_id == person.id))
    addresses = addresses_of(session, person, account)
    gone["draft"] = _forget_drafts(session, sought)
    if account is not None:
        session.delete(account)
    own_letters = or_(Letter.person_id == person.id, Letter.to_email.in_(addresses))
    posted = Posted(addresses, set(session.scalars(select(Letter.id).where(own_letters))))
    gone["letter"] = _touched(session, delete(Letter).where(own_letters))
    invited = or_(Invitation.person_id == person.id, Invitation.email.in_(addresses))
    gone["invitation"] = _touched(session, delete(Invitation).where(invited))
    left = update(Proposal).where(Proposal.proposer_email.in_(addresses))
    gone["proposal"] = _touched(session, left.values(proposer_email=None, proposer_name=None))
    note_together(session, Deed.FORGOTTEN, gone, person_id=person.id)
    person.name, person.erased_at = instead, now
    person.email = person.phone = person.position_lv = person.position_en = None
    person.name_is_public = person.wants_letters = False
    return posted


def _touched(session: Session, statement: Delete | Update) -> int:
    """Carry a statement out, and return how many rows it touched."""
    result: Any = session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)


def _leave_groups(session: Session, person: Person, today: date) -> None:
    """End a person's memberships with the day before, and withdraw them from meetings that are still to come."""
    of_person = select(Membership).where(Membership.person_id == person.id)
    for membership in session.scalars(
        of_person.where(or_(Membership.until_on.is_(None), Membership.until_on >= today))
    ):
        if membership.is_to_come(today - timedelta(days=1)):
            session.delete(membership)
        else:
            membership.until_on = today - timedelta(days=1)
    to_come = or_(Meeting.starts_on.is_(None), Meeting.starts_on >= today) & (Meeting.state != MeetingState.HELD)
    expected = select(Attendance).join(Meeting, Meeting.id == Attendance.meeting_id).where(to_come)
    # One by one through the session, so that the calendars of those who are invited follow.
    for attendance in session.scalars(expected.where(Attendance.person_id == person.id, Attendance.presence.is_(None))):
        session.delete(attendance)


def let_go_of_erased(session: Session, *, time_zone: str) -> None:
    """Let the erased belong to nothing since then, who were erased before that was seen to, or came in afterwards.

    Their last day is the one before they were erased by the clocks of `time_zone`, an IANA name.
    """
    for person in session.scalars(select(Person).where(Person.erased_at.is_not(None))).all():
        if person.erased_at:
            _leave_groups(session, person, person.erased_at.astimezone(ZoneInfo(time_zone)).date())


def _replace(session: Session, mention: Mention, sought: Traces, instead: str) -> None:
    """Put the number in place of the name in one text, through the session, so that feeds and search follow."""
    mapper: Any = next(one for one in Base.registry.mappers if one.local_table.name == mention.noun)  # type: ignore[attr-defined]
    record, column = session.get(mapper.class_, mention.record_id), mapper.local_table.c[mention.column]
    if record is not None:
        text = sought.removed_from(getattr(record, mention.column), instead)[: column.type.length]
        setattr(record, mention.column, None if text == GONE and column.nullable else text)


def _forget_in_changes(session: Session, sought: Traces, instead: str) -> int:
    """Take the name out of the record of changes; return from how many entries it went."""
    session.flush()
    entries = session.execute(select(AuditEntry.id, AuditEntry.changes).execution_options(yield_per=BATCH))
    cleared = {
        number: after for number, before in entries if (after := sought.removed_from_all(before, instead)) != before
    }
    for number, after in cleared.items():
        session.execute(update(AuditEntry).where(AuditEntry.id == number).values(changes=after))
    return len(cleared)


def _forget_drafts(session: Session, sought: Traces) -> int:
    """Delete what was typed or uploaded and not saved, where a person stands in it: names may be turned or in parts."""
    drafts = session.execute(select(Draft.id, Draft.fields)).all()
    theirs = [number for number, fields in drafts if sought.may_stand_in(_texts(fields))]
    return _touched(session, delete(Draft).where(Draft.id.in_(theirs)))


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts in a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def apply_terms(session: Session, terms: Terms, *, now: datetime) -> dict[str, int]:
    """Delete what has been kept for long enough; return how many rows of each table were touched, which is noted."""
    gone: dict[str, int] = {}
    for noun, days, statement in _expiries(terms, now):
        if days:
            gone[noun] = gone.get(noun, 0) + _touched(session, statement)
    if terms.attendance:
        gone["attendance"] = _forget_attendance(session, now - timedelta(days=terms.attendance))
    if terms.contacts:
        gone["person"] = _forget_contacts(session, now - timedelta(days=terms.contacts))
    note_together(session, Deed.EXPIRED, {noun: number for noun, number in gone.items() if noun not in COUNTERS})
    return {noun: number for noun, number in gone.items() if number}


def tidy_letters(folder: Path, terms: Terms, *, now: datetime) -> int:
    """Delete the letters in a folder that have been kept for long enough; return how many they were."""
    return delete_files_before(folder, now - timedelta(days=terms.traces)) if terms.traces else 0


def _expiries(terms: Terms, now: datetime) -> Iterator[tuple[str, int, Delete | Update]]:
    """Yield for each kind of thing its table, its days, and the statement that ends it."""
    traces, changes = now - timedelta(days=terms.traces), now - timedelta(days=terms.changes)
    yield "sign_in", terms.traces, delete(SignIn).where(SignIn.seen_at < traces)
    yield "sign_in_link", terms.traces, delete(SignInLink).where(SignInLink.expires_at < traces)
    yield "attempt", 1, delete(Attempt).where(Attempt.tried_at < now - ATTEMPTS_COUNT)
    yield "letter", terms.traces, delete(Letter).where(Letter.created_at < traces, Letter.state != LetterState.WAITING)
    yield "draft", terms.traces, delete(Draft).where(Draft.saved_at < traces)
    yield "submission", terms.traces, delete(Submission).where(Submission.accepted_at < traces)
    # The row stays, so that programs are still told that the calendar is gone.
    revoked = (CalendarToken.revoked_at < traces) & (CalendarToken.name != "")
    forgotten = update(CalendarToken).where(revoked).values(name="", client=None, last_fetched_at=None)
    yield "calendar_token", terms.traces, forgotten
    ran_out = now - timedelta(days=terms.invitations)
    yield "invitation", terms.invitations, delete(Invitation).where(Invitation.expires_at < ran_out)
    yield from ((noun, terms.contacts, gone) for noun, gone in _left_names(now - timedelta(days=terms.contacts)))
    yield "audit_entry", terms.changes, delete(AuditEntry).where(AuditEntry.done_at < changes)


def _left_names(before: datetime) -> Iterator[tuple[str, Update]]:
    """Yield for each table where people without an account leave a name what takes it from what nobody took up."""
    named = or_(Proposal.proposer_name.is_not(None), Proposal.proposer_email.is_not(None))
    unanswered = update(Proposal).where(named, Proposal.created_at < before)
    yield "proposal", unanswered.values(proposer_name=None, proposer_email=None)
    decided_at = func.coalesce(Comment.changed_at, Comment.created_at)
    unseen = (Comment.state != CommentState.SHOWN) & (decided_at < before)
    yield "comment", update(Comment).where(Comment.author_name.is_not(None), unseen).values(author_name=None)


#: Entries about who was invited, answered and came.
_OF_ATTENDANCE = AuditEntry.noun == Attendance.__tablename__


def _forget_attendance(session: Session, met_before: datetime) -> int:
    """Take the names from the attendance of meetings before that day, and from what is written down of it."""
    met = select(Meeting.id).where(Meeting.starts_on < met_before.date())
    _forget_who_answered(session, met, met_before)
    named = session.execute(
        select(Attendance, whom_is_not_said()).where(Attendance.person_id.is_not(None), Attendance.meeting_id.in_(met))
    ).all()
    # One by one through the session, so that the calendars of those who were invited follow. Without the person nothing
    # else would tell that the organisation was not to be named.
    for attendance, whom_is_hidden in named:
        attendance.person_id, attendance.is_nameless = None, True
        attendance.organisation_is_public = not whom_is_hidden
    session.flush()
    _forget_attendance_in_changes(session, met_before)
    return len(named)


def _forget_who_answered(session: Session, met: Select[int], before: datetime) -> None:
    """Take the account from entries of the record of changes by which people answered for themselves.

    Of attendance that was taken off a meeting nothing tells any more whose it was: of that any old answer loses it.
    """
    same = (Attendance.id == AuditEntry.record_id) & (Account.id == AuditEntry.account_id)
    own = select(1).where(same, Account.person_id == Attendance.person_id, Attendance.meeting_id.in_(met))
    is_gone = AuditEntry.record_id.not_in(select(Attendance.id)) & (AuditEntry.done_at < before)
    is_answer = AuditEntry.changes["reply"].as_string().is_not(None)
    entries = update(AuditEntry).where(_OF_ATTENDANCE, own.correlate(AuditEntry).exists() | is_gone & is_answer)
    _touched(session, entries.values(account_id=None))


def _forget_attendance_in_changes(session: Session, before: datetime) -> None:
    """Take the people from entries about attendance that bears no names any more, or that are as old themselves."""
    nameless = select(Attendance.id).where(Attendance.is_nameless)
    is_late = or_(AuditEntry.done_at < before, AuditEntry.record_id.in_(nameless))
    names_somebody = AuditEntry.changes["person_id"].as_string().is_not(None)
    entries = session.execute(select(AuditEntry.id, AuditEntry.changes).where(_OF_ATTENDANCE, is_late, names_somebody))
    for number, changes in entries.all():
        left = {name: values for name, values in changes.items() if name != "person_id"}
        session.execute(update(AuditEntry).where(AuditEntry.id == number).values(changes=left))


def _forget_contacts(session: Session, seen_before: datetime) -> int:
    """Empty e-mail and phone of those without an account who belong to no group and were not heard of since then."""
    reachable = or_(Person.email.is_not(None), Person.phone.is_not(None))
    left = session.scalars(select(Person).where(reachable, ~or_(*_signs_of_life(seen_before)))).all()
    for person in left:
        person.email = person.phone = None
    return len(left)


def _signs_of_life(since: datetime) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions under which a Person is in touch: a group, a meeting, an invitation, or newly on record."""
    day = since.date()
    held = select(Meeting.id).where(Meeting.starts_on >= day)
    asked = or_(Attendance.invited_at >= since, Attendance.replied_at >= since)
    of_noun: dict[Any, ColumnElement[bool]] = {
        Account: true(),
        Membership: or_(Membership.until_on.is_(None), Membership.until_on >= day),
        Attendance: or_(Attendance.meeting_id.in_(held), asked),
        Speaker: Speaker.meeting_id.in_(held),
        Invitation: Invitation.created_at >= since,
    }
    for noun, condition in of_noun.items():
        yield exists(select(1).where(noun.person_id == Person.id, condition).correlate(Person))
    made = (AuditEntry.noun == "person") & (AuditEntry.deed == Deed.CREATED) & (AuditEntry.done_at >= since)
    yield exists(select(1).where(AuditEntry.record_id == Person.id, made).correlate(Person))


def keep_erased_list(session: Session, file: Path) -> None:
    """Write the numbers of all erased people into a file, beside the database.

    A backup knows nothing of what was erased after it was made; after it is set back, `erase_again` reads the file.
    """
    erased = {*read_erased_list(file), *session.scalars(select(Person.id).where(Person.erased_at.is_not(None)))}
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    unfinished.write_text("".join(f"{number}\n" for number in sorted(erased)), encoding="ascii")
    unfinished.replace(file)


def read_erased_list(file: Path) -> list[int]:
    """Return the numbers of people who were erased, as the file knows them."""
    return [int(line) for line in file.read_text(encoding="ascii").split()] if file.is_file() else []


def erase_again(session: Session, numbers: Iterable[int], *, now: datetime, today: date) -> int:
    """Erase those of the people who are back from a backup, from every text; return how many they were."""
    back = session.scalars(select(Person).where(Person.id.in_(list(numbers)), Person.erased_at.is_(None))).all()
    for person in back:
        erase_person(
            person, session=session, now=now, today=today, mentions=mentions_of(session, traces_of(session, person))
        )
    return len(back)

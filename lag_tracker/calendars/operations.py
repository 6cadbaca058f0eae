"""Keep calendar events true to the records."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.metadata import version
from typing import TypeAlias

from sqlalchemy import case, delete, func, insert, select, text, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from lag_tracker.calendars import queries
from lag_tracker.calendars.entries import (
    GroupTree,
    meeting_address,
    meeting_calendars,
    meeting_content,
    milestone_calendars,
    milestone_content,
    with_all_below,
)
from lag_tracker.calendars.feeds import FORMAT, digest
from lag_tracker.calendars.plans import Planned, Writing, leaving_out
from lag_tracker.calendars.segments import Month, all_months, months_are_true, write_months
from lag_tracker.database import take_turns
from lag_tracker.models.bilingual import LANGUAGES
from lag_tracker.models.calendar import CalendarEntry, CalendarFeed, CalendarFormat, CalendarListing
from lag_tracker.models.changes import Changes
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.milestone import Milestone
from lag_tracker.names.queries import NAMES, alters_names

Owner: TypeAlias = InstrumentedAttribute[int | None]

WATCHED = {"meeting", "milestone", "agenda_item", "speaker", "person", "group", "network", "municipality"}
FEED_SUBJECTS = ("municipality", "network", "group", "meeting")
#: More than an event's time, place and state change between two backups.
UNSEEN = 1000

_RAISE = text(
    "INSERT INTO calendar_version (calendar_key, version) VALUES (:key, :now) ON CONFLICT (calendar_key) DO UPDATE SET"
    " version = CASE WHEN excluded.version > calendar_version.version THEN excluded.version"
    " ELSE calendar_version.version + 1 END"
)


def refresh_calendars(session: Session, *, changes: Changes, base_url: str, now: datetime) -> None:
    """Write anew the events of the records that `changes` touch, and raise the versions of their calendars.

    `base_url` is the address people use, without a slash at the end.
    """
    if not (WATCHED & changes.ids.keys() or changes.of("meeting") or changes.of("milestone")):
        return
    take_turns(session.connection(), "calendars")
    tree = queries.group_tree(session)
    groups = with_all_below(changes.ids.get("group", set()), tree)
    raised = {f"{kind}:{number}" for kind in FEED_SUBJECTS[:3] for number in changes.ids.get(kind, ())}
    if alters_names(session, changes):
        raised.add(NAMES)
    for kind in FEED_SUBJECTS:
        for numbers in queries.batches(changes.ids.get(kind, ())):
            raised |= queries.rebound_calendars(session, kind, numbers)
    touched: set[Month] = set()
    beginning = first_sequence(session)
    for numbers in queries.batches(queries.affected_meetings(session, changes, groups=groups)):
        touched |= _refresh_meetings(session, numbers, tree, base_url, Writing(now, beginning))
    for numbers in queries.batches(queries.affected_milestones(session, changes, groups=groups)):
        touched |= _refresh_milestones(session, numbers, tree, base_url, Writing(now, beginning))
    write_months(session, touched)
    _raise_versions(session, raised | {month.calendar_key for month in touched}, now)


def calendars_are_true(session: Session) -> bool:
    """Tell whether the stored months of all calendars are what their events say. Reads every event; changes nothing."""
    return months_are_true(session)


def rebuild_if_needed(session: Session, *, base_url: str, now: datetime) -> Iterator[tuple[int, int]]:
    """Rebuild when the software or the address has changed since the events were written; yields as `rebuild` does."""
    if session.scalar(select(CalendarFormat.fingerprint)) != _fingerprint(base_url):
        yield from rebuild(session, base_url=base_url, now=now)


def rebuild(session: Session, *, base_url: str, now: datetime) -> Iterator[tuple[int, int]]:
    """Write every event and every month anew; an event that shows what it showed keeps its stamps.

    Yields after each batch how many records are done, of how many; commit each time, and once more at the end. A
    rebuild at the start of the server that was cut short starts again.
    """
    meetings = {*session.scalars(select(Meeting.id)), *session.scalars(select(CalendarEntry.meeting_id))} - {None}
    milestones = {*session.scalars(select(Milestone.id)), *session.scalars(select(CalendarEntry.milestone_id))} - {None}
    total, done = len(meetings) + len(milestones), 0
    for numbers, refresh in (
        *((numbers, _refresh_meetings) for numbers in queries.batches(meetings)),
        *((numbers, _refresh_milestones) for numbers in queries.batches(milestones)),
    ):
        take_turns(session.connection(), "calendars")
        writing = Writing(now, first_sequence(session), keeps_same=False)
        touched = refresh(session, numbers, queries.group_tree(session), base_url, writing)
        write_months(session, touched)
        _raise_versions(session, {month.calendar_key for month in touched}, now)
        done += len(numbers)
        yield done, total
    take_turns(session.connection(), "calendars")
    write_months(session, all_months(session))
    # The first lines of the feeds may be written differently, too.
    _raise_versions(session, session.scalars(select(CalendarFeed.calendar_key).distinct()), now)
    _keep_format(session, fingerprint=_fingerprint(base_url))
    yield total, total


def renew_restored(session: Session, *, base_url: str, now: datetime) -> Iterator[tuple[int, int]]:
    """Make every event newer than what subscribers may have seen of it before a backup was set back.

    All sequences rise, also the one that new events begin with, and everything has changed now. Yields as `rebuild`
    does, but commit only at the end: until then nobody should see any of it.
    """
    take_turns(session.connection(), "calendars")
    last_change = session.scalar(select(func.max(CalendarEntry.changed_at))) or now
    # The later, the higher, because the same backup may be set back twice: nothing moves more than once a minute.
    unseen = UNSEEN + max(0, int((now - last_change).total_seconds()) // 60)
    changed_at = case((CalendarEntry.changed_at < now, now), else_=CalendarEntry.changed_at)
    session.execute(update(CalendarEntry).values(sequence=CalendarEntry.sequence + unseen, changed_at=changed_at))
    _keep_format(session, first_sequence=first_sequence(session) + unseen)
    yield from rebuild(session, base_url=base_url, now=now)


def _fingerprint(base_url: str) -> str:
    return digest(FORMAT, version("lag-tracker"), base_url)


def first_sequence(session: Session) -> int:
    """Return the sequence that new events begin with."""
    return session.scalar(select(CalendarFormat.first_sequence)) or 0


def _keep_format(session: Session, **given: str | int) -> None:
    """Write down how events are written, in a row that may not be there yet."""
    if not session.execute(update(CalendarFormat).values(given)).rowcount:  # type: ignore[attr-defined]
        session.execute(insert(CalendarFormat).values({"fingerprint": "", **given}))


def _refresh_meetings(
    session: Session, numbers: list[int], tree: GroupTree, base_url: str, writing: Writing
) -> set[Month]:
    """Write anew the events of these meetings, seen or not; return the months of calendars that changed."""
    planned: dict[int, Planned] = {}
    # A session of its own on the same transaction: it reads what was written, and leaves the caller's records alone.
    with Session(session.connection(), autoflush=False) as reading:
        meetings, items = queries.public_meetings(reading, numbers)
        for meeting in meetings.values():
            with leaving_out(meeting_address(meeting.slug, "lv", base_url)):
                contents = {
                    lang: meeting_content(meeting, visible_items=items, lang=lang, base_url=base_url)
                    for lang in LANGUAGES
                }
                planned[meeting.id] = Planned(contents, meeting_calendars(meeting, tree), meeting.cancelled_at)
    return _refresh(session, CalendarEntry.meeting_id, numbers, planned, writing)


def _refresh_milestones(
    session: Session, numbers: list[int], tree: GroupTree, base_url: str, writing: Writing
) -> set[Month]:
    """Write anew the events of these milestones; return the months of calendars that changed."""
    planned: dict[int, Planned] = {}
    with Session(session.connection(), autoflush=False) as reading:
        for milestone in queries.public_milestones(reading, numbers).values():
            with leaving_out(milestone.uid):
                contents = {lang: milestone_content(milestone, lang=lang, base_url=base_url) for lang in LANGUAGES}
                planned[milestone.id] = Planned(contents, milestone_calendars(milestone, tree), None)
    return _refresh(session, CalendarEntry.milestone_id, numbers, planned, writing)


def _refresh(
    session: Session, owner: Owner, numbers: list[int], planned: dict[int, Planned], writing: Writing
) -> set[Month]:
    stored = queries.stored_entries(session, owner, numbers)
    for number in numbers:
        for lang in LANGUAGES:
            plan, entry = planned.get(number), stored.get((number, lang))
            if plan is None or not writing.plan(plan, entry, {owner.key: number, "lang": lang}):
                writing.withdraw(entry)
    _write(session, owner, writing)
    return writing.touched


def _write(session: Session, owner: Owner, writing: Writing) -> None:
    """Carry out what was planned, each kind of change in one statement."""
    if writing.added:
        session.execute(insert(CalendarEntry).execution_options(render_nulls=True), writing.added)
        ids = queries.entry_ids(session, owner, [row[owner.key] for row in writing.added])
        for row in writing.added:
            row["id"] = ids[row[owner.key], row["lang"]]
    if writing.changed:
        session.execute(update(CalendarEntry), writing.changed)
    if writing.relisted:
        moved = [row["id"] for row, _ in writing.relisted]
        session.execute(delete(CalendarListing).where(CalendarListing.entry_id.in_(moved)))
    if rows := writing.listings():
        session.execute(insert(CalendarListing), rows)


def _raise_versions(session: Session, keys: Iterable[str], now: datetime) -> None:
    if rows := [{"key": key, "now": int(now.timestamp())} for key in sorted(keys)]:
        session.execute(_RAISE, rows)

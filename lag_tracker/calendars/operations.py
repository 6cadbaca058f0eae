"""Keep calendar events true to the records, and feeds true to the events."""

import gzip
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from typing import TypeAlias

from sqlalchemy import delete, insert, select, text, update
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
from lag_tracker.calendars.feeds import FORMAT, digest, write_feed
from lag_tracker.calendars.plans import Planned, Writing, leaving_out
from lag_tracker.calendars.queries import FeedAddress, ReadyFeed
from lag_tracker.models.bilingual import LANGUAGES
from lag_tracker.models.calendar import CalendarEntry, CalendarFeed, CalendarFormat, CalendarListing, CalendarVersion
from lag_tracker.models.changes import Changes
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.milestone import Milestone

Owner: TypeAlias = InstrumentedAttribute[int | None]

SECOND = timedelta(seconds=1)
WATCHED = {"meeting", "milestone", "agenda_item", "speaker", "person", "group", "network", "municipality"}
FEED_SUBJECTS = ("municipality", "network", "group", "meeting")


def refresh_calendars(session: Session, *, changes: Changes, base_url: str, now: datetime) -> None:
    """Write anew the events of the records that `changes` touch, and raise the versions of their calendars.

    `base_url` is the address people use, without a slash at the end.
    """
    if not (WATCHED & changes.ids.keys() or changes.of("meeting") or changes.of("milestone")):
        return
    _take_turns(session, "calendars")
    tree = queries.group_tree(session)
    groups = with_all_below(changes.ids.get("group", set()), tree)
    raised = {f"{kind}:{number}" for kind in FEED_SUBJECTS[:3] for number in changes.ids.get(kind, ())}
    for kind in FEED_SUBJECTS:
        for numbers in queries.batches(changes.ids.get(kind, ())):
            raised |= queries.rebound_calendars(session, kind, numbers)
    for numbers in queries.batches(queries.affected_meetings(session, changes, groups=groups)):
        raised |= _refresh_meetings(session, numbers, tree, base_url, now)
    for numbers in queries.batches(queries.affected_milestones(session, changes, groups=groups)):
        raised |= _refresh_milestones(session, numbers, tree, base_url, now)
    _raise_versions(session, raised)


def rebuild_if_needed(session: Session, *, base_url: str, now: datetime) -> Iterator[tuple[int, int]]:
    """Write every event anew when the software or the address has changed since they were written.

    Yields after each batch how many records are done, of how many; commit each time, and once more at the end. What
    turns out the same keeps its bytes, and a rebuild that was cut short starts again.
    """
    fingerprint = digest(FORMAT, version("lag-tracker"), base_url)
    if session.scalar(select(CalendarFormat.fingerprint)) == fingerprint:
        return
    meetings = {*session.scalars(select(Meeting.id)), *session.scalars(select(CalendarEntry.meeting_id))} - {None}
    milestones = {*session.scalars(select(Milestone.id)), *session.scalars(select(CalendarEntry.milestone_id))} - {None}
    total, done = len(meetings) + len(milestones), 0
    for numbers, refresh in (
        *((numbers, _refresh_meetings) for numbers in queries.batches(meetings)),
        *((numbers, _refresh_milestones) for numbers in queries.batches(milestones)),
    ):
        _take_turns(session, "calendars")
        _raise_versions(session, refresh(session, numbers, queries.group_tree(session), base_url, now))
        done += len(numbers)
        yield done, total
    # The first lines of the feeds may be written differently, too.
    _take_turns(session, "calendars")
    session.execute(update(CalendarVersion).values(version=CalendarVersion.version + 1))
    session.execute(delete(CalendarFormat))
    session.execute(insert(CalendarFormat).values(fingerprint=fingerprint))
    yield total, total


def build_feed(
    session: Session, address: FeedAddress, *, time_zone: str, today: date, now: datetime, packed: bool
) -> ReadyFeed | None:
    """Make the body of a feed and keep it; return None when there is nothing that the public may read at its address.

    Only one at a time builds a feed: whoever waited takes what the first one built. The version is read before the
    events, so that the body is never older than the version it is kept under, whatever happens in between.
    """
    _take_turns(session, address.key)
    ready = queries.fresh_feed(session, address.key, today=today, packed=packed)
    if ready:
        return ready
    subject = queries.feed_subject(session, address)
    if subject is None:
        return None
    number = _current_version(session, subject.calendar_key)
    if queries.feed_subject(session, address) != subject:
        # Somebody renamed it this very moment; the next poll will find the new name with its version.
        number = -1
    rows = queries.feed_events(
        session,
        subject.calendar_key,
        address.lang,
        today=today,
        shows_past=address.shows_past or address.kind == "meeting",
    )
    if address.kind == "meeting" and not rows:
        return None
    body = write_feed(
        (row[0] for row in rows),
        zones={row[1] for row in rows} - {""},
        name=subject.name.read_in(address.lang).words,
        time_zone=time_zone,
    )
    return _keep_feed(session, address.key, subject.calendar_key, number, body, today=today, now=now, packed=packed)


def _keep_feed(
    session: Session, key: str, calendar_key: str, number: int, body: bytes, *, today: date, now: datetime, packed: bool
) -> ReadyFeed:
    kept = session.execute(
        select(CalendarFeed.etag, CalendarFeed.modified_at, CalendarFeed.packed_body).where(
            CalendarFeed.feed_key == key
        )
    ).one_or_none()
    etag = sha256(body).hexdigest()[:32]
    is_same = kept is not None and kept.etag == etag
    modified_at = now if kept is None else kept.modified_at if is_same else max(now, kept.modified_at + SECOND)
    packed_body = kept.packed_body if kept is not None and is_same else None
    if packed and packed_body is None:
        packed_body = gzip.compress(body, 6, mtime=0)
    values = {
        "calendar_key": calendar_key,
        "built_version": number,
        "built_on": today,
        "etag": etag,
        "modified_at": modified_at,
        "body": body,
        "packed_body": packed_body,
    }
    if kept is None:
        session.execute(insert(CalendarFeed).values(feed_key=key, **values))
    else:
        session.execute(update(CalendarFeed).where(CalendarFeed.feed_key == key).values(**values))
    return ReadyFeed(etag, modified_at, body, packed_body)


def _refresh_meetings(session: Session, numbers: list[int], tree: GroupTree, base_url: str, now: datetime) -> set[str]:
    """Write anew the events of these meetings, seen or not; return the calendars that changed."""
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
    return _refresh(session, CalendarEntry.meeting_id, numbers, planned, now)


def _refresh_milestones(
    session: Session, numbers: list[int], tree: GroupTree, base_url: str, now: datetime
) -> set[str]:
    """Write anew the events of these milestones; return the calendars that changed."""
    planned: dict[int, Planned] = {}
    with Session(session.connection(), autoflush=False) as reading:
        for milestone in queries.public_milestones(reading, numbers).values():
            with leaving_out(milestone.uid):
                contents = {lang: milestone_content(milestone, lang=lang, base_url=base_url) for lang in LANGUAGES}
                planned[milestone.id] = Planned(contents, milestone_calendars(milestone, tree), None)
    return _refresh(session, CalendarEntry.milestone_id, numbers, planned, now)


def _refresh(
    session: Session, owner: Owner, numbers: list[int], planned: dict[int, Planned], now: datetime
) -> set[str]:
    writing = Writing(now)
    stored = queries.stored_entries(session, owner, numbers)
    for number in numbers:
        for lang in LANGUAGES:
            plan, entry = planned.get(number), stored.get((number, lang))
            if plan is None or not writing.plan(plan, entry, {owner.key: number, "lang": lang}):
                writing.withdraw(entry)
    _write(session, writing)
    return writing.raised


def _write(session: Session, writing: Writing) -> None:
    """Carry out what was planned, each kind of change in one statement."""
    if writing.added:
        identity = insert(CalendarEntry).returning(CalendarEntry.id, sort_by_parameter_order=True)
        for row, number in zip(writing.added, session.scalars(identity, writing.added), strict=True):
            row["id"] = number
    if writing.changed:
        session.execute(update(CalendarEntry), writing.changed)
    if writing.relisted:
        moved = [row["id"] for row, _ in writing.relisted]
        session.execute(delete(CalendarListing).where(CalendarListing.entry_id.in_(moved)))
    if rows := writing.listings():
        session.execute(insert(CalendarListing), rows)


def _take_turns(session: Session, name: str) -> None:
    """Hold back every other transaction that takes turns under the same name, until this one ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"calendar {name}"})
    else:
        # SQLite has one writer at a time; a write that changes nothing takes the turn before anything is read.
        session.execute(text("UPDATE calendar_version SET version = version WHERE calendar_key = ''"))


def _raise_versions(session: Session, keys: Iterable[str]) -> None:
    statement = text(
        "INSERT INTO calendar_version (calendar_key, version) VALUES (:key, 1)"
        " ON CONFLICT (calendar_key) DO UPDATE SET version = calendar_version.version + 1"
    )
    if keys := sorted(keys):
        session.execute(statement, [{"key": key} for key in keys])


def _current_version(session: Session, calendar_key: str) -> int:
    session.execute(
        text(
            "INSERT INTO calendar_version (calendar_key, version) VALUES (:key, 0)"
            " ON CONFLICT (calendar_key) DO NOTHING"
        ),
        {"key": calendar_key},
    )
    return session.scalars(select(CalendarVersion.version).where(CalendarVersion.calendar_key == calendar_key)).one()

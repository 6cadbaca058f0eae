"""Ready bodies of feeds: how a poll finds one, and how one is made when something has changed.

Written in plain SQL statements that are prepared once, because this is what hundreds of calendar programs ask for
around the clock.
"""

import gzip
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Date, Engine, Integer, LargeBinary, String, bindparam, text

from lag_tracker.calendars import queries
from lag_tracker.calendars.feeds import FOOTER, write_head
from lag_tracker.calendars.queries import FeedAddress
from lag_tracker.calendars.segments import events_digest
from lag_tracker.database import UtcDateTime

SECOND = timedelta(seconds=1)
#: Level of gzip: the usual 6 takes three times as long to make a feed a seventh smaller.
PACKING = 3

_FRESH = (
    " FROM calendar_feed JOIN calendar_version"
    " ON calendar_version.calendar_key = calendar_feed.calendar_key"
    " AND calendar_version.version = calendar_feed.built_version"
    " WHERE calendar_feed.feed_key = :key AND calendar_feed.built_on = :today"
)
_TAG = text("SELECT calendar_feed.etag" + _FRESH)
_BODY = {
    packed: text(f"SELECT etag, modified_at, {column} AS body{_FRESH}").columns(
        etag=String, modified_at=UtcDateTime, body=LargeBinary
    )
    for packed, column in ((False, "body"), (True, "packed_body"))
}
_CANCELLED = 3
# The events of a feed, in one statement, so that all of them are of one moment: one by one those that may be out of the
# window, months that are joined already, and cancelled ones. They come in no order, because sorting would copy them.
_EVENTS = text(
    "SELECT 1 AS part, calendar_listing.starts_on AS day, entry_id AS number, event AS events, time_zone AS zones,"
    " '' AS digest FROM calendar_listing JOIN calendar_entry ON calendar_entry.id = entry_id"
    " WHERE calendar_key = :key AND calendar_listing.lang = :lang AND calendar_listing.starts_on <= :single_until"
    " AND kept_until IS NULL AND shown_until >= :since"
    " UNION ALL SELECT 2, month, 0, events, zones, digest FROM calendar_segment"
    " WHERE calendar_key = :key AND lang = :lang AND month > :single_until"
    # The cancelled are few, so they are looked up first; "CROSS" forbids SQLite the other way.
    " UNION ALL SELECT 3, calendar_listing.starts_on, entry_id, event, time_zone, ''"
    " FROM calendar_entry CROSS JOIN calendar_listing WHERE calendar_entry.id = entry_id AND calendar_key = :key"
    " AND calendar_listing.lang = :lang AND kept_until >= :today AND shown_until >= :since"
)
_NEW_VERSION = text(
    "INSERT INTO calendar_version (calendar_key, version) VALUES (:key, 0) ON CONFLICT (calendar_key) DO NOTHING"
)
_VERSION = text("SELECT version FROM calendar_version WHERE calendar_key = :key")
_KEPT = text(
    "SELECT calendar_feed.calendar_key, version, built_version, built_on, etag, modified_at FROM calendar_feed"
    " JOIN calendar_version ON calendar_version.calendar_key = calendar_feed.calendar_key WHERE feed_key = :key"
).columns(
    calendar_key=String, version=Integer, built_version=Integer, built_on=Date, etag=String, modified_at=UtcDateTime
)
_KEEP = text(
    "INSERT INTO calendar_feed"
    " (feed_key, calendar_key, built_version, built_on, etag, modified_at, body, packed_body)"
    " VALUES (:feed_key, :calendar_key, :version, :today, :etag, :modified_at, :body, :packed_body)"
    " ON CONFLICT (feed_key) DO UPDATE SET calendar_key = excluded.calendar_key,"
    " built_version = excluded.built_version, built_on = excluded.built_on,"
    " etag = excluded.etag, modified_at = excluded.modified_at, body = COALESCE(excluded.body,"
    " CASE WHEN calendar_feed.etag = excluded.etag THEN calendar_feed.body END),"
    " packed_body = COALESCE(excluded.packed_body,"
    " CASE WHEN calendar_feed.etag = excluded.etag THEN calendar_feed.packed_body END)"
).bindparams(
    bindparam("modified_at", type_=UtcDateTime),
    bindparam("body", type_=LargeBinary),
    bindparam("packed_body", type_=LargeBinary),
)
_ADVISORY_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_WRITE_LOCK = text("UPDATE calendar_version SET version = version WHERE calendar_key = ''")


class _Events(NamedTuple):
    """Events of a feed, joined by month, each month's digest, and all zones they name."""

    parts: list[bytes]
    digests: list[str]
    zones: set[str]


class ReadyFeed(NamedTuple):
    """A body that may be sent as it is, plain or in gzip as it was asked for."""

    etag: str
    modified_at: datetime
    body: bytes


def tag_reader(engine: Engine) -> Callable[[str, date], str | None]:
    """Return a function that gives the entity tag of a feed whose ready body is fresh today, else None.

    It is one indexed read, made through the driver itself: the ways of SQLAlchemy cost more than the read. Errors are
    those of the driver.
    """
    compiled: Any = _TAG.compile(dialect=engine.dialect)
    statement, order = str(compiled), compiled.positiontup

    def read(key: str, today: date) -> str | None:
        values = {"key": key, "today": today.isoformat()}
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(statement, [values[name] for name in order] if order else values)
            row = cursor.fetchone()
            cursor.close()
        finally:
            connection.close()
        return row[0] if row else None

    return read


def read_feed(connection: Connection, key: str, *, today: date, packed: bool) -> ReadyFeed | None:
    """Return a feed's ready body when it is fresh today; None also when it is not kept in that form yet."""
    row = connection.execute(_BODY[packed], {"key": key, "today": today.isoformat()}).one_or_none()
    return ReadyFeed(row[0], row[1], row[2]) if row is not None and row[2] is not None else None


def build_feed(
    connection: Connection, address: FeedAddress, *, time_zone: str, today: date, now: datetime, packed: bool
) -> ReadyFeed | None:
    """Make the body of a feed and keep it; return None when there is nothing that the public may read at its address.

    Only one at a time builds a feed: whoever waited takes what the first one built.
    """
    take_turns(connection, address.key)
    kept = connection.execute(_KEPT, {"key": address.key}).one_or_none()
    if kept and (kept.version, today) == (kept.built_version, kept.built_on):
        ready = read_feed(connection, address.key, today=today, packed=packed)
        if ready:
            return ready
    subject = queries.feed_subject(connection, address)
    if subject is None:
        return None
    # The version is read before the subject and its events, so that the body is never older than its version says,
    # whatever is committed in between.
    version = kept.version if kept else -1
    if kept is None or kept.calendar_key != subject.calendar_key:
        version = _first_version(connection, subject.calendar_key)
        if queries.feed_subject(connection, address) != subject:
            version = -1  # Somebody renamed it this very moment; the next poll finds the new name with its version.
    events = _events(connection, subject.calendar_key, address, today)
    if address.kind == "meeting" and not events.parts:
        return None
    name = subject.name.read_in(address.lang).words
    head = write_head(zones=events.zones, is_empty=not events.parts, name=name, time_zone=time_zone)
    body = b"".join([head, *events.parts, FOOTER])
    values = {"feed_key": address.key, "calendar_key": subject.calendar_key, "version": version, "today": today}
    # Months stand in the tag by their digests, whether they were joined before or just now, so that the same bytes have
    # the same tag and not all of them need be gone through again.
    values["etag"] = events_digest(b"".join([head, *(digest.encode() for digest in events.digests)]))
    return _keep(connection, values, body, kept, now=now, packed=packed)


def _first_version(connection: Connection, calendar_key: str) -> int:
    connection.execute(_NEW_VERSION, {"key": calendar_key})
    version: int = connection.execute(_VERSION, {"key": calendar_key}).scalar_one()
    return version


def _events(connection: Connection, key: str, address: FeedAddress, today: date) -> _Events:
    """Return the events of a feed by month, the cancelled ones last."""
    values = {"key": key, "lang": address.lang, "today": today.isoformat()}
    shows_past = address.shows_past or address.kind == "meeting"
    values["since"] = (date.min if shows_past else today).isoformat()
    values["single_until"] = _single_until(address, today).isoformat()
    rows = sorted(connection.execute(_EVENTS, values), key=itemgetter(0, 1, 2))
    events = _Events([], [], set())
    for _, rows_of_month in groupby(rows, key=_part_and_month):
        found = list(rows_of_month)
        part = found[0].events if found[0].digest else b"".join(row.events for row in found)
        events.parts.append(part)
        events.digests.append(found[0].digest or events_digest(part))
        events.zones.update(*(row.zones.split() for row in found))
    return events


def _single_until(address: FeedAddress, today: date) -> date:
    """Return the day up to which events are taken one by one, because some of them may be out of the window."""
    if address.kind == "meeting":
        return date.max
    if address.shows_past:
        # The end of the first month there is: nothing leaves this window.
        return date.min.replace(day=31)
    # What starts after the month that today was in a year ago is shown today, however short it is.
    return date(today.year - 1, today.month, monthrange(today.year - 1, today.month)[1])


def _part_and_month(row: Any) -> tuple[bool, str]:
    return (row.part == _CANCELLED, "" if row.part == _CANCELLED else str(row.day)[:7])


def _keep(
    connection: Connection, values: dict[str, Any], body: bytes, kept: Any, *, now: datetime, packed: bool
) -> ReadyFeed:
    """Keep a body; one that is as before keeps its tag and its time, any other looks newer than the one before."""
    etag = values["etag"]
    is_same = kept is not None and kept.etag == etag
    modified_at = now if kept is None else kept.modified_at if is_same else max(now, kept.modified_at + SECOND)
    sent = gzip.compress(body, PACKING, mtime=0) if packed else body
    values |= {"modified_at": modified_at, "today": values["today"].isoformat()}
    # Writing a plain body costs more than joining one, so it is written when the same one is asked for again.
    values |= {"body": body if is_same and not packed else None, "packed_body": sent if packed else None}
    connection.execute(_KEEP, values)
    return ReadyFeed(etag, modified_at, sent)


def take_turns(connection: Connection, name: str) -> None:
    """Hold back every other transaction that takes turns under the same name, until this one ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ADVISORY_LOCK, {"name": f"calendar {name}"})
    else:
        # SQLite has one writer at a time; a write that changes nothing takes the turn before anything is read.
        connection.execute(_WRITE_LOCK)

"""Whole feeds, ready in memory: how a poll finds one, and how one is made when something has changed.

In plain SQL that goes straight to the driver, because this is what hundreds of calendar programs ask for around the
clock. A poll writes nothing, except that it notes where an address leads, once.
"""

import gzip
from calendar import monthrange
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time
from itertools import groupby
from operator import itemgetter
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from lag_tracker.calendars import queries
from lag_tracker.calendars.feeds import FOOTER, write_head
from lag_tracker.calendars.queries import FeedAddress
from lag_tracker.calendars.segments import events_digest
from lag_tracker.database import Driver, DriverConnection

#: Bytes of bodies and months that each process keeps at most.
BYTES_KEPT = 64 * 2**20
#: Feeds whose state each process keeps at most, in half a kilobyte each.
FEEDS_KEPT = 10_000
#: Level of gzip: the usual 6 takes three times as long to make a feed a seventh smaller.
PACKING = 3
#: Ends the entity tag of a body in gzip.
PACKED = "-gzip"
#: More seconds than a change takes from its stamp to its commit, and than the clocks of several machines are apart.
UNSURE = 3600

_KNOWN = text(
    "SELECT calendar_feed.calendar_key, version FROM calendar_feed LEFT JOIN calendar_version"
    " ON calendar_version.calendar_key = calendar_feed.calendar_key WHERE feed_key = :feed_key"
)
_NOTE = text(
    "INSERT INTO calendar_feed (feed_key, calendar_key) VALUES (:feed_key, :calendar_key)"
    " ON CONFLICT (feed_key) DO UPDATE SET calendar_key = excluded.calendar_key"
)
_CANCELLED = 3
# What a feed is made of, in one statement, so that all of it is of one moment: one by one the events that may be out of
# the window, months that are joined already, with their bytes unless they are held, and cancelled events. They come in
# no order.
_PARTS = text(
    "SELECT 1 AS part, calendar_listing.starts_on AS day, entry_id AS number, event, time_zone AS zones, '' AS digest"
    " FROM calendar_listing JOIN calendar_entry ON calendar_entry.id = entry_id"
    " WHERE calendar_key = :key AND calendar_listing.lang = :lang AND calendar_listing.starts_on <= :single_until"
    " AND kept_until IS NULL AND shown_until >= :since"
    " UNION ALL SELECT 2, month, 0, CASE WHEN replace(:held, digest, '') = :held THEN events END, zones, digest"
    " FROM calendar_segment"
    " WHERE calendar_key = :key AND lang = :lang AND month > :single_until"
    # The cancelled are few, so they are looked up first; "CROSS" forbids SQLite the other way.
    " UNION ALL SELECT 3, calendar_listing.starts_on, entry_id, event, time_zone, ''"
    " FROM calendar_entry CROSS JOIN calendar_listing WHERE calendar_entry.id = entry_id AND calendar_key = :key"
    " AND calendar_listing.lang = :lang AND kept_until >= :today AND shown_until >= :since"
)

Thing = TypeVar("Thing")
Made: TypeAlias = tuple["FeedState", bytes]


class _Known(NamedTuple):
    """What is known of an address beforehand: the calendar it last led to, if any, and its version."""

    calendar_key: str | None
    version: int


class FeedState(NamedTuple):
    """What a feed is on a day, for as long as its address leads to this version of this calendar."""

    calendar_key: str
    version: int
    #: On another day events may have left the window.
    day: date
    #: Strong entity tag of the plain body, without quotation marks; that of the body in gzip has `PACKED` behind it.
    etag: str
    #: A time that no other body of the feed had or will have; None where that is not certain.
    modified_at: datetime | None
    #: Digests of its parts, one after the other.
    digests: str


class _Part(NamedTuple):
    """Events that follow each other in a feed: those of a month, or the cancelled ones."""

    digest: str
    #: None where memory was believed to hold them, but has let go of them.
    events: bytes | None
    zones: str


class _ChangedMeanwhile(Exception):
    """Something changed while a feed was made, so that it must be made again."""


class Memory(Generic[Thing]):
    """Keeps things up to a size in all. What nobody has asked for the longest goes first; the newest always stays."""

    def __init__(self, limit: int, size_of: Callable[[Thing], int]) -> None:
        self.size = 0
        self._limit, self._size_of = limit, size_of
        self._things: OrderedDict[str, Thing] = OrderedDict()
        self._turn = Lock()

    def get(self, key: str) -> Thing | None:
        """Return what is kept under a key, which is then the last that somebody has asked for."""
        with self._turn:
            if key in self._things:
                self._things.move_to_end(key)
            return self._things.get(key)

    def put(self, key: str, thing: Thing) -> None:
        """Keep a thing under a key, instead of what was there."""
        with self._turn:
            self._drop(key)
            self._things[key] = thing
            self.size += self._size_of(thing)
            while self.size > self._limit and len(self._things) > 1:
                self._drop(next(iter(self._things)))

    def drop(self, *keys: str) -> None:
        """Forget what is kept under these keys, if anything is."""
        with self._turn:
            for key in keys:
                self._drop(key)

    def _drop(self, key: str) -> None:
        if key in self._things:
            self.size -= self._size_of(self._things.pop(key))


class ReadyFeeds:
    """The feeds of one application, in memory; one object for all threads.

    Bytes are kept by their digests, so they can never be wrong, and calendars that have a month in common share it.
    Methods raise `failures` when the database does not answer.
    """

    def __init__(self, engine: Engine, time_zone: ZoneInfo) -> None:
        self.time_zone = time_zone
        self.states = Memory[FeedState](FEEDS_KEPT, lambda _state: 1)
        self.bytes = Memory[bytes](BYTES_KEPT, len)
        self._driver = Driver(engine)
        self.failures = self._driver.failures
        self._turn = Lock()

    def calendar_of(self, address: FeedAddress) -> str | None:
        """Return the key of the calendar that an address last led to; None when it never led to any."""
        with self._driver.connect() as connection:
            return known_of(connection, address)[0]

    def look(self, address: FeedAddress, *, today: date) -> FeedState | None:
        """Return what the feed is today; None when there is nothing at its address. One read when all is as before."""
        with self._driver.connect() as connection:
            known = known_of(connection, address)
            state = self._fresh(address, today, known)
            made = None if state else self._make(connection, address, today, known)
        return made[0] if made else state

    def body(self, address: FeedAddress, state: FeedState, *, today: date, packed: bool) -> Made | None:
        """Return the body of a feed in this state, or in a newer one where memory holds it no longer."""
        body = self.bytes.get(state.etag + PACKED if packed else state.etag)
        if body is not None:
            return state, body
        with self._driver.connect() as connection:
            made = self._make(connection, address, today, known_of(connection, address))
        if made is None or not packed:
            return made
        state, plain = made
        body = gzip.compress(plain, PACKING, mtime=0)
        self.bytes.put(state.etag + PACKED, body)
        return state, body

    def _fresh(self, address: FeedAddress, today: date, known: _Known) -> FeedState | None:
        state = self.states.get(address.key)
        return state if state and (state.day, state.calendar_key, state.version) == (today, *known) else None

    def _make(self, connection: DriverConnection, address: FeedAddress, today: date, known: _Known) -> Made | None:
        """Return a feed with its plain body. Only one at a time makes feeds: whoever waited finds it made.

        The version is known before the subject and its events are read, so that the body is never older than its
        version says, whatever is committed in between.
        """
        with self._turn:
            while True:
                state = self._fresh(address, today, known)
                body = self.bytes.get(state.etag) if state else None
                if state is not None and body is not None:
                    return state, body
                with suppress(_ChangedMeanwhile):
                    return self._made(connection, address, today, known)
                known = known_of(connection, address)

    def _made(self, connection: DriverConnection, address: FeedAddress, today: date, known: _Known) -> Made | None:
        subject = queries.feed_subject(connection, address, known=known.calendar_key)
        if subject is None:
            return None
        if subject.calendar_key != known.calendar_key:
            # Noted before the version is read: who gives the address to another record raises this calendar's version.
            note_address(connection, address, subject.calendar_key)
            raise _ChangedMeanwhile
        before = self.states.get(address.key)
        parts = self._parts(connection, address, subject.calendar_key, today, held=before.digests if before else "")
        if address.kind == "meeting" and not parts:
            return None
        zones = set(" ".join(part.zones for part in parts).split())
        name = subject.name.read_in(address.lang).words
        head = write_head(zones=zones, is_empty=not parts, name=name, time_zone=self.time_zone.key)
        # The digests stand for the bytes, so that the same body has the same tag in every process.
        digests = "".join(part.digest for part in parts)
        etag = events_digest(head + digests.encode())
        modified_at = _modified_at(known.version, today, self.time_zone)
        state = FeedState(subject.calendar_key, known.version, today, etag, modified_at, digests)
        body = b"".join([head, *(part.events or b"" for part in parts), FOOTER])
        self._keep(address, before, state, body)
        return state, body

    def _keep(self, address: FeedAddress, before: FeedState | None, state: FeedState, body: bytes) -> None:
        if before and before.etag != state.etag:
            self.bytes.drop(before.etag, before.etag + PACKED)
        self.bytes.put(state.etag, body)
        self.states.put(address.key, state)

    def _parts(
        self, connection: DriverConnection, address: FeedAddress, key: str, today: date, *, held: str
    ) -> list[_Part]:
        """Return the parts of a feed in their order; months whose digests are among those `held` come from memory."""
        days = {"today": today, "since": shown_since(address, today), "single_until": _single_until(address, today)}
        as_text = {name: day.isoformat() for name, day in days.items()}
        listed = connection.read(_PARTS, key=key, lang=address.lang, held=held, **as_text)
        in_order = groupby(sorted(listed, key=itemgetter(0, 1, 2)), key=_month_of)
        parts = [self._part(list(rows)) for _, rows in in_order]
        if any(part.events is None for part in parts):
            return self._parts(connection, address, key, today, held="")
        return parts

    def _part(self, rows: list[Any]) -> _Part:
        """Join events; a month that is joined already stays as it is."""
        _, _, _, events, zones, digests = zip(*rows, strict=True)
        digest: str = digests[0]
        if not digest:
            joined = b"".join(events)
            return _Part(events_digest(joined), joined, " ".join(zones))
        if events[0] is None:
            return _Part(digest, self.bytes.get(digest), zones[0])
        self.bytes.put(digest, events[0])
        return _Part(digest, events[0], zones[0])


def known_of(connection: DriverConnection, address: FeedAddress) -> _Known:
    """Return the calendar that an address last led to, and its version, which is 0 where it never changed."""
    rows = connection.read(_KNOWN, feed_key=address.key)
    return _Known(rows[0][0], rows[0][1] or 0) if rows else _Known(None, 0)


def note_address(connection: DriverConnection, address: FeedAddress, calendar_key: str) -> None:
    """Write down the calendar that an address leads to, so that it is found there under a later slug, too."""
    connection.write(_NOTE, feed_key=address.key, calendar_key=calendar_key)


def _modified_at(version: int, today: date, time_zone: ZoneInfo) -> datetime | None:
    """Return when a feed last changed: with its calendar or at midnight, when events may have left the window.

    Nothing is certain where the change was stamped so near midnight that it may have been heard of on either side.
    """
    if datetime.fromtimestamp(version - UNSURE, time_zone).date() == today:
        return datetime.fromtimestamp(version, UTC)
    if datetime.fromtimestamp(version + UNSURE, time_zone).date() < today:
        return datetime.combine(today, time(), time_zone).astimezone(UTC)
    return None


def shown_since(address: FeedAddress, today: date) -> date:
    """Return the day up to which an event must be shown, so that the feed still has it."""
    return date.min if address.shows_past or address.kind == "meeting" else today


def _single_until(address: FeedAddress, today: date) -> date:
    """Return the day up to which events are taken one by one, because some of them may be out of the window."""
    if address.kind == "meeting":
        return date.max
    if address.shows_past:
        # The end of the first month there is: nothing leaves this window.
        return date.min.replace(day=31)
    # What starts after the month that today was in a year ago is shown today, however short it is.
    return date(today.year - 1, today.month, monthrange(today.year - 1, today.month)[1])


def _month_of(row: Any) -> str:
    """Return what the events that are joined have in common: their month, the cancelled ones being last."""
    return "" if row[0] == _CANCELLED else str(row[1])[:7]

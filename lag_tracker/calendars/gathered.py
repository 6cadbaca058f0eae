"""Feeds gathered from several calendars: what stands in any of them, or in all of them, without doubles.

In plain SQL that goes straight to the driver, as for the feed of one calendar.
"""

import gzip
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from itertools import chain
from threading import Lock
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, TextClause, text

from lag_tracker.calendars.bodies import FEEDS_KEPT, PACKED, PACKING, Memory
from lag_tracker.calendars.feeds import FOOTER, write_head
from lag_tracker.calendars.segments import events_digest
from lag_tracker.database import Driver, DriverConnection
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.calendar import EventAudience

#: Bytes of bodies that each process keeps at most.
BYTES_KEPT = 32 * 2**20
_FULLEST = {audience.value: place for place, audience in enumerate(EventAudience)}


class Gathering(NamedTuple):
    """What a feed is gathered from."""

    #: Key of the ready body: the same for all who are sent the same.
    key: str
    lang: str
    calendars: tuple[str, ...]
    #: In how many of the calendars an event must stand: in one, or in all of them.
    wanted: int
    #: The first day on which an event must still be shown.
    since: date
    name_of: Callable[[DriverConnection], Bilingual]


class GatheredState(NamedTuple):
    """What a gathered feed is on a day, for as long as none of its calendars changes."""

    versions: tuple[tuple[str, int], ...]
    day: date
    #: Strong entity tag of the plain body, without quotation marks.
    etag: str
    #: Never known: of several calendars, and of rights that come and go, no time is certain.
    modified_at: None = None


class GatheredFeeds:
    """The gathered feeds of one application, in memory; one object for all threads.

    Methods raise `failures` when the database does not answer.
    """

    def __init__(self, engine: Engine, time_zone: ZoneInfo) -> None:
        self.time_zone = time_zone
        self.states = Memory[GatheredState](FEEDS_KEPT, lambda _state: 1)
        self.bytes = Memory[bytes](BYTES_KEPT, len)
        self.driver = Driver(engine)
        self.failures = self.driver.failures
        self._turn = Lock()

    def look(self, gathering: Gathering, *, today: date) -> GatheredState:
        """Return what the feed is today. One indexed read when all is as before."""
        with self.driver.connect() as connection:
            versions = _versions(connection, gathering.calendars)
            state = self.states.get(gathering.key)
            if state and (state.versions, state.day) == (versions, today):
                return state
            return self._make(connection, gathering, today, versions)[0]

    def held(self, state: GatheredState, *, packed: bool) -> bytes | None:
        """Return the body of a feed in this state, None where memory holds it no longer."""
        return self.bytes.get(state.etag + PACKED if packed else state.etag)

    def body(
        self, gathering: Gathering, state: GatheredState, *, today: date, packed: bool
    ) -> tuple[GatheredState, bytes]:
        """Return the body of a feed in this state, or in a newer one where memory holds it no longer."""
        body = self.held(state, packed=packed)
        if body is not None:
            return state, body
        with self.driver.connect() as connection:
            state, body = self._make(connection, gathering, today, _versions(connection, gathering.calendars))
        if packed:
            body = gzip.compress(body, PACKING, mtime=0)
            self.bytes.put(state.etag + PACKED, body)
        return state, body

    def _make(
        self, connection: DriverConnection, gathering: Gathering, today: date, versions: tuple[tuple[str, int], ...]
    ) -> tuple[GatheredState, bytes]:
        """Return a feed with its plain body. Versions are known before events are read: a body is never older."""
        with self._turn:
            state = self.states.get(gathering.key)
            known = self.bytes.get(state.etag) if state else None
            if state and known is not None and (state.versions, state.day) == (versions, today):
                return state, known
            rows = _without_doubles(_events(connection, gathering, today))
            zones = {row[5] for row in rows} - {""}
            name = gathering.name_of(connection).read_in(gathering.lang).words
            head = write_head(zones=zones, is_empty=not rows, name=name, time_zone=self.time_zone.key)
            body = b"".join(chain([head], (bytes(row[4]) for row in rows), [FOOTER]))
            fresh = GatheredState(versions, today, events_digest(body))
            if state and state.etag != fresh.etag:
                self.bytes.drop(state.etag, state.etag + PACKED)
            self.bytes.put(fresh.etag, body)
            self.states.put(gathering.key, fresh)
            return fresh, body


@cache
def _of_calendars(beginning: str, number: int, ending: str = "") -> TextClause:
    """Return a statement about so many calendars, which keeps its words for as many."""
    return text(f"{beginning} ({', '.join(f':key{n}' for n in range(number))}){ending}")


def _keys(calendars: tuple[str, ...]) -> dict[str, str]:
    return {f"key{n}": key for n, key in enumerate(calendars)}


def _versions(connection: DriverConnection, calendars: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    statement = _of_calendars(
        "SELECT calendar_key, version FROM calendar_version WHERE calendar_key IN", len(calendars)
    )
    return tuple(sorted((key, version) for key, version in connection.read(statement, **_keys(calendars))))


def _events(connection: DriverConnection, gathering: Gathering, today: date) -> list[Any]:
    statement = _of_calendars(
        "SELECT meeting_id, milestone_id, action_id, audience, event, time_zone, starts_on, id FROM calendar_entry"
        " WHERE shown_until >= :since AND (kept_until IS NULL OR kept_until >= :today)"
        " AND id IN (SELECT entry_id FROM calendar_listing WHERE lang = :lang AND calendar_key IN",
        len(gathering.calendars),
        " GROUP BY entry_id HAVING count(*) >= :wanted)",
    )
    days = {"since": gathering.since.isoformat(), "today": today.isoformat()}
    of_calendars = _keys(gathering.calendars)
    return connection.read(statement, lang=gathering.lang, wanted=gathering.wanted, **days, **of_calendars)


def _without_doubles(rows: Iterable[Any]) -> list[Any]:
    """Return one event for each record, the fullest there is, in the order of their days."""
    found: dict[tuple[Any, ...], Any] = {}
    for row in sorted(rows, key=lambda row: _FULLEST[row[3]]):
        found[tuple(row[:3])] = row
    return sorted(found.values(), key=lambda row: (str(row[6]), row[7]))

"""Private feeds in memory: what a token opens at this moment, and the events of its calendars without doubles.

In plain SQL that goes straight to the driver, as for public feeds: an unchanged poll is two indexed reads.
"""

import gzip
from collections.abc import Iterable
from datetime import UTC, date, datetime
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
from lag_tracker.models.account import Role
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.calendar import EventAudience
from lag_tracker.models.calendar_token import FeedKind
from lag_tracker.models.visibility import Viewer
from lag_tracker.private_feeds.queries import calendars_of

#: Bytes of bodies that each process keeps at most.
BYTES_KEPT = 32 * 2**20
NAMES = {
    FeedKind.MINE: Bilingual("Manas sanāksmes", "My meetings"),
    FeedKind.MANAGED: Bilingual("Manu grupu darba kalendārs", "Calendar of the groups I run"),
    FeedKind.DEADLINES: Bilingual("Mani uzdevumi", "My deadlines"),
}
OF_GROUP = Bilingual(" (grupas kalendārs)", " (group calendar)")
_FULLEST = {audience.value: place for place, audience in enumerate(EventAudience)}

_TOKEN = text(
    "SELECT calendar_token.id, calendar_token.kind, calendar_token.group_id, calendar_token.language,"
    " calendar_token.revoked_at, calendar_token.last_fetched_at, account.active, account.person_id,"
    " account.is_administrator, group_role.role, group_role.group_id"
    " FROM calendar_token JOIN account ON account.id = calendar_token.account_id"
    " LEFT JOIN group_role ON group_role.account_id = account.id WHERE calendar_token.token_hash = :token_hash"
)
_GROUP_NAME = text('SELECT name_lv, name_en FROM "group" WHERE id = :number')


class Opened(NamedTuple):
    """What a token opens at this moment, after the rights that its account has now."""

    number: int
    kind: FeedKind
    group_id: int | None
    lang: str
    #: Calendars that the feed puts together; none when the token opens nothing any more.
    calendars: tuple[str, ...]
    last_fetched_at: datetime | None

    @property
    def key(self) -> str:
        """The key of the ready body, which is the same for all who may read the same."""
        return f"{self.kind.value}|{self.lang}|{' '.join(self.calendars)}"


class PrivateState(NamedTuple):
    """What a private feed is on a day, for as long as none of its calendars changes."""

    versions: tuple[tuple[str, int], ...]
    day: date
    #: Strong entity tag of the plain body, without quotation marks.
    etag: str
    #: Never known: of several calendars, and of rights that come and go, no time is certain.
    modified_at: None = None


class PrivateFeeds:
    """The private feeds of one application, in memory; one object for all threads.

    Methods raise `failures` when the database does not answer.
    """

    def __init__(self, engine: Engine, time_zone: ZoneInfo) -> None:
        self.time_zone = time_zone
        self.states = Memory[PrivateState](FEEDS_KEPT, lambda _state: 1)
        self.bytes = Memory[bytes](BYTES_KEPT, len)
        self._driver = Driver(engine)
        self.failures = self._driver.failures
        self._turn = Lock()

    def open(self, token_hash: str) -> Opened | None:
        """Return what a token opens; None when there is no such token. One indexed read."""
        with self._driver.connect() as connection:
            rows = connection.read(_TOKEN, token_hash=token_hash)
        return _opened(rows) if rows else None

    def look(self, opened: Opened, *, today: date) -> PrivateState:
        """Return what the feed is today. One indexed read when all is as before."""
        with self._driver.connect() as connection:
            versions = _versions(connection, opened.calendars)
            state = self.states.get(opened.key)
            if state and (state.versions, state.day) == (versions, today):
                return state
            return self._make(connection, opened, today, versions)[0]

    def body(self, opened: Opened, state: PrivateState, *, today: date, packed: bool) -> tuple[PrivateState, bytes]:
        """Return the body of a feed in this state, or in a newer one where memory holds it no longer."""
        body = self.bytes.get(state.etag + PACKED if packed else state.etag)
        if body is not None:
            return state, body
        with self._driver.connect() as connection:
            state, body = self._make(connection, opened, today, _versions(connection, opened.calendars))
        if packed:
            body = gzip.compress(body, PACKING, mtime=0)
            self.bytes.put(state.etag + PACKED, body)
        return state, body

    def _make(
        self, connection: DriverConnection, opened: Opened, today: date, versions: tuple[tuple[str, int], ...]
    ) -> tuple[PrivateState, bytes]:
        """Return a feed with its plain body. Versions are known before events are read: a body is never older."""
        with self._turn:
            state = self.states.get(opened.key)
            known = self.bytes.get(state.etag) if state else None
            if state and known is not None and (state.versions, state.day) == (versions, today):
                return state, known
            rows = list(_without_doubles(_events(connection, opened, today)))
            zones = {row[5] for row in rows} - {""}
            name = _name(connection, opened).read_in(opened.lang).words
            head = write_head(zones=zones, is_empty=not rows, name=name, time_zone=self.time_zone.key)
            body = b"".join(chain([head], (bytes(row[4]) for row in rows), [FOOTER]))
            fresh = PrivateState(versions, today, events_digest(body))
            if state and state.etag != fresh.etag:
                self.bytes.drop(state.etag, state.etag + PACKED)
            self.bytes.put(fresh.etag, body)
            self.states.put(opened.key, fresh)
            return fresh, body


def _opened(rows: list[Any]) -> Opened:
    """Return what the rows of a token say: one row for each role of its account."""
    number, kind, group_id, lang, revoked_at, fetched_at, active, person_id, is_administrator, *_ = rows[0]
    roles = [(row[9], row[10]) for row in rows if row[9]]
    manages = frozenset(group for role, group in roles if role == Role.MANAGER.value)
    viewer = Viewer(
        belongs_to=frozenset(group for _, group in roles), manages=manages, is_administrator=bool(is_administrator)
    )
    is_alive = active and revoked_at is None
    calendars = calendars_of(FeedKind(kind), group_id=group_id, viewer=viewer, person_id=person_id) if is_alive else ()
    return Opened(number, FeedKind(kind), group_id, lang, calendars, _instant(fetched_at))


def _instant(value: Any) -> datetime | None:
    """Return an instant as the driver gives it: SQLite's as text without its zone."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


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


def _events(connection: DriverConnection, opened: Opened, today: date) -> list[Any]:
    statement = _of_calendars(
        "SELECT meeting_id, milestone_id, action_id, audience, event, time_zone, calendar_entry.starts_on,"
        " calendar_entry.id FROM calendar_listing JOIN calendar_entry ON calendar_entry.id = entry_id"
        " WHERE calendar_listing.lang = :lang AND shown_until >= :today"
        " AND (kept_until IS NULL OR kept_until >= :today) AND calendar_key IN",
        len(opened.calendars),
    )
    return connection.read(statement, lang=opened.lang, today=today.isoformat(), **_keys(opened.calendars))


def _without_doubles(rows: Iterable[Any]) -> list[Any]:
    """Return one event for each record, the fullest there is, in the order of their days."""
    found: dict[tuple[Any, ...], Any] = {}
    for row in sorted(rows, key=lambda row: _FULLEST[row[3]]):
        found[tuple(row[:3])] = row
    return sorted(found.values(), key=lambda row: (str(row[6]), row[7]))


def _name(connection: DriverConnection, opened: Opened) -> Bilingual:
    if opened.kind is not FeedKind.GROUP:
        return NAMES[opened.kind]
    rows = connection.read(_GROUP_NAME, number=opened.group_id)
    names = zip(rows[0], (OF_GROUP.lv, OF_GROUP.en), strict=True) if rows else ()
    return Bilingual(*(name and f"{name}{words}" for name, words in names)) if rows else Bilingual(None, None)

"""What a token opens at this moment, and the feed that is gathered for it."""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from lag_tracker.calendars.gathered import GatheredFeeds, GatheredState, Gathering
from lag_tracker.database import DriverConnection
from lag_tracker.models.account import Role
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.calendar_token import FeedKind
from lag_tracker.models.visibility import Viewer
from lag_tracker.private_feeds.queries import calendars_of

NAMES = {
    FeedKind.MINE: Bilingual("Manas sanāksmes", "My meetings"),
    FeedKind.MANAGED: Bilingual("Manu grupu darba kalendārs", "Calendar of the groups I run"),
    FeedKind.DEADLINES: Bilingual("Mani uzdevumi", "My deadlines"),
}
OF_GROUP = Bilingual(" (grupas kalendārs)", " (group calendar)")

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
    is_revoked: bool


class PrivateFeeds:
    """The private feeds of one application; one object for all threads.

    Methods raise `failures` when the database does not answer.
    """

    def __init__(self, engine: Engine, time_zone: ZoneInfo) -> None:
        self.gathered = GatheredFeeds(engine, time_zone)
        self.time_zone, self.failures = time_zone, self.gathered.failures

    def open(self, token_hash: str) -> Opened | None:
        """Return what a token opens; None when there is no such token. One indexed read."""
        with self.gathered.driver.connect() as connection:
            rows = connection.read(_TOKEN, token_hash=token_hash)
        return _opened(rows) if rows else None

    def look(self, opened: Opened, *, today: date) -> GatheredState:
        """Return what the feed is today. One indexed read when all is as before."""
        return self.gathered.look(_gathering(opened, today), today=today)

    def body(self, opened: Opened, state: GatheredState, *, today: date, packed: bool) -> tuple[GatheredState, bytes]:
        """Return the body of a feed in this state, or in a newer one where memory holds it no longer."""
        return self.gathered.body(_gathering(opened, today), state, today=today, packed=packed)


def _gathering(opened: Opened, today: date) -> Gathering:
    """Return what a feed is gathered from: whoever may read the same gets the same."""
    key = f"{opened.kind.value}|{opened.lang}|{' '.join(opened.calendars)}"
    return Gathering(key, opened.lang, opened.calendars, 1, today, lambda connection: _name(connection, opened))


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
    return Opened(number, FeedKind(kind), group_id, lang, calendars, _instant(fetched_at), revoked_at is not None)


def _instant(value: Any) -> datetime | None:
    """Return an instant as the driver gives it: SQLite's as text without its zone."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def _name(connection: DriverConnection, opened: Opened) -> Bilingual:
    if opened.kind is not FeedKind.GROUP:
        return NAMES[opened.kind]
    rows = connection.read(_GROUP_NAME, number=opened.group_id)
    names = zip(rows[0], (OF_GROUP.lv, OF_GROUP.en), strict=True) if rows else ()
    return Bilingual(*(name and f"{name}{words}" for name, words in names)) if rows else Bilingual(None, None)

"""Selections: feeds of what several calendars have in common, such as the workshops of one group."""

from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from lag_tracker.calendars.bodies import known_of, note_address, shown_since
from lag_tracker.calendars.gathered import GatheredFeeds, GatheredState, Gathering
from lag_tracker.calendars.queries import FeedAddress, FeedSubject, feed_subject
from lag_tracker.database import DriverConnection
from lag_tracker.filters.queries import chosen_in, selection_name


class _Part(NamedTuple):
    """One of the calendars of a selection, and where its own address last led."""

    address: FeedAddress
    #: None when the public may not read it, or no longer.
    subject: FeedSubject | None
    known: str | None


class SelectedFeeds:
    """The selections of one application, asked like `ReadyFeeds`; one object for all threads.

    Methods raise `failures` when the database does not answer.
    """

    def __init__(self, engine: Engine, time_zone: ZoneInfo) -> None:
        self.gathered = GatheredFeeds(engine, time_zone)
        self.time_zone, self.failures = time_zone, self.gathered.failures

    def calendar_of(self, address: FeedAddress) -> str | None:
        """Return the key of a calendar that a part last led to, where every part leads somewhere, or once did."""
        found = [part.subject.calendar_key if part.subject else part.known for part in self._parts(address)]
        return found[0] if found and None not in found else None

    def look(self, address: FeedAddress, *, today: date) -> GatheredState | None:
        """Return what the feed is today; None when there is nothing at its address."""
        gathering = self._gathering(address, today)
        return gathering and self.gathered.look(gathering, today=today)

    def body(
        self, address: FeedAddress, state: GatheredState, *, today: date, packed: bool
    ) -> tuple[GatheredState, bytes] | None:
        """Return the body of a feed in this state, or in a newer one where memory holds it no longer."""
        body = self.gathered.held(state, packed=packed)
        if body is not None:
            return state, body
        gathering = self._gathering(address, today)
        return gathering and self.gathered.body(gathering, state, today=today, packed=packed)

    def _gathering(self, address: FeedAddress, today: date) -> Gathering | None:
        parts = self._parts(address)
        subjects = [part.subject for part in parts if part.subject]
        if not parts or len(subjects) < len(parts):
            return None
        self._note(parts)
        name = selection_name([subject.name for subject in subjects])
        calendars = tuple(subject.calendar_key for subject in subjects)
        since = shown_since(address, today)
        return Gathering(address.key, address.lang, calendars, len(calendars), since, lambda _connection: name)

    def _note(self, parts: list[_Part]) -> None:
        """Write down where the parts lead, once: whoever subscribed is not to lose them when a slug changes."""
        found = [(part.address, part.subject.calendar_key, part.known) for part in parts if part.subject]
        unknown = [(address, key) for address, key, known in found if key != known]
        if unknown:
            with self.gathered.driver.connect() as connection:
                for address, key in unknown:
                    note_address(connection, address, key)

    def _parts(self, address: FeedAddress) -> list[_Part]:
        with self.gathered.driver.connect() as connection:
            chosen = chosen_in(address.slug).items()
            return [_part(connection, address._replace(kind=sort, slug=slug)) for sort, slug in chosen]


def _part(connection: DriverConnection, address: FeedAddress) -> _Part:
    known = known_of(connection, address).calendar_key
    return _Part(address, feed_subject(connection, address, known=known), known)

"""The months of calendars: events that start in one month, joined in their order, so that feeds need not join them."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import sha256
from itertools import groupby, zip_longest
from typing import Any, NamedTuple

from sqlalchemy import Date, String, and_, column, delete, insert, select, tuple_, values
from sqlalchemy.orm import Session

from lag_tracker.models.calendar import PRIVATE, CalendarEntry, CalendarListing, CalendarSegment

#: How many months are read and written at once: their bytes are all in memory meanwhile.
BATCH = 100
#: Calendars whose months are not joined: those of one meeting, which is as quickly read as its month would be, and
#: private ones, which are sent together with others, without what those have, too.
UNJOINED = ("meeting:", PRIVATE)


class Month(NamedTuple):
    """One month of a calendar in one language; `first` is its first day."""

    calendar_key: str
    lang: str
    first: date


_KEY = (CalendarSegment.calendar_key, CalendarSegment.lang, CalendarSegment.month)
_LISTED = (CalendarListing.calendar_key, CalendarListing.lang, CalendarListing.starts_on)
_IN_ORDER = (*_LISTED, CalendarListing.entry_id)
_IS_JOINED = and_(*(~CalendarListing.calendar_key.startswith(key) for key in UNJOINED))
_EVENTS = (
    select(*_IN_ORDER, CalendarEntry.event, CalendarEntry.time_zone)
    .join(CalendarEntry, CalendarEntry.id == CalendarListing.entry_id)
    .where(CalendarEntry.kept_until.is_(None))
)


def events_digest(events: bytes) -> str:
    """Return the digest of joined events, as 32 letters and digits."""
    return sha256(events).hexdigest()[:32]


def write_months(session: Session, months: Iterable[Month]) -> None:
    """Join the events of these months anew; a month without events goes. Writers of events must have taken turns."""
    wanted = sorted(month for month in months if not month.calendar_key.startswith(UNJOINED))
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        rows = [_joined(month, events) for month, events in _by_month(sorted(_events_of(session, batch)))]
        session.execute(delete(CalendarSegment).where(tuple_(*_KEY).in_(batch)))
        if rows:
            session.execute(insert(CalendarSegment), rows)


def all_months(session: Session) -> set[Month]:
    """Return every month in which a calendar has an event or something is stored."""
    listed = session.execute(select(*_LISTED).distinct().where(_IS_JOINED))
    return {_month(row) for row in (*listed, *session.execute(select(*_KEY)))}


def months_are_true(session: Session) -> bool:
    """Tell whether what is stored of all months is what the events say; two statements, read row by row."""
    row_by_row = {"yield_per": 500}
    stored = session.execute(
        select(*_KEY, CalendarSegment.events, CalendarSegment.digest, CalendarSegment.zones).order_by(*_KEY),
        execution_options=row_by_row,
    )
    listed = session.execute(
        _EVENTS.where(_IS_JOINED).order_by(*_IN_ORDER),
        execution_options=row_by_row,
    )
    joined = (tuple(_joined(month, events).values()) for month, events in _by_month(listed))
    try:
        return all(one == other for one, other in zip_longest(map(tuple, stored), joined))
    finally:
        stored.close()
        listed.close()


def _events_of(session: Session, months: list[Month]) -> Iterable[Any]:
    """Return the events of the months, with where they stand, in no order."""
    spans = [(*month, month.first.replace(day=monthrange(month.first.year, month.first.month)[1])) for month in months]
    columns = (column("wanted_key", String), column("wanted_lang", String), column("first", Date), column("last", Date))
    wanted = values(*columns).data(spans).cte("wanted")
    return session.execute(
        _EVENTS.join(
            wanted,
            (wanted.c.wanted_key == CalendarListing.calendar_key)
            & (wanted.c.wanted_lang == CalendarListing.lang)
            & CalendarListing.starts_on.between(wanted.c.first, wanted.c.last),
        )
    )


def _month(row: Any) -> Month:
    return Month(row[0], row[1], row[2].replace(day=1))


def _by_month(rows: Iterable[Any]) -> Iterator[tuple[Month, list[Any]]]:
    """Group events that come in order."""
    for month, events in groupby(rows, key=_month):
        yield month, list(events)


def _joined(month: Month, rows: list[Any]) -> dict[str, Any]:
    events = b"".join(row.event for row in rows)
    zones = " ".join(sorted({row.time_zone for row in rows} - {""}))
    return {
        "calendar_key": month.calendar_key,
        "lang": month.lang,
        "month": month.first,
        "events": events,
        "digest": events_digest(events),
        "zones": zones,
    }

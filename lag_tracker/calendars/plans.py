"""What a change of a record does to its stored event: which rows to write, and which calendars have changed."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from lag_tracker.calendars.entries import EventContent
from lag_tracker.calendars.feeds import content_digest, digest, event_zone, write_event
from lag_tracker.calendars.queries import StoredEntry
from lag_tracker.calendars.segments import Month

logger = logging.getLogger(__name__)

#: How long a cancelled meeting stays in feeds, so that every subscriber hears of it.
CANCELLED_FOR = timedelta(days=60)
SECOND = timedelta(seconds=1)
#: So many records that cannot be events are no odd ones any more, when all others cannot either.
MANY = 20


@dataclass(frozen=True)
class Planned:
    """An event as it should stand in calendars, with its words in each language."""

    contents: dict[str, EventContent]
    calendar_keys: set[str]
    cancelled_at: datetime | None


class Newest(NamedTuple):
    """The newest stamps that any audience was told of a record, in one language.

    Who reads a record in one calendar as a member, in another as anybody, must not find it older when it goes from one
    of them to the other.
    """

    sequence: int
    changed_at: datetime
    #: Whether the record goes to other calendars, so that events which look the same must look as new, too.
    levels: bool


def newest_of(entries: Sequence[StoredEntry], *, levels: bool = False) -> Newest:
    """Return the newest stamps of entries of one record in one language."""
    return Newest(max(one.sequence for one in entries), max(one.changed_at for one in entries), levels)


def _is_behind(entry: StoredEntry, newest: Newest | None) -> bool:
    """Tell whether an event that looks the same must look newer than it does."""
    stamps = entry.sequence, entry.changed_at
    return newest is not None and newest.levels and stamps != (newest.sequence, newest.changed_at)


@dataclass
class Writing:
    """What a batch of records changes in the database, gathered so that the number of statements is fixed."""

    now: datetime
    #: Sequence of an event that is new.
    first_sequence: int
    #: Whether an event that shows what it showed keeps its bytes, too.
    keeps_same: bool = True
    added: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    #: Entries that go to other calendars or to another day, and all calendars that each is to stand in.
    relisted: list[tuple[dict[str, Any], set[str]]] = field(default_factory=list)
    #: Months of calendars that have changed.
    touched: set[Month] = field(default_factory=set)
    #: Records that cannot be events, as the log names them.
    left_out: set[str] = field(default_factory=set)
    #: Events by content and stamps: most look the same to every audience, and are written once.
    written: dict[tuple[Any, ...], bytes] = field(default_factory=dict)

    def plan(
        self, planned: Planned, entry: StoredEntry | None, identity: dict[str, Any], newest: Newest | None = None
    ) -> bool:
        """Plan what makes an entry true; return False when the event cannot be written at all.

        `identity` holds the language, the audience and the record's number. With `newest` the event looks as new as the
        newest that any audience was told.
        """
        content = planned.contents[identity["lang"]]
        digests = {"content_digest": content_digest(content), "schedule_digest": digest(content.schedule)}
        row = identity | _place(planned, content, entry, self.now) | digests
        if (
            self.keeps_same
            and entry
            and entry.content_digest == row["content_digest"]
            and not _is_behind(entry, newest)
        ):
            self._keep(planned, entry, row)
            return True
        row["sequence"], row["changed_at"] = self.stamps(entry, newest, **digests)
        same = (row["content_digest"], row["sequence"], row["changed_at"])
        if same not in self.written:
            self.written[same] = _written(content, row, self.left_out)
        event = self.written[same]
        if event:
            self._change(planned, entry, row | {"event": event})
        return bool(event)

    def stamps(
        self, entry: StoredEntry | None, newest: Newest | None, *, content_digest: str, schedule_digest: str
    ) -> tuple[int, datetime]:
        """Return sequence and last change: a change of time, place or state raises the one, every change the other."""
        if entry is not None and entry.content_digest == content_digest and not _is_behind(entry, newest):
            return entry.sequence, entry.changed_at
        told = [one for one in (entry, newest) if one is not None]
        sequence = max((one.sequence for one in told), default=self.first_sequence)
        # What had gone and is back must look newer than what some calendars still remember as deleted.
        is_newer = entry is not None and (not entry.content_digest or entry.schedule_digest != schedule_digest)
        return sequence + is_newer, max([self.now, *(one.changed_at + SECOND for one in told)])

    def _change(self, planned: Planned, entry: StoredEntry | None, row: dict[str, Any]) -> None:
        self._touch(planned.calendar_keys, row["lang"], row["starts_on"])
        if entry is not None:
            self._touch(entry.calendar_keys, entry.lang, entry.starts_on)
        if entry is None:
            self.added.append(row)
        else:
            row["id"] = entry.id
            self.changed.append(row)
        if entry is None or (entry.calendar_keys, entry.starts_on) != (planned.calendar_keys, row["starts_on"]):
            self.relisted.append((row, planned.calendar_keys))

    def _keep(self, planned: Planned, entry: StoredEntry, row: dict[str, Any]) -> None:
        """Plan what an event that looks the same needs when it goes to other calendars or is kept for another time."""
        if entry.kept_until != row["kept_until"]:
            self.changed.append({"id": entry.id, "kept_until": row["kept_until"]})
            self._touch(planned.calendar_keys, entry.lang, entry.starts_on)
        if entry.calendar_keys != planned.calendar_keys:
            self.relisted.append((row | {"id": entry.id}, planned.calendar_keys))
            self._touch(entry.calendar_keys ^ planned.calendar_keys, entry.lang, entry.starts_on)

    def withdraw(self, entry: StoredEntry | None) -> None:
        """Take an event out of every calendar, yet keep its sequence and its last change in case it comes back."""
        if entry is not None and entry.content_digest:
            self.changed.append({"id": entry.id, "event": b"", "content_digest": ""})
            self.relisted.append(({"id": entry.id}, set()))
            self._touch(entry.calendar_keys, entry.lang, entry.starts_on)

    def _touch(self, keys: set[str], lang: str, day: date) -> None:
        self.touched |= {Month(key, lang, day.replace(day=1)) for key in keys}

    def check(self, shown: int) -> None:
        """Raise RuntimeError when many records are left out and none is `shown`: then it is not they that are odd.

        Better a change that fails than subscribers who are told that everything was deleted.
        """
        if not shown and len(self.left_out) >= MANY:
            raise RuntimeError(
                f"None of {len(self.left_out)} records could be written as an event; nothing was changed."
            )

    def listings(self) -> list[dict[str, Any]]:
        """Return the rows that list the relisted entries; those added must have their numbers by now."""
        return [
            {"calendar_key": key, "entry_id": row["id"], "lang": row["lang"], "starts_on": row["starts_on"]}
            for row, keys in self.relisted
            for key in sorted(keys)
        ]


@contextmanager
def leaving_out(record: str, noted: set[str] | None = None) -> Iterator[list[bytes]]:
    """Log and note a record that cannot be an event, and go on: one odd record must not cost the whole feed.

    Whatever is wrong with it, nobody may be kept from saving it, nor the server from starting; but the database must
    have its say.
    """
    try:
        yield []
    except SQLAlchemyError:
        raise
    except Exception:
        logger.exception("Left out of the calendars: %s", record)
        if noted is not None:
            noted.add(record)


def _written(content: EventContent, row: dict[str, Any], noted: set[str]) -> bytes:
    """Return the event, empty when the record cannot be one."""
    with leaving_out(content.address, noted) as written:
        written.append(write_event(content, sequence=row["sequence"], changed_at=row["changed_at"]))
    return b"".join(written)


def _place(planned: Planned, content: EventContent, entry: StoredEntry | None, now: datetime) -> dict[str, Any]:
    """Return where in time an entry stands: when it starts, and until when feeds show it."""
    start, end = content.span
    last = end - timedelta(days=1) if end and not content.span.has_hours else end or start
    return {
        "time_zone": event_zone(content),
        "starts_on": date(start.year, start.month, start.day),
        # Never less than a year after the start, even if an end is given that lies before it: feeds count on that.
        "shown_until": max(_a_year_after(last), _a_year_after(start)),
        "kept_until": _kept_until(planned, content, entry, now),
    }


def _a_year_after(day: date) -> date:
    # 29 February is counted as 28 February in a year without it; the last year there is has no next one.
    year = min(day.year + 1, date.max.year)
    return date(year, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def _kept_until(planned: Planned, content: EventContent, entry: StoredEntry | None, now: datetime) -> date | None:
    if not content.is_cancelled:
        return None
    if planned.cancelled_at:
        return (planned.cancelled_at + CANCELLED_FOR).date()
    # Nobody wrote down when it was cancelled: it counts from the day the calendars learned of it.
    return entry.kept_until if entry and entry.kept_until else (now + CANCELLED_FOR).date()

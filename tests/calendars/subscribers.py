"""Subscribers: they poll a feed as calendar programs do, and remember all that they were ever told."""

import gzip
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from flask.testing import FlaskClient
from icalendar import Calendar

from tests.calendars.readers import Seen, told


class Heard(NamedTuple):
    """What a subscriber was told of an event last."""

    sequence: int
    changed_at: datetime
    #: What raises the sequence when it changes: when, where, and whether at all.
    arrangement: tuple[str, ...]
    text: bytes


def heard(event: Any) -> Heard:
    """Take an event apart."""
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED")
    arrangement = tuple(str(event.get(name) and event[name].to_ical()) for name in ("DTSTART", "DTEND", "LOCATION"))
    return Heard(event["SEQUENCE"], event.decoded("DTSTAMP"), (*arrangement, str(event["STATUS"])), event.to_ical())


def seen(event: Any) -> Seen:
    """Return what is seen of an event."""
    start, has_end = event.decoded("DTSTART"), "DTEND" in event
    return Seen(str(event["UID"]), told(start), told(event.decoded("DTEND")) if has_end else "", str(event["SUMMARY"]))


class Subscriber:
    """Holds a copy of a feed, asks for it only when it is new, and compares each event with all it ever heard of it."""

    def __init__(self, client: FlaskClient, path: str, *, asks_with: str = "ETag", encoding: str = "identity") -> None:
        self.client, self.path, self.asks_with = client, path, asks_with
        self.encoding = {"Accept-Encoding": encoding}
        self.validators: dict[str, str] = {}
        self.body = b""
        self.events: dict[str, Any] = {}
        #: Also of events that have gone, for a while or for good.
        self.newest: dict[str, Heard] = {}

    def poll(self, *, may_go: Callable[[str], bool] = lambda _uid: True) -> list[Seen] | None:
        """Fetch the feed, if it is new, and return what the copy shows, in order; None when the feed is gone.

        An event that was not cancelled before it went is one of which `may_go` says that it may.
        """
        answer = self.client.get(self.path, headers=self.validators | self.encoding)
        if answer.status_code == 410:
            self.validators, self.events = {}, {}
            return None
        if answer.status_code == 200:
            self._remember(answer.headers)
            self.body = gzip.decompress(answer.data) if "Content-Encoding" in answer.headers else answer.data
            self._take_over(Calendar.from_ical(self.body), may_go)
        else:
            assert answer.status_code == 304
        assert self.body == self.client.get(self.path).data, "the copy is not what the feed is"
        return sorted(seen(event) for event in self.events.values())

    def _remember(self, headers: Any) -> None:
        asking = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[self.asks_with]
        # No time is told where a change so near to midnight could be missed by it.
        self.validators = {asking: headers[self.asks_with]} if self.asks_with in headers else {}

    def _take_over(self, calendar: Any, may_go: Callable[[str], bool]) -> None:
        before, self.events = self.events, {str(event["UID"]): event for event in calendar.walk("VEVENT")}
        for uid, event in self.events.items():
            now, known = heard(event), self.newest.get(uid)
            if known and now.text != known.text:
                assert now.changed_at > known.changed_at, "a change looks older than the one before"
                assert now.sequence >= known.sequence, "a sequence has fallen"
                assert now.sequence > known.sequence or now.arrangement == known.arrangement
            self.newest[uid] = now
        for uid in before.keys() - self.events.keys():
            assert before[uid]["STATUS"] == "CANCELLED" or may_go(uid), "an event went without a word"

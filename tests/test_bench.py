"""What the simulated subscribers stand on; the measuring itself is `make bench`."""

import gzip

import pytest

from bench.storm import Request, _status
from bench.subscribers import CLIENTS, feeds, fullest_minute
from lag_tracker.calendars.views import address_of


def test_subscribers_poll_two_hundred_feeds_that_exist() -> None:
    addresses = {path: address_of(path, "") for path in feeds()}
    assert [path for path, address in addresses.items() if address is None] == []
    assert len(set(addresses.values())) == 200
    assert sum(feeds().values()) == pytest.approx(1)
    assert sum(client.share for client in CLIENTS) == pytest.approx(1)


def test_the_fullest_minute_grows_with_the_subscribers_and_is_the_same_each_time() -> None:
    small, large = fullest_minute(1_000), fullest_minute(10_000)
    assert large == fullest_minute(10_000)
    assert len(large) == pytest.approx(len(small) * 10, rel=0.05)
    assert [poll.second for poll in large] == sorted(poll.second for poll in large)
    assert all(0 <= poll.second <= 61 for poll in large)


FEED = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
PACKED = gzip.compress(FEED)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 32\r\n\r\n" + FEED, 200),
        (b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED, 200),
        (b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", 304),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n503", 503),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 32\r\n\r\n" + FEED[:-2], 0),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 0),
        (b"", 0),
    ],
)
def test_only_a_whole_feed_counts_as_answered(answer: bytes, status: int) -> None:
    assert _status(Request(0, 80, "/kalendari/visi.ics", b"GET"), answer) == status

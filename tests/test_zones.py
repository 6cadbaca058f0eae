"""Hours that the clocks skip or show twice, against what is known of them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lag_tracker.zones import Hour, after_skipped, elapsed_minutes, hour_of

RIGA = "Europe/Riga"


@pytest.mark.parametrize(
    ("day", "at", "expected"),
    [
        (date(2026, 3, 29), time(2, 59), Hour.ORDINARY),
        (date(2026, 3, 29), time(3), Hour.SKIPPED),
        (date(2026, 3, 29), time(3, 59), Hour.SKIPPED),
        (date(2026, 3, 29), time(4), Hour.ORDINARY),
        (date(2026, 10, 25), time(2, 59), Hour.ORDINARY),
        (date(2026, 10, 25), time(3), Hour.TWICE),
        (date(2026, 10, 25), time(3, 59), Hour.TWICE),
        (date(2026, 10, 25), time(4), Hour.ORDINARY),
        (date(2026, 7, 1), time(3, 30), Hour.ORDINARY),
    ],
)
def test_an_hour_is_known_by_the_change_of_the_clocks(day: date, at: time, expected: Hour) -> None:
    assert hour_of(day, at, RIGA) is expected


def test_after_a_skipped_time_the_clocks_show_an_hour_more() -> None:
    assert after_skipped(date(2026, 3, 29), time(3, 30), RIGA) == time(4, 30)


def test_minutes_pass_as_they_really_do_over_a_change() -> None:
    for day, minutes in ((date(2026, 3, 29), 180), (date(2026, 10, 25), 300), (date(2026, 7, 1), 240)):
        assert elapsed_minutes(day, time(1), day, time(5), RIGA) == minutes


@given(st.integers(0, 22_000_000))
def test_every_time_that_was_ever_shown_is_not_skipped(minutes: int) -> None:
    shown = (datetime(1996, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(ZoneInfo(RIGA))
    earlier, later = shown - timedelta(hours=1), shown + timedelta(hours=1)
    assert hour_of(shown.date(), shown.time(), RIGA) is not Hour.SKIPPED
    if earlier.utcoffset() == shown.utcoffset() == later.utcoffset():
        assert hour_of(shown.date(), shown.time(), RIGA) is Hour.ORDINARY

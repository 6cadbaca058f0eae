"""Months of calendars are joined beforehand: they are what their events say after every change, and so are feeds."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import selectinload

from lag_tracker.calendars.operations import calendars_are_true, rebuild_if_needed
from lag_tracker.database import db, utc_now
from lag_tracker.models.calendar import CalendarEntry, CalendarFormat, CalendarListing, CalendarSegment
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingState
from lag_tracker.models.traits import Audience
from tests import factories
from tests.conftest import BASE_URL

FEED = "/kalendari/visi.ics"
ONE, OTHER = "/kalendari/grupas/viena.ics", "/kalendari/grupas/otra.ics"


@pytest.fixture(autouse=True)
def true_at_the_end(app: Flask) -> Iterator[None]:
    """Whatever a test does with records, the months are true afterwards."""
    yield
    assert calendars_are_true(db.session())


@pytest.fixture
def held(app: Flask, clock: time_machine.Traveller) -> Meeting:
    factories.evening("Blakus", starts_on=date(2026, 12, 5))
    meeting: Meeting = factories.evening("Sanāksme", groups=[factories.group("Viena", slug="viena")])
    factories.group("Otra", slug="otra")
    db.session.commit()
    return meeting


def months(key: str = "all") -> list[date]:
    """Return the months that are stored of a calendar in Latvian."""
    stored = select(CalendarSegment.month).where(CalendarSegment.calendar_key == key, CalendarSegment.lang == "lv")
    return list(db.session.scalars(stored.order_by(CalendarSegment.month)))


def test_what_moves_to_another_month_leaves_the_one_and_enters_the_other_once(
    held: Meeting, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    for day in (date(2027, 1, 31), date(2026, 12, 31), date(2025, 11, 20), date(2027, 2, 1)):
        clock.shift(60)
        held.starts_on = day
        db.session.commit()
        feed = client.get(FEED).data
        assert feed.count(held.uid.encode()) == 1
        assert f"DTSTART;TZID=Europe/Riga:{day:%Y%m%d}".encode() in feed
        assert months() == sorted({date(2026, 12, 1), day.replace(day=1)})
        assert calendars_are_true(db.session())


def test_a_month_without_events_is_not_stored(held: Meeting) -> None:
    db.session.delete(held)
    db.session.commit()
    assert months(f"group:{db.session.scalar(select(Group.id).where(Group.slug == 'viena'))}") == []
    assert months() == [date(2026, 12, 1)]


def test_a_cancelled_meeting_leaves_after_sixty_days_though_nothing_changes(
    held: Meeting, events: Callable, clock: time_machine.Traveller
) -> None:
    held.state, held.cancelled_at = MeetingState.CANCELLED, utc_now()
    db.session.commit()
    assert calendars_are_true(db.session())
    for days in range(60, 63):
        clock.move_to(datetime(2026, 11, 2, 12, tzinfo=UTC) + timedelta(days=days))
        expected = ["Blakus", "ATCELTA: Sanāksme"] if days == 60 else ["Blakus"]
        assert list(events()) == list(events(f"{FEED}?past=all")) == expected
        assert list(events(ONE)) == expected[1:]


@pytest.mark.parametrize("last", [date(2025, 12, 31), date(2024, 2, 29), date(2025, 2, 28)])
def test_every_event_leaves_on_its_own_day_also_where_the_month_of_the_window_changes(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller, last: date
) -> None:
    days = [last + timedelta(days=number) for number in range(-32, 4)]
    for day in days:
        factories.meeting(f"{day:%Y%m%d}", starts_on=day)
    db.session.commit()
    shown_until = dict(db.session.execute(select(CalendarEntry.starts_on, CalendarEntry.shown_until)).all())
    for number in range(-33, 5):
        today = date(last.year + 1, last.month, 28) + timedelta(days=number)
        clock.move_to(datetime.combine(today, time(12), UTC))
        feed = client.get(FEED).text
        shown = [day for day in days if f"DTSTART;VALUE=DATE:{day:%Y%m%d}" in feed]
        assert shown == [day for day in days if shown_until[day] >= today]


def test_bytes_that_stay_the_same_keep_their_tag_when_a_joined_month_is_taken_apart(
    held: Meeting, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2027, 11, 30, 12, tzinfo=UTC))
    before = client.get(FEED)
    clock.shift(timedelta(days=1))
    after = client.get(FEED)
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])
    clock.shift(timedelta(days=1))
    later = client.get(FEED)
    assert (later.data == before.data) is (later.headers["ETag"] == before.headers["ETag"])


def test_a_meeting_that_goes_to_another_group_goes_to_its_calendar(held: Meeting, events: Callable) -> None:
    other = db.session.scalars(select(Group).where(Group.slug == "otra")).one()
    found = db.session.scalars(
        select(Meeting).options(selectinload(Meeting.meeting_groups)).filter_by(id=held.id)
    ).one()
    assert (list(events(ONE)), list(events(OTHER))) == (["Sanāksme"], [])
    found.meeting_groups = [MeetingGroup(group=other, position=1)]
    db.session.commit()
    assert (list(events(ONE)), list(events(OTHER))) == ([], ["Sanāksme"])


def test_a_month_that_was_tampered_with_is_noticed_and_mended_by_writing_all_anew(
    held: Meeting, client: FlaskClient
) -> None:
    before = client.get(FEED).data
    for harm in (
        delete(CalendarSegment).where(CalendarSegment.lang == "lv"),
        update(CalendarSegment).values(events=b""),
        update(CalendarSegment).values(month=date(2030, 1, 1)).where(CalendarSegment.calendar_key == "all"),
        update(CalendarSegment).values(zones="Europe/Vilnius"),
    ):
        db.session.execute(harm)
        db.session.execute(delete(CalendarFormat))
        db.session.commit()
        assert not calendars_are_true(db.session())
        for _ in rebuild_if_needed(db.session(), base_url=BASE_URL, now=utc_now()):
            db.session.commit()
        assert calendars_are_true(db.session())
        assert client.get(FEED).data == before


DAYS = st.dates(date(2025, 10, 28), date(2026, 1, 4)) | st.dates(date(2026, 11, 25), date(2027, 1, 5))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "move", "cancel", "hold", "hide", "show", "delete", "regroup", "wait"]),
        st.integers(0, 5),
        DAYS,
    ),
    min_size=1,
    max_size=10,
)


def two_groups() -> list[Group]:
    """Return the groups that hold the meetings; one life follows another in the same database."""
    found = list(db.session.scalars(select(Group).order_by(Group.id))) or [factories.group(), factories.group()]
    db.session.commit()
    return found


def take(step: tuple[str, int, date], clock: Any) -> None:
    """Carry out one step of a life."""
    what, which, day = step
    groups = two_groups()
    found = list(db.session.scalars(select(Meeting).options(selectinload(Meeting.meeting_groups)).order_by(Meeting.id)))
    if what == "wait":
        clock.shift(timedelta(days=which * 11))
    elif what == "add" or not found:
        factories.evening(starts_on=day, groups=[groups[which % 2]])
    else:
        meeting = found[which % len(found)]
        if what == "delete":
            db.session.delete(meeting)
        elif what == "regroup":
            meeting.meeting_groups = [MeetingGroup(group=groups[which % 2], position=1)]
        else:
            values: dict[str, dict[str, Any]] = {
                "move": {"starts_on": day},
                "cancel": {"state": MeetingState.CANCELLED, "cancelled_at": utc_now()},
                "hold": {"state": MeetingState.SCHEDULED, "cancelled_at": None},
                "hide": {"audience": Audience.MEMBERS},
                "show": {"audience": Audience.PUBLIC},
            }
            for name, value in values[what].items():
                setattr(meeting, name, value)
    db.session.commit()


def expected(key: str, today: date, *, past: bool) -> list[bytes]:
    """Return the events of a calendar by a plain join of entries, in no order that counts."""
    rows = db.session.execute(
        select(CalendarEntry.event, CalendarEntry.kept_until, CalendarEntry.shown_until)
        .join(CalendarListing, CalendarListing.entry_id == CalendarEntry.id)
        .where(CalendarListing.calendar_key == key, CalendarListing.lang == "lv")
    )
    return sorted(row[0] for row in rows if (row[1] is None or row[1] >= today) and (past or row[2] >= today))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_through_any_life_feeds_hold_what_a_plain_join_of_the_events_gives(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller, steps: list[tuple[str, int, date]]
) -> None:
    db.session.execute(text('DELETE FROM "calendar_feed"'))
    keys = {f"/kalendari/grupas/{found.slug}.ics": f"group:{found.id}" for found in two_groups()}
    for step in steps:
        take(step, clock)
        assert calendars_are_true(db.session())
        today = (utc_now() + timedelta(hours=2)).date()
        for address, key in {FEED: "all", **keys}.items():
            for past in (False, True):
                feed = client.get(address + ("?past=all" if past else "")).data
                events = [b"BEGIN:VEVENT" + part for part in feed.split(b"BEGIN:VEVENT")[1:]]
                found = sorted(event.removesuffix(b"END:VCALENDAR\r\n") for event in events)
                assert found == expected(key, today, past=past)
        db.session.expire_all()

"""What one event shows."""

import logging
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lag_tracker.database import db, utc_now
from lag_tracker.models.meeting import MeetingKind, MeetingState
from lag_tracker.models.milestone import MilestoneKind
from lag_tracker.models.traits import Audience, Certainty, Precision
from tests import factories

RIGA = ZoneInfo("Europe/Riga")
PAST = "/kalendari/visi.ics?past=all"

# What an event shows is worked out from the same rows on both databases; that they are the same is tested beside.
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.sqlite_only]


def test_a_meeting_with_times_names_its_zone(app: Flask, client: FlaskClient) -> None:
    factories.evening(starts_on=date(2026, 12, 1))
    db.session.commit()
    lines = client.get("/kalendari/visi.ics").text.split("\r\n")
    assert [line for line in lines if line.startswith(("DTSTART;", "DTEND", "TRANSP", "STATUS"))] == [
        "DTSTART;TZID=Europe/Riga:20261201T180000",
        "DTEND;TZID=Europe/Riga:20261201T200000",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
    ]


def test_the_rules_of_the_zone_are_constant(app: Flask, client: FlaskClient) -> None:
    factories.evening()
    db.session.commit()
    text = client.get("/kalendari/visi.ics").text
    block = text[text.index("BEGIN:VTIMEZONE") : text.index("BEGIN:VEVENT")]
    assert block.split("\r\n") == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Riga",
        "BEGIN:DAYLIGHT",
        "DTSTART:20010325T030000",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0300",
        "TZNAME:EEST",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:20011028T040000",
        "TZOFFSETFROM:+0300",
        "TZOFFSETTO:+0200",
        "TZNAME:EET",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


def test_a_day_without_a_time_is_a_whole_day_that_keeps_nobody_busy(app: Flask, event: Callable) -> None:
    factories.meeting(starts_on=date(2026, 12, 1))
    db.session.commit()
    found = event()
    assert (found.decoded("DTSTART"), found.decoded("DTEND")) == (date(2026, 12, 1), date(2026, 12, 2))
    assert found["TRANSP"] == "TRANSPARENT"


def test_several_days_without_a_time_end_on_the_day_after_the_last(app: Flask, event: Callable) -> None:
    factories.meeting(starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 3))
    db.session.commit()
    assert event().decoded("DTEND") == date(2026, 12, 4)


def test_no_end_is_invented(app: Flask, event: Callable) -> None:
    factories.meeting(starts_at_time=time(18))
    db.session.commit()
    found = event()
    assert found.decoded("DTSTART") == datetime(2026, 12, 1, 18, tzinfo=RIGA)
    assert "DTEND" not in found
    assert "DURATION" not in found


def test_an_end_before_the_start_is_left_out(app: Flask, event: Callable) -> None:
    factories.meeting(starts_at_time=time(18), ends_at_time=time(17))
    db.session.commit()
    assert "DTEND" not in event()


def test_days_with_a_start_but_no_closing_time_are_whole_days_that_tell_the_start(app: Flask, event: Callable) -> None:
    factories.meeting(starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 2), starts_at_time=time(10))
    db.session.commit()
    found = event()
    assert found.decoded("DTSTART") == date(2026, 12, 1)
    assert "Sākums plkst. 10:00" in found["DESCRIPTION"]


def test_an_hour_that_the_clocks_skip_is_counted_from_before_the_change(app: Flask, client: FlaskClient) -> None:
    factories.meeting(starts_on=date(2027, 3, 28), starts_at_time=time(3, 30), ends_at_time=time(5))
    db.session.commit()
    assert "DTSTART;TZID=Europe/Riga:20270328T043000" in client.get("/kalendari/visi.ics").text


def test_of_an_hour_that_comes_twice_the_first_is_meant_and_said(app: Flask, event: Callable) -> None:
    """In UTC, because readers do not agree on which of the two a local time means."""
    factories.meeting(starts_on=date(2027, 10, 31), starts_at_time=time(3, 30))
    db.session.commit()
    found = event()
    assert found["DTSTART"].to_ical() == b"20271031T003000Z"
    assert "domāta pirmā" in found["DESCRIPTION"]


@pytest.mark.parametrize(
    ("zone", "line"),
    [
        ("Europe/Helsinki", "DTSTART;TZID=Europe/Helsinki:20261201T180000"),
        ("Europe/Lisbon", "DTSTART;TZID=Europe/Lisbon:20261201T180000"),
        ("America/New_York", "DTSTART:20261201T230000Z"),
        ("Africa/Casablanca", "DTSTART:20261201T170000Z"),
        ("UTC", "DTSTART:20261201T180000Z"),
    ],
)
def test_a_zone_with_other_rules_is_written_in_utc(app: Flask, client: FlaskClient, zone: str, line: str) -> None:
    factories.evening(time_zone=zone)
    db.session.commit()
    lines = client.get("/kalendari/visi.ics").text.split("\r\n")
    assert [each for each in lines if each.startswith("DTSTART") and "2026" in each] == [line]
    assert f"TZID:{zone}" in lines or line.endswith("Z")


def test_a_time_before_the_rules_began_is_written_in_utc(app: Flask, client: FlaskClient) -> None:
    factories.evening(starts_on=date(2000, 7, 1))
    db.session.commit()
    assert "DTSTART:20000701T160000Z" in client.get(PAST).text


@pytest.mark.parametrize("precision", [Precision.MONTH, Precision.YEAR, Precision.UNKNOWN])
def test_a_coarse_date_is_not_in_feeds(app: Flask, events: Callable, precision: Precision) -> None:
    factories.meeting(date_precision=precision)
    factories.milestone(factories.network(), date_precision=precision)
    db.session.commit()
    assert events() == {}


def test_a_meeting_without_a_date_is_not_in_feeds(app: Flask, events: Callable) -> None:
    factories.meeting(starts_on=None, date_precision=Precision.UNKNOWN)
    db.session.commit()
    assert events() == {}


@pytest.mark.parametrize(
    "given", [{"state": MeetingState.DRAFT}, {"audience": Audience.MEMBERS}, {"audience": Audience.MANAGERS}]
)
def test_what_is_not_public_is_not_in_feeds(app: Flask, events: Callable, given: dict[str, Any]) -> None:
    factories.meeting(**given)
    db.session.commit()
    assert events() == {}


def test_the_meeting_of_a_hidden_group_is_not_in_feeds(app: Flask, events: Callable) -> None:
    hidden, public = factories.group(audience=Audience.MEMBERS), factories.group()
    factories.meeting(groups=[public, hidden])
    factories.milestone(factories.network(), group=hidden)
    db.session.commit()
    assert events() == {}


def test_the_agenda_tells_when_each_item_begins_and_who_presents(app: Flask, event: Callable) -> None:
    held = factories.evening(groups=[factories.group("Ķekavas grupa")], slug="vizija", place_lv="Kultūras nams")
    first = factories.agenda_item(held, "Ievads", duration_minutes=15)
    factories.agenda_item(held, "Iekšējais", position=2, duration_minutes=30, audience=Audience.MEMBERS)
    factories.agenda_item(held, "Vīzija", position=3)
    factories.agenda_item(held, "Dažādi", position=4)
    known = factories.speaker(held, factories.person("Anna Bērziņa"))
    unknown = factories.speaker(held, factories.person("Jānis Kalns", name_is_public=False), position=2)
    first.presenters = [known, unknown]
    db.session.commit()
    found = event()
    assert str(found["DESCRIPTION"]).split("\n") == [
        "Ķekavas grupa",
        "",
        "Darba kārtība:",
        "1. 18:00 Ievads (Anna Bērziņa)",
        "3. 18:45 Vīzija",
        "4. Dažādi",
        "",
        "https://grupas.example/sanaksmes/vizija",
    ]
    assert found["URL"] == "https://grupas.example/sanaksmes/vizija"
    assert found["LOCATION"] == "Kultūras nams"


def test_agenda_times_count_elapsed_minutes_over_a_change_of_the_clocks(app: Flask, event: Callable) -> None:
    held = factories.meeting(starts_on=date(2027, 3, 28), starts_at_time=time(2, 30), ends_at_time=time(5))
    factories.agenda_item(held, "Pirmais", duration_minutes=60)
    factories.agenda_item(held, "Otrais", position=2)
    db.session.commit()
    assert "2. 04:30 Otrais" in event()["DESCRIPTION"]


def test_an_inferred_date_is_said_to_be_inferred(app: Flask, event: Callable) -> None:
    factories.meeting(date_certainty=Certainty.INFERRED)
    db.session.commit()
    assert "Datums secināts no avota." in event()["DESCRIPTION"]
    assert "The date is inferred from the source." in event("/en/calendars/all.ics")["DESCRIPTION"]


def test_a_public_link_to_join_is_given(app: Flask, event: Callable) -> None:
    factories.evening(join_url="https://meet.example/a,b;c", join_audience=Audience.PUBLIC)
    db.session.commit()
    found = event()
    assert found["LOCATION"] == "https://meet.example/a,b;c"
    assert found["CONFERENCE"] == "https://meet.example/a,b;c"
    assert found["CONFERENCE"].params["VALUE"] == "URI"
    assert "Pievienošanās saite: https://meet.example/a,b;c" in found["DESCRIPTION"]


@pytest.mark.parametrize("audience", [Audience.MEMBERS, Audience.MANAGERS])
def test_a_link_for_members_is_not_given(app: Flask, client: FlaskClient, audience: Audience) -> None:
    factories.evening(join_url="https://meet.example/secret", join_audience=audience)
    db.session.commit()
    assert "secret" not in client.get("/kalendari/visi.ics").text


def test_nobody_is_sent_into_a_call_that_was_called_off(app: Flask, client: FlaskClient) -> None:
    meeting = factories.evening(join_url="https://meet.example/abc", join_audience=Audience.PUBLIC)
    db.session.commit()
    assert "meet.example" in client.get("/kalendari/visi.ics").text
    meeting.state, meeting.cancelled_at = MeetingState.CANCELLED, utc_now()
    db.session.commit()
    for path in ("/kalendari/visi.ics", "/en/calendars/all.ics", f"/kalendari/sanaksmes/{meeting.slug}.ics"):
        feed = client.get(path).text
        assert ("STATUS:CANCELLED" in feed, "meet.example" in feed, "LOCATION" in feed) == (True, False, False)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://a b", "https://a\r\nX:y", "https://ā.lv"])
def test_a_link_that_no_calendar_could_follow_is_left_out(app: Flask, event: Callable, link: str) -> None:
    factories.evening(join_url=link, join_audience=Audience.PUBLIC)
    db.session.commit()
    assert "CONFERENCE" not in event()


def test_words_are_in_the_feeds_language_or_in_the_one_there_is(app: Flask, event: Callable) -> None:
    network = factories.network("Cities4CSR, Rīga")
    factories.meeting("Darbnīca", title_en="Workshop", place_lv="Zāle", kind=MeetingKind.WORKSHOP, networks=[network])
    db.session.commit()
    found = event("/en/calendars/all.ics")
    assert (found["SUMMARY"], found["LOCATION"]) == ("Workshop", "Zāle")
    assert found["CATEGORIES"].cats == ["workshop", "Cities4CSR, Rīga"]
    assert found["URL"].startswith("https://grupas.example/en/meetings/")
    assert event()["CATEGORIES"].cats == ["darbnīca", "Cities4CSR, Rīga"]


def test_a_meeting_without_a_title_is_named_by_its_kind_and_number(app: Flask, event: Callable) -> None:
    factories.meeting(title_lv=None, kind=MeetingKind.TRANSNATIONAL, ordinal=3)
    db.session.commit()
    assert event()["SUMMARY"] == "3. starpvalstu sanāksme"
    assert event("/en/calendars/all.ics")["SUMMARY"] == "3rd transnational meeting"


def test_both_languages_tell_the_same_event(app: Flask, event: Callable) -> None:
    factories.meeting(uid="4f1c@grupas.example")
    db.session.commit()
    assert event()["UID"] == event("/en/calendars/all.ics")["UID"] == "4f1c@grupas.example"


def test_a_deadline_is_one_day_and_a_phase_all_of_its_days(app: Flask, events: Callable) -> None:
    network = factories.network("Cities4CSR", slug="cities4csr")
    days = {"starts_on": date(2026, 12, 1), "ends_on": date(2027, 2, 28)}
    factories.milestone(network, "Iesniegt", applies_to_lv="visi partneri", **days)
    factories.milestone(network, "Plānošana", kind=MilestoneKind.PHASE, **days)
    db.session.commit()
    found = events("/kalendari/termini.ics")
    assert {name: each.decoded("DTEND") for name, each in found.items()} == {
        "Iesniegt": date(2026, 12, 2),
        "Plānošana": date(2027, 3, 1),
    }
    assert str(found["Iesniegt"]["DESCRIPTION"]).split("\n") == [
        "Cities4CSR",
        "Attiecas uz: visi partneri",
        "",
        "https://grupas.example/tikli/cities4csr",
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"uid": "a b\r\nX-EVIL:1"},
        {"time_zone": "Mars/Olympus", "starts_at_time": time(10)},
        {"time_zone": "../etc/passwd", "starts_at_time": time(10)},
        {"starts_on": date.max},
    ],
)
def test_one_odd_record_is_left_out_and_logged(
    app: Flask, events: Callable, caplog: pytest.LogCaptureFixture, given: dict[str, Any]
) -> None:
    factories.meeting("Laba")
    with caplog.at_level(logging.ERROR):
        factories.meeting("Dīvaina", slug="divaina", **given)
        db.session.commit()
    assert list(events()) == ["Laba"]
    assert "/sanaksmes/divaina" in caplog.text

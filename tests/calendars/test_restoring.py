"""A backup is set back: what calendars were told since then must not look newer than what they are told from now on."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lag_tracker.calendars.operations import calendars_are_true, renew_restored
from lag_tracker.database import db, utc_now
from lag_tracker.models.meeting import Meeting, MeetingState
from tests import factories
from tests.conftest import BASE_URL

FEED = "/kalendari/visi.ics"


@pytest.fixture
def year(app: Flask, clock: time_machine.Traveller) -> list[Meeting]:
    group = factories.group("Ķekavas grupa", slug="kekava")
    found: list[Meeting] = [
        factories.evening(f"{month}. mēnesis", groups=[group], starts_on=date(2027, month, 9)) for month in range(1, 13)
    ]
    db.session.commit()
    return found


def say_so() -> list[tuple[int, int]]:
    """Do what `lag-tracker feed restored` does."""
    told = list(renew_restored(db.session(), base_url=BASE_URL, now=utc_now()))
    db.session.commit()
    return told


def meeting(title: str) -> Meeting:
    return db.session.scalars(select(Meeting).where(Meeting.title_lv == title)).one()


def test_every_event_rises_and_is_as_new_as_the_restoring(
    year: list[Meeting], app: Flask, events: Callable, clock: time_machine.Traveller
) -> None:
    year[0].starts_at_time = time(17)
    db.session.commit()
    clock.shift(3600)
    assert say_so() == [(12, 12), (12, 12)]
    for address in (FEED, "/en/calendars/all.ics"):
        found = events(address)
        assert {event.decoded("LAST-MODIFIED") for event in found.values()} == {datetime(2026, 11, 2, 13, tzinfo=UTC)}
        assert [event["SEQUENCE"] for event in found.values()] == [1060] + [1059] * 11
    assert calendars_are_true(db.session())


def test_who_holds_the_feed_of_before_is_sent_the_new_one(
    year: list[Meeting], client: FlaskClient, clock: time_machine.Traveller
) -> None:
    empty = "/kalendari/veidi/workshop.ics"
    before = {path: client.get(path) for path in (FEED, empty)}
    clock.shift(3600)
    say_so()
    for header, name in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        assert client.get(FEED, headers={header: before[FEED].headers[name]}).status_code == 200
    tag = before[empty].headers["ETag"]
    assert client.get(empty, headers={"If-None-Match": tag}).status_code == 304, "the same bytes have the same tag"


def test_what_is_entered_again_after_a_restoring_begins_above_what_was_seen(
    year: list[Meeting], events: Callable, clock: time_machine.Traveller
) -> None:
    say_so()
    factories.evening("No datnes", uid="no-datnes@grupas.example")
    db.session.commit()
    assert events()["No datnes"]["SEQUENCE"] == 1000
    clock.shift(60)
    say_so()
    factories.evening("No otras", uid="no-otras@grupas.example")
    db.session.commit()
    assert (events()["No datnes"]["SEQUENCE"], events()["No otras"]["SEQUENCE"]) == (2001, 2001)


def test_what_was_gone_when_the_backup_was_made_comes_back_above_what_was_seen(
    year: list[Meeting], events: Callable, clock: time_machine.Traveller
) -> None:
    year[0].state = MeetingState.DRAFT
    db.session.commit()
    say_so()
    meeting("1. mēnesis").state = MeetingState.SCHEDULED
    db.session.commit()
    # As new as its managers have it, who saw it become a draft and a meeting again.
    assert events()["1. mēnesis"]["SEQUENCE"] == 1002


def test_a_restoring_that_fails_half_way_changes_nothing(
    year: list[Meeting], client: FlaskClient, clock: time_machine.Traveller
) -> None:
    before = client.get(FEED)
    clock.shift(60)
    for _ in renew_restored(db.session(), base_url=BASE_URL, now=utc_now()):
        break
    db.session.rollback()
    assert client.get(FEED, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    assert client.get(FEED).headers["Last-Modified"] == before.headers["Last-Modified"]

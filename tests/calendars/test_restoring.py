"""A backup is set back: what calendars were told since then must not look newer than what they are told from now on."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from lag_tracker.calendars.operations import calendars_are_true, renew_restored
from lag_tracker.database import db, utc_now
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingState
from lag_tracker.models.traits import Audience
from tests import factories
from tests.conftest import BASE_URL

FEED = "/kalendari/visi.ics"


class Subscriber:
    """Polls a feed as calendar programs do, and takes over an event only when it is newer than the one it has."""

    def __init__(self, client: FlaskClient, address: str) -> None:
        self.client, self.address = client, address
        self.validators: dict[str, str] = {}
        self.data = b""
        #: What it will always remember of an event, even of one that was gone for a while.
        self.newest: dict[str, tuple[int, datetime, bytes]] = {}

    def poll(self) -> None:
        """Fetch the feed, if it is new, and take over what it says."""
        answer = self.client.get(self.address, headers=self.validators)
        if answer.status_code == 200:
            self.data = answer.data
            self.validators = {"If-None-Match": answer.headers["ETag"]}
        event: Any
        for event in Calendar.from_ical(self.data).walk("VEVENT"):
            self.take_over(str(event["UID"]), event["SEQUENCE"], event.decoded("DTSTAMP"), event.to_ical())

    def take_over(self, uid: str, sequence: int, changed_at: datetime, event: bytes) -> None:
        """Compare an event with all that was ever heard of it."""
        known = self.newest.get(uid)
        if known and known[2] != event:
            assert sequence >= known[0], "a sequence has fallen"
            assert changed_at > known[1], "a change looks older than the one before"
        self.newest[uid] = (sequence, changed_at, event)


@pytest.fixture
def year(app: Flask, clock: time_machine.Traveller) -> list[Meeting]:
    group = factories.group("Ķekavas grupa", slug="kekava")
    found: list[Meeting] = [
        factories.evening(f"{month}. mēnesis", groups=[group], starts_on=date(2027, month, 9)) for month in range(1, 13)
    ]
    db.session.commit()
    return found


@pytest.fixture
def backup(app: Flask, tmp_path: Path) -> tuple[Callable[[], None], Callable[[], None]]:
    """Return two functions: one makes a backup as docs/deploy.md says, one sets it back and says so."""
    file, copy = tmp_path / "lag_tracker.sqlite", tmp_path / "backup.sqlite"

    def make() -> None:
        copy.unlink(missing_ok=True)
        with closing(sqlite3.connect(file)) as original, closing(sqlite3.connect(copy)) as target:
            original.backup(target)

    def set_back() -> None:
        db.session.remove()
        db.engine.dispose()
        for left in ("-wal", "-shm"):
            file.with_name(file.name + left).unlink(missing_ok=True)
        shutil.copy(copy, file)
        say_so()

    return make, set_back


def say_so() -> list[tuple[int, int]]:
    """Do what `lag-tracker feed restored` does."""
    told = list(renew_restored(db.session(), base_url=BASE_URL, now=utc_now()))
    db.session.commit()
    return told


def meeting(title: str) -> Meeting:
    return db.session.scalars(select(Meeting).where(Meeting.title_lv == title)).one()


def change(title: str, **given: Any) -> None:
    found = meeting(title)
    for name, value in given.items():
        setattr(found, name, value)
    db.session.commit()


def delete(title: str) -> None:
    db.session.delete(meeting(title))
    db.session.commit()


def rename_group() -> None:
    db.session.scalars(select(Group)).one().name_lv = "Jauns nosaukums"
    db.session.commit()


@pytest.mark.sqlite_only
def test_through_a_year_with_backups_set_back_nothing_that_a_subscriber_knows_goes_back(
    year: list[Meeting],
    client: FlaskClient,
    clock: time_machine.Traveller,
    backup: tuple[Callable[[], None], Callable[[], None]],
) -> None:
    addresses = [FEED, "/kalendari/grupas/kekava.ics", "/en/calendars/all.ics?past=all"]
    subscribers = [Subscriber(client, address) for address in addresses]
    make, set_back = backup

    steps: list[Callable[[], None]] = [
        make,
        lambda: change("5. mēnesis", starts_on=date(2027, 5, 16)),
        lambda: change("5. mēnesis", starts_at_time=time(17)),
        lambda: change("6. mēnesis", state=MeetingState.CANCELLED, cancelled_at=utc_now()),
        lambda: change("7. mēnesis", audience=Audience.MEMBERS),
        lambda: change("7. mēnesis", audience=Audience.PUBLIC, place_lv="Zāle"),
        set_back,
        lambda: change("5. mēnesis", starts_on=date(2027, 5, 23)),
        set_back,
        lambda: change("6. mēnesis", starts_at_time=time(19)),
        rename_group,
        make,
        lambda: delete("8. mēnesis"),
        lambda: change("9. mēnesis", place_lv="Skola"),
        set_back,
        lambda: change("9. mēnesis", place_lv="Bibliotēka"),
        lambda: delete("8. mēnesis"),
    ]
    for day in range(365):
        if day % 21 == 0 and steps:
            steps.pop(0)()
            assert calendars_are_true(db.session())
            db.session.rollback()
        for subscriber in subscribers:
            subscriber.poll()
            assert subscriber.data == client.get(subscriber.address).data
        clock.shift(timedelta(days=1))
    assert steps == []


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
    assert events()["1. mēnesis"]["SEQUENCE"] == 1001


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

"""Events are written anew when the software or its address has changed, many askers make a feed once, and races."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from functools import partial
from itertools import pairwise
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, text, update
from sqlalchemy.orm import Session

from lag_tracker.calendars import bodies, operations, plans
from lag_tracker.calendars.entries import EventContent
from lag_tracker.calendars.feeds import write_event, write_head
from lag_tracker.calendars.operations import rebuild_if_needed
from lag_tracker.database import db
from lag_tracker.models.calendar import CalendarEntry, CalendarVersion
from lag_tracker.models.changes import Changes
from lag_tracker.models.meeting import Meeting
from lag_tracker.search.operations import FINGERPRINT, rebuild_search_if_needed
from tests import factories
from tests.conftest import BASE_URL

FEED = "/kalendari/visi.ics"
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def rebuild(base_url: str = BASE_URL) -> list[tuple[int, int]]:
    """Rebuild as the start of the server does; return the progress that was shown."""
    seen = []
    for progress in rebuild_if_needed(db.session(), base_url=base_url, now=LATER):
        db.session.commit()
        seen.append(progress)
    db.session.commit()
    return seen


@pytest.fixture
def held(app: Flask) -> Meeting:
    meeting: Meeting = factories.evening("Sanāksme", groups=[factories.group()], slug="sanaksme")
    factories.milestone(factories.network())
    db.session.commit()
    return meeting


def test_a_start_after_nothing_has_changed_writes_nothing(held: Meeting, client: FlaskClient) -> None:
    rebuild()
    before = client.get(FEED)
    assert rebuild() == []
    after = client.get(FEED, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 304


def test_a_rebuild_of_the_same_keeps_every_byte(held: Meeting, client: FlaskClient) -> None:
    before = client.get(FEED)
    assert rebuild() == [(1, 2), (2, 2), (2, 2)]
    after = client.get(FEED)
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])


def broken(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    """Let a fault of ours hit the events whose summary has a beginning."""

    def write(content: EventContent, **stamps: Any) -> bytes:
        if content.summary.startswith(title):
            raise TypeError("a fault of ours")
        return write_event(content, **stamps)

    monkeypatch.setattr(plans, "write_event", write)


def test_a_fault_of_ours_costs_the_one_event_it_hits_and_names_it_in_the_log(
    held: Meeting, events: Callable, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = set(events())
    broken(monkeypatch, "Cita")
    factories.evening("Cita", slug="cita")
    db.session.commit()
    assert set(events()) == before
    assert "Left out of the calendars: https://grupas.example/sanaksmes/cita" in caplog.text
    monkeypatch.undo()
    rebuild()
    assert set(events()) == {*before, "Cita"}


def test_a_fault_that_hits_every_event_changes_nothing_rather_than_telling_that_all_were_deleted(
    held: Meeting, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(25):
        factories.evening(f"{number}. sanāksme")
    db.session.commit()
    before = client.get(FEED)
    monkeypatch.setattr(operations, "FORMAT", -1)
    broken(monkeypatch, "")
    with pytest.raises(RuntimeError, match="nothing was changed"):
        rebuild()
    db.session.rollback()
    assert client.get(FEED).data == before.data


def test_a_rebuild_writes_the_bytes_of_an_event_that_was_tampered_with(held: Meeting, client: FlaskClient) -> None:
    before = client.get(FEED)
    db.session.execute(update(CalendarEntry).values(event=b"x"))
    db.session.commit()
    for _ in operations.rebuild(db.session(), base_url=BASE_URL, now=LATER):
        db.session.commit()
    db.session.commit()
    after = client.get(FEED)
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])


def test_a_rebuild_leaves_what_search_keeps_beside_the_versions(held: Meeting) -> None:
    rebuild_search_if_needed(db.session())
    db.session.commit()
    kept = select(CalendarVersion.version).where(CalendarVersion.calendar_key == FINGERPRINT)
    before = db.session.scalar(kept)
    rebuild()
    assert db.session.scalar(kept) == before


def test_a_new_address_stands_in_every_event(held: Meeting, events: Callable) -> None:
    rebuild()
    rebuild("https://jauna.example")
    found = events()["Sanāksme"]
    assert found["URL"] == "https://jauna.example/sanaksmes/sanaksme"
    assert (found["SEQUENCE"], found.decoded("LAST-MODIFIED")) == (0, LATER)


def test_new_software_writes_what_it_would_write(
    held: Meeting, events: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild()
    monkeypatch.setattr(operations, "FORMAT", -1)
    assert rebuild()[-1] == (2, 2)


def test_entries_lost_or_left_behind_are_mended(held: Meeting, events: Callable) -> None:
    before = set(events())
    db.session.execute(text("DELETE FROM calendar_entry WHERE lang = 'lv'"))
    db.session.execute(
        text(
            "INSERT INTO calendar_entry (id, meeting_id, audience, lang, event, content_digest, schedule_digest,"
            " sequence, changed_at, time_zone, starts_on, shown_until, kept_until) SELECT 999, 999, audience, lang,"
            " event, content_digest, schedule_digest, sequence, changed_at, time_zone, starts_on, shown_until,"
            " kept_until FROM calendar_entry WHERE meeting_id IS NOT NULL AND audience = 'public'"
        )
    )
    db.session.execute(text("INSERT INTO calendar_listing VALUES ('all', 999, 'en', '2026-12-01')"))
    db.session.commit()
    rebuild()
    assert set(events()) == before
    assert len(events("/en/calendars/all.ics")) == 2


def statements(work: Callable[[], object]) -> int:
    """Return how many statements the work takes."""
    found = []

    def note(*given: Any) -> None:
        found.append(given[2])

    event.listen(db.engine, "before_cursor_execute", note)
    work()
    event.remove(db.engine, "before_cursor_execute", note)
    return len(found)


@pytest.mark.sqlite_only
def test_a_batch_takes_as_many_statements_for_one_meeting_as_for_many(app: Flask) -> None:
    group, network = factories.group(), factories.network()
    counts = []
    for number in (1, 3, 40):
        found = [factories.evening(groups=[group], networks=[network]) for _ in range(number)]
        for meeting in found:
            who = factories.speaker(meeting, factories.person())
            factories.agenda_item(meeting, presenters=[who])
        db.session.flush()
        changes = Changes({"meeting": {meeting.id for meeting in found}})
        refresh = partial(operations.refresh_calendars, changes=changes, base_url=BASE_URL, now=LATER)
        counts.append(statements(partial(refresh, db.session())))
        db.session.commit()
    assert counts[0] == counts[1] == counts[2]


def test_many_who_ask_at_once_make_a_feed_once(held: Meeting, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def make(*given: Any, **named: Any) -> bytes:
        made.append(given)
        return write_head(*given, **named)

    monkeypatch.setattr(bodies, "write_head", make)
    db.session.close()
    gate = Barrier(4)

    def ask(_number: int) -> bytes:
        gate.wait()
        return app.test_client().get(FEED, headers={"Accept-Encoding": "gzip"}).data

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    assert (len(made), len(set(answers))) == (1, 1)


def test_two_who_change_one_meeting_at_once_are_both_heard(held: Meeting, app: Flask, events: Callable) -> None:
    """Each reads the meeting before the other has committed; the one who comes second must not write the old agenda."""
    number = held.id
    db.session.close()
    gate = Barrier(2)

    def change(what: str) -> None:
        with app.app_context():
            found = db.session.get_one(Meeting, number)
            gate.wait()
            if what == "title":
                found.title_lv = "Jaunā"
            else:
                factories.agenda_item(found, "Vīzija")
            db.session.commit()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(change, ("title", "agenda")))
    assert "1. 18:00 Vīzija" in events()["Jaunā"]["DESCRIPTION"]


def test_versions_only_rise(held: Meeting, app: Flask) -> None:
    def versions() -> dict[str, int]:
        return {
            row[0]: row[1] for row in db.session.execute(select(CalendarVersion.calendar_key, CalendarVersion.version))
        }

    seen = [versions()]
    held.starts_at_time = time(17)
    db.session.commit()
    seen.append(versions())
    db.session.delete(held)
    db.session.commit()
    seen.append(versions())
    for before, after in pairwise(seen):
        assert all(after[key] >= number for key, number in before.items())
    assert seen[2]["all"] > seen[1]["all"] > seen[0]["all"]


def test_what_is_gone_keeps_no_words(held: Meeting, app: Flask) -> None:
    db.session.delete(held)
    db.session.commit()
    with Session(db.engine) as session:
        assert (
            session.scalar(
                select(func.max(func.length(CalendarEntry.event))).where(CalendarEntry.meeting_id.is_not(None))
            )
            == 0
        )


def test_an_old_day_is_not_in_the_way_of_postgresql(app: Flask, events: Callable) -> None:
    factories.meeting("Sena", starts_on=date(1, 1, 1))
    db.session.commit()
    assert list(events(f"{FEED}?past=all")) == ["Sena"]

"""Feeds in memory: every process tells the same, whatever happens while one is made, and memory has a bound."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lag_tracker import create_app
from lag_tracker.calendars import bodies
from lag_tracker.calendars.bodies import Memory
from lag_tracker.calendars.queries import feed_subject
from lag_tracker.database import DriverConnection, db
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting
from tests import factories
from tests.conftest import settings_for

FEED = "/kalendari/visi.ics"
OF_GROUP = "/kalendari/grupas/kekava.ics"


@pytest.fixture
def held(app: Flask, clock: time_machine.Traveller) -> Meeting:
    meeting: Meeting = factories.evening("Sanāksme", groups=[factories.group(slug="kekava")], slug="sanaksme")
    factories.evening("Cita")
    db.session.commit()
    return meeting


@pytest.fixture
def another(app: Flask, tmp_path: Path, database_url: str) -> Iterator[Callable[[], FlaskClient]]:
    """Return a function that makes visitors of further applications over the same database."""
    made: list[Flask] = []

    def make() -> FlaskClient:
        made.append(create_app(settings_for(tmp_path, database_url=database_url)))
        return made[-1].test_client(use_cookies=False)

    yield make
    for one in made:
        with one.app_context():
            db.engine.dispose()


def told(answer: Any) -> tuple[Any, ...]:
    return answer.status_code, answer.data, *(answer.headers.get(name) for name in ("ETag", "Last-Modified"))


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_two_applications_over_one_database_agree_after_every_change(
    held: Meeting, client: FlaskClient, another: Callable[[], FlaskClient], encoding: str
) -> None:
    other = another()
    for title in ("Pirmā", "Otrā", "Otrā", "Pirmā"):
        held.title_lv = title
        db.session.commit()
        for path in (FEED, f"{FEED}?past=all", OF_GROUP):
            answers = [one.get(path, headers={"Accept-Encoding": encoding}) for one in (client, other, another())]
            assert told(answers[0]) == told(answers[1]) == told(answers[2])
            tag = answers[0].headers["ETag"]
            assert [one.get(path, headers={"If-None-Match": tag}).status_code for one in (other, client)] == [304, 304]


def test_a_change_is_heard_of_in_a_process_that_did_not_make_it(
    held: Meeting, client: FlaskClient, another: Callable[[], FlaskClient]
) -> None:
    visitors = [client, another()]
    before = [one.get(OF_GROUP) for one in visitors]
    db.session.scalars(select(Group)).one().name_lv = "Cits nosaukums"
    db.session.commit()
    for one, answer in zip(visitors, before, strict=True):
        for header, name in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
            assert one.get(OF_GROUP, headers={header: answer.headers[name]}).status_code == 200


def test_a_process_that_has_just_begun_knows_the_tags_of_those_before(
    held: Meeting, client: FlaskClient, another: Callable[[], FlaskClient]
) -> None:
    tag = client.get(FEED).headers["ETag"]
    assert another().get(FEED, headers={"If-None-Match": tag}).status_code == 304


def test_an_address_is_given_to_another_record_in_another_process(
    held: Meeting, client: FlaskClient, another: Callable[[], FlaskClient]
) -> None:
    visitors = [client, another()]
    db.session.scalars(select(Group)).one().slug = "veca"
    db.session.commit()
    # Only one of the two has ever been asked for the address while it led to the first group.
    assert client.get(OF_GROUP).status_code == 404
    db.session.scalars(select(Group)).one().slug = "kekava"
    db.session.commit()
    assert [one.get(OF_GROUP).text.count("BEGIN:VEVENT") for one in visitors] == [1, 1]
    db.session.scalars(select(Group)).one().slug = "veca"
    db.session.commit()
    assert [one.get(OF_GROUP).text.count("BEGIN:VEVENT") for one in visitors] == [1, 1]
    factories.group(slug="kekava")
    db.session.commit()
    assert [one.get(OF_GROUP).text.count("BEGIN:VEVENT") for one in visitors] == [0, 0]


def interrupted(monkeypatch: pytest.MonkeyPatch, statement: Any, change: Callable[[], None]) -> None:
    """Commit a change just before the first time that a feed in the making reads with this statement."""
    real = DriverConnection.read

    def read(self: DriverConnection, asked: Any, **values: Any) -> list[Any]:
        if asked is statement or (statement is feed_subject and not hasattr(asked, "text")):
            monkeypatch.setattr(DriverConnection, "read", real)
            change()
        return real(self, asked, **values)

    monkeypatch.setattr(DriverConnection, "read", read)


@pytest.mark.parametrize("statement", [bodies._KNOWN, feed_subject, bodies._PARTS])
@pytest.mark.parametrize("was_asked_before", [True, False])
def test_a_change_while_a_feed_is_made_is_heard_of_at_the_next_poll_at_the_latest(
    held: Meeting, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, statement: Any, was_asked_before: bool
) -> None:
    number = held.id

    def rename(title: str) -> None:
        db.session.get_one(Meeting, number).title_lv = title
        db.session.commit()

    if was_asked_before:
        client.get(OF_GROUP)
        rename("Starplaikā")
    interrupted(monkeypatch, statement, lambda: rename("Jauna"))
    first = client.get(OF_GROUP)
    assert first.text.count("BEGIN:VEVENT") == 1
    second = client.get(OF_GROUP, headers={"If-None-Match": first.headers["ETag"]})
    newest = first if second.status_code == 304 else second
    assert "SUMMARY:Jauna" in newest.text
    assert told(client.get(OF_GROUP))[1:3] == told(newest)[1:3]


@pytest.mark.parametrize("statement", [bodies._KNOWN, feed_subject, bodies._PARTS])
def test_an_address_that_changes_hands_while_a_feed_is_made_leads_to_the_new_record_afterwards(
    held: Meeting, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, statement: Any
) -> None:
    def change_hands() -> None:
        group = db.session.scalars(select(Group)).one()
        group.slug = "veca"
        db.session.flush()
        factories.group("Jauna grupa", slug="kekava")
        db.session.commit()

    interrupted(monkeypatch, statement, change_hands)
    first = client.get(OF_GROUP)
    second = client.get(OF_GROUP, headers={"If-None-Match": first.headers["ETag"]})
    newest = first if second.status_code == 304 else second
    assert "NAME:Jauna grupa" in newest.text
    assert "BEGIN:VEVENT" not in newest.text


def test_of_a_changed_feed_the_months_that_are_held_are_not_read_again(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = factories.group(slug="kekava")
    march = factories.evening("Marta sanāksme", groups=[group], starts_on=date(2027, 3, 15))
    factories.evening("Maija sanāksme", groups=[group], starts_on=date(2027, 5, 15))
    db.session.commit()
    assert client.get(OF_GROUP).text.count("BEGIN:VEVENT") == 2
    march.title_lv = "Pārcelta"
    db.session.commit()
    real, events = DriverConnection.read, list[bytes]()

    def read(self: DriverConnection, asked: Any, **values: Any) -> list[Any]:
        rows = real(self, asked, **values)
        events.extend(bytes(row[3]) for row in rows if asked is bodies._PARTS and row[3] is not None)
        return rows

    monkeypatch.setattr(DriverConnection, "read", read)
    assert [title in client.get(OF_GROUP).text for title in ("Pārcelta", "Maija sanāksme")] == [True, True]
    assert [("Pārcelta" in part.decode(), part.count(b"BEGIN:VEVENT")) for part in events] == [(True, 1)]


@pytest.mark.sqlite_only
def test_memory_that_is_far_too_small_changes_no_answer_and_keeps_its_bound(
    held: Meeting, client: FlaskClient, another: Callable[[], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    largest = len(client.get(FEED).data)
    monkeypatch.setattr(bodies, "BYTES_KEPT", 2 * largest)
    monkeypatch.setattr(bodies, "FEEDS_KEPT", 2)
    small = another()
    feeds = small.application.extensions["feeds"]
    paths = [f"{path}{past}" for path in (FEED, OF_GROUP, "/en/calendars/all.ics") for past in ("", "?past=all")]
    for path in paths * 2:
        for encoding in ("identity", "gzip"):
            asked = {"Accept-Encoding": encoding}
            answer = small.get(path, headers=asked)
            assert told(answer) == told(client.get(path, headers=asked))
            assert small.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
            assert feeds.bytes.size <= 2 * largest
            assert feeds.states.size <= 2


@pytest.mark.sqlite_only
def test_months_that_memory_has_let_go_of_are_read_again(
    held: Meeting, client: FlaskClient, another: Callable[[], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "BYTES_KEPT", 1)
    small = another()
    factories.evening("Maija sanāksme", starts_on=date(2027, 5, 15))
    for title in ("Pirmā", "Otrā"):
        held.title_lv = title
        db.session.commit()
        assert told(small.get(FEED)) == told(client.get(FEED))


def test_what_a_feed_was_before_a_change_is_not_kept(held: Meeting, app: Flask, client: FlaskClient) -> None:
    sizes = []
    for title in "abc":
        held.title_lv = title
        db.session.commit()
        for encoding in ("identity", "gzip"):
            client.get(f"{FEED}?past=all", headers={"Accept-Encoding": encoding})
        sizes.append(app.extensions["feeds"].states.size)
        tags = [state.etag for state in app.extensions["feeds"].states._things.values()]
        bodies_kept = [key for key in app.extensions["feeds"].bytes._things if key.removesuffix("-gzip") in tags]
        assert len(bodies_kept) == 2
    assert sizes == [1, 1, 1]


STEPS = st.lists(st.tuples(st.sampled_from(["put", "get", "drop"]), st.sampled_from("abcdef"), st.integers(0, 12)))


@given(STEPS)
def test_memory_keeps_what_was_asked_for_last_within_its_size(steps: list[tuple[str, str, int]]) -> None:
    memory, expected = Memory[bytes](20, len), OrderedDict[str, bytes]()
    for what, key, size in steps:
        if what == "get":
            assert memory.get(key) == expected.get(key)
            if key in expected:
                expected.move_to_end(key)
        elif what == "drop":
            memory.drop(key)
            expected.pop(key, None)
        else:
            memory.put(key, b"x" * size)
            expected.pop(key, None)
            expected[key] = b"x" * size
            while sum(map(len, expected.values())) > 20:
                expected.popitem(last=False)
        assert memory.size == sum(map(len, expected.values()))
    assert {key: memory.get(key) for key in "abcdef"} == {key: expected.get(key) for key in "abcdef"}


def test_the_newest_thing_stays_even_where_it_alone_is_too_large() -> None:
    memory = Memory[bytes](20, len)
    memory.put("small", b"x")
    memory.put("large", b"x" * 21)
    assert (memory.get("small"), memory.get("large"), memory.size) == (None, b"x" * 21, 21)

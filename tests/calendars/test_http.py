"""How feeds are sent: addresses, headers, and "not modified"."""

import gzip
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask, url_for
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import event, select, text
from werkzeug.http import http_date

from lag_tracker import create_app
from lag_tracker.calendars.bodies import _KNOWN
from lag_tracker.calendars.entries import meeting_address, page_address
from lag_tracker.calendars.views import address_of, blueprint
from lag_tracker.database import db
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingState
from lag_tracker.models.traits import Audience
from tests import factories
from tests.conftest import settings_for

FEED = "/kalendari/visi.ics"


@pytest.fixture
def held(app: Flask, clock: time_machine.Traveller) -> Meeting:
    group = factories.group("Ķekavas grupa", slug="kekava")
    meeting: Meeting = factories.evening("Sanāksme", groups=[group], slug="sanaksme")
    db.session.commit()
    return meeting


@pytest.mark.sqlite_only
def test_a_feed_is_sent_as_calendars_want_it(held: Meeting, client: FlaskClient) -> None:
    answer = client.get(FEED)
    headers = {name: value for name, value in answer.headers.items() if name not in {"ETag", "Content-Length"}}
    expected = {
        "Content-Type": "text/calendar; charset=utf-8",
        "Cache-Control": "public, max-age=300",
        "Vary": "Accept-Encoding",
        "X-Robots-Tag": "noindex",
        "Last-Modified": "Mon, 02 Nov 2026 12:00:00 GMT",
    }
    assert {name: headers[name] for name in expected} == expected
    assert answer.headers["ETag"].startswith('"')
    assert "Set-Cookie" not in headers
    assert answer.data.endswith(b"END:VCALENDAR\r\n")


@pytest.mark.sqlite_only
def test_the_first_lines_name_the_feed(held: Meeting, client: FlaskClient) -> None:
    lines = client.get("/kalendari/grupas/kekava.ics").text.split("\r\n")
    assert lines[: lines.index("BEGIN:VTIMEZONE")] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//LAG Tracker//Calendar feeds//EN",
        "CALSCALE:GREGORIAN",
        "NAME:Ķekavas grupa",
        "X-WR-CALNAME:Ķekavas grupa",
        "COLOR:seagreen",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
        "X-WR-TIMEZONE:Europe/Riga",
    ]


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("path", "name"),
    [
        (FEED, "Visas sanāksmes"),
        ("/en/calendars/all.ics", "All meetings"),
        ("/kalendari/termini.ics", "Termiņi un posmi"),
        ("/kalendari/veidi/workshop.ics", "Darbnīcas"),
        ("/en/calendars/kinds/workshop.ics", "Workshops"),
    ],
)
def test_a_feed_of_no_record_has_a_name_in_its_language(app: Flask, read: Callable, path: str, name: str) -> None:
    assert read(path)["X-WR-CALNAME"] == name


def test_an_empty_feed_is_still_a_calendar(app: Flask, read: Callable) -> None:
    assert [component.name for component in read().subcomponents] == ["VTIMEZONE"]


@pytest.mark.sqlite_only
def test_a_download_bears_a_file_name_and_is_not_polled(held: Meeting, client: FlaskClient) -> None:
    answer = client.get("/kalendari/sanaksmes/sanaksme.ics")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sanaksme.ics"'
    assert "REFRESH-INTERVAL" not in answer.text
    assert answer.text.count("BEGIN:VEVENT") == 1


@pytest.mark.sqlite_only
def test_an_old_meeting_can_be_downloaded(app: Flask, client: FlaskClient) -> None:
    factories.meeting(slug="sena", starts_on=date(2010, 1, 1))
    db.session.commit()
    assert client.get("/kalendari/sanaksmes/sena.ics").status_code == 200


@pytest.mark.sqlite_only
def test_a_head_request_tells_the_length_without_the_body(held: Meeting, client: FlaskClient) -> None:
    full, head = client.get(FEED), client.head(FEED)
    assert (head.status_code, head.data) == (200, b"")
    assert dict(head.headers) == dict(full.headers)
    assert int(head.headers["Content-Length"]) == len(full.data)
    assert client.head(FEED, headers={"If-None-Match": full.headers["ETag"]}).status_code == 304


@pytest.mark.sqlite_only
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "REPORT"])
def test_other_methods_are_refused(held: Meeting, client: FlaskClient, method: str) -> None:
    answer = client.open(FEED, method=method, headers={"If-None-Match": "*"})
    assert answer.status_code == 405
    assert {"GET", "HEAD"} == set(answer.headers["Allow"].replace(" ", "").split(","))


@pytest.mark.sqlite_only
def test_a_range_is_ignored(held: Meeting, client: FlaskClient) -> None:
    answer = client.get(FEED, headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.data) == (200, client.get(FEED).data)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("accepted", ["gzip", "deflate, gzip;q=0.5", "*", "GZIP"])
def test_a_feed_is_packed_when_asked(held: Meeting, client: FlaskClient, accepted: str) -> None:
    plain, packed = client.get(FEED), client.get(FEED, headers={"Accept-Encoding": accepted})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] == plain.headers["ETag"][:-1] + '-gzip"'
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


@pytest.mark.sqlite_only
@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br"])
def test_a_feed_is_plain_otherwise(held: Meeting, client: FlaskClient, accepted: str) -> None:
    assert "Content-Encoding" not in client.get(FEED, headers={"Accept-Encoding": accepted}).headers


@pytest.mark.sqlite_only
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("form", ['"{}"', 'W/"{}"', '"other", "{}"', '"{}-gzip"', 'W/"{}-gzip"', "*", ' "{}" '])
def test_a_known_tag_is_answered_with_not_modified(
    held: Meeting, client: FlaskClient, form: str, encoding: str
) -> None:
    tag = client.get(FEED).headers["ETag"].strip('"')
    answer = client.get(FEED, headers={"If-None-Match": form.format(tag), "Accept-Encoding": encoding})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"].strip('"').removesuffix("-gzip") == tag
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Content-Type" not in answer.headers


@pytest.mark.sqlite_only
def test_not_modified_repeats_the_tag_it_was_asked_with(held: Meeting, client: FlaskClient) -> None:
    tag = client.get(FEED, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    assert client.get(FEED, headers={"If-None-Match": tag}).headers["ETag"] == tag


@pytest.mark.sqlite_only
@pytest.mark.parametrize("form", ['"x"', "{}", '"{}', '"{}x"', '"-gzip"', "", ",", '"other", W/'])
def test_any_other_tag_brings_the_feed(held: Meeting, client: FlaskClient, form: str) -> None:
    first = client.get(FEED)
    tag = first.headers["ETag"].strip('"')
    headers = {"If-None-Match": form.format(tag), "If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(FEED, headers=headers).status_code == 200


def test_the_time_of_the_last_change_is_a_second_way_to_ask(held: Meeting, client: FlaskClient) -> None:
    changed_at = client.get(FEED).headers["Last-Modified"]
    answer = client.get(FEED, headers={"If-Modified-Since": changed_at})
    assert (answer.status_code, answer.data) == (304, b"")


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "since", ["yesterday", "", "Mon, 32 Nov 2026 12:00:00 GMT", "Sun, 01 Nov 2026 12:00:00 GMT", http_date(4e9)]
)
def test_any_other_time_brings_the_feed(held: Meeting, client: FlaskClient, since: str) -> None:
    assert client.get(FEED, headers={"If-Modified-Since": since}).status_code == 200


def test_every_change_is_newer_than_the_one_before(held: Meeting, client: FlaskClient) -> None:
    times, tags = [], []
    for title in ("a", "b", "a"):
        held.title_lv = title
        db.session.commit()
        answer = client.get(FEED)
        times.append(parsedate_to_datetime(answer.headers["Last-Modified"]))
        tags.append(answer.headers["ETag"])
    assert times == sorted(set(times))
    assert len(set(tags)) == 3


def test_a_change_is_never_answered_with_not_modified(held: Meeting, client: FlaskClient) -> None:
    first = client.get(FEED)
    held.starts_at_time = time(17)
    db.session.commit()
    for header, name in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        assert client.get(FEED, headers={header: first.headers[name]}).status_code == 200


def test_a_new_day_is_never_answered_with_yesterdays_events(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    factories.meeting(starts_on=date(2025, 11, 2))
    db.session.commit()
    first = client.get(FEED)
    clock.shift(timedelta(days=1))
    assert client.get(FEED, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_the_last_change_is_at_midnight_when_nothing_has_changed_since(
    held: Meeting, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 11, 4, 12, tzinfo=UTC))
    first = client.get(FEED)
    assert first.headers["Last-Modified"] == "Tue, 03 Nov 2026 22:00:00 GMT", "midnight in Riga"
    answer = client.get(FEED, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert answer.status_code == 304


@pytest.mark.parametrize("seconds", [-60, -1, 0, 1, 60])
def test_a_change_that_is_heard_of_after_midnight_is_never_taken_for_midnight_itself(
    held: Meeting, client: FlaskClient, clock: time_machine.Traveller, seconds: int
) -> None:
    """The stamp is taken before the change is written; and the clocks of two machines never quite agree."""
    midnight = datetime(2026, 11, 3, 22, tzinfo=UTC)
    clock.move_to(midnight + timedelta(seconds=1))
    first = client.get(FEED)
    clock.move_to(midnight + timedelta(seconds=seconds))
    held.title_lv = "Jauna"
    db.session.commit()
    clock.move_to(midnight + timedelta(seconds=2))
    for _ in range(2):
        answer = client.get(FEED, headers={"If-Modified-Since": first.headers["Last-Modified"]})
        assert (answer.status_code, "SUMMARY:Jauna" in answer.text) == (200, True)


def test_a_change_stamped_ahead_of_the_clock_does_not_hide_the_next_day(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 11, 3, 22, 0, 1, tzinfo=UTC))
    leaving = factories.meeting("Pēdējo dienu", starts_on=date(2025, 11, 3))
    db.session.commit()
    clock.move_to(datetime(2026, 11, 3, 21, 59, 50, tzinfo=UTC))
    leaving.title_en = "The last day"
    db.session.commit()
    first = client.get(FEED)
    clock.shift(20)
    since = first.headers.get("Last-Modified", "")
    answer = client.get(FEED, headers={"If-Modified-Since": since})
    assert ("Pēdējo dienu" in first.text, answer.status_code, "Pēdējo dienu" in answer.text) == (True, 200, False)


def test_a_new_day_without_a_difference_has_the_same_tag(
    held: Meeting, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    first = client.get(FEED)
    clock.shift(timedelta(days=1))
    assert client.get(FEED, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


UNKNOWN = (
    "/kalendari/grupas/nav.ics",
    "/kalendari/grupas/%F0%9F%90%8C.ics",
    f"/kalendari/grupas/{'x' * 3000}.ics",
    "/kalendari/tikli/nav.ics",
    "/kalendari/pasvaldibas/nav.ics",
    "/kalendari/sanaksmes/nav.ics",
    "/kalendari/veidi/nav.ics",
    "/en/calendars/groups/a%27b%22%20OR%201.ics",
)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("path", UNKNOWN)
def test_what_never_was_is_not_found(app: Flask, client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"If-None-Match": '"x"'})
    assert answer.status_code == 404
    assert b"VCALENDAR" not in answer.data


def test_a_hidden_group_nobody_ever_subscribed_to_is_not_found(app: Flask, client: FlaskClient) -> None:
    factories.group(slug="slepta", audience=Audience.MEMBERS)
    db.session.commit()
    assert client.get("/kalendari/grupas/slepta.ics").status_code == 404


@pytest.mark.parametrize("how", ["deleted", "hidden"])
def test_what_is_gone_is_said_to_be_gone(held: Meeting, client: FlaskClient, how: str) -> None:
    path = "/kalendari/grupas/kekava.ics"
    first = client.get(path)
    group = db.session.scalars(select(Group)).one()
    if how == "deleted":
        # Only a group that holds no meeting can be.
        db.session.delete(held)
        db.session.flush()
        db.session.delete(group)
    else:
        group.audience = Audience.MANAGERS
    db.session.commit()
    answer = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert answer.status_code == 410
    assert b"VCALENDAR" not in answer.data


@pytest.mark.parametrize("given", [{"state": MeetingState.DRAFT}, {"audience": Audience.MEMBERS}])
def test_a_meeting_that_is_withdrawn_is_gone(held: Meeting, client: FlaskClient, given: dict[str, Any]) -> None:
    path = "/kalendari/sanaksmes/sanaksme.ics"
    assert client.get(path).status_code == 200
    for name, value in given.items():
        setattr(held, name, value)
    db.session.commit()
    assert client.get(path).status_code == 410


def test_who_subscribed_to_a_former_address_keeps_the_calendar(held: Meeting, client: FlaskClient) -> None:
    old, new = "/kalendari/grupas/kekava.ics", "/kalendari/grupas/kekavas-grupa.ics"
    before = client.get(old).data
    group = db.session.scalars(select(Group)).one()
    group.slug = "kekavas-grupa"
    db.session.commit()
    assert client.get(old).data == client.get(new).data == before


def test_a_slug_given_to_another_group_leads_to_that_group(
    held: Meeting, client: FlaskClient, events: Callable
) -> None:
    path = "/kalendari/grupas/kekava.ics"
    first = client.get(path)
    db.session.scalars(select(Group)).one().slug = "veca"
    db.session.commit()
    assert list(events(path)) == ["Sanāksme"]
    factories.meeting("Jauna", groups=[factories.group(slug="kekava")])
    db.session.commit()
    answer = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert answer.status_code == 200
    assert list(events(path)) == ["Jauna"]


@pytest.mark.sqlite_only
def test_on_a_fault_no_calendar_is_sent(held: Meeting, app: Flask, client: FlaskClient) -> None:
    first = client.get(FEED)
    db.session.execute(text("ALTER TABLE calendar_listing RENAME TO elsewhere"))
    db.session.execute(text("UPDATE calendar_version SET version = version + 1"))
    db.session.commit()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.get(FEED, headers={"If-None-Match": first.headers["ETag"]})
    assert answer.status_code in {500, 503}
    assert b"VCALENDAR" not in answer.data


def test_without_a_database_a_feed_asks_to_come_back_later(tmp_path: Path) -> None:
    away = create_app(settings_for(tmp_path, database_url="postgresql://127.0.0.1:1/nowhere?connect_timeout=2"))
    answer = away.test_client().get(FEED, headers={"If-None-Match": '"x"'})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert b"VCALENDAR" not in answer.data


@pytest.mark.sqlite_only
def test_the_addresses_before_flask_are_those_of_the_views(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{blueprint.name}.")]
    # Selections are rare, and always the view's.
    selections = [rules.pop(rules.index(rule)) for rule in list(rules) if rule.endpoint == "feeds.selection"]
    assert [address_of(rule.rule.replace("<slug>", "a:b,c:d"), "") for rule in selections] == [None, None]
    kinds = {"everything": "all", "milestones": "milestones"}
    assert len(rules) == 16
    for rule in rules:
        name = rule.endpoint.partition(".")[2]
        found = address_of(rule.rule.replace("<slug>", "a-b_c1"), "")
        assert found is not None
        assert (found.kind, found.lang) == (kinds.get(name, name), (rule.defaults or {})["lang"])
        assert found.slug == ("a-b_c1" if "<slug>" in rule.rule else "")


@pytest.mark.sqlite_only
def test_links_in_events_are_those_of_the_pages(app: Flask) -> None:
    with app.test_request_context():
        for lang in ("lv", "en"):
            assert meeting_address("vizija", lang, "") == url_for("meetings.show", slug="vizija", lang=lang)
            for kind, endpoint in (("group", "groups.show"), ("network", "networks.show")):
                assert page_address(kind, "a", lang=lang, base_url="") == url_for(endpoint, slug="a", lang=lang)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_what_is_answered_before_flask_is_what_the_view_answers(
    held: Meeting, client: FlaskClient, encoding: str
) -> None:
    tag = client.get(FEED, headers={"Accept-Encoding": encoding}).headers["ETag"]
    for asked in ({}, {"If-None-Match": tag}, {"If-None-Match": "*"}, {"If-Modified-Since": http_date(4e9)}):
        headers = {"Accept-Encoding": encoding, **asked}
        # An address with something unusual behind it goes on to Flask.
        before, view = (client.get(address, headers=headers) for address in (FEED, f"{FEED}?unusual=1"))
        assert sorted(before.headers) == sorted(view.headers)
        assert (before.status, before.data) == (view.status, view.data)
        names = {"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Strict-Transport-Security"}
        assert names <= {name for name, _ in before.headers}


def statements_of(client: FlaskClient, path: str, **headers: str) -> list[str]:
    """Return the statements that SQLite carries out for one request, whoever sends them."""
    statements: list[str] = []

    def trace(connection: Any, _record: object) -> None:
        connection.set_trace_callback(statements.append)

    # Another thread has no connection yet, nor has the pool any left that it could be lent.
    db.session.close()
    db.engine.dispose()
    event.listen(db.engine, "connect", trace)
    with ThreadPoolExecutor() as thread:
        thread.submit(client.get, path, headers=headers).result()
    event.remove(db.engine, "connect", trace)
    db.engine.dispose()
    return [statement for statement in statements if not statement.startswith("PRAGMA")]


@pytest.mark.sqlite_only
def test_a_poll_that_finds_nothing_new_is_one_read(held: Meeting, client: FlaskClient) -> None:
    tag = client.get(FEED).headers["ETag"]
    assert len(statements_of(client, FEED, **{"If-None-Match": tag})) == 1


@pytest.mark.sqlite_only
def test_a_poll_writes_nothing_whether_something_has_changed_or_not(held: Meeting, client: FlaskClient) -> None:
    number = held.id
    for path in (FEED, f"{FEED}?past=all", "/kalendari/grupas/kekava.ics"):
        client.get(path)
        for hour in (17, 17, 16):
            db.session.get_one(Meeting, number).starts_at_time = time(hour)
            db.session.commit()
            ran = statements_of(client, path, **{"Accept-Encoding": "gzip"})
            assert {statement.split()[0] for statement in ran} == {"SELECT"}


@pytest.mark.sqlite_only
def test_where_an_address_leads_is_noted_once(held: Meeting, client: FlaskClient) -> None:
    first, second = (statements_of(client, f"{FEED}?past=all") for _ in range(2))
    assert [statement.split()[0] for statement in first if not statement.startswith("SELECT")] == [
        "BEGIN",
        "INSERT",
        "COMMIT",
    ]
    assert len(second) == 1


@pytest.mark.sqlite_only
def test_a_poll_reads_along_the_primary_keys(app: Flask) -> None:
    plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {_KNOWN}"), {"feed_key": ""}).all()
    assert [row[3].partition(" USING ")[0] for row in plan] == ["SEARCH calendar_feed", "SEARCH calendar_version"]


@pytest.mark.sqlite_only
def test_an_unchanged_feed_is_one_read(held: Meeting, client: FlaskClient) -> None:
    for headers in ({"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}):
        answers = [client.get(FEED, headers=headers) for _ in range(2)]
        assert len(statements_of(client, FEED, **headers)) == 1
        assert answers[0].data == answers[1].data == client.get(FEED, headers=headers).data


@pytest.mark.sqlite_only
def test_making_a_feed_takes_as_many_statements_for_one_event_as_for_many(held: Meeting, client: FlaskClient) -> None:
    counts = []
    client.get(FEED)
    for number in (1, 3):
        for _ in range(number):
            factories.evening()
        db.session.commit()
        counts.append(len(statements_of(client, FEED)))
    assert counts[0] == counts[1]


@pytest.mark.sqlite_only
def test_a_feed_that_is_read_by_icalendar_has_no_forbidden_property(held: Meeting, client: FlaskClient) -> None:
    calendar = Calendar.from_ical(client.get(FEED).data)
    names = {name for component in calendar.walk() for name in component}
    assert names.isdisjoint({"METHOD", "ORGANIZER", "ATTENDEE", "VALARM", "RDATE"})
    assert "UID" not in calendar
    assert {component.name for component in calendar.subcomponents} == {"VTIMEZONE", "VEVENT"}

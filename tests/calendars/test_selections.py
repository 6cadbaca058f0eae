"""Feeds of what several calendars have in common: a filter of the calendar pages, to subscribe to."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingKind, MeetingState
from lag_tracker.models.traits import Audience
from tests import factories
from tests.reading import links, texts

PATH = "/kalendari/izlase/group:padome,kind:workshop.ics"
Events = Callable[[str], dict[str, Any]]


@pytest.fixture
def council(app: Flask, clock: time_machine.Traveller) -> Group:
    """Return a group with a part, in a network, with meetings of two kinds; and a group beside it."""
    town, network = factories.municipality("Ādažu novads", slug="adazi"), factories.network("Tīkls", slug="tikls")
    council = factories.group("Padome", slug="padome", municipality=town, networks=[network])
    part, other = factories.group("Jaunieši", slug="jauniesi", parent=council), factories.group("Cita", slug="cita")
    for title, group, kind in (
        ("Padomes darbnīca", council, MeetingKind.WORKSHOP),
        ("Padomes sēde", council, MeetingKind.LOCAL_GROUP),
        ("Jauniešu darbnīca", part, MeetingKind.WORKSHOP),
        ("Cita darbnīca", other, MeetingKind.WORKSHOP),
    ):
        factories.evening(title, groups=[group], kind=kind)
    factories.evening("Tīkla darbnīca", groups=[council], kind=MeetingKind.WORKSHOP, networks=[network])
    factories.milestone(None, "Padomes termiņš", group=council)
    db.session.commit()
    return council


@pytest.mark.parametrize(
    ("choice", "titles"),
    [
        ("group:padome,kind:workshop", ["Jauniešu darbnīca", "Padomes darbnīca", "Tīkla darbnīca"]),
        ("group:jauniesi,kind:workshop", ["Jauniešu darbnīca"]),
        ("group:padome,network:tikls", ["Tīkla darbnīca"]),
        ("municipality:adazi,kind:local_group", ["Padomes sēde"]),
        ("group:padome,network:tikls,municipality:adazi,kind:workshop", ["Tīkla darbnīca"]),
        ("group:cita,kind:local_group", []),
    ],
)
def test_a_selection_holds_what_the_narrowed_calendar_page_shows(
    council: Group, client: FlaskClient, events: Events, choice: str, titles: list[str]
) -> None:
    address = "&".join(part.replace(":", "=") for part in choice.split(","))
    page = client.get(f"/kalendars?{address}").text
    assert sorted(texts(page, "h3", css_class="meeting-title")) == titles
    assert f"/kalendari/izlase/{choice}.ics" in links(page).values()
    assert sorted(events(f"/kalendari/izlase/{choice}.ics")) == titles


def test_a_selection_is_subscribed_to_like_any_other_calendar(council: Group, client: FlaskClient) -> None:
    page = client.get("/en/calendar?group=padome&kind=workshop").text
    steps = client.get(links(page)["Subscribe to this calendar"]).text
    assert texts(steps, "h1") == ["Padome · Workshops"]
    path = "/en/calendars/selection/group:padome,kind:workshop.ics"
    assert links(steps)["Open in the calendar app"] == f"webcal://grupas.example{path}"
    lines = client.get(path).text.split("\r\n")
    assert "X-WR-CALNAME:Padome · Workshops" in lines


@pytest.mark.parametrize(
    "choice",
    [
        "group:padome",
        "kind:workshop,group:padome",
        "group:padome,group:cita",
        "group:padome,kind:nav",
        "group:nav,kind:workshop",
        "group:padome,kind:workshop,",
        "meeting:sanaksme,kind:workshop",
        "group:padome,,kind:workshop",
        ",",
        "a:b,c:d",
    ],
)
def test_what_is_no_selection_is_not_found(council: Group, client: FlaskClient, choice: str) -> None:
    assert client.get(f"/kalendari/izlase/{choice}.ics").status_code == 404
    assert client.get("/abonet", query_string={"calendar": f"selection:{choice}"}).status_code == 404


def test_a_selection_is_sent_anew_when_any_of_its_calendars_changes(
    council: Group, client: FlaskClient, clock: time_machine.Traveller, events: Events
) -> None:
    first = client.get(PATH)
    held = {"If-None-Match": first.headers["ETag"]}
    assert client.get(PATH, headers=held).status_code == 304
    packed = client.get(PATH, headers={"Accept-Encoding": "gzip"})
    assert client.get(PATH, headers={"If-None-Match": packed.headers["ETag"]}).status_code == 304
    assert (first.headers["Cache-Control"], "Last-Modified" in first.headers) == ("public, max-age=300", False)
    clock.shift(60)
    moved = db.session.scalars(select(Meeting).where(Meeting.title_lv == "Padomes sēde")).one()
    moved.kind = MeetingKind.WORKSHOP
    db.session.commit()
    assert client.get(PATH, headers=held).status_code == 200
    assert "Padomes sēde" in events(PATH)
    clock.shift(60)
    moved.state = MeetingState.CANCELLED
    db.session.commit()
    assert "ATCELTA: Padomes sēde" in events(PATH)
    clock.shift(timedelta(days=61))
    assert "ATCELTA: Padomes sēde" not in events(PATH)


def test_the_past_of_a_selection_can_be_had_too(council: Group, events: Events) -> None:
    factories.evening("Sen", groups=[council], kind=MeetingKind.WORKSHOP, starts_on=date(2019, 5, 4))
    db.session.commit()
    assert ("Sen" in events(PATH), "Sen" in events(f"{PATH}?past=all")) == (False, True)


def test_a_selection_is_still_found_when_the_slug_of_a_part_has_changed(council: Group, events: Events) -> None:
    before = events(PATH)
    council.slug = "novada-padome"
    db.session.commit()
    assert list(events(PATH)) == list(before) != []
    factories.group("Jauna padome", slug="padome")
    db.session.commit()
    assert list(events(PATH)) == []


def test_a_selection_that_never_was_is_not_gone(council: Group, client: FlaskClient) -> None:
    assert client.get("/kalendari/grupas/padome.ics").status_code == 200
    for choice in ("group:padome,network:nav", "group:nav,kind:workshop", "group:padome,kind:nav"):
        assert client.get(f"/kalendari/izlase/{choice}.ics").status_code == 404


def test_a_selection_of_a_group_that_was_hidden_is_gone(council: Group, client: FlaskClient) -> None:
    assert client.get(PATH).status_code == 200
    council.audience = Audience.MEMBERS
    db.session.commit()
    answer = client.get(PATH)
    assert (answer.status_code, b"VCALENDAR" in answer.data) == (410, False)

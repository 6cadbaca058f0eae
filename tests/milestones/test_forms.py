"""Managers keep the deadlines of their groups, administrators those of networks; calendars follow."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.group import Group
from lag_tracker.models.milestone import Milestone, MilestoneKind
from lag_tracker.models.traits import Certainty, Precision
from tests import factories
from tests.reading import links, texts
from tests.visitors import administrator, manager_of, send

NEW = "/en/groups/kekava/milestones/new"


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def manager(app: Flask, group: Group) -> FlaskClient:
    return manager_of(app, group)


def stored() -> list[tuple[Any, ...]]:
    db.session.expire_all()
    return [
        (one.title_lv, one.kind, one.starts_on, one.ends_on, one.date_precision)
        for one in db.session.scalars(select(Milestone))
    ]


def uids(feed: str) -> list[str]:
    return [line for line in feed.splitlines() if line.startswith("UID:")]


def test_a_manager_adds_a_deadline_and_moves_it_and_calendars_follow(manager: FlaskClient) -> None:
    answer = send(manager, NEW, title_lv="Plāns jāiesniedz", starts="15.03.2027.", ends="16.03.2027.")
    assert (answer.status_code, answer.location) == (303, "/en/groups/kekava/milestones")
    assert stored() == [("Plāns jāiesniedz", MilestoneKind.DEADLINE, date(2027, 3, 15), None, Precision.DAY)]
    listed = manager.get("/en/groups/kekava/milestones")
    assert texts(listed.text, "td")[:2] == ["Deadline", "Monday, 15 March 2027"]
    number = db.session.scalar(select(Milestone.id))
    send(manager, f"/en/milestones/{number}/edit", starts="20.03.2027.", date_certainty="inferred")
    feed = manager.get("/kalendari/grupas/kekava.ics").text
    assert "DTSTART;VALUE=DATE:20270320" in feed
    assert db.session.scalars(select(Milestone.date_certainty)).all() == [Certainty.INFERRED]


@pytest.mark.parametrize(
    ("starts", "sentence"),
    [
        ("15.03.2027.", "The deadline was added; calendars show it from now on."),
        ("03.2027.", "The deadline was added. Calendars show it as soon as its day is written down."),
        ("", "The deadline was added. Calendars show it as soon as its day is written down."),
    ],
)
def test_only_a_deadline_with_a_day_is_said_to_be_in_calendars(
    manager: FlaskClient, starts: str, sentence: str
) -> None:
    answer = send(manager, NEW, title_lv="Plāns jāiesniedz", starts=starts)
    assert sentence in manager.get(answer.location).text


def test_a_deadline_is_put_away_and_taken_back_and_only_administrators_erase_it(
    app: Flask, manager: FlaskClient
) -> None:
    send(manager, NEW, title_lv="Plāns jāiesniedz", starts="15.03.2027.")
    number = db.session.scalar(select(Milestone.id))
    archive, erase, index = (f"/en/milestones/{number}/{deed}" for deed in ("archive", "erase", "edit"))
    feed, page = "/kalendari/grupas/kekava.ics", "/en/groups/kekava/milestones"
    before = manager.get(feed).text
    send(manager, archive)
    assert ("BEGIN:VEVENT" in manager.get(feed).text, "Plāns" in manager.get("/grupas/kekava").text) == (False, False)
    assert texts(manager.get(page).text, "h2") == ["Archived deadlines"]
    assert manager.get(index).status_code == 200
    send(manager, archive)
    assert uids(manager.get(feed).text) == uids(before) != []
    assert texts(manager.get(page).text, "h2") == []
    assert manager.get(erase).status_code == 404
    send(administrator(app), erase)
    assert stored() == []
    assert "BEGIN:VEVENT" not in manager.get(feed).text


@pytest.mark.parametrize(
    ("starts", "ends", "kept"),
    [
        ("01.02.2027.", "28.02.2027.", (date(2027, 2, 1), date(2027, 2, 28), Precision.DAY)),
        ("02.2027.", "02.2028.", (date(2027, 2, 1), date(2028, 2, 29), Precision.MONTH)),
        ("2027", "2027", (date(2027, 1, 1), date(2027, 12, 31), Precision.YEAR)),
        ("02.2027.", "", (date(2027, 2, 1), None, Precision.MONTH)),
        ("", "", (None, None, Precision.UNKNOWN)),
    ],
)
def test_a_phase_is_as_fine_as_it_was_written(manager: FlaskClient, starts: str, ends: str, kept: Any) -> None:
    send(manager, NEW, title_lv="Izmēģinājumi", kind="phase", starts=starts, ends=ends)
    assert stored() == [("Izmēģinājumi", MilestoneKind.PHASE, *kept)]
    number = db.session.scalar(select(Milestone.id))
    send(manager, f"/en/milestones/{number}/edit")
    assert stored() == [("Izmēģinājumi", MilestoneKind.PHASE, *kept)]


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("typed", "status", "mistake"),
    [
        ({"title_lv": ""}, 422, "Enter the title in Latvian or in English."),
        ({"starts": "15.15.2027."}, 422, "Enter a day such as 15.03.2027., a month such as 03.2027., or a year."),
        ({"starts": "2027", "ends": "02.2027."}, 422, "Write the end as finely as the beginning: day, month or year."),
        ({"starts": "02.2027.", "ends": "01.2027."}, 422, "A phase cannot end before it begins; check the two days."),
        ({"starts": "", "ends": "01.2027."}, 422, "Write the end as finely as the beginning: day, month or year."),
    ],
)
def test_a_mistake_is_named_and_nothing_is_kept(
    manager: FlaskClient, typed: dict[str, Any], status: int, mistake: str
) -> None:
    answer = send(manager, NEW, **({"title_lv": "Posms", "kind": "phase"} | typed))
    assert (answer.status_code, mistake in links(answer.text)) == (status, True)
    assert stored() == []


def test_the_deadlines_of_a_network_are_the_administrators(app: Flask, manager: FlaskClient) -> None:
    network = factories.network(slug="tikls")
    db.session.commit()
    chief = administrator(app)
    answer = send(chief, "/tikli/tikls/termini/jauns", title_lv="Ceļvedis", starts="31.12.2027.", applies_to_lv="visi")
    assert (answer.status_code, answer.location) == (303, "/tikli/tikls/termini")
    assert "Ceļvedis" in manager.get("/tikli/tikls").text
    number = db.session.scalar(select(Milestone.id).where(Milestone.network_id == network.id))
    assert manager.get(f"/termini/{number}/labot").status_code == 404
    assert chief.get(f"/termini/{number}/labot").status_code == 200

"""Names in memory: read again when they may have changed, and not whenever anything has."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask.testing import FlaskClient

from lag_tracker.database import db
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.traits import Audience
from tests import factories

Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def organiser() -> Municipality:
    """Return a municipality without groups."""
    found: Municipality = factories.municipality("Ogres novads", slug="ogre")
    return found


def choices(client: FlaskClient) -> list[str]:
    """Return the municipalities that the calendar can be narrowed to."""
    chooser = re.search(r'<select id="choose-municipality".*?</select>', client.get("/kalendars").text, re.DOTALL)
    return re.findall(r'<option value="(.+?)"', chooser[0]) if chooser else []


def test_a_changed_meeting_has_no_names_read_again(
    client: FlaskClient, organiser: Municipality, statements: Statements
) -> None:
    held = [factories.meeting(title, organiser=organiser) for title in ("Viena", "Otra")]
    db.session.commit()
    client.get("/kalendars")
    with statements() as ran_before:
        client.get("/kalendars")
    held[0].title_lv, held[0].starts_on = "Trešā", date(2026, 12, 24)
    db.session.commit()
    held[1].organiser = None
    db.session.commit()
    with statements() as ran_after:
        html = client.get("/kalendars").text
    assert ran_after == ran_before
    assert "Trešā" in html


def test_a_municipality_is_a_choice_from_its_first_meeting_to_its_last(
    client: FlaskClient, organiser: Municipality
) -> None:
    db.session.commit()
    assert choices(client) == []
    first: Meeting = factories.meeting("Pirmā", organiser=organiser)
    db.session.commit()
    assert choices(client) == ["ogre"]
    second: Meeting = factories.meeting("Otrā")
    db.session.commit()
    second.organiser = organiser
    first.organiser = None
    db.session.commit()
    assert choices(client) == ["ogre"]
    db.session.delete(second)
    db.session.commit()
    assert choices(client) == []


def test_a_municipality_with_nothing_to_show_is_no_choice_but_has_its_calendar(
    client: FlaskClient, organiser: Municipality
) -> None:
    factories.group("Slēgta", municipality=organiser, audience=Audience.MEMBERS)
    draft: Meeting = factories.meeting("Iekšēja", organiser=organiser, audience=Audience.MEMBERS)
    db.session.commit()
    assert choices(client) == []
    for address in ("/kalendars?municipality=ogre", "/abonet?calendar=municipality:ogre"):
        assert client.get(address).status_code == 200
    assert "municipality:ogre" not in client.get("/abonet").text
    draft.audience = Audience.PUBLIC
    db.session.commit()
    assert choices(client) == ["ogre"]


def test_many_changes_at_once_are_noticed(client: FlaskClient, organiser: Municipality) -> None:
    meetings = [factories.meeting(f"Sanāksme {number}", organiser=organiser) for number in range(120)]
    db.session.commit()
    assert choices(client) == ["ogre"]
    for meeting in meetings:
        meeting.organiser = None
    db.session.commit()
    assert choices(client) == []


def test_a_new_name_is_read_at_once(client: FlaskClient) -> None:
    group = factories.group("Vecā")
    factories.meeting(groups=[group], starts_on=date(2026, 12, 24))
    db.session.commit()
    assert "Vecā" in client.get("/kalendars/2026/12").text + client.get("/kalendars").text
    group.name_lv = "Jaunā"
    db.session.commit()
    html = client.get("/kalendars").text
    assert "Vecā" not in html
    assert "Jaunā" in html

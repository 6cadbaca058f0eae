"""Administrators keep the networks and who takes part in them; nobody else does."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.network import Network, NetworkKind, PartnerRole, Partnership, Programme
from lag_tracker.models.theme import Theme
from lag_tracker.models.traits import Certainty
from tests import factories
from tests.reading import links
from tests.visitors import administrator, form_of, send


@pytest.fixture
def chief(app: Flask) -> FlaskClient:
    return administrator(app)


def network() -> Network | None:
    db.session.expire_all()
    return db.session.scalars(select(Network)).one_or_none()


def parts() -> list[tuple[str | None, PartnerRole, Certainty, str | None]]:
    db.session.expire_all()
    found = db.session.scalars(select(Partnership).order_by(Partnership.id)).all()
    return [(one.body_lv, one.role, one.role_certainty, one.focus_lv) for one in found]


def test_an_administrator_adds_a_network_and_changes_it(chief: FlaskClient) -> None:
    db.session.add_all(
        [Theme(name_lv="zaļā mobilitāte", slug="zala"), Theme(name_lv="vietējā ekonomika", slug="ekonomika")]
    )
    db.session.commit()
    green, economy = db.session.scalars(select(Theme.id).order_by(Theme.id))
    answer = send(
        chief, "/tikli/jauns", name="Gen–Y City", programme="URBACT III", themes=[str(green)], starts_on="1.9.2019."
    )
    assert (answer.status_code, answer.location) == (303, "/tikli/gen-y-city")
    send(
        chief,
        "/tikli/gen-y-city/labot",
        official_name="GEN-Y City",
        kind="transfer",
        kind_certainty="inferred",
        themes=[str(economy)],
        programme="URBACT III",
    )
    found = network()
    assert found is not None
    assert (found.name, found.official_name, found.kind, found.kind_certainty, found.starts_on) == (
        "Gen–Y City", "GEN-Y City", NetworkKind.TRANSFER, Certainty.INFERRED, date(2019, 9, 1),
    )  # fmt: skip
    assert list(db.session.scalars(select(Programme.name))) == ["URBACT III"]
    page = chief.get("/tikli/gen-y-city").text
    assert "Vietējā ekonomika" in page
    assert "aļā mobilitāte" not in page


@pytest.mark.sqlite_only
def test_mistakes_are_named(chief: FlaskClient) -> None:
    answer = send(chief, "/en/networks/new", starts_on="2.2.2020.", ends_on="1.2.2020.", kind="x")
    assert answer.status_code == 422
    assert [words for words, address in links(answer.text).items() if address.startswith("#")] == [
        "Enter the name.",
        "Choose one of the list.",
        "The network cannot end before it begins; check the two days.",
    ]


def test_somebody_elses_themes_are_not_overwritten_unseen(chief: FlaskClient) -> None:
    factories.network(slug="tikls")
    db.session.add(Theme(name_lv="Zaļā mobilitāte", slug="zala"))
    db.session.commit()
    opened = chief.get("/en/networks/tikls/edit")
    send(chief, "/en/networks/tikls/edit", themes=[str(db.session.scalar(select(Theme.id)))])
    answer = send(chief, "/en/networks/tikls/edit", page=opened, name="Cits")
    assert answer.status_code == 409
    theme = str(db.session.scalar(select(Theme.id)))
    assert (form_of(answer)["name"], form_of(answer)["themes"]) == (["Cits"], [theme])


def test_a_municipality_takes_part_once_and_in_one_role(chief: FlaskClient) -> None:
    factories.network(slug="tikls")
    first, second = factories.municipality("Ķekavas novads"), factories.municipality("Rīga", slug="riga")
    db.session.commit()
    opened = chief.get("/en/networks/tikls/partners/new")
    address = "/en/networks/tikls/partners/new"
    answer = send(chief, address, page=opened, municipality_id=str(first.id), role="lead", body_lv="Attīstības nodaļa")
    assert (answer.status_code, answer.location) == (303, "/en/networks/tikls")
    again = send(chief, address, municipality_id=str(first.id))
    assert (again.status_code, "Choose one of the list." in again.text) == (422, True)
    send(chief, address, municipality_id=str(second.id), role="works_with", role_certainty="inferred")
    assert parts() == [
        ("Attīstības nodaļa", PartnerRole.LEAD, Certainty.STATED, None),
        (None, PartnerRole.WORKS_WITH, Certainty.INFERRED, None),
    ]
    number = db.session.scalars(select(Partnership.id).order_by(Partnership.id)).all()[0]
    send(chief, f"/en/networks/tikls/partners/{number}/edit", focus_lv="Drošas ielas")
    assert parts()[0] == ("Attīstības nodaļa", PartnerRole.LEAD, Certainty.STATED, "Drošas ielas")
    send(chief, f"/en/networks/tikls/partners/{number}/erase")
    assert [role for _, role, *_ in parts()] == [PartnerRole.WORKS_WITH]


def test_an_archived_network_leaves_the_lists_and_keeps_its_page(app: Flask, chief: FlaskClient) -> None:
    factories.network("Cities4CSR", slug="tikls")
    db.session.commit()
    public = app.test_client(use_cookies=False)
    send(chief, "/en/networks/tikls/archive")
    assert "Cities4CSR" not in public.get("/en/networks").text
    assert "This network is archived." in public.get("/en/networks/tikls").text
    assert links(chief.get("/en/networks").text)["Cities4CSR"] == "/en/networks/tikls"
    send(chief, "/en/networks/tikls/archive")
    assert "Cities4CSR" in public.get("/en/networks").text


def test_a_network_goes_with_its_partners_and_deadlines_out_of_calendars_too(chief: FlaskClient) -> None:
    made = factories.network(slug="tikls")
    made.partnerships = [Partnership(municipality=factories.municipality(), role=PartnerRole.LEAD)]
    made.themes = [Theme(name_lv="Zaļā mobilitāte", slug="zala")]
    factories.milestone(made)
    db.session.commit()
    assert chief.get("/en/calendars/milestones.ics").text.count("BEGIN:VEVENT") == 1
    assert send(chief, "/en/networks/tikls/erase").location == "/en/networks"
    assert (network(), parts()) == (None, [])
    assert "BEGIN:VEVENT" not in chief.get("/en/calendars/milestones.ics").text


@pytest.mark.parametrize("use", ["group", "meeting"])
def test_a_network_in_use_is_not_erased_and_says_why(chief: FlaskClient, use: str) -> None:
    made = factories.network(slug="tikls")
    if use == "group":
        factories.group().networks = [made]
    else:
        factories.meeting().networks = [made]
    db.session.commit()
    answer = send(chief, "/en/networks/tikls/erase")
    assert answer.status_code == 409
    assert "The network has groups or meetings, so it cannot be erased." in answer.text
    assert network() is not None

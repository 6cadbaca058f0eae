"""Administrators keep the municipalities; nobody else does."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.municipality import Municipality, MunicipalityKind
from lag_tracker.models.network import PartnerRole, Partnership
from tests import factories
from tests.reading import links
from tests.visitors import administrator, form_of, send


def stored() -> list[tuple[str, str | None, MunicipalityKind, str, str | None]]:
    db.session.expire_all()
    return [
        (one.slug, one.name_lv, one.kind, one.country, one.website) for one in db.session.scalars(select(Municipality))
    ]


def test_an_administrator_adds_a_municipality_and_changes_it(app: Flask) -> None:
    chief = administrator(app)
    answer = send(chief, "/pasvaldibas/jauna", name_lv="Ķekavas novads", website="https://kekava.example/")
    assert (answer.status_code, answer.location) == (303, "/pasvaldibas/kekavas-novads")
    send(chief, "/pasvaldibas/kekavas-novads/labot", name_lv="Ķekava", country="ES", kind="planning_region")
    assert stored() == [("kekavas-novads", "Ķekava", MunicipalityKind.PLANNING_REGION, "ES", "https://kekava.example/")]


@pytest.mark.parametrize(
    ("typed", "mistake"),
    [
        ({"name_lv": " "}, "Enter the name in Latvian or in English."),
        ({"country": "XX"}, "Choose one of the list."),
        ({"website": "javascript:alert(1)"}, "Enter an address that begins with https:// or http://."),
        ({"website": "https://a.example/" + "a" * 500}, "This may hold 500 characters; shorten it."),
    ],
)
def test_a_mistake_is_named_and_nothing_is_kept(app: Flask, typed: dict[str, Any], mistake: str) -> None:
    answer = send(administrator(app), "/en/municipalities/new", **({"name_lv": "Ķekava"} | typed))
    assert answer.status_code == 422
    assert mistake in links(answer.text)
    assert stored() == []


def test_countries_stand_in_the_alphabet_of_the_reader_with_latvia_chosen(app: Flask) -> None:
    page = administrator(app).get("/pasvaldibas/jauna")
    assert form_of(page)["country"] == ["LV"]
    assert page.text.index(">Čada<") > page.text.index(">Curaçao<" if ">Curaçao<" in page.text else ">Centrālāfrikas")


def test_an_archived_municipality_leaves_the_list_and_keeps_its_page(app: Flask) -> None:
    factories.municipality(slug="kekava")
    chief, public = administrator(app), app.test_client(use_cookies=False)
    assert send(chief, "/en/municipalities/kekava/archive").location == "/en/municipalities/kekava"
    assert "This municipality is archived." in public.get("/en/municipalities/kekava").text
    assert "Ķekavas" not in public.get("/en/municipalities").text
    assert "Ķekavas" in chief.get("/en/municipalities").text
    send(chief, "/en/municipalities/kekava/archive")
    assert "Ķekavas" in public.get("/en/municipalities").text


def test_a_municipality_that_nothing_refers_to_is_erased(app: Flask) -> None:
    factories.municipality(slug="kekava")
    assert send(administrator(app), "/pasvaldibas/kekava/dzest").location == "/pasvaldibas"
    assert stored() == []


@pytest.mark.parametrize("use", ["group", "network", "meeting"])
def test_a_municipality_in_use_is_not_erased_and_says_why(app: Flask, use: str) -> None:
    owner = factories.municipality(slug="kekava")
    if use == "group":
        factories.group(municipality=owner)
    elif use == "network":
        db.session.add(Partnership(network=factories.network(), municipality=owner, role=PartnerRole.LEAD))
    else:
        factories.meeting(organiser=owner)
    answer = send(administrator(app), "/en/municipalities/kekava/erase")
    assert answer.status_code == 409
    assert "so it cannot be erased. Archive it instead." in answer.text
    assert [slug for slug, *_ in stored()] == ["kekava"]

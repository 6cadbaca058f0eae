"""Managers put organisations on record, each once, and change those that no other group has."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.group import Group
from lag_tracker.models.organisation import Organisation, Sector
from tests import factories
from tests.reading import links, texts
from tests.visitors import administrator, manager_of, send


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


def stored() -> list[tuple[str | None, Sector | None]]:
    db.session.expire_all()
    return [(one.name_lv, one.sector) for one in db.session.scalars(select(Organisation).order_by(Organisation.id))]


def test_a_manager_adds_an_organisation_and_changes_it(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    answer = send(manager, "/en/organisations/new", name_lv="Biedrība „Vide”", sector="civic")
    assert (answer.status_code, answer.location) == (303, "/en/organisations")
    assert texts(manager.get("/en/organisations").text, "td") == [
        "Civic sector",
        "no members today",
        "Edit Biedrība „Vide”",
    ]
    send(manager, "/en/organisations/1/edit", name_lv="Biedrība „Daba”", sector="knowledge")
    assert stored() == [("Biedrība „Daba”", Sector.KNOWLEDGE)]


@pytest.mark.parametrize("typed", ["ķekavas novada PAŠVALDĪBA", "Kekava Municipality"])
def test_an_organisation_is_on_record_once(app: Flask, group: Group, typed: str) -> None:
    factories.organisation(name_en="Kekava municipality")
    answer = send(manager_of(app, group), "/en/organisations/new", name_lv=typed)
    assert answer.status_code == 422
    assert links(answer.text)["An organisation of this name is on record already. Use that one."] == "#name_lv"
    assert len(stored()) == 1


def test_an_organisation_keeps_its_own_name_when_it_is_changed(app: Flask, group: Group) -> None:
    factories.organisation()
    assert send(manager_of(app, group), "/en/organisations/1/edit", sector="public").status_code == 303
    assert stored() == [("Ķekavas novada pašvaldība", Sector.PUBLIC)]


def test_nobody_changes_an_organisation_that_another_group_has(app: Flask, group: Group) -> None:
    factories.membership(factories.group("Cita"), factories.person(), factories.organisation())
    manager = manager_of(app, group)
    assert "Edit Ķekavas novada pašvaldība" not in links(manager.get("/en/organisations").text)
    assert manager.get("/en/organisations/1/edit").status_code == 404
    assert administrator(app).get("/en/organisations/1/edit").status_code == 200


@pytest.mark.parametrize("tie", ["came", "was a member", "has a person there"])
def test_nobody_changes_an_organisation_that_another_group_names(app: Flask, group: Group, tie: str) -> None:
    other, body = factories.group("Cita"), factories.organisation()
    if tie == "came":
        db.session.add(Attendance(meeting=factories.meeting(groups=[other]), organisation=body))
    elif tie == "was a member":
        factories.membership(other, None, body, until_on=date(2020, 1, 1))
    else:
        factories.membership(other, factories.person(organisation=body))
    manager = manager_of(app, group)
    assert manager.get("/en/organisations/1/edit").status_code == 404
    assert "Edit Ķekavas novada pašvaldība" not in links(manager.get("/en/organisations").text)


def test_an_organisation_of_only_the_managers_people_and_meetings_is_changed(app: Flask, group: Group) -> None:
    body = factories.organisation()
    factories.membership(group, factories.person(organisation=body), body)
    db.session.add(Attendance(meeting=factories.meeting(groups=[group]), organisation=body))
    assert manager_of(app, group).get("/en/organisations/1/edit").status_code == 200


def test_an_archived_organisation_leaves_the_list(app: Flask, group: Group) -> None:
    factories.organisation()
    manager = manager_of(app, group)
    assert send(manager, "/en/organisations/1/archive").status_code == 303
    page = manager.get("/en/organisations").text
    assert (texts(page, "td"), "Archived organisations" in texts(page, "h2")) == ([], True)
    answer = send(manager, "/en/organisations/new", name_lv="Ķekavas novada pašvaldība")
    assert "An organisation of this name is in the archive. Take it out of the archive." in links(answer.text)
    send(manager, "/en/organisations/1/archive")
    assert len(texts(manager.get("/en/organisations").text, "td")) == 3


@pytest.mark.parametrize("use", ["member", "person", "attendance", None])
def test_only_an_organisation_that_nothing_refers_to_is_erased(app: Flask, group: Group, use: str | None) -> None:
    body = factories.organisation()
    if use == "member":
        factories.membership(group, None, body, until_on=date(2020, 1, 1))
    elif use == "person":
        factories.person(organisation=body)
    elif use == "attendance":
        db.session.add(Attendance(meeting=factories.meeting(groups=[group]), organisation=body))
    answer = send(administrator(app), "/en/organisations/1/erase")
    assert (answer.status_code, len(stored())) == ((409, 1) if use else (303, 0))

"""Names of members: the group reads them, the public only with consent, and another group is the public."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.action import Action
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.traits import Audience
from tests import factories
from tests.visitors import administrator, manager_of, member_of, observer_of

HIDDEN, OPEN, SILENT = "Anna Klusiņa", "Jānis Atklātais", "Biedrība Klusums"


@pytest.fixture
def readers(app: Flask) -> dict[str, FlaskClient]:
    """Return visitors who stand nearer and nearer to a group with two members, one of whom agreed to be named."""
    group: Group = factories.group(slug="kekava")
    other = factories.group("Cita grupa", slug="cita")
    hidden, open_ = (factories.person(name, name_is_public=name == OPEN) for name in (HIDDEN, OPEN))
    held = factories.meeting("Vīzija", slug="vizija", groups=[group], starts_on=date(2026, 12, 1))
    db.session.flush()
    item = factories.agenda_item(held, "Ceļi")
    item.presenters = [factories.speaker(held, hidden), factories.speaker(held, open_, position=2)]
    silent = Organisation(name_lv=SILENT)
    db.session.add(silent)
    db.session.flush()
    db.session.add_all(
        [
            Membership(group_id=group.id, person_id=hidden.id, organisation_id=silent.id, organisation_is_public=False),
            Membership(group_id=group.id, person_id=open_.id),
            Action(meeting_id=held.id, text_lv="Uzmērīt ielu", person_id=hidden.id, is_published=True),
        ]
    )
    db.session.commit()
    return {
        "public": app.test_client(use_cookies=False),
        "stranger": manager_of(app, other),
        "observer": observer_of(app, group),
        "member": member_of(app, group),
        "manager": manager_of(app, group),
        "administrator": administrator(app),
    }


@pytest.mark.parametrize("address", ["/sanaksmes/vizija", "/grupas/kekava"])
def test_the_group_reads_all_names_and_others_those_that_agreed(readers: dict[str, FlaskClient], address: str) -> None:
    pages = {reader: client.get(address).text for reader, client in readers.items()}
    assert {reader for reader, page in pages.items() if HIDDEN in page} == {
        "observer",
        "member",
        "manager",
        "administrator",
    }
    assert {reader for reader, page in pages.items() if OPEN in page} == set(readers)


def test_an_organisation_that_stands_back_is_named_to_the_group_alone(readers: dict[str, FlaskClient]) -> None:
    pages = {reader: client.get("/grupas/kekava").text for reader, client in readers.items()}
    assert {reader for reader, page in pages.items() if SILENT in page} == set(readers) - {"public", "stranger"}


def test_a_hidden_group_that_is_a_member_is_named_to_its_own_alone(app: Flask, readers: dict[str, FlaskClient]) -> None:
    kekava = db.session.scalars(select(Group).where(Group.slug == "kekava")).one()
    hidden, seen = factories.group("Slēptā grupa", audience=Audience.MEMBERS), factories.group("Redzamā grupa")
    db.session.add_all([Membership(group=kekava, member_group=one) for one in (hidden, seen)])
    db.session.commit()
    pages = {
        "public": readers["public"].get("/grupas/kekava").text,
        "its own": member_of(app, hidden).get("/grupas/kekava").text,
    }
    assert {reader for reader, page in pages.items() if "Slēptā grupa" in page} == {"its own"}
    assert {reader for reader, page in pages.items() if "Redzamā grupa" in page} == {"public", "its own"}


def test_no_list_or_feed_for_everyone_names_who_did_not_agree(readers: dict[str, FlaskClient]) -> None:
    for address in ("/", "/kalendari/visi.ics", "/kalendars", "/jaunumi.atom"):
        assert "Klusiņa" not in readers["member"].get(address).text
    found = {reader for reader, client in readers.items() if "Klusiņa" in client.get("/meklet?q=klusina").text}
    assert found == {"observer", "member", "manager", "administrator"}

"""An administrator puts groups on record, their managers keep them true, and nothing with a past is lost."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from lag_tracker.database import db
from lag_tracker.models.group import Group, GroupKind
from lag_tracker.models.traits import Audience
from tests import factories
from tests.reading import facts, links, texts
from tests.visitors import administrator, form_of, manager_of, member_of, send


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


def test_an_administrator_founds_a_group_with_all_that_it_belongs_to(app: Flask) -> None:
    owner, network = factories.municipality(), factories.network()
    chief = administrator(app)
    answer = send(
        chief,
        "/grupas/jauna",
        name_lv="Ķekavas novada vietējā rīcības grupa",
        kind="leader_lag",
        municipality_id=str(owner.id),
        networks=[str(network.id)],
        contact_email="Dome@Kekava.example",
        tasks_lv="Izstrādāt plānu\nĪstenot plānu",
        formed_on="2.3.2020.",
    )
    assert (answer.status_code, answer.location) == (303, "/grupas/kekavas-novada-vieteja-ricibas-grupa")
    page = chief.get(answer.location).text
    assert "Grupa ir pievienota." in page
    assert facts(page) == {
        "Veids": "LEADER vietējā rīcības grupa",
        "Pašvaldība": "Ķekavas novads",
        "Tīkls": "Cities4CSR",
        "Izveidota": "2020. gada 2. marts",
        "Uzdevumi": "Izstrādāt plānuĪstenot plānu",
    }
    made = db.session.scalars(select(Group)).one()
    assert (made.kind, made.audience, made.contact_email) == (
        GroupKind.LEADER_LAG,
        Audience.PUBLIC,
        "Dome@kekava.example",
    )


def test_a_group_needs_a_name_and_a_likely_life(app: Flask) -> None:
    answer = send(
        administrator(app), "/en/groups/new", formed_on="2020-03-02", dissolved_on="2019-03-02", summary_en="Kept"
    )
    assert answer.status_code == 422
    assert links(answer.text) | {"Groups": "", "Start": "", "Cancel": ""} == {
        "Groups": "",
        "Start": "",
        "Cancel": "",
        "Enter the name in Latvian or in English.": "#name_lv",
        "The group cannot be dissolved before it was formed; check the two days.": "#dissolved_on",
    }
    assert form_of(answer)["summary_en"] == ["Kept"]
    assert db.session.scalars(select(Group)).all() == []


def test_a_manager_changes_what_is_said_about_the_group_and_not_what_it_belongs_to(app: Flask, group: Group) -> None:
    owner, network = factories.municipality(), factories.network()
    manager = manager_of(app, group)
    answer = send(
        manager,
        "/grupas/kekava/labot",
        name_lv="Jaunais vārds",
        audience="members",
        municipality_id=str(owner.id),
        networks=[str(network.id)],
    )
    assert (answer.status_code, answer.location) == (303, "/grupas/kekava")
    db.session.expire_all()
    kept = db.session.get_one(Group, group.id)
    assert (kept.name_lv, kept.audience, kept.slug, kept.municipality_id) == (
        "Jaunais vārds",
        Audience.MEMBERS,
        "kekava",
        None,
    )
    assert "networks" not in form_of(manager.get("/grupas/kekava/labot"))


def test_a_group_that_becomes_hidden_is_hidden_at_once(app: Flask, group: Group) -> None:
    manager, public = manager_of(app, group), app.test_client(use_cookies=False)
    assert public.get("/grupas/kekava").status_code == 200
    send(manager, "/grupas/kekava/labot", audience="managers")
    assert public.get("/grupas/kekava").status_code == 404
    assert "Ķekavas" not in public.get("/grupas").text


def test_no_group_becomes_part_of_itself(app: Flask, group: Group) -> None:
    core = factories.group("Kodols", slug="kodols", parent=group)
    other = factories.group("Cita", slug="cita")
    chief = administrator(app)
    page = chief.get("/en/groups/kekava/edit")
    assert form_of(page)["parent_id"] == [""]
    for circle in (group, core):
        answer = send(chief, "/en/groups/kekava/edit", parent_id=str(circle.id))
        assert answer.status_code == 422
        assert "Choose one of the list." in answer.text
    assert send(chief, "/en/groups/kekava/edit", parent_id=str(other.id)).status_code == 303
    assert send(chief, "/en/groups/cita/edit", parent_id=str(group.id)).status_code == 422


def test_a_change_of_networks_alone_is_seen_by_the_second_writer(app: Flask, group: Group) -> None:
    network = factories.network()
    chief = administrator(app)
    page = chief.get("/en/groups/kekava/edit")
    assert send(chief, "/en/groups/kekava/edit", networks=[str(network.id)]).status_code == 303
    answer = send(chief, "/en/groups/kekava/edit", page=page, name_en="Second")
    assert answer.status_code == 409
    assert (form_of(answer)["name_en"], form_of(answer)["networks"]) == (["Second"], [str(network.id)])


def test_an_archived_group_leaves_the_lists_and_keeps_its_page(app: Flask, group: Group) -> None:
    manager, public = manager_of(app, group), app.test_client(use_cookies=False)
    assert send(manager, "/en/groups/kekava/archive").location == "/en/groups/kekava"
    assert "This group is archived." in public.get("/en/groups/kekava").text
    assert "Ķekavas" not in public.get("/en/groups").text
    assert "Ķekavas" in manager.get("/en/groups").text
    send(manager, "/en/groups/kekava/archive")
    assert "Ķekavas" in public.get("/en/groups").text


def test_a_group_that_never_met_is_erased(app: Flask, group: Group) -> None:
    factories.topic(group)
    factories.group("Kodols", slug="kodols", parent=group)
    chief, number = administrator(app), group.id
    assert send(chief, "/grupas/kekava/dzest").location == "/grupas"
    assert [(one.slug, one.parent_id) for one in db.session.scalars(select(Group))] == [("kodols", None)]
    assert f"Group {number} – erased" in texts(chief.get("/en/changes").text, "p")


def test_a_group_with_a_meeting_is_not_erased_and_says_why(app: Flask, group: Group) -> None:
    factories.meeting(groups=[group], starts_on=date(2020, 1, 1))
    answer = send(administrator(app), "/en/groups/kekava/erase")
    assert answer.status_code == 409
    assert "The group has meetings on record, so it cannot be erased." in answer.text
    assert db.session.get(Group, group.id) is not None


def test_the_database_itself_keeps_a_group_that_has_met(group: Group) -> None:
    factories.meeting(groups=[group])
    db.session.commit()
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        db.session.execute(delete(Group))
    db.session.rollback()
    assert db.session.scalars(select(Group)).all() == [group]


def test_the_way_to_edit_is_shown_to_whom_it_opens(app: Flask, group: Group) -> None:
    chief, manager, member = administrator(app), manager_of(app, group), member_of(app, group)
    shown = ["Edit" in links(client.get("/en/groups/kekava").text) for client in (chief, manager, member)]
    assert shown == [True, True, False]
    assert ["New group" in links(client.get("/en/groups").text) for client in (chief, manager)] == [True, False]

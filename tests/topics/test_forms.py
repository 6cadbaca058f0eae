"""Managers write about topics; nobody else does, and nothing typed is lost."""

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update

from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Role, SignIn
from lag_tracker.models.group import Group
from lag_tracker.models.topic import Topic, TopicState
from tests import factories
from tests.reading import links, texts
from tests.visitors import administrator, form_of, manager_of, member_of, send, send_at_once, signed_in


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


def stored() -> list[tuple[str | None, str | None, TopicState]]:
    db.session.expire_all()
    return [(one.title_lv, one.title_en, one.state) for one in db.session.scalars(select(Topic).order_by(Topic.id))]


def test_a_manager_gives_the_group_a_topic(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    answer = send(manager, "/grupas/kekava/temati/jauns", title_lv="  Droši   ceļi uz skolu ")
    assert (answer.status_code, answer.location) == (303, "/temati/drosi-celi-uz-skolu")
    assert "Temats ir pievienots." in manager.get(answer.location).text
    assert stored() == [("Droši ceļi uz skolu", None, TopicState.OPEN)]


def test_a_topic_without_a_title_is_refused_and_the_rest_is_kept(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    answer = send(manager, "/en/groups/kekava/topics/new", summary_lv="Par ceļiem <b>")
    assert answer.status_code == 422
    assert "Error: New topic" in answer.text
    assert form_of(answer)["summary_lv"] == ["Par ceļiem <b>"]
    assert answer.text.count("Enter the title in Latvian or in English.") == 2
    assert stored() == []


def test_a_manager_changes_a_topic(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    topic = factories.topic(group, "Velo", slug="velo")
    db.session.commit()
    answer = send(manager, "/temati/velo/labot", title_en="Cycling", state="closed")
    assert (answer.status_code, answer.location) == (303, "/temati/velo")
    assert stored() == [("Velo", "Cycling", TopicState.CLOSED)]
    assert topic.slug == "velo"


def test_a_choice_that_there_is_not_is_refused(app: Flask, group: Group) -> None:
    answer = send(manager_of(app, group), "/en/groups/kekava/topics/new", title_lv="Velo", state="burnt")
    assert answer.status_code == 422
    assert "Choose one of the list." in answer.text
    assert stored() == []


def test_the_second_of_two_managers_sees_both_versions_and_chooses(app: Flask, group: Group) -> None:
    first, second = manager_of(app, group), manager_of(app, group)
    factories.topic(group, "Velo", slug="velo")
    db.session.commit()
    page = second.get("/en/topics/velo/edit")
    send(first, "/en/topics/velo/edit", title_lv="Velosipēdi", summary_lv="Pirmā")
    answer = send(second, "/en/topics/velo/edit", page=page, title_lv="Riteņi", title_en="Bicycles")
    assert answer.status_code == 409
    assert stored() == [("Velosipēdi", None, TopicState.OPEN)]
    assert texts(answer.text, "blockquote") == ["Velosipēdi"]
    assert (form_of(answer)["title_lv"], form_of(answer)["summary_lv"]) == (["Riteņi"], ["Pirmā"])
    kept = send(second, "/en/topics/velo/edit", page=answer, take_saved=["title_lv"])
    assert kept.status_code == 303
    assert stored() == [("Velosipēdi", "Bicycles", TopicState.OPEN)]


def test_a_double_click_makes_one_topic(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    page = manager.get("/grupas/kekava/temati/jauns")
    answers = [send(manager, "/grupas/kekava/temati/jauns", page=page, title_lv="Velo") for _ in range(2)]
    assert [answer.location for answer in answers] == ["/temati/velo", "/temati/velo"]
    assert stored() == [("Velo", None, TopicState.OPEN)]


def test_two_topics_of_one_name_have_addresses_of_their_own(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    answers = [send(manager, "/grupas/kekava/temati/jauns", title_lv="Jauns") for _ in range(2)]
    assert [answer.location for answer in answers] == ["/temati/jauns-2", "/temati/jauns-3"]


def test_topics_of_one_name_that_are_added_at_once_have_them_too(app: Flask, group: Group) -> None:
    address = "/grupas/kekava/temati/jauns"
    managers = [manager_of(app, group) for _ in range(4)]
    forms = [(one, address, form_of(one.get(address)) | {"title_lv": ["Velo"]}) for one in managers]
    assert send_at_once(*forms) == [303] * 4
    assert sorted(db.session.scalars(select(Topic.slug))) == ["velo", "velo-2", "velo-3", "velo-4"]


def test_an_archived_topic_keeps_its_page_and_leaves_the_list(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    factories.topic(group, "Velo", slug="velo")
    db.session.commit()
    assert send(manager, "/en/topics/velo/archive").location == "/en/topics/velo"
    page = manager.get("/en/topics").text
    assert (texts(page, "h2")[0], links(page)["Velo"]) == ("Archived topics", "/en/topics/velo")
    others = (member_of(app, group), manager_of(app, factories.group("Cita grupa")))
    assert not any("Velo" in one.get("/en/topics").text for one in others)
    assert manager.get("/en/topics/velo").status_code == 200
    assert send(manager, "/en/topics/velo/archive").status_code == 303
    assert texts(manager.get("/en/topics").text, "h2") == ["Ķekavas vietējā rīcības grupa"]


def test_only_an_administrator_erases_a_topic(app: Flask, group: Group) -> None:
    manager, chief = manager_of(app, group), administrator(app)
    factories.topic(group, "Velo", slug="velo")
    db.session.commit()
    assert manager.get("/temati/velo/dzest").status_code == 404
    assert send(chief, "/temati/velo/dzest").location == "/temati"
    assert stored() == []


@pytest.mark.parametrize("address", ["/grupas/kekava/temati/jauns", "/temati/velo/labot", "/temati/velo/arhivs"])
def test_nobody_but_the_groups_managers_opens_its_forms(app: Flask, group: Group, address: str) -> None:
    other = factories.group("Cita grupa")
    factories.topic(group, "Velo", slug="velo")
    stranger, member, manager = manager_of(app, other), member_of(app, group), manager_of(app, group)
    assert [client.get(address).status_code for client in (stranger, member, manager)] == [404, 404, 200]
    assert [client.post(address).status_code for client in (stranger, member)] == [404, 404]
    assert app.test_client(use_cookies=False).get(address).location == f"/pieteikties?next={address}"


def test_a_form_without_its_token_changes_nothing(app: Flask, group: Group) -> None:
    answer = send(manager_of(app, group), "/grupas/kekava/temati/jauns", title_lv="Velo", csrf_token="x")
    assert answer.status_code == 409
    assert form_of(answer)["title_lv"] == ["Velo"]
    assert stored() == []


def test_a_form_that_another_site_sends_is_refused(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    fields = form_of(manager.get("/grupas/kekava/temati/jauns")) | {"title_lv": ["Velo"]}
    for header in ({"Origin": "https://cits.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert manager.post("/grupas/kekava/temati/jauns", data=fields, headers=header).status_code == 400
    assert stored() == []


def test_what_was_typed_when_the_session_ended_is_there_after_signing_in(app: Flask, group: Group) -> None:
    account = factories.account(roles={group: Role.MANAGER})
    manager = signed_in(app, account)
    page = manager.get("/en/groups/kekava/topics/new")
    db.session.execute(update(SignIn).values(ended_at=utc_now()))
    db.session.commit()
    answer = send(manager, "/en/groups/kekava/topics/new", page=page, title_lv="Velo", state="closed")
    assert answer.status_code == 401
    way_back = parse_qs(urlsplit(links(answer.text)["Sign in"]).query)["next"][0]
    again = signed_in(app, account)
    kept = form_of(again.get(way_back))
    assert (kept["title_lv"], kept["state"]) == (["Velo"], ["closed"])
    assert send(again, way_back).location == "/en/topics/velo"


def test_a_draft_is_shown_to_nobody_else(app: Flask, group: Group) -> None:
    manager, other = manager_of(app, group), manager_of(app, group)
    page = manager.get("/grupas/kekava/temati/jauns")
    db.session.execute(update(SignIn).values(ended_at=utc_now()).where(SignIn.id == 1))
    db.session.commit()
    send(manager, "/grupas/kekava/temati/jauns", page=page, title_lv="Slepeni")
    assert form_of(other.get("/grupas/kekava/temati/jauns?draft=1"))["title_lv"] == [""]

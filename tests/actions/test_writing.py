"""Managers write down what is to be done, and say with one click how far it is."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.action import Action, ActionState
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import Meeting, MeetingState, MinutesState
from lag_tracker.models.traits import Audience
from tests import factories
from tests.reading import texts
from tests.visitors import form_of, manager_of, member_of, send

PAGE = "/en/meetings/vizija/actions"
NEW = -1


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def manager(app: Flask, group: Group) -> FlaskClient:
    return manager_of(app, group)


@pytest.fixture
def meeting(group: Group) -> Meeting:
    made: Meeting = factories.meeting("Vīzija", slug="vizija", groups=[group], starts_on=date(2020, 11, 10))
    db.session.commit()
    return made


@pytest.fixture
def action(meeting: Meeting) -> Action:
    made = Action(meeting=meeting, text_lv="Uzrakstīt domei")
    db.session.add(made)
    db.session.commit()
    return made


def test_an_action_says_what_who_and_by_when(group: Group, manager: FlaskClient, meeting: Meeting) -> None:
    member = Membership(group=group, person=factories.person("Anna Bērziņa"))
    db.session.add(member)
    db.session.commit()
    who = str(member.person_id)
    send(manager, PAGE, number=NEW, text="Write to the council", person_id=who, due_on="2020-12-01")
    send(manager, "/sanaksmes/vizija/uzdevumi", number=NEW, text="Uzzīmēt karti", responsible="Būvvalde")
    found = db.session.scalars(select(Action).order_by(Action.id)).all()
    assert [(one.text, one.person_id, one.responsible, one.due_on) for one in found] == [
        ((None, "Write to the council"), member.person_id, None, date(2020, 12, 1)),
        (("Uzzīmēt karti", None), None, "Būvvalde", None),
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": " "}, "Say what is to be done."),
        ({"text": "x", "person_id": "99"}, "Choose one of the list."),
        ({"text": "x", "due_on": "soon"}, "Enter a day such as 15.03.2027."),
    ],
)
def test_each_mistake_is_named(manager: FlaskClient, meeting: Meeting, typed: dict[str, Any], sentence: str) -> None:
    answer = send(manager, PAGE, number=NEW, **typed)
    assert answer.status_code == 422
    assert sentence in texts(answer.text, "a", within="main")
    assert db.session.scalars(select(Action)).all() == []


def test_a_person_or_words_answer_for_it_not_both(group: Group, manager: FlaskClient, action: Action) -> None:
    member = Membership(group=group, person=factories.person("Anna"))
    db.session.add(member)
    db.session.commit()
    both: dict[str, Any] = {"person_id": str(member.person_id), "responsible": "Dome"}
    for answer in (
        send(manager, f"{PAGE}/{action.id}", **both),
        send(manager, PAGE, number=NEW, text="x", **both),
    ):
        assert answer.status_code == 422
        assert "Choose a person, or say in words who does it, not both." in answer.text


def test_every_field_can_be_changed(
    app: Flask, group: Group, manager: FlaskClient, meeting: Meeting, action: Action
) -> None:
    decision, initiative = factories.decision(meeting, "Uzsākt", number=3), factories.initiative(group)
    db.session.commit()
    assert f"3/{meeting.starts_on:%Y}. Uzsākt" in texts(manager.get(f"{PAGE}/{action.id}").text, "option")
    typed: dict[str, Any] = {
        "text_en": "Write",
        "responsible": "Dome",
        "due_on": "2020-12-24",
        "state": "dropped",
        "audience": "members",
        "decision_id": str(decision.id),
        "initiative_id": str(initiative.id),
    }
    assert send(manager, f"{PAGE}/{action.id}", **typed).location == PAGE
    db.session.refresh(action)
    action.is_published = True
    db.session.commit()
    assert (action.text, action.responsible, action.due_on) == (
        ("Uzrakstīt domei", "Write"),
        "Dome",
        date(2020, 12, 24),
    )
    assert (action.state, action.audience) == (ActionState.DROPPED, Audience.MEMBERS)
    assert (action.decision_id, action.initiative_id) == (decision.id, initiative.id)
    visitor, member = app.test_client(use_cookies=False), member_of(app, group)
    assert ["Uzrakstīt" in one.get("/sanaksmes/vizija").text for one in (visitor, member)] == [False, True]


@pytest.mark.parametrize(
    ("minutes", "readers"),
    [
        (MinutesState.NONE, {"manager"}),
        (MinutesState.DRAFT, {"manager"}),
        (MinutesState.IN_REVIEW, {"manager", "member"}),
        (MinutesState.APPROVED, {"manager", "member", "public", "program"}),
    ],
)
def test_an_action_comes_out_with_the_minutes(
    app: Flask, manager: FlaskClient, meeting: Meeting, minutes: MinutesState, readers: set[str]
) -> None:
    meeting.state = MeetingState.HELD
    if minutes is not MinutesState.APPROVED:
        meeting.minutes_state = minutes
    db.session.commit()
    send(manager, PAGE, number=NEW, text="Slepenais darbs", responsible="Slepenā sabiedrība")
    if minutes is MinutesState.APPROVED:
        page = "/en/meetings/vizija/minutes"
        manager.post(f"{page}/state", data=form_of(manager.get(page)) | {"state": [minutes.value]})
    visitor = app.test_client(use_cookies=False)
    read = {
        "manager": manager.get("/sanaksmes/vizija").text,
        "member": member_of(app, db.session.scalars(select(Group)).one()).get("/sanaksmes/vizija").text,
        "public": visitor.get("/sanaksmes/vizija").text,
        "program": visitor.get("/api/v1/meetings/vizija").text,
    }
    assert {reader for reader, text in read.items() if "Slepenais darbs" in text} == readers
    assert {reader for reader, text in read.items() if "Slepenā sabiedrība" in text} == readers & {"manager", "member"}


def test_words_that_say_who_does_it_are_for_everyone_where_that_is_ticked(
    app: Flask, manager: FlaskClient, meeting: Meeting
) -> None:
    meeting.state, meeting.minutes_state = MeetingState.HELD, MinutesState.APPROVED
    db.session.commit()
    send(manager, PAGE, number=NEW, text="x", responsible="Būvvalde", responsible_is_public="y")
    send(manager, PAGE, number=NEW, text="x", responsible="SIA Noslēpums")
    page = app.test_client(use_cookies=False).get("/sanaksmes/vizija").text
    assert [words in page for words in ("Būvvalde", "SIA Noslēpums")] == [True, False]
    first = db.session.scalars(select(Action).order_by(Action.id)).first()
    assert first is not None
    send(manager, f"{PAGE}/{first.id}", responsible_is_public=None)
    assert "Būvvalde" not in app.test_client(use_cookies=False).get("/sanaksmes/vizija").text


def test_managers_see_which_actions_are_not_public_yet(manager: FlaskClient, meeting: Meeting, action: Action) -> None:
    meeting.state = MeetingState.HELD
    db.session.commit()
    for page in (PAGE, "/en/meetings/vizija"):
        assert "not public yet" in manager.get(page).text
    action.is_published = True
    db.session.commit()
    for page in (PAGE, "/en/meetings/vizija"):
        assert "not public yet" not in manager.get(page).text


def test_one_click_says_how_far_it_is(manager: FlaskClient, action: Action) -> None:
    for state in ("in_progress", "done", "open"):
        page = manager.get(PAGE)
        answer = manager.post(f"{PAGE}/{action.id}/state", data=form_of(page) | {"state": [state]})
        assert (answer.status_code, answer.location) == (303, f"{PAGE}?at={action.id}")
        db.session.refresh(action)
        assert action.state.value == state
    page = manager.get(PAGE)
    assert manager.post(f"{PAGE}/{action.id}/state", data=form_of(page) | {"state": ["x"]}).status_code == 400


def test_a_deleted_action_is_gone(manager: FlaskClient, action: Action) -> None:
    assert send(manager, f"{PAGE}/{action.id}/remove").location == PAGE
    assert db.session.scalars(select(Action)).all() == []


def test_an_action_of_another_meeting_is_not_found(group: Group, manager: FlaskClient, meeting: Meeting) -> None:
    other = Action(meeting=factories.meeting(groups=[group], slug="cita"), text_lv="x")
    db.session.add(other)
    db.session.commit()
    assert [manager.get(f"{PAGE}/{other.id}{end}").status_code for end in ("", "/remove")] == [404, 404]
    assert manager.post(f"{PAGE}/{other.id}/state").status_code == 404

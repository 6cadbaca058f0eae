"""Managers write down what was decided; who may read it depends on the minutes."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.decision import Decision, DecisionMethod
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingState, MinutesState
from lag_tracker.web.clock import today
from tests import factories
from tests.reading import texts
from tests.visitors import form_of, manager_of, member_of, send, send_at_once

PAGE = "/en/meetings/vizija/decisions"
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
    made: Meeting = factories.meeting(
        "Vīzija", slug="vizija", groups=[group], starts_on=date(2020, 11, 10), state=MeetingState.HELD
    )
    db.session.commit()
    return made


@pytest.fixture
def decision(meeting: Meeting) -> Decision:
    made: Decision = factories.decision(meeting, "Uzsākt izpēti.", number=3, published_on=None)
    db.session.commit()
    return made


def stored() -> list[tuple[int | None, str | None, date | None]]:
    db.session.expire_all()
    found = db.session.scalars(select(Decision).order_by(Decision.id))
    return [(one.number, one.text_lv or one.text_en, one.published_on) for one in found]


def test_decisions_are_added_as_lines(manager: FlaskClient, meeting: Meeting) -> None:
    answer = send(manager, PAGE, number=NEW, decisions="One.\nTwo.")
    assert (answer.status_code, answer.location) == (303, PAGE)
    send(manager, "/sanaksmes/vizija/lemumi", number=NEW, decisions="Trīs.", publish="y")
    assert [(number, text) for number, text, _ in stored()] == [(1, "One."), (2, "Two."), (3, "Trīs.")]
    assert [day is not None for _, _, day in stored()] == [False, False, True]


def test_what_is_added_to_approved_minutes_is_public_at_once(manager: FlaskClient, meeting: Meeting) -> None:
    meeting.minutes_state = MinutesState.APPROVED
    db.session.commit()
    send(manager, PAGE, number=NEW, decisions="One.")
    assert [day is not None for _, _, day in stored()] == [True]


def test_every_field_of_a_decision_can_be_changed(
    app: Flask, group: Group, manager: FlaskClient, meeting: Meeting, decision: Decision
) -> None:
    item, topic, initiative = factories.agenda_item(meeting), factories.topic(group), factories.initiative(group)
    db.session.commit()
    typed: dict[str, Any] = {
        "text_en": "Begin.",
        "method": "vote",
        "votes_for": "9",
        "votes_against": "0",
        "votes_abstained": "1",
        "agenda_item_id": str(item.id),
        "topic_id": str(topic.id),
        "initiative_id": str(initiative.id),
        "is_public": "y",
    }
    answer = send(manager, f"{PAGE}/{decision.id}", **typed)
    assert (answer.status_code, answer.location) == (303, PAGE)
    db.session.refresh(decision)
    assert (decision.text, decision.method) == (("Uzsākt izpēti.", "Begin."), DecisionMethod.VOTE)
    assert (decision.votes_for, decision.votes_against, decision.votes_abstained) == (9, 0, 1)
    assert (decision.agenda_item_id, decision.topic_id, decision.initiative_id) == (item.id, topic.id, initiative.id)
    with app.test_request_context():
        assert decision.published_on == today()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text_lv": ""}, "Write down what was decided."),
        ({"votes_for": "9"}, "Votes are counted only where it was decided by vote."),
        ({"method": "consensus", "votes_abstained": "1"}, "Votes are counted only where it was decided by vote."),
        ({"votes_for": "-9", "method": "vote"}, "Enter a whole number from 0 to 100000."),
        ({"agenda_item_id": "99"}, "Choose one of the list."),
    ],
)
def test_each_mistake_is_named_and_nothing_is_changed(
    manager: FlaskClient, decision: Decision, typed: dict[str, Any], sentence: str
) -> None:
    answer = send(manager, f"{PAGE}/{decision.id}", is_public="y", **typed)
    assert answer.status_code == 422
    assert sentence in texts(answer.text, "a", within="main")
    assert form_of(answer)["is_public"] == ["y"]
    assert stored() == [(3, "Uzsākt izpēti.", None)]


def test_two_decisions_of_a_year_bear_no_same_number(
    group: Group, manager: FlaskClient, meeting: Meeting, decision: Decision
) -> None:
    factories.decision(factories.meeting(groups=[group], starts_on=date(2020, 1, 1)), number=4)
    factories.decision(factories.meeting(groups=[group], starts_on=date(2019, 1, 1)), number=5)
    db.session.commit()
    page = manager.get(f"{PAGE}/{decision.id}")
    for number, status in (("4", 422), ("5", 303)):
        fields = form_of(page) | {"number": [number]}
        assert manager.post(f"{PAGE}/{decision.id}", data=fields).status_code == status


def test_of_those_who_give_the_same_number_at_once_one_does(app: Flask, group: Group, meeting: Meeting) -> None:
    found = [factories.decision(meeting, number=number) for number in range(1, 5)]
    db.session.commit()
    addresses = [f"{PAGE}/{one.id}" for one in found]
    managers = [manager_of(app, group) for _ in addresses]
    forms = [
        form_of(manager.get(address)) | {"number": ["9"]} for manager, address in zip(managers, addresses, strict=True)
    ]
    answers = send_at_once(*zip(managers, addresses, forms, strict=True))
    assert answers == [303, 422, 422, 422]
    assert [number for number, _, _ in stored()].count(9) == 1


def test_unpublished_decisions_are_read_by_those_who_may(
    app: Flask, group: Group, manager: FlaskClient, meeting: Meeting, decision: Decision
) -> None:
    visitor, member = app.test_client(use_cookies=False), member_of(app, group)

    def readers() -> list[bool]:
        pages = [client.get("/sanaksmes/vizija").text for client in (visitor, member, manager)]
        return ["Uzsākt izpēti." in page for page in pages]

    assert readers() == [False, False, True]
    assert texts(manager.get("/en/meetings/vizija").text, "span", css_class="badge--draft") == ["not public yet"]
    meeting.minutes_state = MinutesState.IN_REVIEW
    db.session.commit()
    assert readers() == [False, True, True]
    send(manager, f"{PAGE}/{decision.id}", is_public="y")
    assert readers() == [True, True, True]
    assert texts(manager.get("/en/meetings/vizija").text, "span", css_class="badge--draft") == []
    send(manager, f"{PAGE}/{decision.id}", is_public=None)
    assert readers() == [False, True, True]


def test_a_decision_of_approved_minutes_stays_public(
    manager: FlaskClient, meeting: Meeting, decision: Decision
) -> None:
    meeting.minutes_state, decision.published_on = MinutesState.APPROVED, date(2020, 12, 1)
    db.session.commit()
    answer = send(manager, f"{PAGE}/{decision.id}", is_public=None)
    assert "The minutes are approved, so everyone may read their decisions." in answer.text
    assert send(manager, f"{PAGE}/{decision.id}", text_en="Begin.").status_code == 303
    assert stored() == [(3, "Uzsākt izpēti.", date(2020, 12, 1))]


def test_a_deleted_decision_is_gone(manager: FlaskClient, decision: Decision) -> None:
    assert send(manager, f"{PAGE}/{decision.id}/remove").location == PAGE
    assert stored() == []


def test_a_decision_of_another_meeting_is_not_found(group: Group, manager: FlaskClient, meeting: Meeting) -> None:
    other = factories.decision(factories.meeting(groups=[group], slug="cita"))
    db.session.commit()
    assert [manager.get(f"{PAGE}/{other.id}{end}").status_code for end in ("", "/remove")] == [404, 404]

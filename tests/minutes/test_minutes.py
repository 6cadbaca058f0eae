"""Minutes come from a draft through review to approval, which publishes the decisions."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.minutes.operations import MOVES
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingState, MinutesState
from lag_tracker.models.traits import Audience
from lag_tracker.web.clock import today
from tests import factories
from tests.reading import texts
from tests.visitors import form_of, manager_of, member_of, send, send_at_once

PAGE = "/en/meetings/vizija/minutes"
TEXT = -1


@pytest.fixture
def manager(app: Flask, group: Group) -> FlaskClient:
    return manager_of(app, group)


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def meeting(group: Group) -> Meeting:
    made: Meeting = factories.meeting(
        "Vīzija", slug="vizija", groups=[group], starts_on=date(2020, 11, 10), state=MeetingState.HELD
    )
    factories.decision(made, "Agrāk", published_on=date(2020, 12, 1))
    factories.decision(made, "Tagad", published_on=None)
    db.session.commit()
    return made


def turn(manager: FlaskClient, state: str) -> int:
    """Press the button that brings the minutes to a state; return the status of the answer."""
    fields = form_of(manager.get(PAGE)) | {"state": [state]}
    return manager.post(f"{PAGE}/state", data=fields).status_code


def test_approval_publishes_what_was_not_public_yet(app: Flask, manager: FlaskClient, meeting: Meeting) -> None:
    assert "1 decision becomes public with the approval." in manager.get(PAGE).text
    assert turn(manager, "in_review") == 303
    assert "Members of the group can read them and the decisions now." in manager.get(PAGE).text
    assert turn(manager, "approved") == 303
    said = "The minutes are approved. All who may see the meeting can read them and the decisions now."
    assert said in manager.get(PAGE).text
    db.session.refresh(meeting)
    assert meeting.minutes_state is MinutesState.APPROVED
    with app.test_request_context():
        days = [date(2020, 12, 1), today()]
    assert db.session.scalars(select(Decision.published_on).order_by(Decision.id)).all() == days
    assert "Tagad" in app.test_client(use_cookies=False).get("/sanaksmes/vizija").text


def test_what_approval_brings_out_is_counted_beforehand(manager: FlaskClient, meeting: Meeting) -> None:
    for audience in (Audience.PUBLIC, Audience.PUBLIC, Audience.MEMBERS):
        factories.action(meeting, "Uzmērīt ielu", audience=audience, is_published=False)
    factories.action(meeting, "Atklāts", is_published=True)
    db.session.commit()
    assert [
        words for words in texts(manager.get(PAGE).text, "li", within="main") if "approval" in words or "then" in words
    ] == [
        "1 decision becomes public with the approval.",
        "2 actions become public with the approval.",
        "1 action that is not for everyone is then shown to those whom it is for.",
    ]
    turn(manager, "approved")
    assert "with the approval" not in manager.get(PAGE).text


@pytest.mark.parametrize("state", MinutesState)
@pytest.mark.parametrize("wanted", MinutesState)
def test_minutes_come_only_to_states_that_may_follow(
    manager: FlaskClient, meeting: Meeting, state: MinutesState, wanted: MinutesState
) -> None:
    meeting.minutes_state = state
    db.session.commit()
    may = wanted in MOVES[state]
    assert turn(manager, wanted.value) == (303 if may else 409)
    db.session.refresh(meeting)
    assert meeting.minutes_state is (wanted if may else state)


def test_a_state_that_there_is_not_is_refused(manager: FlaskClient, meeting: Meeting) -> None:
    assert turn(manager, "burnt") == 400


def test_text_makes_a_draft_that_members_read_in_review_and_everyone_when_approved(
    app: Flask, group: Group, manager: FlaskClient, meeting: Meeting
) -> None:
    assert send(manager, PAGE, number=TEXT, outcome_lv="Vienojās.\n\nTurpinās.").status_code == 303
    db.session.refresh(meeting)
    assert meeting.minutes_state is MinutesState.DRAFT
    readers = (app.test_client(use_cookies=False), member_of(app, factories.group()), member_of(app, group), manager)

    def read() -> list[bool]:
        return ["<p>Turpinās.</p>" in reader.get("/sanaksmes/vizija").text for reader in readers]

    def is_told() -> list[bool]:
        api = readers[0].get("/api/v1/meetings/vizija").text, readers[0].get("/meklet?q=turpin").text
        return ["Turpinās" in text for text in api]

    assert (read(), is_told()) == ([False, False, False, True], [False, False])
    turn(manager, "in_review")
    assert (read(), is_told()) == ([False, False, True, True], [False, False])
    turn(manager, "approved")
    assert (read(), is_told()) == ([True] * 4, [True, True])


def test_what_stood_there_without_minutes_stays_public(app: Flask, manager: FlaskClient, meeting: Meeting) -> None:
    meeting.outcome_lv = "Vienojas."
    db.session.commit()
    assert "Everyone who may see the meeting reads this at once." in manager.get(PAGE).text
    send(manager, PAGE, number=TEXT, outcome_lv="Vienojās.")
    assert "<p>Vienojās.</p>" in app.test_client(use_cookies=False).get("/sanaksmes/vizija").text


def test_a_meeting_to_come_has_no_minutes(manager: FlaskClient, meeting: Meeting) -> None:
    page = manager.get(PAGE)
    meeting.state = MeetingState.SCHEDULED
    db.session.commit()
    assert "Only a meeting that was held has minutes." in manager.get(PAGE).text
    assert manager.post(f"{PAGE}/state", data=form_of(page) | {"state": ["approved"]}).status_code == 409
    db.session.refresh(meeting)
    assert meeting.minutes_state is MinutesState.NONE


def test_what_is_decided_while_the_minutes_are_approved_is_public_too(
    app: Flask, group: Group, meeting: Meeting
) -> None:
    writers, approver = [manager_of(app, group) for _ in range(2)], manager_of(app, group)
    address = "/en/meetings/vizija/decisions"
    forms = [(one, address, form_of(one.get(address), TEXT) | {"decisions": ["Klāt"]}) for one in writers]
    approval = (approver, f"{PAGE}/state", form_of(approver.get(PAGE)) | {"state": ["approved"]})
    assert send_at_once(*forms, approval) == [303, 303, 303]
    db.session.expire_all()
    assert None not in db.session.scalars(select(Decision.published_on)).all()


def test_two_who_write_the_minutes_see_both_versions(app: Flask, group: Group, meeting: Meeting) -> None:
    first, second = manager_of(app, group), manager_of(app, group)
    page = second.get(PAGE)
    send(first, PAGE, number=TEXT, outcome_lv="Pirmais.")
    answer = send(second, PAGE, number=TEXT, page=page, outcome_lv="Otrais.")
    assert answer.status_code == 409
    assert form_of(answer, TEXT)["outcome_lv"] == ["Otrais."]

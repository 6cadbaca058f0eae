"""The desk shows what needs a manager today, in the groups that the manager may change and in no others."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lag_tracker.database import db, utc_now
from lag_tracker.models.action import Action, ActionState
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.comment import Comment
from lag_tracker.models.group import Group
from lag_tracker.models.letter import Letter, LetterState
from lag_tracker.models.meeting import Meeting, MeetingState, MinutesState
from lag_tracker.models.proposal import Proposal, ProposalKind
from lag_tracker.models.traits import Precision
from tests import factories
from tests.conftest import THE_DAY
from tests.reading import links, texts
from tests.visitors import administrator, form_of, manager_of

TODAY = THE_DAY.date()


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


def desk(app: Flask, group: Group) -> str:
    db.session.commit()
    return str(manager_of(app, group).get("/en/desk").text)


def ahead(group: Group, title: str = "Vīzija", **given: Any) -> Meeting:
    made: Meeting = factories.meeting(title, groups=[group], **({"starts_on": TODAY + timedelta(days=9)} | given))
    return made


def test_a_coming_meeting_says_what_it_lacks(app: Flask, group: Group) -> None:
    ahead(group, state=MeetingState.DRAFT)
    assert texts(desk(app, group), "li", css_class="todo") == [
        "Still a draft: nobody else sees it.",
        "No agenda yet.",
        "Nobody is invited yet.",
    ]


def test_a_meeting_that_lacks_nothing_is_said_to_be_ready(app: Flask, group: Group) -> None:
    meeting = ahead(group)
    factories.agenda_item(meeting)
    db.session.flush()
    db.session.add(Attendance(meeting_id=meeting.id, person=factories.person(), invited_at=utc_now()))
    assert texts(desk(app, group), "p", css_class="todo") == ["Agenda ready, invitations sent."]


@pytest.mark.parametrize(
    "given",
    [
        {"starts_on": TODAY + timedelta(days=61)},
        {"state": MeetingState.CANCELLED},
        {"archived_at": utc_now()},
        {"date_precision": Precision.MONTH},
    ],
)
def test_what_is_far_off_or_called_off_is_not_on_the_desk(app: Flask, group: Group, given: dict[str, Any]) -> None:
    ahead(group, **given)
    assert "Vīzija" not in desk(app, group)


def test_a_draft_without_a_day_is_not_forgotten(app: Flask, group: Group) -> None:
    ahead(group, starts_on=None, date_precision=Precision.UNKNOWN, state=MeetingState.DRAFT)
    page = desk(app, group)
    assert texts(page, "h3") == ["Vīzija"]
    assert texts(page, "li", css_class="todo")[0] == "Still a draft: nobody else sees it. To publish it, enter the day."


def test_a_day_that_passed_asks_whether_the_meeting_was_held(app: Flask, group: Group) -> None:
    ahead(group, starts_on=TODAY - timedelta(days=1))
    assert texts(desk(app, group), "span", css_class="todo") == ["The day has passed: was it held?"]


@pytest.mark.parametrize(
    ("days", "state", "expected"),
    [
        (13, MinutesState.NONE, []),
        (15, MinutesState.NONE, ["The minutes are late."]),
        (15, MinutesState.IN_REVIEW, ["The minutes wait for approval."]),
        (15, MinutesState.APPROVED, []),
        (400, MinutesState.NONE, []),
    ],
)
def test_minutes_are_late_after_two_weeks(
    app: Flask, group: Group, days: int, state: MinutesState, expected: list[str]
) -> None:
    meeting = ahead(group, starts_on=TODAY - timedelta(days=days), state=MeetingState.HELD, minutes_state=state)
    factories.agenda_item(meeting)
    assert texts(desk(app, group), "span", css_class="todo") == expected


def test_actions_are_shown_when_they_are_due_soon_or_late(app: Flask, group: Group) -> None:
    meeting = ahead(group, starts_on=TODAY - timedelta(days=3), state=MeetingState.HELD)
    db.session.flush()
    for text, days in (("Vēlu", -2), ("Drīz", 14), ("Tālu", 15)):
        db.session.add(Action(meeting_id=meeting.id, text_lv=text, due_on=TODAY + timedelta(days=days)))
    page = desk(app, group)
    assert [word for word in ("Vēlu", "Drīz", "Tālu") if word in page] == ["Vēlu", "Drīz"]
    assert texts(page, "span", css_class="badge--late") == ["late"]


def test_what_waits_for_an_answer_is_counted(app: Flask, group: Group) -> None:
    meeting = ahead(group)
    db.session.flush()
    db.session.add_all(
        [
            Proposal(group_id=group.id, kind=ProposalKind.TOPIC, title="Ceļi", language="lv"),
            Comment(meeting_id=meeting.id, text="Labi!", language="lv"),
            Comment(meeting_id=meeting.id, text="Slikti!", language="lv"),
            Letter(
                kind="x", to_email="a@x.example", language="lv", subject="x", text="x", message_id="<1@x>",
                state=LetterState.FAILED, group_id=group.id,
            ),
        ]
    )  # fmt: skip
    page = desk(app, group)
    assert [words for words in ("1 proposal", "2 comments", "1 letter that could not be sent") if words in page] == [
        "1 proposal",
        "2 comments",
        "1 letter that could not be sent",
    ]
    assert texts(page, "h2")[:2] == ["Waiting for you", "Coming meetings"]


def test_nothing_of_another_group_is_on_the_desk(app: Flask, group: Group) -> None:
    other = factories.group("Cita grupa", slug="cita")
    meeting = ahead(other, "Svešā", starts_on=TODAY - timedelta(days=1))
    db.session.flush()
    db.session.add(Action(meeting_id=meeting.id, text_lv="Svešais", due_on=TODAY))
    db.session.add(Proposal(group_id=other.id, kind=ProposalKind.TOPIC, title="Ceļi", language="lv"))
    page = desk(app, group)
    assert [word for word in ("Svešā", "Svešais", "1 proposal", "Cita grupa") if word in page] == []


def test_the_desk_asks_the_same_number_of_questions_for_one_meeting_and_for_three(
    app: Flask, group: Group, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    def asked(client: FlaskClient) -> int:
        with statements() as ran:
            assert client.get("/en/desk").status_code == 200
        return len(ran)

    manager = manager_of(app, group)
    for _ in range(2):
        meeting = ahead(group)
        db.session.flush()
        db.session.add(Action(meeting_id=meeting.id, text_lv="Darbs", due_on=TODAY, person=factories.person()))
    ahead(group, starts_on=TODAY - timedelta(days=2))
    db.session.commit()
    manager.get("/en/desk")
    before = asked(manager)
    for _ in range(2):
        ahead(group)
        ahead(group, starts_on=TODAY - timedelta(days=1))
    db.session.commit()
    assert asked(manager) == before


def test_each_task_is_one_click_away(app: Flask, group: Group) -> None:
    lacking, late = ahead(group, "Gaidāmā"), ahead(group, "Vēlu", starts_on=TODAY - timedelta(days=20))
    late.state = MeetingState.HELD
    factories.agenda_item(late)
    db.session.flush()
    due = Action(meeting_id=late.id, text_lv="Darbs", due_on=TODAY)
    db.session.add(due)
    found = links(desk(app, group))
    expected = {
        "Plan a meeting": "/en/groups/kekava/meetings/next",
        "Log a meeting": "/en/groups/kekava/meetings/log",
        "Plan several meetings": "/en/groups/kekava/meetings/series",
        "New initiative": "/en/groups/kekava/initiatives/new",
        "New topic": "/en/groups/kekava/topics/new",
        "Members": "/en/groups/kekava/members",
        "Roles": "/en/groups/kekava/roles",
        "Proposals": "/en/desk/proposals",
        "Letters that were not sent": "/en/letters",
        "No agenda yet.": f"/en/meetings/{lacking.slug}/agenda",
        "Nobody is invited yet.": f"/en/meetings/{lacking.slug}/invite",
        "The minutes are late.": f"/en/meetings/{late.slug}/minutes",
        "Darbs": f"/en/meetings/{late.slug}/actions/{due.id}",
    }
    assert expected.items() <= found.items()


def test_one_click_on_the_desk_does_what_is_left_to_do(app: Flask, group: Group) -> None:
    passed, draft = ahead(group, starts_on=TODAY - timedelta(days=1)), ahead(group, state=MeetingState.DRAFT)
    db.session.flush()
    action = Action(meeting_id=passed.id, text_lv="Darbs", due_on=TODAY)
    db.session.add(action)
    db.session.commit()
    manager = manager_of(app, group)
    page = manager.get("/en/desk")
    publish, hold, do = (form_of(page, number) for number in range(3))
    assert manager.post(f"/en/meetings/{draft.slug}/publish", data=publish).status_code == 303
    assert manager.post(f"/en/meetings/{passed.slug}/held", data=hold).status_code == 303
    answer = manager.post(f"/en/meetings/{passed.slug}/actions/{action.id}/state", data=do | {"state": ["done"]})
    assert answer.location == "/en/desk"
    db.session.expire_all()
    assert (draft.state, passed.state, action.state) == (
        MeetingState.SCHEDULED,
        MeetingState.HELD,
        ActionState.DONE,
    )


def test_whoever_has_several_groups_begins_at_each_of_them(app: Flask, group: Group) -> None:
    other = factories.group("Cita grupa", slug="cita")
    db.session.commit()
    page = administrator(app).get("/en/desk").text
    assert texts(page, "a", within="aside").count("Log a meeting") == len([group, other])
    assert links(page)["New group"] == "/en/groups/new"

"""Two days ahead the worker reminds those who are invited and have not declined, each once."""

from datetime import UTC, datetime
from threading import Event

import pytest
import time_machine
from flask import Flask

from lag_tracker.database import db
from lag_tracker.models.attendance import Reply
from lag_tracker.models.group import Group
from lag_tracker.models.letter import LetterState
from lag_tracker.models.meeting import MeetingState
from lag_tracker.worker import work
from tests import factories
from tests.replies.invited import ahead, invite, letters, member

TWO_DAYS_AHEAD = datetime(2027, 3, 10, 9, tzinfo=UTC)


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group("Ķekavas grupa", slug="kekava")
    return made


def run(app: Flask, *moments: datetime) -> list[str]:
    """Let a worker go round at each of these moments; return whom it wrote to."""
    db.session.commit()
    left, stopping = list(moments), Event()
    with time_machine.travel(left.pop(0), tick=False) as clock:

        def rest(_seconds: float) -> None:
            if not left:
                stopping.set()
            else:
                clock.move_to(left.pop(0))

        work(app, stopping=stopping, rests=rest)
    return [letter.to_email for letter in letters("meeting_reminder")]


def test_two_days_ahead_those_who_have_not_declined_are_reminded_once(app: Flask, group: Group) -> None:
    meeting = ahead(group)
    for name, reply in (
        ("anna", Reply.INVITED),
        ("juris", Reply.ACCEPTED),
        ("zane", Reply.TENTATIVE),
        ("uldis", Reply.DECLINED),
    ):
        invite(meeting, member(group, name.title(), f"{name}@grupas.example"), reply)
    later = TWO_DAYS_AHEAD.replace(hour=10)
    assert run(app, TWO_DAYS_AHEAD, later, later.replace(day=11)) == [
        "anna@grupas.example",
        "juris@grupas.example",
        "zane@grupas.example",
    ]
    assert {letter.state for letter in letters()} == {LetterState.SENT}


def test_a_reminder_says_what_was_answered(app: Flask, group: Group) -> None:
    meeting = ahead(group)
    invite(meeting, member(group, "Anna", "anna@grupas.example", language="en"), Reply.TENTATIVE)
    run(app, TWO_DAYS_AHEAD.replace(hour=5))
    assert letters() == []
    run(app, TWO_DAYS_AHEAD)
    text = next((app.config["SETTINGS"].instance / "letters").glob("*.eml")).read_text(encoding="utf-8")
    assert "Reminder: Velo & ce" in text
    assert "You answered that you might come." in text.replace("=\n", "")


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2027, 3, 9, 9, tzinfo=UTC),  # three days ahead
        datetime(2027, 3, 12, 9, tzinfo=UTC),  # the day itself
        datetime(2027, 3, 10, 5, tzinfo=UTC),  # seven in the morning
        datetime(2027, 3, 10, 18, tzinfo=UTC),  # eight in the evening
    ],
)
def test_nobody_is_reminded_at_other_times(app: Flask, group: Group, moment: datetime) -> None:
    invite(ahead(group), member(group, "Anna", "anna@grupas.example"))
    assert run(app, moment) == []


def test_who_was_not_reminded_two_days_ahead_is_on_the_next(app: Flask, group: Group) -> None:
    invite(ahead(group), member(group, "Anna", "anna@grupas.example"))
    assert run(app, TWO_DAYS_AHEAD.replace(day=11)) == ["anna@grupas.example"]


def test_who_was_invited_just_now_needs_no_reminder(app: Flask, group: Group) -> None:
    invite(
        ahead(group),
        member(group, "Anna", "anna@grupas.example"),
        invited_at=TWO_DAYS_AHEAD.replace(day=9),
    )
    assert run(app, TWO_DAYS_AHEAD) == []


@pytest.mark.parametrize("state", [MeetingState.CANCELLED, MeetingState.DRAFT, MeetingState.HELD])
def test_nobody_is_reminded_of_what_does_not_take_place(app: Flask, group: Group, state: MeetingState) -> None:
    invite(ahead(group, state=state), member(group, "Anna", "anna@grupas.example"))
    assert run(app, TWO_DAYS_AHEAD) == []


def test_a_meeting_that_moved_is_reminded_of_again(app: Flask, group: Group) -> None:
    meeting = ahead(group)
    invite(meeting, member(group, "Anna", "anna@grupas.example"))
    run(app, TWO_DAYS_AHEAD)
    meeting = db.session.merge(meeting)
    meeting.starts_on = datetime(2027, 3, 19, tzinfo=UTC).date()
    assert len(run(app, TWO_DAYS_AHEAD.replace(day=17))) == 2

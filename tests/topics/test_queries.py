"""Questions about topics, and the path of a subject through meetings."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest

from lag_tracker.database import db
from lag_tracker.decisions.queries import latest_decisions
from lag_tracker.meetings.queries import chosen_meetings
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.initiative import InitiativeState
from lag_tracker.models.meeting import MeetingState
from lag_tracker.models.topic import TopicState
from lag_tracker.models.traits import Audience, Certainty, Precision
from lag_tracker.models.visibility import PUBLIC
from lag_tracker.topics.queries import Change, meetings_about_topic, path, topics
from tests import factories

Statements = Callable[[], AbstractContextManager[list[str]]]
pytestmark = pytest.mark.usefixtures("app")
TODAY = date(2026, 11, 22)
NOTHING = Bilingual(None, None)


def change(state: InitiativeState, first: date | None = None, slug: str | None = None, of: str = "viena") -> Change:
    """Return a step of an initiative."""
    return Change(state, NOTHING, first, Precision.DAY, Certainty.STATED, slug, NOTHING, of)


def test_topics_stand_by_group_the_open_ones_first_in_the_latvian_alphabet() -> None:
    second, first = factories.group("Baldones grupa"), factories.group("Ādažu grupa")
    factories.topic(second, "Ūdens")
    factories.topic(first, "Aizvērtais", state=TopicState.CLOSED)
    for title in ("Žogi", "Čiekuri", "Celiņi"):
        factories.topic(first, title)
    db.session.commit()
    rows = topics(db.session(), viewer=PUBLIC, today=TODAY)
    assert [row.topic.title_lv for row in rows] == ["Celiņi", "Čiekuri", "Žogi", "Aizvērtais", "Ūdens"]


def test_a_topic_knows_how_often_it_was_discussed_and_when_it_is_next() -> None:
    group = factories.group()
    topic = factories.topic(group)
    for day, given in (
        (date(2026, 1, 10), {}),
        (date(2026, 2, 10), {}),
        (date(2026, 3, 10), {"state": MeetingState.CANCELLED}),
        (date(2026, 4, 10), {"audience": Audience.MEMBERS}),
        (None, {"date_precision": Precision.UNKNOWN}),
        (TODAY, {}),
        (date(2026, 12, 1), {}),
    ):
        held = factories.meeting(groups=[group], starts_on=day, **given)
        factories.agenda_item(held, topic=topic)
        factories.agenda_item(held, position=2, topic=topic)
    db.session.commit()
    (row,) = topics(db.session(), viewer=PUBLIC, today=TODAY)
    assert (row.times, row.last_on, row.next_on) == (3, date(2026, 2, 10), TODAY)


def test_a_topic_of_a_hidden_group_is_not_found() -> None:
    factories.topic(factories.group(audience=Audience.MEMBERS))
    db.session.commit()
    assert topics(db.session(), viewer=PUBLIC, today=TODAY) == []


def test_a_list_costs_one_statement_however_long_it_is(statements: Statements) -> None:
    group = factories.group()
    costs = []
    for number in (1, 2):
        for _ in range(number):
            factories.agenda_item(factories.meeting(groups=[group]), topic=factories.topic(group))
        db.session.commit()
        with statements() as ran:
            topics(db.session(), viewer=PUBLIC, today=TODAY)
        costs.append(len(ran))
    assert costs == [1, 1]


def test_a_meeting_that_only_decided_on_a_topic_is_about_it_too() -> None:
    group = factories.group()
    topic = factories.topic(group)
    factories.decision(factories.meeting("Lēma", groups=[group], starts_on=date(2026, 1, 1)), topic=topic)
    factories.decision(factories.meeting("Lēma klusu", groups=[group]), topic=topic, published_on=None)
    factories.agenda_item(factories.meeting("Runāja", groups=[group], starts_on=date(2026, 2, 1)), topic=topic)
    factories.meeting("Cita", groups=[group])
    db.session.commit()
    rows = chosen_meetings(db.session(), viewer=PUBLIC, only=meetings_about_topic(topic.id, viewer=PUBLIC))
    assert [row.title.lv for row in rows] == ["Lēma", "Runāja"]


def test_a_path_goes_by_days_with_what_each_meeting_did() -> None:
    group = factories.group()
    first = factories.meeting("Pirmā", groups=[group], starts_on=date(2026, 1, 1), slug="pirma")
    factories.meeting("Otrā", groups=[group], starts_on=date(2026, 3, 1), slug="otra")
    factories.decision(first, "Lēmums")
    db.session.commit()
    steps = path(
        chosen_meetings(db.session(), viewer=PUBLIC, only=db.text("1 = 1")),
        mentions={},
        decisions=latest_decisions(db.session(), viewer=PUBLIC, limit=9),
        changes=[
            change(InitiativeState.PROPOSED),
            change(InitiativeState.UNDER_DISCUSSION, slug="pirma"),
            change(InitiativeState.TESTING, date(2026, 2, 1)),
            change(InitiativeState.DONE),
        ],
    )
    assert [
        (
            step.meeting and step.meeting.slug,
            [row.text.lv for row in step.decisions],
            [one.state.value for one in step.changes],
        )
        for step in steps
    ] == [
        (None, [], ["proposed"]),
        ("pirma", ["Lēmums"], ["under_discussion"]),
        (None, [], ["testing"]),
        ("otra", [], []),
        (None, [], ["done"]),
    ]


def test_a_change_without_a_day_does_not_borrow_one_from_another_initiative() -> None:
    steps = path(
        [],
        mentions={},
        decisions=[],
        changes=[
            change(InitiativeState.DONE, of="viena"),
            change(InitiativeState.PROPOSED, date(2026, 1, 1), of="otra"),
        ],
    )
    assert [step.changes[0].state.value for step in steps] == ["proposed", "done"]

"""Questions about initiatives: order, state, reason, and what they cost."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest

from lag_tracker.database import db
from lag_tracker.initiatives.queries import (
    Order,
    as_board,
    changes_of,
    count_by_state,
    initiatives,
    meetings_about_initiative,
)
from lag_tracker.meetings.queries import chosen_meetings
from lag_tracker.models.initiative import Initiative, InitiativeState, InitiativeStateChange
from lag_tracker.models.traits import Audience, Precision
from lag_tracker.models.visibility import PUBLIC
from tests import factories

Statements = Callable[[], AbstractContextManager[list[str]]]
pytestmark = pytest.mark.usefixtures("app")


def step(position: int, state: InitiativeState, **given: Any) -> InitiativeStateChange:
    """Return a step of an initiative."""
    return InitiativeStateChange(position=position, state=state, **({"reason_lv": "Iemesls"} | given))


def titles(**given: Any) -> list[str | None]:
    """Return the Latvian titles of the initiatives that a question finds."""
    return [row.title.lv for row in initiatives(db.session(), viewer=PUBLIC, **given)]


def test_they_stand_in_the_latvian_alphabet() -> None:
    group = factories.group()
    for title in ("Žogi", "Āra trenažieri", "Celiņi", "Čiekuru parks", "Alejas"):
        factories.initiative(group, title)
    db.session.commit()
    assert titles() == ["Alejas", "Āra trenažieri", "Celiņi", "Čiekuru parks", "Žogi"]


def test_they_can_stand_by_group_and_by_the_latest_change() -> None:
    first, second = factories.group("Ādažu grupa"), factories.group("Baldones grupa")
    for group, title, day in (
        (second, "Alejas", date(2026, 5, 1)),
        (first, "Celiņi", None),
        (first, "Žogi", date(2026, 6, 1)),
    ):
        factories.initiative(group, title).history[0].changed_on = day
    db.session.commit()
    assert titles(order=Order.GROUP) == ["Celiņi", "Žogi", "Alejas"]
    assert titles(order=Order.CHANGED) == ["Žogi", "Alejas", "Celiņi"]


def test_the_reason_of_the_present_state_is_given_where_the_state_wants_one() -> None:
    group = factories.group()
    parked = factories.initiative(group, "Atliktā", state=InitiativeState.PARKED)
    parked.history = [
        step(1, InitiativeState.PROPOSED, reason_lv="Ierosinājums"),
        step(
            2,
            InitiativeState.PARKED,
            reason_lv="Nav naudas",
            changed_on=date(2026, 5, 1),
            date_precision=Precision.MONTH,
        ),
    ]
    factories.initiative(group, "Ierosinātā")
    db.session.commit()
    rows = initiatives(db.session(), viewer=PUBLIC)
    assert [(row.title.lv, row.reason and row.reason.lv, row.changed_on, row.precision) for row in rows] == [
        ("Atliktā", "Nav naudas", date(2026, 5, 1), Precision.MONTH),
        ("Ierosinātā", None, None, Precision.DAY),
    ]


def test_the_board_has_only_the_states_that_there_are_in_the_order_of_a_life() -> None:
    group = factories.group()
    for title, state in (
        ("C", InitiativeState.DECLINED),
        ("B", InitiativeState.DONE),
        ("A", InitiativeState.PROPOSED),
        ("D", InitiativeState.DONE),
    ):
        factories.initiative(group, title, state=state)
    db.session.commit()
    board = as_board(initiatives(db.session(), viewer=PUBLIC))
    assert [(column.state, [row.title.lv for row in column.rows]) for column in board] == [
        (InitiativeState.PROPOSED, ["A"]),
        (InitiativeState.DONE, ["B", "D"]),
        (InitiativeState.DECLINED, ["C"]),
    ]
    assert list(count_by_state(db.session(), viewer=PUBLIC).items()) == [
        (InitiativeState.PROPOSED, 1),
        (InitiativeState.DONE, 2),
        (InitiativeState.DECLINED, 1),
    ]


def test_an_initiative_of_a_hidden_group_is_neither_listed_nor_counted() -> None:
    factories.initiative(factories.group(audience=Audience.MEMBERS))
    db.session.commit()
    assert titles() == []
    assert count_by_state(db.session(), viewer=PUBLIC) == {}


def test_all_meetings_about_it_are_found_whatever_ties_them_to_it() -> None:
    group = factories.group()
    one = factories.initiative(group)
    by_item, by_decision, by_change, by_list, other, internal = (
        factories.meeting(title, groups=[group], starts_on=date(2026, 1, day))
        for day, title in enumerate(("Punkts", "Lēmums", "Maiņa", "Saraksts", "Cita", "Iekšēja"), 1)
    )
    factories.agenda_item(by_item, initiative=one)
    factories.agenda_item(internal, initiative=one, audience=Audience.MEMBERS)
    factories.decision(by_decision, initiative=one)
    one.history.append(step(2, InitiativeState.ACCEPTED, meeting=by_change))
    one.meetings = [by_list]
    factories.agenda_item(other)
    db.session.commit()
    rows = chosen_meetings(db.session(), viewer=PUBLIC, only=meetings_about_initiative(one.id, viewer=PUBLIC))
    assert [row.title.lv for row in rows] == ["Punkts", "Lēmums", "Maiņa", "Saraksts"]


def test_a_change_at_a_hidden_meeting_does_not_name_the_meeting() -> None:
    group = factories.group()
    one = factories.initiative(group)
    one.history[0].meeting = factories.meeting(groups=[group], audience=Audience.MEMBERS)
    db.session.commit()
    (change,) = changes_of(db.session(), viewer=PUBLIC, only=Initiative.id == one.id)
    assert (change.state, change.meeting_slug) == (InitiativeState.PROPOSED, None)


def test_a_list_costs_one_statement_however_long_it_is(statements: Statements) -> None:
    group = factories.group()
    costs = []
    for number in (1, 2):
        for _ in range(number):
            factories.initiative(group)
        db.session.commit()
        with statements() as ran:
            titles()
        costs.append(len(ran))
    assert costs == [1, 1]

"""Questions about decisions: their order, their filters, and what they cost."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest

from lag_tracker.database import db
from lag_tracker.decisions.queries import (
    deciding_groups,
    deciding_years,
    decisions_of_groups,
    decisions_of_year,
    latest_decisions,
)
from lag_tracker.models.meeting import MeetingState
from lag_tracker.models.traits import Audience, Precision
from lag_tracker.models.visibility import PUBLIC
from tests import factories

Statements = Callable[[], AbstractContextManager[list[str]]]
pytestmark = pytest.mark.usefixtures("app")


def found(**given: Any) -> list[str | None]:
    """Return the Latvian texts of the decisions that a question finds."""
    return [row.text.lv for row in latest_decisions(db.session(), viewer=PUBLIC, **({"limit": 50} | given))]


def record() -> tuple:
    """Record decisions of three days, one of them without a date, and return their two groups."""
    first, second = factories.group("Ādažu grupa"), factories.group("Baldones grupa")
    factories.decision(factories.meeting(groups=[first], starts_on=date(2020, 11, 10)), "Vecais")
    late = factories.meeting(groups=[second, first], starts_on=date(2026, 3, 2))
    factories.decision(late, "Jaunais pirmais")
    db.session.flush()
    factories.decision(late, "Jaunais otrais")
    undated = factories.meeting(groups=[second], starts_on=None, date_precision=Precision.UNKNOWN)
    factories.decision(undated, "Bez datuma")
    db.session.commit()
    return first, second


def test_the_newest_comes_first_and_one_without_a_date_last() -> None:
    record()
    assert found() == ["Jaunais otrais", "Jaunais pirmais", "Vecais", "Bez datuma"]


def test_a_walk_by_key_meets_each_decision_once() -> None:
    record()
    met: list[str | None] = []
    after = None
    while rows := latest_decisions(db.session(), viewer=PUBLIC, limit=1, after=after):
        met.append(rows[0].text.lv)
        after = rows[0].position
    assert met == ["Jaunais otrais", "Jaunais pirmais", "Vecais", "Bez datuma"]


def test_a_decision_of_several_groups_belongs_to_each() -> None:
    first, second = record()
    assert found(only=decisions_of_groups([first.id])) == ["Jaunais otrais", "Jaunais pirmais", "Vecais"]
    assert found(only=decisions_of_groups([second.id])) == ["Jaunais otrais", "Jaunais pirmais", "Bez datuma"]
    assert found(only=decisions_of_groups([])) == []


def test_a_year_goes_from_its_first_day_to_its_last() -> None:
    group = factories.group()
    for day in (date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1)):
        factories.decision(factories.meeting(groups=[group], starts_on=day), day.isoformat())
    db.session.commit()
    assert found(only=decisions_of_year(2020)) == ["2020-12-31", "2020-01-01"]


def test_years_without_decisions_are_not_offered() -> None:
    group = factories.group()
    factories.meeting(groups=[group], starts_on=date(2023, 5, 1))
    for year in (2020, 2026):
        factories.decision(factories.meeting(groups=[group], starts_on=date(year, 5, 1)))
    db.session.commit()
    assert deciding_years(db.session(), viewer=PUBLIC) == [2026, 2020]


def test_without_decisions_there_are_no_years() -> None:
    assert deciding_years(db.session(), viewer=PUBLIC) == []


def test_groups_that_decided_stand_in_the_latvian_alphabet() -> None:
    for name in ("Žagares grupa", "Ādažu grupa", "Alojas grupa", "Cēsu grupa"):
        factories.decision(factories.meeting(groups=[factories.group(name)]))
    factories.group("Bez lēmumiem")
    db.session.commit()
    names = [group.name_lv for group in deciding_groups(db.session(), viewer=PUBLIC)]
    assert names == ["Alojas grupa", "Ādažu grupa", "Cēsu grupa", "Žagares grupa"]


def test_what_is_not_public_is_not_found() -> None:
    hidden = factories.group("Slēgtā", audience=Audience.MEMBERS)
    group = factories.group()
    factories.decision(factories.meeting(groups=[group], state=MeetingState.DRAFT), "Melnraksta")
    factories.decision(factories.meeting(groups=[group], audience=Audience.MEMBERS), "Locekļu")
    factories.decision(factories.meeting(groups=[group, hidden]), "Slēgtas grupas")
    factories.decision(factories.meeting(groups=[group]), "Nepublicēts", published_on=None)
    db.session.commit()
    assert found() == []
    assert deciding_years(db.session(), viewer=PUBLIC) == []
    assert list(deciding_groups(db.session(), viewer=PUBLIC)) == []


def test_a_public_decision_does_not_name_the_initiative_or_topic_of_a_hidden_group() -> None:
    hidden = factories.group("Slēgtā", audience=Audience.MEMBERS)
    held = factories.meeting(groups=[factories.group()])
    factories.decision(
        held, "Redzams", initiative=factories.initiative(hidden), topic=factories.topic(hidden, "Slepenais")
    )
    db.session.commit()
    (row,) = latest_decisions(db.session(), viewer=PUBLIC, limit=5)
    assert (row.initiative_slug, row.initiative_title.lv, row.topic_slug, row.topic_title.lv) == (
        None,
        None,
        None,
        None,
    )


def test_a_list_costs_two_statements_however_long_it_is(statements: Statements) -> None:
    group = factories.group()
    costs = []
    for number in (1, 2):
        for _ in range(number):
            factories.decision(factories.meeting(groups=[group]))
        db.session.commit()
        with statements() as ran:
            assert len(found()) == number * (number + 1) // 2
        costs.append(len(ran))
    assert costs == [2, 2]

"""An initiative moves through its states by one table, and its history can be mended."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.errors import RuleBroken
from lag_tracker.initiatives.moves import MOVES, move_initiative
from lag_tracker.models.audit import AuditEntry, Deed
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import STATES_WITH_REASON, Initiative, InitiativeState, InitiativeStateChange
from lag_tracker.models.meeting import MeetingState
from lag_tracker.models.traits import NO_DAY, Audience, Precision, RoughDay
from tests import factories
from tests.reading import texts
from tests.visitors import form_of, manager_of, send

STATE, UNDO, FIRST = "/en/initiatives/soli/state", "/en/initiatives/soli/state/undo", "/en/initiatives/soli/state/1"
TODAY, NOW = date(2026, 11, 22), datetime(2026, 11, 22, 12, tzinfo=UTC)
WHY = Bilingual("Nav naudas", None)


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    initiative = factories.initiative(made, "Soli", slug="soli")
    initiative.history[0].changed_on = date(2026, 1, 10)
    return made


@pytest.fixture
def frozen_day():
    with time_machine.travel(NOW, tick=False):
        yield


def history() -> list[tuple]:
    db.session.expire_all()
    rows = db.session.scalars(select(InitiativeStateChange).order_by(InitiativeStateChange.position))
    return [(row.state.value, row.changed_on, row.date_precision.value, row.reason_lv, row.meeting_id) for row in rows]


def proposed() -> Initiative:
    """Return an initiative that is on no database."""
    found = Initiative(state=InitiativeState.PROPOSED)
    found.history = [InitiativeStateChange(position=1, state=InitiativeState.PROPOSED)]
    return found


def test_every_state_can_be_reached_and_left() -> None:
    assert set(MOVES) == set(InitiativeState)
    assert {state for following in MOVES.values() for state in following} == set(InitiativeState)
    assert [state for state, following in MOVES.items() if state in following or not following] == []


@given(st.lists(st.sampled_from(list(InitiativeState)), max_size=12))
@settings(max_examples=200)
def test_the_present_state_is_always_the_last_of_the_history(wanted: list[InitiativeState]) -> None:
    initiative = proposed()
    for to in wanted:
        before = initiative.state
        try:
            move_initiative(initiative, to=to, since=NO_DAY, reason=WHY, meeting=None, today=TODAY)
        except RuleBroken:
            assert to not in MOVES[before]
        assert initiative.state is initiative.history[-1].state
    assert [step.position for step in initiative.history] == list(range(1, len(initiative.history) + 1))


@pytest.mark.parametrize("to", sorted(STATES_WITH_REASON))
def test_it_is_declined_and_parked_only_with_a_reason(app: Flask, group: Group, to: InitiativeState) -> None:
    manager = manager_of(app, group)
    answer = send(manager, STATE, to=to.value, since="")
    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert form_of(answer)["to"] == [to.value]
    assert send(manager, STATE, to=to.value, since="", reason_lv="Nav naudas").status_code == 303
    assert history()[1] == (to.value, None, "unknown", "Nav naudas", None)


@pytest.mark.usefixtures("frozen_day")
def test_a_step_keeps_its_rough_day_and_its_meeting(app: Flask, group: Group) -> None:
    held = factories.meeting("Pavasara sēde", groups=[group], starts_on=date(2026, 3, 2))
    manager = manager_of(app, group)
    send(manager, STATE, to="accepted", since="04.2026.", meeting_id=held.id)
    assert history()[1] == ("accepted", date(2026, 4, 1), "month", None, held.id)
    assert texts(manager.get("/en/initiatives/soli").text, "span", css_class="badge")[0] == "accepted"


@pytest.mark.usefixtures("frozen_day")
def test_without_a_day_it_is_that_of_the_meeting(app: Flask, group: Group) -> None:
    held = factories.meeting(groups=[group], starts_on=date(2026, 3, 1), date_precision=Precision.MONTH)
    send(manager_of(app, group), STATE, to="under_discussion", meeting_id=held.id)
    assert history()[1][:3] == ("under_discussion", date(2026, 3, 1), "month")


@pytest.mark.usefixtures("frozen_day")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({}, (date(2026, 11, 22), "day")),
        ({"since": ""}, (None, "unknown")),
        ({"since": "21.11.2026."}, (date(2026, 11, 21), "day")),
    ],
)
def test_a_step_is_of_today_if_nobody_says_otherwise(
    app: Flask, group: Group, typed: dict[str, Any], expected: tuple[date | None, str]
) -> None:
    manager = manager_of(app, group)
    assert form_of(manager.get(STATE))["since"] == ["22.11.2026."]
    send(manager, STATE, to="accepted", **typed)
    assert history()[1][1:3] == expected


def test_a_meeting_that_is_not_the_groups_is_not_offered(app: Flask, group: Group) -> None:
    foreign = factories.meeting("Sveša", groups=[factories.group(audience=Audience.MEMBERS)])
    manager = manager_of(app, group)
    assert "Sveša" not in manager.get(STATE).text
    assert send(manager, STATE, to="accepted", meeting_id=foreign.id).status_code == 422
    assert len(history()) == 1


def test_meetings_that_did_not_take_place_are_not_offered(app: Flask, group: Group) -> None:
    factories.meeting("Notika", groups=[group], starts_on=date(2026, 2, 1))
    factories.meeting("Nenotika", groups=[group], starts_on=date(2026, 2, 2), state=MeetingState.CANCELLED)
    factories.meeting("Vēl būs", groups=[group], starts_on=date(2999, 2, 1))
    offered = " ".join(texts(manager_of(app, group).get(STATE).text, "option"))
    assert [title for title in ("Notika", "Nenotika", "Vēl būs") if title in offered] == ["Notika"]


@pytest.mark.usefixtures("frozen_day")
@pytest.mark.parametrize(
    ("since", "sentence"),
    [
        ("23.11.2026.", "This day is still to come."),
        ("12.2026", "This day is still to come."),
        ("9.1.2026", "This is earlier than the step before it."),
        ("2025", "This is earlier than the step before it."),
    ],
)
def test_days_that_cannot_be_are_refused(app: Flask, group: Group, since: str, sentence: str) -> None:
    answer = send(manager_of(app, group), STATE, to="accepted", since=since)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert len(history()) == 1


@pytest.mark.parametrize(
    ("one", "other", "before"),
    [
        ((date(2026, 1, 1), Precision.YEAR), (date(2026, 5, 3), Precision.DAY), False),
        ((date(2025, 1, 1), Precision.YEAR), (date(2026, 5, 3), Precision.DAY), True),
        ((date(2026, 5, 1), Precision.MONTH), (date(2026, 5, 3), Precision.DAY), False),
        ((date(2026, 4, 1), Precision.MONTH), (date(2026, 5, 3), Precision.DAY), True),
        ((date(2026, 5, 2), Precision.DAY), (date(2026, 5, 3), Precision.DAY), True),
        ((None, Precision.UNKNOWN), (date(2026, 5, 3), Precision.DAY), False),
    ],
)
def test_rough_days_are_compared_as_far_as_they_are_known(one: tuple, other: tuple, before: bool) -> None:
    assert RoughDay(*one).is_before(RoughDay(*other)) is before


def test_a_state_that_may_not_follow_is_not_offered(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    assert "done" not in texts(manager.get(STATE).text, "option")
    assert send(manager, STATE, to="done").status_code == 422
    assert len(history()) == 1


def test_of_two_managers_the_second_sees_the_new_state_first(app: Flask, group: Group) -> None:
    first, second = manager_of(app, group), manager_of(app, group)
    page = second.get(STATE)
    send(first, STATE, to="accepted", since="")
    answer = send(second, STATE, page=page, to="parked", since="", reason_lv="Nav naudas")
    assert answer.status_code == 409
    assert "accepted" in texts(answer.text, "span", css_class="badge")
    assert [step[0] for step in history()] == ["proposed", "accepted"]
    assert send(second, STATE, page=answer).status_code == 303
    assert [step[0] for step in history()] == ["proposed", "accepted", "parked"]


def test_the_last_step_is_taken_back_and_the_audit_remembers(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    send(manager, STATE, to="accepted", since="")
    page = manager.get(UNDO)
    assert "“accepted” with its day and reason goes away" in page.text
    assert send(manager, UNDO, page=page).location == STATE
    assert [step[0] for step in history()] == ["proposed"]
    assert db.session.scalars(select(Initiative.state)).all() == [InitiativeState.PROPOSED]
    erased = select(AuditEntry.noun).where(AuditEntry.deed == Deed.ERASED)
    assert db.session.scalars(erased).all() == ["initiative_state_change"]
    assert send(manager, UNDO).status_code == 409
    assert [step[0] for step in history()] == ["proposed"]


@pytest.mark.usefixtures("frozen_day")
def test_a_step_is_corrected_but_stays_in_its_place(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    send(manager, STATE, to="accepted", since="10.2.2026")
    assert form_of(manager.get(FIRST))["since"] == ["10.01.2026."]
    assert send(manager, FIRST, since="2024", reason_en="Because").location == STATE
    assert history()[0][:4] == ("proposed", date(2024, 1, 1), "year", "Iemesls")
    refused = send(manager, FIRST, since="11.2.2026")
    assert "This is later than the step after it." in refused.text
    assert manager.get("/en/initiatives/soli/state/3").status_code == 404


def test_of_two_corrections_the_second_sees_the_first(app: Flask, group: Group) -> None:
    first, second = manager_of(app, group), manager_of(app, group)
    page = second.get(FIRST)
    send(first, FIRST, reason_lv="Viens")
    answer = send(second, FIRST, page=page, reason_lv="Divi")
    assert answer.status_code == 409
    assert texts(answer.text, "blockquote") == ["Viens"]
    assert history()[0][3] == "Viens"

"""Questions about municipalities."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest

from lag_tracker.database import db
from lag_tracker.meetings.queries import chosen_meetings
from lag_tracker.models.group import GroupKind
from lag_tracker.models.network import PartnerRole, Partnership
from lag_tracker.models.traits import Audience
from lag_tracker.models.visibility import PUBLIC
from lag_tracker.municipalities.queries import groups_of_municipality, meetings_of_municipality, municipalities
from tests import factories

Statements = Callable[[], AbstractContextManager[list[str]]]
pytestmark = pytest.mark.usefixtures("app")


def test_municipalities_stand_in_the_latvian_alphabet() -> None:
    for name in ("Žagare", "Čiekuri", "Cēsis", "Ādaži", "Aloja"):
        factories.municipality(name)
    db.session.commit()
    found = municipalities(db.session(), viewer=PUBLIC)
    assert [one.name_lv for one in found] == ["Aloja", "Ādaži", "Cēsis", "Čiekuri", "Žagare"]


def test_groups_under_a_municipalitys_group_are_its_own_too() -> None:
    town = factories.municipality()
    parent = factories.group("Grupa", municipality=town)
    factories.group("Kodols", kind=GroupKind.CORE_GROUP, parent=parent)
    factories.group("Slēgtais kodols", parent=parent, audience=Audience.MEMBERS)
    factories.group("Cita", municipality=factories.municipality("Rīga"))
    db.session.commit()
    found = groups_of_municipality(db.session(), town.id, viewer=PUBLIC)
    assert [group.name_lv for group in found] == ["Grupa", "Kodols"]


def test_a_circle_of_parents_comes_to_an_end() -> None:
    town = factories.municipality()
    first = factories.group("Pirmā", municipality=town)
    second = factories.group("Otrā", parent=first)
    db.session.flush()
    first.parent_id = second.id
    db.session.commit()
    assert len(groups_of_municipality(db.session(), town.id, viewer=PUBLIC)) == 2


def test_its_meetings_are_those_of_its_groups_and_those_it_organises() -> None:
    town = factories.municipality()
    group = factories.group(municipality=town)
    factories.meeting("Grupas", groups=[group], starts_on=date(2026, 1, 1))
    factories.meeting("Rīkotā", organiser=town, starts_on=date(2026, 1, 2))
    factories.meeting("Sveša", starts_on=date(2026, 1, 3))
    db.session.commit()
    groups = groups_of_municipality(db.session(), town.id, viewer=PUBLIC)
    rows = chosen_meetings(db.session(), viewer=PUBLIC, only=meetings_of_municipality(town.id, groups))
    assert [row.title.lv for row in rows] == ["Grupas", "Rīkotā"]


def test_a_list_costs_three_statements_however_long_it_is(statements: Statements) -> None:
    costs = []
    for number in (1, 2):
        for _ in range(number):
            town = factories.municipality()
            factories.group(municipality=town)
            db.session.add(Partnership(network=factories.network(), municipality=town, role=PartnerRole.PARTNER))
        db.session.commit()
        db.session.expire_all()
        with statements() as ran:
            municipalities(db.session(), viewer=PUBLIC)
        costs.append(len(ran))
    assert costs == [3, 3]

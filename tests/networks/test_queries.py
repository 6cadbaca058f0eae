"""Questions about networks: the matrix, the order of partners, dates and what backs them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest

from lag_tracker.database import db
from lag_tracker.models.milestone import MilestoneKind
from lag_tracker.models.network import Network, NetworkKind, PartnerRole, Partnership
from lag_tracker.models.source import Citation, Source
from lag_tracker.models.theme import Theme
from lag_tracker.models.traits import Audience, Certainty, Precision
from lag_tracker.models.visibility import PUBLIC
from lag_tracker.networks.queries import (
    as_matrix,
    backing_of_network,
    find_network,
    groups_of_network,
    life_of,
    milestones_of_network,
    networks,
    partners,
    used_kinds,
    used_themes,
)
from tests import factories

Statements = Callable[[], AbstractContextManager[list[str]]]
pytestmark = pytest.mark.usefixtures("app")


def join(network: Network, name: str, role: PartnerRole = PartnerRole.PARTNER) -> Partnership:
    """Let a new municipality take part in a network."""
    part = Partnership(network=network, municipality=factories.municipality(name), role=role)
    db.session.add(part)
    return part


def test_networks_stand_in_the_alphabet_and_are_found_by_kind_and_theme() -> None:
    theme = Theme(slug="turisms", name_lv="tūrisms")
    factories.network("TechTown", themes=[theme])
    factories.network("ACTive NGOs", kind=NetworkKind.TRANSFER, themes=[theme])
    factories.network("Change!")
    db.session.commit()
    names = [
        [one.name for one in networks(db.session(), **given)]
        for given in ({}, {"kind": NetworkKind.TRANSFER}, {"theme_id": theme.id})
    ]
    assert names == [["ACTive NGOs", "Change!", "TechTown"], ["ACTive NGOs"], ["ACTive NGOs", "TechTown"]]


def test_only_kinds_and_themes_in_use_are_offered() -> None:
    factories.network(
        kind=NetworkKind.TRANSFER, themes=[Theme(slug="c", name_lv="ceļi"), Theme(slug="a", name_lv="āra vide")]
    )
    factories.network(kind=NetworkKind.ACTION_PLANNING)
    db.session.add(Theme(slug="n", name_lv="neviena"))
    db.session.commit()
    assert used_kinds(db.session()) == [NetworkKind.ACTION_PLANNING, NetworkKind.TRANSFER]
    assert [theme.name_lv for theme in used_themes(db.session())] == ["āra vide", "ceļi"]


def test_the_matrix_sets_municipalities_against_networks() -> None:
    first, second = factories.network("AgriUrban"), factories.network("Change!")
    kekava = join(first, "Ķekavas novads")
    join(second, "Ādaži", PartnerRole.LEAD)
    db.session.add(Partnership(network=second, municipality=kekava.municipality, role=PartnerRole.WORKS_WITH))
    db.session.commit()
    matrix = as_matrix(networks(db.session()))
    assert [network.name for network in matrix.networks] == ["AgriUrban", "Change!"]
    assert [(town.name_lv, [part and part.role.value for part in parts]) for town, parts in matrix.rows] == [
        ("Ādaži", [None, "lead"]),
        ("Ķekavas novads", ["partner", "works_with"]),
    ]


def test_who_leads_is_named_first_and_who_only_works_with_it_last() -> None:
    network = factories.network()
    join(network, "Ādaži", PartnerRole.WORKS_WITH)
    join(network, "Cēsis")
    join(network, "Bauska")
    join(network, "Gijona", PartnerRole.PRACTICE_GIVER)
    join(network, "Milāna", PartnerRole.LEAD)
    db.session.commit()
    found = find_network(db.session(), network.slug)
    assert found
    assert [part.municipality.name_lv for part in partners(found)] == ["Milāna", "Gijona", "Bauska", "Cēsis", "Ādaži"]


def test_sources_are_numbered_once_and_stand_beside_the_facts_they_back() -> None:
    network, other = factories.network(starts_on=date(2019, 6, 5)), factories.network("Cits")
    part = join(network, "Milāna")
    milestone = factories.milestone(network)
    page, programme = Source(publisher="Ķekavas novads", title_lv="Lapa"), Source(publisher="URBACT", title_en="Page")
    db.session.flush()
    db.session.add_all(
        [
            Citation(source=page, network_id=network.id),
            Citation(source=programme, network_id=network.id, aspect="starts_on"),
            Citation(source=page, network_id=network.id, aspect="starts_on"),
            Citation(source=programme, partnership_id=part.id),
            Citation(source=page, milestone_id=milestone.id),
            Citation(source=page, partnership_id=part.id, aspect="focus_lv"),
            Citation(source=Source(publisher="Cits", title_lv="Cits"), network_id=other.id),
        ]
    )
    db.session.commit()
    backing = backing_of_network(db.session(), network.id)
    assert [source.publisher for source in backing.sources] == ["Ķekavas novads", "URBACT"]
    assert backing.notes("network", network.id) == (1,)
    assert backing.notes("network", network.id, "starts_on") == (1, 2)
    assert backing.notes("network", network.id, "ends_on") == ()
    assert backing.notes("partnership", part.id) == (2,)
    assert backing.notes("partnership", part.id, "focus_lv") == (1,)
    (step, deadline) = life_of(network, [milestone], backing)
    assert (step.what, step.notes, deadline.what, deadline.notes) == ("starts", (1, 2), "deadline", (1,))


def test_a_networks_life_goes_by_days_with_the_unknown_at_the_end() -> None:
    network = factories.network(starts_on=date(2019, 6, 5), ends_on=date(2022, 8, 7), approved_on=date(2018, 4, 4))
    factories.milestone(network, "Nezināms", starts_on=None, date_precision=Precision.UNKNOWN)
    factories.milestone(
        network,
        "Posms",
        kind=MilestoneKind.PHASE,
        starts_on=date(2020, 5, 1),
        ends_on=date(2022, 8, 1),
        date_precision=Precision.MONTH,
        date_certainty=Certainty.INFERRED,
    )
    db.session.commit()
    steps = life_of(
        network,
        milestones_of_network(db.session(), network.id, viewer=PUBLIC),
        backing_of_network(db.session(), network.id),
    )
    assert [(step.what, step.title.lv) for step in steps] == [
        ("approved", None),
        ("starts", None),
        ("phase", "Posms"),
        ("ends", None),
        ("deadline", "Nezināms"),
    ]
    assert [step.what for step in steps if step.is_now(date(2021, 1, 1))] == ["phase"]
    assert [step.what for step in steps if step.is_now(date(2020, 4, 30))] == []


def test_a_hidden_group_and_its_milestones_are_not_found() -> None:
    network = factories.network()
    hidden = factories.group("Slēgtā", networks=[network], audience=Audience.MEMBERS)
    factories.group("Atklātā", networks=[network])
    factories.milestone(network, "Slepenais", group=hidden)
    db.session.commit()
    assert [group.name_lv for group in groups_of_network(db.session(), network.id, viewer=PUBLIC)] == ["Atklātā"]
    assert list(milestones_of_network(db.session(), network.id, viewer=PUBLIC)) == []


def test_a_list_costs_three_statements_however_long_it_is(statements: Statements) -> None:
    costs = []
    for number in (1, 2):
        for count in range(number):
            join(factories.network(themes=[Theme(slug=f"t{number}{count}", name_lv="tēma")]), "Ādaži")
        db.session.commit()
        with statements() as ran:
            as_matrix(networks(db.session()))
        costs.append(len(ran))
        db.session.expire_all()
    assert costs == [3, 3]

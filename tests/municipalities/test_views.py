"""Pages of municipalities."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient

from lag_tracker.database import db
from lag_tracker.models.group import GroupKind
from lag_tracker.models.municipality import Municipality, MunicipalityKind
from lag_tracker.models.network import PartnerRole, Partnership
from lag_tracker.models.theme import Theme
from lag_tracker.models.traits import Audience, Certainty, Precision
from tests import factories
from tests.reading import facts, links, texts

Statements = Callable[[], AbstractContextManager[list[str]]]
pytestmark = pytest.mark.usefixtures("app")
TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen_day() -> Iterator[None]:
    """Let every test run on one Sunday in November."""
    with time_machine.travel(TODAY, tick=False):
        yield


def take_part(town: Municipality, name: str, **given: Any) -> None:
    """Let a municipality take part in a new network."""
    values = {"network": factories.network(name), "municipality": town, "role": PartnerRole.PARTNER}
    db.session.add(Partnership(**(values | given)))


def test_the_index_parts_latvia_regions_and_other_countries(client: FlaskClient) -> None:
    for name, given in (
        ("Ķekavas novads", {}),
        ("Jūrmala", {}),
        ("Rīgas plānošanas reģions", {"kind": MunicipalityKind.PLANNING_REGION}),
        ("Milāna", {"country": "IT"}),
    ):
        factories.municipality(name, **given)
    db.session.commit()
    html = client.get("/pasvaldibas").text
    names = ["Jūrmala", "Ķekavas novads", "Rīgas plānošanas reģions", "Milāna"]
    assert texts(html, "a", css_class="record-name") == names
    assert texts(html, "ul", css_class="plain-list")[2] == "Milāna Itālija"
    assert texts(client.get("/en/municipalities").text, "h2", within="main") == [
        "In Latvia",
        "Planning regions",
        "In other countries",
    ]


def test_the_index_tells_what_each_takes_part_in(client: FlaskClient) -> None:
    town = factories.municipality()
    for name in ("REFILL", "Arrival Networks"):
        take_part(town, name)
    factories.group(municipality=town)
    factories.group(municipality=town, audience=Audience.MEMBERS)
    db.session.commit()
    assert texts(client.get("/en/municipalities").text, "span", css_class="small") == [
        "2 networks: Arrival Networks, REFILL · 1 group"
    ]


def test_a_municipality_shows_its_part_in_networks(client: FlaskClient) -> None:
    town = factories.municipality()
    take_part(town, "Change!", role=PartnerRole.WORKS_WITH, role_certainty=Certainty.INFERRED)
    take_part(
        town,
        "Cities4CSR",
        network=factories.network(
            "Cities4CSR", themes=[Theme(slug="a", name_lv="zaļā mobilitāte"), Theme(slug="b", name_lv="izglītošana")]
        ),
        body_lv="Pārvalde",
        focus_lv="velosipēdi",
    )
    db.session.commit()
    assert texts(client.get(f"/pasvaldibas/{town.slug}").text, "li", css_class="partner")[0].startswith(
        "Change! Sadarbojas ("
    )
    assert texts(client.get(f"/en/municipalities/{town.slug}").text, "li", css_class="partner") == [
        "Change! Works with (role inferred from the source)",
        "Cities4CSR Partner PārvaldeLocal focus: velosipēdiizglītošana, zaļā mobilitāte",
    ]


def test_the_kind_stands_with_each_group(client: FlaskClient) -> None:
    town = factories.municipality()
    factories.group("Ķekavas vietējā rīcības grupa", municipality=town, networks=[factories.network("Cities4CSR")])
    factories.group("Partnerība Daugavkrasts", municipality=town, kind=GroupKind.LEADER_LAG)
    factories.group("Slēgtā", municipality=town, audience=Audience.MEMBERS)
    db.session.commit()
    assert texts(client.get(f"/pasvaldibas/{town.slug}").text, "ul", css_class="plain-list") == [
        (
            "Ķekavas vietējā rīcības grupa URBACT vietējā rīcības grupa · Cities4CSR"
            "Partnerība Daugavkrasts LEADER vietējā rīcības grupa"
        )
    ]


def test_its_meetings_stand_under_what_is_known_of_their_day(client: FlaskClient) -> None:
    town = factories.municipality(slug="kekava")
    group = factories.group(municipality=town)
    for title, day, given in (
        ("Gaidāmā", date(2026, 12, 1), {}),
        ("Bijusī", date(2020, 10, 28), {}),
        ("Nedatētā", None, {"date_precision": Precision.UNKNOWN}),
        ("Slepenā", date(2026, 12, 2), {"audience": Audience.MEMBERS}),
    ):
        factories.meeting(title, starts_on=day, groups=[group], **given)
    db.session.commit()
    html = client.get("/pasvaldibas/kekava").text
    assert texts(html, "h3", css_class="meeting-title") == ["Gaidāmā", "Bijusī", "Nedatētā"]
    assert "/abonet?calendar=municipality:kekava" in links(html).values()


def test_one_abroad_names_its_country(client: FlaskClient) -> None:
    town = factories.municipality("Gijona", country="ES")
    db.session.commit()
    assert facts(client.get(f"/en/municipalities/{town.slug}").text) == {"Kind": "Municipality", "Country": "Spain"}


def test_one_that_there_is_not_is_not_found(client: FlaskClient) -> None:
    assert client.get("/pasvaldibas/nav").status_code == 404


@pytest.mark.parametrize("address", ["/pasvaldibas", "/pasvaldibas/nav", "/en/municipalities"])
def test_a_post_is_refused(client: FlaskClient, address: str) -> None:
    assert client.post(address).status_code == 405


def test_hostile_words_stay_words(client: FlaskClient) -> None:
    town = factories.municipality("<script>alert(1)</script>")
    db.session.commit()
    for address in ("/pasvaldibas", f"/pasvaldibas/{town.slug}"):
        assert "<script>alert" not in client.get(address).text


@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_the_same_for_one_and_for_three(client: FlaskClient, statements: Statements, number: int) -> None:
    town = factories.municipality(slug="kekava")
    for count in range(number):
        take_part(town, f"Tīkls {count}")
        group = factories.group(municipality=town, networks=[factories.network()])
        factories.group("Kodols", parent=group)
        factories.municipality()
        for day in (date(2020, 1, 1), date(2027, 1, 1), None):
            factories.meeting(groups=[group], networks=group.networks, starts_on=day)
    db.session.commit()
    costs = []
    for address in ("/pasvaldibas", "/pasvaldibas/kekava"):
        client.get(address)  # From now on names are in memory.
        db.session.expire_all()
        with statements() as ran:
            client.get(address)
        costs.append(len(ran))
    assert costs == [3, 10]

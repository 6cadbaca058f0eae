"""Pages of networks."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from lag_tracker.database import db
from lag_tracker.models.milestone import MilestoneKind
from lag_tracker.models.network import Network, NetworkKind, PartnerRole, Partnership, Programme
from lag_tracker.models.source import Citation, Source
from lag_tracker.models.theme import Theme
from lag_tracker.models.traits import Audience, Certainty, Precision
from tests import factories
from tests.reading import facts, links, texts
from tests.visitors import administrator, manager_of

Statements = Callable[[], AbstractContextManager[list[str]]]
pytestmark = pytest.mark.usefixtures("app")
TODAY = datetime(2021, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen_day() -> Iterator[None]:
    """Let every test run on one day while the network is at work."""
    with time_machine.travel(TODAY, tick=False):
        yield


def cities4csr() -> Network:
    """Record a network with two partners, and return it."""
    network = factories.network("Cities4CSR", slug="cities4csr", starts_on=date(2019, 6, 5))
    db.session.add_all(
        [
            Partnership(
                network=network, municipality=factories.municipality("Milāna", country="IT"), role=PartnerRole.LEAD
            ),
            Partnership(
                network=network,
                municipality=factories.municipality("Ķekavas novads", slug="kekavas-novads"),
                role=PartnerRole.PARTNER,
                role_certainty=Certainty.INFERRED,
                body_lv="Attīstības pārvalde",
                focus_lv="zaļā mobilitāte",
            ),
        ]
    )
    return network


@pytest.mark.parametrize(
    ("address", "words"),
    [("/tikli", ["partneris*", "vadošais partneris"]), ("/en/networks", ["partner*", "lead partner"])],
)
def test_the_matrix_tells_roles_in_words_and_marks_what_is_inferred(
    client: FlaskClient, address: str, words: list[str]
) -> None:
    cities4csr()
    db.session.commit()
    html = client.get(address).text
    assert texts(html, "td") == words
    assert texts(html, "td", css_class="is-lead") == words[1:]
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 2
    assert '<div class="scroll" role="region" aria-labelledby="matrica" tabindex="0">' in html


def test_the_list_says_the_same_in_words_for_small_screens(client: FlaskClient) -> None:
    cities4csr().themes = [Theme(slug="zala-mobilitate", name_lv="zaļā mobilitāte")]
    db.session.commit()
    html = client.get("/tikli").text
    assert texts(html, "ul", css_class="network-partners") == ["Milāna vadošais partnerisĶekavas novads partneris"]
    assert links(html)["zaļā mobilitāte"] == "/tikli?theme=zala-mobilitate"


def test_kind_and_theme_narrow_the_page(client: FlaskClient) -> None:
    theme = Theme(slug="turisms", name_lv="tūrisms")
    factories.network("TechTown", themes=[theme])
    factories.network("CARD4ALL", kind=NetworkKind.TRANSFER, themes=[theme])
    factories.network("Change!")
    db.session.commit()
    shown = [
        texts(client.get(f"/tikli?{query}").text, "a", css_class="record-name")
        for query in ("", "kind=transfer", "theme=turisms", "kind=action_planning&theme=turisms", "kind=implementation")
    ]
    assert shown == [["CARD4ALL", "Change!", "TechTown"], ["CARD4ALL"], ["CARD4ALL", "TechTown"], ["TechTown"], []]


@pytest.mark.parametrize("query", ["kind=nav", "kind=TRANSFER", "theme=nav"])
def test_a_filter_that_there_is_not_is_not_found(client: FlaskClient, query: str) -> None:
    assert client.get(f"/tikli?{query}").status_code == 404


@pytest.mark.parametrize("address", ["/tikli", "/tikli/nav", "/en/networks/nav"])
def test_a_post_is_refused(client: FlaskClient, address: str) -> None:
    assert client.post(address).status_code == 405


def test_a_network_that_there_is_not_is_not_found(client: FlaskClient) -> None:
    assert client.get("/tikli/nav").status_code == 404


def test_no_network_at_all_says_what_to_do(client: FlaskClient) -> None:
    assert list(links(client.get("/tikli").text).values())[-1] == "/grupas"


def test_official_and_printed_names_both_stand_on_the_page(client: FlaskClient) -> None:
    network = factories.network(
        "Arrival Networks",
        official_name="Arrival Cities",
        kind_certainty=Certainty.INFERRED,
        programme=Programme(name="URBACT III", website="https://urbact.eu"),
    )
    db.session.commit()
    html = client.get(f"/en/networks/{network.slug}").text
    assert texts(html, "h1") == ["Arrival Cities"]
    assert facts(html) == {
        "Kind": "Action planning networkkind inferred from the source",
        "Official name": "Arrival Cities",
        "Name as printed": "Arrival Networks",
        "Programme": "URBACT III",
    }


def test_a_stated_kind_is_not_called_inferred(client: FlaskClient) -> None:
    network = factories.network()
    db.session.commit()
    assert facts(client.get(f"/tikli/{network.slug}").text)["Veids"] == "Rīcības plānošanas tīkls"


def test_partners_tell_role_body_and_focus_and_who_backs_it(client: FlaskClient) -> None:
    network = cities4csr()
    db.session.flush()
    source = Source(
        publisher="URBACT Latvija", title_lv="Video", url="https://urbact.eu/video", published_on=date(2019, 5, 27)
    )
    db.session.add(Citation(source=source, partnership_id=network.partnerships[1].id))
    db.session.commit()
    html = client.get("/en/networks/cities4csr").text
    assert texts(html, "li", css_class="partner") == [
        "Milāna Lead partner",
        (
            "Ķekavas novadsSource 1 Partner (role inferred from the source) "
            "Attīstības pārvaldeLocal focus: zaļā mobilitāte"
        ),
    ]
    assert texts(html, "ol", css_class="source-notes") == ["URBACT Latvija, Video, published 27 May 2019"]
    assert links(html)["Source 1"] == "#avots-1"


def test_its_course_is_told_with_coarse_unknown_and_inferred_dates(client: FlaskClient) -> None:
    network = cities4csr()
    factories.milestone(
        network,
        "Pieredzes apmaiņa",
        kind=MilestoneKind.PHASE,
        starts_on=date(2020, 5, 1),
        ends_on=date(2022, 8, 1),
        date_precision=Precision.MONTH,
    )
    factories.milestone(
        network, "Ceļvedis", starts_on=date(2020, 12, 31), date_certainty=Certainty.INFERRED, applies_to_lv="visi"
    )
    factories.milestone(network, "Otrā kārta", starts_on=None, date_precision=Precision.UNKNOWN)
    db.session.commit()
    html = client.get("/tikli/cities4csr").text
    assert texts(html, "p", css_class="timeline-when") == [
        "Trešdiena, 2019. gada 5. jūnijs",
        "2020. gada maijs – 2022. gada augusts",
        "Ceturtdiena, 2020. gada 31. decembris (datums secināts)",
        "Datums nav zināms",
    ]
    assert texts(html, "span", css_class="timeline-what")[1:] == ["Pieredzes apmaiņa", "Ceļvedis", "Otrā kārta"]
    assert [line.split()[0] for line in texts(html, "li", css_class="is-now")] == ["2020."]


def test_its_meetings_stand_under_what_is_known_of_their_day(client: FlaskClient) -> None:
    network = cities4csr()
    for title, day, given in (
        ("Gaidāmā", date(2021, 6, 2), {}),
        ("Bijusī", date(2020, 10, 28), {}),
        ("Nedatētā", None, {"date_precision": Precision.UNKNOWN}),
        ("Slepenā", date(2021, 6, 3), {"audience": Audience.MEMBERS}),
    ):
        factories.meeting(title, starts_on=day, networks=[network], **given)
    factories.meeting("Sveša", starts_on=date(2021, 6, 2))
    factories.group("Slēgtā", networks=[network], audience=Audience.MEMBERS)
    factories.group("Atklātā", networks=[network])
    db.session.commit()
    html = client.get("/tikli/cities4csr").text
    assert texts(html, "h3", css_class="meeting-title") == ["Gaidāmā", "Bijusī", "Nedatētā"]
    assert texts(html, "a", css_class="record-name") == ["Atklātā"]
    assert "/abonet?calendar=network:cities4csr" in links(html).values()


def test_hostile_words_stay_words(client: FlaskClient) -> None:
    network = factories.network(
        "<script>alert(1)</script>", official_name='"><img src=x>', website="https://tikls.example/?a=1&b=2"
    )
    db.session.commit()
    for address in ("/tikli", f"/tikli/{network.slug}"):
        html = client.get(address).text
        assert "<script>alert" not in html
        assert "<img" not in html


@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_the_same_for_one_and_for_three(client: FlaskClient, statements: Statements, number: int) -> None:
    network = factories.network(slug="tikls")
    for count in range(number):
        other = factories.network(f"Tīkls {count}", themes=[Theme(slug=f"t{count}", name_lv="tēma")])
        network.themes.append(other.themes[0])
        town = factories.municipality(f"Pilsēta {count}")
        for one in (network, other):
            db.session.add(Partnership(network=one, municipality=town, role=PartnerRole.PARTNER))
        group = factories.group(networks=[network], municipality=town)
        factories.milestone(network)
        for day in (date(2020, 1, 1), date(2022, 1, 1), None):
            factories.meeting(groups=[group], networks=[network], starts_on=day)
    db.session.commit()
    costs = []
    for address in ("/tikli", "/tikli/tikls"):
        client.get(address)  # From now on names are in memory.
        db.session.expire_all()
        with statements() as ran:
            client.get(address)
        costs.append(len(ran))
    assert costs == [5, 10]


def test_a_networks_deadlines_and_meetings_are_saved_from_its_page(client: FlaskClient) -> None:
    network = cities4csr()
    factories.milestone(network)
    factories.meeting(networks=[network], starts_on=date(2021, 6, 2))
    db.session.commit()
    page = client.get("/en/networks/cities4csr").text
    found = {words: address for words, address in links(page).items() if words.startswith("Save")}
    assert found == {
        "Save the list of deadlines: Excel": "/en/networks/cities4csr/milestones.xlsx",
        "Save the list of deadlines: CSV": "/en/networks/cities4csr/milestones.csv",
        "Save the list of deadlines: calendar (ICS)": "/en/calendars/networks/cities4csr.ics",
        "Save the list of meetings: Excel": "/en/calendar.xlsx?network=cities4csr",
        "Save the list of meetings: CSV": "/en/calendar.csv?network=cities4csr",
        "Save the list of meetings: calendar (ICS)": "/en/calendars/networks/cities4csr.ics",
    }
    assert {client.get(address).status_code for address in found.values()} == {200}


def test_who_may_take_back_an_archived_meeting_finds_it_at_its_network_or_municipality(
    app: Flask, client: FlaskClient
) -> None:
    kekava = factories.municipality(slug="kekava")
    away: dict[str, Any] = {"archived_at": TODAY, "starts_on": date(2021, 5, 1)}
    factories.meeting("Tīkla sanāksme", networks=[cities4csr()], **away)
    factories.meeting("Novada sanāksme", organiser=kekava, **away)
    db.session.commit()
    pages = {"/en/networks/cities4csr": "Tīkla sanāksme", "/en/municipalities/kekava": "Novada sanāksme"}
    chief, manager = administrator(app), manager_of(app, factories.group())
    for visitor, expected in ((chief, [[title] for title in pages.values()]), (manager, [[], []]), (client, [[], []])):
        assert [texts(visitor.get(page).text, "h3", css_class="meeting-title") for page in pages] == expected

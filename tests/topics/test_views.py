"""Pages of topics."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

import pytest
import time_machine
from flask.testing import FlaskClient

from lag_tracker.database import db
from lag_tracker.models.initiative import InitiativeState
from lag_tracker.models.topic import TopicState
from lag_tracker.models.traits import Audience
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


def test_the_index_heads_topics_with_their_groups_and_kinds(client: FlaskClient) -> None:
    factories.topic(factories.group("Baldones grupa"), "Ūdens")
    factories.topic(factories.group("Ādažu grupa"), "Ceļi", state=TopicState.CLOSED)
    db.session.commit()
    html = client.get("/temati").text
    assert texts(html, "h2", within="main") == ["Ādažu grupa", "Baldones grupa"]
    assert texts(html, "a", css_class="record-name") == ["Ceļi", "Ūdens"]
    assert texts(html, "span", css_class="badge") == ["noslēgts"]
    assert texts(html, "p", css_class="faint")[0] == "URBACT vietējā rīcības grupa"


def test_the_index_tells_what_was_from_what_is_ahead(client: FlaskClient) -> None:
    group = factories.group()
    topic = factories.topic(group, "Ceļi")
    factories.topic(group, "Ūdens")
    for day in (date(2026, 1, 10), date(2026, 12, 1)):
        factories.agenda_item(factories.meeting(groups=[group], starts_on=day), topic=topic)
    db.session.commit()
    assert texts(client.get("/en/topics").text, "p", css_class="small")[1:] == [
        "On the agenda of 1 meeting · most recently: 10 January 2026 · next: 1 December 2026",
        "Not discussed by any meeting yet",
    ]


def test_no_topic_at_all_says_what_to_do(client: FlaskClient) -> None:
    assert list(links(client.get("/temati").text).values()) == ["/kalendars"]


def test_a_topic_shows_its_path(client: FlaskClient) -> None:
    group = factories.group()
    topic = factories.topic(group, "Ceļi")
    held = factories.meeting("Pavasara sēde", groups=[group], starts_on=date(2026, 3, 2))
    factories.agenda_item(held, "Par ceļiem", position=2, topic=topic)
    factories.decision(held, "Mērīt ātrumu", topic=topic)
    one = factories.initiative(group, "Skolas iela", topic=topic, state=InitiativeState.TESTING)
    one.history[0].changed_on = date(2026, 5, 1)
    factories.action(held, "Salikt zīmes", initiative=one)
    db.session.commit()
    html = client.get(f"/temati/{topic.slug}").text
    assert texts(html, "p", css_class="timeline-when") == [
        "Pirmdiena, 2026. gada 2. marts",
        "Piektdiena, 2026. gada 1. maijs",
    ]
    assert texts(html, "h3", css_class="path-title") == ["Pavasara sēde"]
    assert texts(html, "p", css_class="decision-text") == ["Mērīt ātrumu"]
    assert links(html)["Par ceļiem"] == f"/sanaksmes/{held.slug}#punkts-2"
    assert texts(html, "div", css_class="path-change") == ["Iniciatīva Skolas iela: izmēģināšanā Iemesls"]
    assert texts(html, "h3", css_class="card-title") == ["Skolas iela"]
    assert "Salikt zīmes" in texts(html, "ul", css_class="plain-list")[0]


def test_what_others_may_not_see_is_not_on_the_page(client: FlaskClient) -> None:
    group = factories.group()
    topic = factories.topic(group, "Ceļi")
    hidden = factories.group("Slēgtā", audience=Audience.MEMBERS)
    held = factories.meeting(groups=[group])
    factories.agenda_item(held, "Slepenais punkts", topic=topic, audience=Audience.MEMBERS)
    factories.agenda_item(factories.meeting("Slepenā sēde", groups=[group, hidden]), topic=topic)
    factories.decision(held, "Slepenais lēmums", topic=topic, published_on=None)
    factories.initiative(hidden, "Slepenā iniciatīva", topic=topic)
    db.session.commit()
    html = client.get(f"/temati/{topic.slug}").text
    assert "Slepen" not in html
    assert "Slēgtā" not in html


def test_a_hidden_groups_topic_does_not_exist_for_strangers(client: FlaskClient) -> None:
    topic = factories.topic(factories.group(audience=Audience.MEMBERS))
    db.session.commit()
    assert client.get(f"/temati/{topic.slug}").status_code == 404
    assert client.get("/en/topics/nav").status_code == 404


@pytest.mark.parametrize("address", ["/temati", "/temati/nav", "/en/topics"])
def test_a_post_is_refused(client: FlaskClient, address: str) -> None:
    assert client.post(address).status_code == 405


def test_the_facts_name_the_group_with_its_kind(client: FlaskClient) -> None:
    town = factories.municipality("Ādažu novads")
    topic = factories.topic(factories.group("Ādažu grupa", municipality=town))
    db.session.commit()
    assert facts(client.get(f"/en/topics/{topic.slug}").text) == {
        "State": "Open",
        "Group": "Ādažu grupaURBACT Local Group",
        "Municipality": "Ādažu novads",
    }


def test_hostile_words_stay_words(client: FlaskClient) -> None:
    topic = factories.topic(factories.group("<b>Grupa</b>"), "<script>alert(1)</script>")
    db.session.commit()
    for address in ("/temati", f"/temati/{topic.slug}"):
        html = client.get(address).text
        assert "<script>alert" not in html
        assert "<b>Grupa" not in html


@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_the_same_for_one_and_for_three(client: FlaskClient, statements: Statements, number: int) -> None:
    group = factories.group()
    topic = factories.topic(group)
    for count in range(number):
        held = factories.meeting(groups=[group], starts_on=date(2026, 1, count + 1), networks=[factories.network()])
        factories.agenda_item(held, topic=topic)
        factories.decision(held, topic=topic)
        factories.initiative(group, topic=topic)
    db.session.commit()
    costs = []
    for address in ("/temati", f"/temati/{topic.slug}"):
        client.get(address)  # From now on names are in memory.
        db.session.expire_all()
        with statements() as ran:
            client.get(address)
        costs.append(len(ran))
    assert costs == [1, 9]

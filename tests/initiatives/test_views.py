"""Pages of initiatives: the board, the list, and one initiative."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

import pytest
import time_machine
from flask.testing import FlaskClient

from lag_tracker.database import db
from lag_tracker.models.initiative import InitiativeState, InitiativeStateChange
from lag_tracker.models.theme import Theme
from lag_tracker.models.traits import Audience, Certainty, Precision
from tests import factories
from tests.reading import facts, links, texts

Statements = Callable[[], AbstractContextManager[list[str]]]
pytestmark = pytest.mark.usefixtures("app")
TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
BOTH = pytest.mark.parametrize("address", ["/iniciativas", "/iniciativu-saraksts"])


@pytest.fixture(autouse=True)
def frozen_day() -> Iterator[None]:
    """Let every test run on one Sunday in November."""
    with time_machine.travel(TODAY, tick=False):
        yield


def names(html: str) -> list[str]:
    """Return the titles that the board or the list shows."""
    return texts(html, "h3", css_class="card-title") + texts(html, "a", css_class="record-name")


@pytest.mark.parametrize(
    ("address", "heads"),
    [("/iniciativas", ["Ierosināta 1", "Noraidīta 1"]), ("/en/initiatives", ["Proposed 1", "Declined 1"])],
)
def test_the_board_has_a_column_for_each_state(client: FlaskClient, address: str, heads: list[str]) -> None:
    group = factories.group()
    factories.initiative(group, "Soliņi")
    factories.initiative(group, "Stāvvietas", state=InitiativeState.DECLINED)
    db.session.commit()
    assert texts(client.get(address).text, "h2", within="main") == heads


@BOTH
def test_a_declined_one_shows_its_reason(client: FlaskClient, address: str) -> None:
    factories.initiative(factories.group(), "Stāvvietas", state=InitiativeState.DECLINED).history[
        0
    ].reason_lv = "Nav vietas"
    db.session.commit()
    assert "Nav vietas" in " ".join(texts(client.get(address).text, "p", css_class="small"))


@BOTH
def test_group_theme_and_state_narrow_both_lists(client: FlaskClient, address: str) -> None:
    theme = Theme(slug="zala-mobilitate", name_lv="zaļā mobilitāte")
    first, second = factories.group("Ādažu grupa"), factories.group("Baldones grupa")
    factories.initiative(first, "Soliņi", theme=theme)
    factories.initiative(first, "Celiņi", state=InitiativeState.DONE)
    factories.initiative(second, "Alejas", theme=theme)
    db.session.commit()
    shown = {
        query: sorted(names(client.get(f"{address}?{query}").text))
        for query in (
            f"group={first.slug}",
            "theme=zala-mobilitate",
            "state=done",
            f"theme=zala-mobilitate&group={second.slug}",
        )
    }
    assert list(shown.values()) == [["Celiņi", "Soliņi"], ["Alejas", "Soliņi"], ["Celiņi"], ["Alejas"]]


@BOTH
@pytest.mark.parametrize("query", ["group=nav", "theme=nav", "state=nav", "state=PROPOSED"])
def test_a_filter_that_there_is_not_is_not_found(client: FlaskClient, address: str, query: str) -> None:
    factories.initiative(factories.group())
    db.session.commit()
    assert client.get(f"{address}?{query}").status_code == 404


def test_an_order_that_there_is_not_is_not_found(client: FlaskClient) -> None:
    assert client.get("/iniciativu-saraksts?sort=nav").status_code == 404


@BOTH
def test_nothing_to_show_says_what_to_do(client: FlaskClient, address: str) -> None:
    html = client.get(address).text
    assert list(links(html).values())[-1] == "/priekslikums"


def test_the_list_says_which_column_it_is_sorted_by(client: FlaskClient) -> None:
    group = factories.group()
    factories.initiative(group, "Žogi").history[0].changed_on = date(2026, 5, 1)
    factories.initiative(group, "Alejas")
    db.session.commit()
    html = client.get("/iniciativu-saraksts?sort=changed").text
    assert names(html) == ["Žogi", "Alejas"]
    assert html.count('aria-sort="descending"') == 1
    assert html.count("aria-sort") == 1


@pytest.mark.parametrize("address", ["/iniciativas", "/iniciativu-saraksts", "/iniciativas/nav"])
def test_a_post_is_refused(client: FlaskClient, address: str) -> None:
    assert client.post(address).status_code == 405


def test_a_hidden_groups_initiative_does_not_exist_for_strangers(client: FlaskClient) -> None:
    hidden = factories.initiative(factories.group(audience=Audience.MEMBERS), "Slepenā")
    db.session.commit()
    assert client.get(f"/iniciativas/{hidden.slug}").status_code == 404
    assert "Slepenā" not in client.get("/iniciativas").text + client.get("/iniciativu-saraksts").text
    assert client.get("/iniciativas/tadas-nav").status_code == 404


def test_an_initiative_shows_its_path_with_honest_dates(client: FlaskClient) -> None:
    group = factories.group()
    held = factories.meeting(
        "Diskusija", groups=[group], starts_on=date(2020, 12, 2), date_certainty=Certainty.INFERRED
    )
    ahead = factories.meeting("Nākamā", groups=[group], starts_on=date(2026, 12, 1))
    one = factories.initiative(group, "Pārejas", state=InitiativeState.TESTING)
    one.history = [
        InitiativeStateChange(position=1, state=InitiativeState.PROPOSED, date_precision=Precision.UNKNOWN),
        InitiativeStateChange(
            position=2, state=InitiativeState.UNDER_DISCUSSION, meeting=held, changed_on=date(2020, 12, 2)
        ),
        InitiativeStateChange(
            position=3, state=InitiativeState.TESTING, changed_on=date(2022, 5, 1), date_precision=Precision.MONTH
        ),
    ]
    factories.agenda_item(held, "Par pārejām", position=3, initiative=one)
    taken = factories.decision(held, "Meklēt īpašniekus", initiative=one, number=4)
    factories.agenda_item(ahead, "Kā sokas", initiative=one)
    db.session.commit()
    html = client.get(f"/iniciativas/{one.slug}").text
    assert texts(html, "p", css_class="timeline-when") == [
        "Datums nav zināms",
        "Trešdiena, 2020. gada 2. decembris (datums secināts)",
        "2022. gada maijs",
        "Otrdiena, 2026. gada 1. decembris",
    ]
    assert texts(html, "span", css_class="badge") == ["izmēģināšanā", "ierosināta", "apspriešanā", "izmēģināšanā"]
    assert texts(html, "p", css_class="decision-text") == ["Meklēt īpašniekus"]
    found = links(html)
    assert found["Par pārejām"] == f"/sanaksmes/{held.slug}#punkts-3"
    assert f"/sanaksmes/{held.slug}#lemums-{taken.id}" in found.values()
    meeting = client.get(f"/sanaksmes/{held.slug}").text
    assert 'id="punkts-3"' in meeting
    assert f'id="lemums-{taken.id}"' in meeting


def test_a_parked_one_says_why(client: FlaskClient) -> None:
    one = factories.initiative(factories.group(), state=InitiativeState.PARKED)
    one.history[0].reason_lv = "Jāgaida nauda"
    db.session.commit()
    assert texts(client.get(f"/en/initiatives/{one.slug}").text, "div", css_class="notice") == [
        "Parked because: Jāgaida nauda"
    ]


def test_a_passage_in_the_other_language_says_so(client: FlaskClient) -> None:
    one = factories.initiative(factories.group(), "Pārejas")
    db.session.commit()
    assert '<span lang="lv">Pārejas</span></h1>' in client.get(f"/en/initiatives/{one.slug}").text


def test_what_others_may_not_see_is_not_on_the_page(client: FlaskClient) -> None:
    hidden = factories.group("Slēgtā", audience=Audience.MEMBERS)
    group = factories.group()
    one = factories.initiative(group, topic=factories.topic(hidden, "Slepenais temats"))
    held = factories.meeting("Diskusija", groups=[group])
    secret = factories.meeting("Slepenā sanāksme", groups=[group], audience=Audience.MEMBERS)
    factories.agenda_item(held, "Slepenais punkts", initiative=one, audience=Audience.MEMBERS)
    factories.agenda_item(secret, initiative=one)
    factories.decision(held, "Slepenais lēmums", initiative=one, published_on=None)
    for where, audience in ((held, Audience.MEMBERS), (secret, Audience.PUBLIC)):
        factories.action(where, "Slepenais uzdevums", initiative=one, audience=audience)
    factories.action(held, "Slepenais melnraksts", initiative=one, is_published=False)
    db.session.commit()
    html = client.get(f"/iniciativas/{one.slug}").text
    assert "Slepen" not in html
    assert "Slēgtā" not in html


def test_actions_tell_who_and_by_when_and_that_they_are_late(client: FlaskClient) -> None:
    group = factories.group()
    one = factories.initiative(group)
    held = factories.meeting(groups=[group])
    factories.action(
        held, "Uzrunāt", initiative=one, responsible="Dome", responsible_is_public=True, due_on=date(2026, 11, 1)
    )
    db.session.commit()
    html = client.get(f"/en/initiatives/{one.slug}").text
    assert texts(html, "ul", css_class="plain-list") == ["Uzrunāt late Dome due 1 November 2026"]


def test_the_kind_stands_with_the_group(client: FlaskClient) -> None:
    one = factories.initiative(factories.group("Ķekavas grupa"))
    db.session.commit()
    assert facts(client.get(f"/en/initiatives/{one.slug}").text)["Group"] == "Ķekavas grupaURBACT Local Group"


@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_the_same_for_one_and_for_three(client: FlaskClient, statements: Statements, number: int) -> None:
    group = factories.group()
    theme = Theme(slug="tema", name_lv="tēma")
    one = factories.initiative(group, "Pirmā", theme=theme, topic=factories.topic(group))
    for count in range(number):
        held = factories.meeting(groups=[group], starts_on=date(2026, 1, count + 1), networks=[factories.network()])
        factories.agenda_item(held, initiative=one)
        factories.decision(held, initiative=one)
        factories.action(held, initiative=one)
        factories.initiative(group, f"Cita {count}", theme=theme)
    db.session.commit()
    costs = []
    for address in ("/iniciativas", "/iniciativu-saraksts", f"/iniciativas/{one.slug}"):
        client.get(address)  # From now on names are in memory.
        db.session.expire_all()
        with statements() as ran:
            client.get(address)
        costs.append(len(ran))
    assert costs == [4, 4, 10]

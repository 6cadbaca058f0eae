"""The page of decisions."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask.testing import FlaskClient

from lag_tracker.database import db
from lag_tracker.models.decision import DecisionMethod
from lag_tracker.models.group import GroupKind
from lag_tracker.models.traits import Precision
from lag_tracker.web.paging import PAGE
from tests import factories
from tests.reading import links, texts

Statements = Callable[[], AbstractContextManager[list[str]]]
pytestmark = pytest.mark.usefixtures("app")


def shown(client: FlaskClient, address: str) -> list[str]:
    """Return the texts of the decisions that a page shows."""
    answer = client.get(address)
    assert answer.status_code == 200
    return texts(answer.text, "p", css_class="decision-text")


@pytest.mark.parametrize(
    ("address", "words"), [("/lemumi", "Lemšanas veids nav norādīts"), ("/en/decisions", "Method not stated")]
)
def test_a_method_that_nobody_wrote_down_is_not_invented(client: FlaskClient, address: str, words: str) -> None:
    factories.decision(factories.meeting("Sēde", groups=[factories.group()], starts_on=date(2020, 11, 10)))
    db.session.commit()
    assert texts(client.get(address).text, "p", css_class="decision-facts")[0].startswith(words)


def test_votes_are_told_where_there_was_a_vote(client: FlaskClient) -> None:
    held = factories.meeting(groups=[factories.group()])
    factories.decision(held, method=DecisionMethod.VOTE, votes_for=8, votes_against=1, votes_abstained=2)
    db.session.commit()
    facts = texts(client.get("/en/decisions").text, "p", css_class="decision-facts")[0]
    assert facts.startswith("By vote: for 8, against 1, abstained 2")


def test_a_number_is_said_with_its_year_because_each_year_begins_at_one(client: FlaskClient) -> None:
    group = factories.group(slug="grupa")
    topic = factories.topic(group, slug="velo")
    for day in (date(2020, 2, 1), date(2021, 2, 1)):
        held = factories.meeting(groups=[group], starts_on=day, slug=f"{day:%Y}")
        factories.decision(held, number=1, topic=topic)
    undated = factories.meeting(groups=[group], starts_on=None, date_precision=Precision.UNKNOWN)
    factories.decision(undated, number=7)
    db.session.commit()
    both = ["Lēmums Nr. 1/2021", "Lēmums Nr. 1/2020"]
    for address, numbers in (
        ("/lemumi", [*both, "Lēmums Nr. 7"]),
        ("/sanaksmes/2020", both[1:]),
        ("/temati/velo", both[::-1]),
    ):
        kickers = texts(client.get(address).text, "p", css_class="kicker")
        assert [one for one in kickers if "Lēmums" in one] == numbers, address


def test_years_head_the_decisions_the_newest_first(client: FlaskClient) -> None:
    group = factories.group()
    for year in (2020, 2026, 2025):
        factories.decision(factories.meeting(groups=[group], starts_on=date(year, 2, 1)), f"Lēmums {year}")
    db.session.commit()
    assert texts(client.get("/lemumi").text, "h2", within="main") == ["2026", "2025", "2020"]
    assert shown(client, "/lemumi") == ["Lēmums 2026", "Lēmums 2025", "Lēmums 2020"]
    assert shown(client, "/lemumi?year=2025") == ["Lēmums 2025"]
    assert shown(client, "/lemumi?year=2024") == []


def test_a_group_is_shown_with_the_groups_under_it(client: FlaskClient) -> None:
    parent = factories.group("Grupa")
    core = factories.group("Kodols", kind=GroupKind.CORE_GROUP, parent=parent)
    for one, words in ((parent, "Grupas"), (core, "Kodola"), (factories.group("Cita"), "Citas")):
        factories.decision(factories.meeting(groups=[one]), words)
    db.session.commit()
    assert sorted(shown(client, f"/lemumi?group={parent.slug}")) == ["Grupas", "Kodola"]
    assert shown(client, f"/lemumi?group={core.slug}") == ["Kodola"]


def test_a_group_that_has_decided_nothing_says_so(client: FlaskClient) -> None:
    group = factories.group()
    db.session.commit()
    answer = client.get(f"/en/decisions?group={group.slug}")
    assert texts(answer.text, "div", css_class="empty") == ["Nothing decided is like that. Show all decisions."]


@pytest.mark.parametrize(
    "query",
    ["group=nav", "year=20", "year=2020x", "year=0020", "year=-2020", "year=99999", "after=x", "after=2020-13-01.1"],
)
def test_a_filter_that_there_is_not_is_not_found(client: FlaskClient, query: str) -> None:
    assert client.get(f"/lemumi?{query}").status_code == 404


def test_a_post_is_refused(client: FlaskClient) -> None:
    assert client.post("/lemumi").status_code == 405


def test_the_next_page_goes_on_where_the_first_ended(client: FlaskClient) -> None:
    held = factories.meeting(groups=[factories.group()])
    for number in range(PAGE + 2):
        factories.decision(held, f"Lēmums {number:03}")
        db.session.flush()
    db.session.commit()
    first = client.get("/lemumi")
    older = next(address for words, address in links(first.text).items() if words.endswith("→"))
    assert len(texts(first.text, "p", css_class="decision-text")) == PAGE
    assert shown(client, older) == ["Lēmums 001", "Lēmums 000"]


def test_hostile_words_stay_words(client: FlaskClient) -> None:
    factories.decision(factories.meeting(groups=[factories.group()]), "<script>alert(1)</script>")
    db.session.commit()
    html = client.get("/lemumi").text
    assert "<script>alert" not in html
    assert texts(html, "p", css_class="decision-text") == ["<script>alert(1)</script>"]


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_for_one_and_three(client: FlaskClient, statements: Statements, number: int) -> None:
    group = factories.group()
    for day in range(number):
        factories.decision(factories.meeting(groups=[group], starts_on=date(2026, 1, day + 1)))
    db.session.commit()
    with statements() as ran:
        client.get("/lemumi")
    assert len(ran) == 5

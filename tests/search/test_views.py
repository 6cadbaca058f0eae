"""The search page."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask.testing import FlaskClient

from lag_tracker.database import db
from lag_tracker.models.traits import Audience
from tests import factories

Statements = Callable[[], AbstractContextManager[list[str]]]


def results(html: str) -> list[tuple[str, str]]:
    """Return address and title of each result, in order."""
    found = re.findall(r'<li class="result">.*?<h2><a href="(.*?)"[^>]*>(.*?)</a>', html, re.DOTALL)
    return [(address, re.sub(r"<[^>]+>", "", title)) for address, title in found]


@pytest.fixture
def records(client: FlaskClient) -> None:
    """Record one of each that a reader can find, all about bicycles."""
    group = factories.group("Velosipēdu grupa", slug="grupa")
    held = factories.meeting("Velosipēdu sanāksme", slug="sanaksme", groups=[group], starts_on=date(2026, 3, 10))
    factories.decision(held, "Iegādāties velosipēdus")
    factories.topic(group, "Velosipēdi", slug="temats")
    factories.initiative(group, "Velosipēdu statīvi", slug="iniciativa")
    factories.network("Velosipēds", slug="tikls")
    factories.municipality("Velosipēdu novads", slug="novads")
    db.session.commit()


@pytest.mark.usefixtures("records")
def test_every_result_leads_to_the_page_that_shows_it(client: FlaskClient) -> None:
    found = dict(results(client.get("/meklet?q=velosipedi").text))
    assert {address: title for address, title in found.items() if "#" not in address} == {
        "/grupas/grupa": "Velosipēdu grupa",
        "/iniciativas/iniciativa": "Velosipēdu statīvi",
        "/pasvaldibas/novads": "Velosipēdu novads",
        "/sanaksmes/sanaksme": "Velosipēdu sanāksme",
        "/temati/temats": "Velosipēdi",
        "/tikli/tikls": "Velosipēds",
    }
    assert [title for address, title in found.items() if address == "/sanaksmes/sanaksme#lemums-1"] == [
        "Iegādāties velosipēdus"
    ]
    assert [client.get(address).status_code for address in found] == [200] * 7


@pytest.mark.usefixtures("records")
def test_words_are_marked_and_kept_in_the_form(client: FlaskClient) -> None:
    html = client.get("/meklet?q=  velosipēdu+statīvi ").text
    assert "<mark>Velosipēdu</mark> <mark>statīvi</mark>" in html
    assert 'value="velosipēdu statīvi"' in html
    assert html.count("<form") == 1


@pytest.mark.usefixtures("records")
def test_results_can_be_narrowed_to_a_subject_and_put_in_order(client: FlaskClient) -> None:
    html = client.get("/en/search?q=velosipedi&subject=meeting&order=newest").text
    assert [address for address, _ in results(html)] == ["/en/meetings/sanaksme"]
    assert re.findall(r'href="([^"]+)" aria-current="true">(.*?)</a>', html) == [
        ("/en/search?q=velosipedi&amp;subject=meeting&amp;order=newest", "meeting (1)"),
        ("/en/search?q=velosipedi&amp;subject=meeting&amp;order=newest", "newest first"),
    ]
    assert '<a href="/en/search?q=velosipedi&amp;order=newest">everything</a>' in html


@pytest.mark.usefixtures("records")
def test_a_passage_in_the_other_language_bears_its_mark(client: FlaskClient) -> None:
    html = client.get("/en/search?q=statīvi").text
    assert '<a href="/en/initiatives/iniciativa" lang="lv">' in html


def test_more_results_follow_page_by_page(client: FlaskClient) -> None:
    for number in range(45):
        factories.meeting(f"Sanāksme par ielām {number}", slug=f"m{number}", starts_on=date(2026, 1, 1))
    db.session.commit()
    found: set[str] = set()
    place: str | None = "/en/search?q=ielas"
    pages = 0
    while place:
        html = client.get(place).text
        found |= {address for address, _ in results(html)}
        following = re.search(r'href="([^"]+)" rel="next"', html)
        place = following[1].replace("&amp;", "&") if following else None
        pages += 1
    assert (len(found), pages) == (45, 3)


def test_an_empty_search_says_what_can_be_found(client: FlaskClient) -> None:
    html = client.get("/en/search").text
    assert "Type a subject, a place, a name of a group or a year." in html
    assert results(html) == []


def test_a_search_without_results_says_what_to_try(client: FlaskClient) -> None:
    html = client.get("/en/search?q=nekas&subject=topic").text
    assert "Nothing was found for “nekas”." in html
    assert '<a href="/en/search?q=nekas">Search in everything</a>' in html


def test_nothing_hidden_is_found(client: FlaskClient) -> None:
    factories.group("Slēgtā grupa", audience=Audience.MEMBERS)
    factories.meeting("Slēgtā sanāksme", audience=Audience.MEMBERS)
    db.session.commit()
    assert results(client.get("/meklet?q=slēgta").text) == []


@pytest.mark.sqlite_only
def test_the_search_page_is_kept_out_of_search_engines(client: FlaskClient) -> None:
    html = client.get("/en/search?q=iela").text
    assert '<meta name="robots" content="noindex">' in html
    assert "<title>iela – Search the site – LAG Tracker</title>" in html


@pytest.mark.sqlite_only
def test_too_many_words_are_a_mistake_said_at_the_field(client: FlaskClient) -> None:
    answer = client.get("/en/search", query_string={"q": "a" * 201})
    assert answer.status_code == 400
    assert '<p class="field-error" id="q-error">' in answer.text
    assert 'aria-describedby="q-error q-hint" aria-invalid="true"' in answer.text
    assert "<title>Error: Search the site" in answer.text
    assert 'value="' + "a" * 201 in answer.text


@pytest.mark.sqlite_only
@pytest.mark.parametrize("query", ["q=a&subject=x", "q=a&order=x", "q=iela&after=x", "q=iela&after=-1"])
def test_choices_that_do_not_exist_are_not_found(client: FlaskClient, query: str) -> None:
    assert client.get(f"/meklet?{query}").status_code == 404


@pytest.mark.parametrize(
    "words", ["'", '"', "*", "a OR b", "NEAR(a b)", "%", "\\", "<b>x</b>", "🚲", "a" * 200, "- (", "&|!"]
)
def test_odd_words_are_only_words(client: FlaskClient, words: str) -> None:
    factories.meeting("<b>x</b> 🚲")
    db.session.commit()
    answer = client.get("/meklet", query_string={"q": words})
    assert answer.status_code == 200
    assert "<b>" not in answer.text


@pytest.mark.usefixtures("records")
def test_a_search_takes_the_same_statements_however_much_it_finds(client: FlaskClient, statements: Statements) -> None:
    counts = []
    for number in (1, 3):
        for _ in range(number):
            factories.meeting("Velosipēdu brauciens")
        db.session.commit()
        with statements() as ran:
            client.get("/meklet?q=velosipedi")
        counts.append(len(ran))
    assert counts[0] == counts[1] <= 4


@pytest.mark.sqlite_only
def test_nothing_can_be_posted_to_the_search_page(client: FlaskClient) -> None:
    assert client.post("/meklet").status_code == 405

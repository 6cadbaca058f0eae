"""The start page and the pages about the site."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask.testing import FlaskClient

from lag_tracker import create_app
from lag_tracker.database import db
from lag_tracker.models.traits import Audience, Precision
from tests import factories
from tests.conftest import settings_for
from tests.reading import links, texts

ABOUT = (
    "/par",
    "/en/about",
    "/izstradatajiem",
    "/en/developers",
    "/pieklustamiba",
    "/en/accessibility",
    "/privatums",
    "/en/privacy",
)


@pytest.fixture(autouse=True)
def frozen_day() -> Iterator[None]:
    """Let every test run on one Sunday in November."""
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False):
        yield


def test_the_start_page_shows_what_is_next_the_soonest_first(client: FlaskClient) -> None:
    group = factories.group()
    for title, day in (("Vēlāk", 10), ("Drīz", 1), ("Rīt", 0)):
        factories.meeting(title, groups=[group], starts_on=date(2026, 11, 23) + timedelta(days=day))
    factories.meeting("Vakar", groups=[group], starts_on=date(2026, 11, 21))
    db.session.commit()
    html = client.get("/").text
    assert texts(html, "h3", css_class="meeting-title") == ["Rīt", "Drīz", "Vēlāk", "Vakar"]
    assert texts(html, "h2", within="main") == ["Tuvākās sanāksmes", "Grupas", "Nesen notikušās"]


def test_the_start_page_shows_the_initiatives_that_moved_last(client: FlaskClient) -> None:
    group = factories.group()
    for number, title in enumerate(("Alejas", "Balkoni", "Ceļi", "Dārzi", "Ēkas", "Fasādes", "Žogi")):
        step = factories.initiative(group, title).history[0]
        step.changed_on, step.date_precision = date(2026, 3, 1 + number), Precision.DAY
    db.session.commit()
    shown = texts(client.get("/").text, "h3", css_class="card-title")
    assert [title for title in shown if title in {"Žogi", "Fasādes", "Alejas"}] == ["Žogi", "Fasādes"]


def test_a_list_says_of_each_meeting_whether_its_time_is_known(client: FlaskClient) -> None:
    factories.evening(starts_on=date(2026, 11, 24))
    factories.meeting(starts_on=date(2026, 11, 25))
    factories.meeting(starts_on=date(2026, 11, 26), ends_on=date(2026, 11, 27))
    factories.meeting(starts_on=date(2026, 12, 1), date_precision=Precision.MONTH)
    factories.milestone(factories.network(), starts_on=date(2026, 11, 28))
    db.session.commit()
    assert texts(client.get("/kalendars").text, "span", css_class="date-rest") == [
        "otrdiena, 18:00–20:00",
        "trešdiena, laiks nav zināms",
        "ceturtdiena–piektdiena, laiks nav zināms",
        "sestdiena",
    ]


def test_the_start_page_shows_the_groups_the_real_ones_before_those_invented(client: FlaskClient) -> None:
    upper = factories.group("Šķirotavas grupa", municipality=factories.municipality("Rīga"))
    factories.group("Ādažu grupa", is_sample=True)
    factories.group("Kodols", parent=upper)
    factories.group("Cēsu grupa")
    factories.group("Alūksnes grupa", archived_at=datetime(2026, 1, 1, tzinfo=UTC))
    factories.group("Balvu grupa", audience=Audience.MEMBERS)
    db.session.commit()
    shown = texts(client.get("/").text, "h3", css_class="card-title")
    assert shown == ["Cēsu grupa", "Šķirotavas grupa", "Ādažu grupa"]


def test_long_texts_say_how_long_they_take_to_read(client: FlaskClient) -> None:
    group = factories.group(slug="grupa", summary_lv="vārds " * 360, tasks_lv="darbs\n" * 180)
    factories.topic(group, slug="temats", summary_lv="vārds " * 360)
    factories.initiative(group, slug="iniciativa", summary_lv="vārds " * 360)
    factories.meeting(groups=[group], slug="sanaksme", summary_lv="vārds " * 360)
    factories.topic(group, slug="iss", summary_lv="vārds " * 180)
    db.session.commit()
    found = {
        address: [words for words in texts(client.get(f"/en/{address}").text, "p") if words.endswith("to read")]
        for address in ("groups/grupa", "topics/temats", "initiatives/iniciativa", "meetings/sanaksme")
    }
    assert found == {
        "groups/grupa": ["3 minutes to read"],
        "topics/temats": ["2 minutes to read"],
        "initiatives/iniciativa": ["2 minutes to read"],
        "meetings/sanaksme": ["2 minutes to read"],
    }
    assert "to read" not in client.get("/en/topics/iss").text
    assert "minutes to read" in texts(client.get("/en/privacy").text, "header")[-1]


def test_an_empty_start_page_says_what_to_do(client: FlaskClient) -> None:
    assert texts(client.get("/").text, "div", css_class="empty") == [
        "Pašlaik neviena sanāksme nav plānota. Skatīt notikušās"
    ]
    assert texts(client.get("/en/").text, "div", css_class="empty") == [
        "No meeting is planned now. See what has been held"
    ]


@pytest.mark.parametrize("address", ABOUT)
def test_pages_about_the_site_open_in_both_languages(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.sqlite_only
def test_the_accessibility_statement_claims_nothing_that_was_not_assessed(client: FlaskClient) -> None:
    html = client.get("/pieklustamiba").text
    assert "Neatkarīgs šīs vietnes izvērtējums vēl nav veikts, tāpēc par atbilstību nekas netiek apgalvots." in texts(
        html, "p"
    )


def test_the_accessibility_statement_tells_of_the_assessment_the_operator_had_made(tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path,
        accessibility_assessed_on="2026-03-15",
        accessibility_status="partial",
        accessibility_assessor="SIA Vērtētājs",
    )
    html = create_app(settings).test_client().get("/pieklustamiba").text
    assert (
        "Vietne daļēji atbilst šīm prasībām. Izvērtējums veikts 2026. gada 15. marts, izvērtētājs: SIA Vērtētājs."
        in texts(html, "p")
    )


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("lang", "terms"),
    [
        ("", ["21 diena", "30 dienas", "1 gads", "5 gadi", "bez termiņa"]),
        ("/en", ["21 days", "30 days", "1 year", "5 years", "without an end"]),
    ],
)
def test_the_privacy_page_tells_the_terms_that_are_set(tmp_path: Path, lang: str, terms: list[str]) -> None:
    settings = settings_for(tmp_path, keep_traces_days=21, keep_changes_days=0)
    client = create_app(settings).test_client()
    html = client.get("/en/privacy" if lang else "/privatums").text
    assert texts(html, "td", within="main")[:5] == terms
    assert {"https://www.dvi.gov.lv", f"{lang}/my-page/data" if lang else "/mana-lapa/dati"} <= set(
        links(html).values()
    )
    assert "__Host-session" in texts(html, "code")


def test_the_start_page_costs_the_same_number_of_statements_with_one_and_three_of_everything(
    client: FlaskClient, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    counts = []
    group = factories.group()
    for number in (1, 2):
        for _ in range(number):
            factories.meeting(groups=[group], starts_on=date(2026, 12, 1))
            factories.decision(factories.meeting(groups=[group], starts_on=date(2026, 1, 1)))
            factories.initiative(group)
        db.session.commit()
        db.session.remove()
        # Names are kept in memory from then on.
        client.get("/")
        with statements() as ran:
            client.get("/")
        counts.append(len(ran))
        group = db.session.merge(group)
    assert counts[0] == counts[1]


@pytest.mark.sqlite_only
def test_every_answer_bears_the_headers_that_protect_it(client: FlaskClient) -> None:
    for address in ("/", "/nav-tadas", "/static/img/icon.svg"):
        headers = client.get(address).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
        assert headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.sqlite_only
def test_the_style_sheet_may_be_kept_for_a_year_and_an_old_one_is_gone(client: FlaskClient) -> None:
    address = client.get("/").text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert client.get(address).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/static/site-0000000000000000.css").status_code == 404


def test_a_database_that_is_away_is_said_plainly_and_when_to_come_back(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, database_url="postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2")
    response = create_app(settings).test_client().get("/")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert texts(response.text, "h1") == ["Vietnē notiek apkope"]

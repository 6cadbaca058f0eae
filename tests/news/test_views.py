"""The news feed: what it says, to whom, and that feed readers can trust its identities and stamps."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from lag_tracker.database import db
from lag_tracker.models.initiative import InitiativeState
from lag_tracker.models.meeting import MeetingState
from lag_tracker.models.traits import Audience
from lag_tracker.models.visibility import PUBLIC
from lag_tracker.news.queries import latest_news
from tests import factories

Statements = Callable[[], AbstractContextManager[list[str]]]

RECORDED = datetime(2026, 3, 1, 8, tzinfo=UTC)
NAMES = {"a": "http://www.w3.org/2005/Atom"}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def feed(client: FlaskClient, address: str = "/jaunumi.atom") -> ET.Element:
    """Return the feed that stands at `address`."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(answer.data)  # noqa: S314 -- what we have written ourselves


def texts(root: ET.Element, path: str) -> list[str]:
    """Return the texts of all elements at `path`."""
    return [element.text or "" for element in root.findall(path, NAMES)]


@pytest.fixture
def one_of_each(client: FlaskClient) -> None:
    """Record a meeting, a decision and an initiative."""
    group = factories.group()
    held = factories.meeting(
        "Mobilitātes sanāksme",
        groups=[group],
        slug="mobilitate",
        starts_on=date(2026, 3, 10),
        summary_lv="Par velosipēdiem",
        state=MeetingState.HELD,
        created_at=RECORDED,
        changed_at=RECORDED,
    )
    factories.decision(held, "Uzlikt statīvus", published_on=date(2026, 3, 20))
    factories.initiative(group, "Velostatīvi", slug="statnes", state=InitiativeState.PARKED, changed_at=RECORDED)
    db.session.commit()


@pytest.mark.usefixtures("one_of_each")
def test_the_feed_names_decisions_initiatives_and_meetings_the_newest_first(client: FlaskClient) -> None:
    root = feed(client)
    assert texts(root, "a:entry/a:title") == [
        "Lēmums: Mobilitātes sanāksme",
        "Mobilitātes sanāksme – notikusi",
        "Velostatīvi – atlikta",
    ]
    assert [link.get("href") for link in root.findall("a:entry/a:link", NAMES)] == [
        "https://grupas.example/sanaksmes/mobilitate#lemums-1",
        "https://grupas.example/sanaksmes/mobilitate",
        "https://grupas.example/iniciativas/statnes",
    ]
    assert texts(root, "a:entry/a:summary") == [
        "2026. gada 10. marts · Uzlikt statīvus",
        "2026. gada 10. marts · notikusi · Par velosipēdiem",
        "atlikta · Iemesls",
    ]


@pytest.mark.usefixtures("one_of_each")
def test_every_entry_has_a_lasting_identity_and_a_stamp(client: FlaskClient) -> None:
    root = feed(client)
    assert texts(root, "a:entry/a:id") == [
        "tag:grupas.example,2026-01-01:decision:1",
        "tag:grupas.example,2026-01-01:meeting:1",
        "tag:grupas.example,2026-01-01:initiative:1.1",
    ]
    assert texts(root, "a:id") == ["tag:grupas.example,2026-01-01:news:lv"]
    assert texts(root, "a:updated") == ["2026-03-20T12:00:00+00:00"]
    assert texts(root, "a:entry/a:updated") == [
        "2026-03-20T12:00:00+00:00",
        "2026-03-01T08:00:00+00:00",
        "2026-03-01T08:00:00+00:00",
    ]


@pytest.mark.usefixtures("one_of_each")
def test_words_in_the_other_language_bear_its_mark(client: FlaskClient) -> None:
    root = feed(client, "/en/news.atom")
    assert root.get(LANG) == "en"
    assert [(title.text, title.get(LANG)) for title in root.findall("a:entry/a:title", NAMES)] == [
        ("Decision: Mobilitātes sanāksme", "lv"),
        ("Mobilitātes sanāksme", "lv"),
        ("Velostatīvi", "lv"),
    ]
    assert [link.get("href") for link in root.findall("a:link", NAMES)] == [
        "https://grupas.example/en/news.atom",
        "https://grupas.example/en/",
    ]


def test_nothing_hidden_is_news(client: FlaskClient) -> None:
    public, hidden = factories.group(), factories.group("Slēgta", audience=Audience.MEMBERS)
    factories.meeting("Melnraksts", groups=[public], state=MeetingState.DRAFT)
    factories.meeting("Tikai locekļiem", groups=[public], audience=Audience.MEMBERS)
    closed = factories.meeting("Slēgtās grupas", groups=[hidden])
    factories.decision(closed)
    factories.decision(factories.meeting("Redzama", groups=[public]), published_on=None)
    factories.initiative(hidden)
    db.session.commit()
    assert texts(feed(client), "a:entry/a:title") == ["Redzama"]


def test_a_reader_that_has_seen_the_feed_is_told_so(client: FlaskClient) -> None:
    first = client.get("/jaunumi.atom")
    again = client.get("/jaunumi.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    factories.meeting()
    db.session.commit()
    assert client.get("/jaunumi.atom", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_feed_without_news_is_whole_and_stays_the_same(client: FlaskClient) -> None:
    root = feed(client)
    assert texts(root, "a:updated") == ["2026-01-01T00:00:00+00:00"]
    assert texts(root, "a:author/a:name") == ["LAG Tracker"]
    assert root.findall("a:entry", NAMES) == []


def test_odd_text_does_not_break_the_feed(client: FlaskClient) -> None:
    factories.meeting("<b>A & B</b> \x0b\ufffe]]>", groups=[factories.group(is_sample=True)])
    db.session.commit()
    root = feed(client)
    assert texts(root, "a:entry/a:title") == ["<b>A & B</b> ]]>"]
    assert [one.get("term") for one in root.findall("a:entry/a:category", NAMES)] == ["meeting", "sample"]


def test_the_feed_takes_three_statements_however_long_it_is(client: FlaskClient, statements: Statements) -> None:
    counts = []
    for number in (1, 2):
        for _ in range(number):
            group = factories.group()
            factories.decision(factories.meeting(groups=[group]))
            factories.initiative(group)
        db.session.commit()
        with statements() as ran:
            feed(client)
        counts.append(len(ran))
    assert counts == [3, 3]


def test_nothing_can_be_posted_to_the_feed(client: FlaskClient) -> None:
    assert client.post("/jaunumi.atom").status_code == 405


@pytest.mark.sqlite_only
def test_the_latest_decisions_are_found_among_many_as_among_few(
    client: FlaskClient, steps: Callable[[Callable[[], object]], int]
) -> None:
    factories.many_meetings([date(2026, 3, 1)])
    factories.many_decisions(date(2020, 1, 1) + timedelta(days=n) for n in range(100))
    news = partial(latest_news, db.session(), viewer=PUBLIC, limit=5)
    among_few = steps(news)
    factories.many_decisions(date(2020, 1, 1) + timedelta(days=n) for n in range(1000))
    assert steps(news) < 1.5 * among_few

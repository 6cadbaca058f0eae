"""What machines read: sitemap, robots.txt, health."""

from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from lag_tracker.database import db
from lag_tracker.models.meeting import MeetingState
from lag_tracker.models.traits import Audience
from lag_tracker.site import queries, views
from tests import factories

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def read(xml: bytes) -> ET.Element:
    """Return the root of one of our own answers."""
    return ET.fromstring(xml)  # noqa: S314 -- what we have written ourselves


def places(client: FlaskClient, address: str = "/sitemap.xml", path: str = "s:url/s:loc") -> list[str]:
    """Return the addresses in a sitemap."""
    answer = client.get(address)
    assert answer.status_code == 200
    return [place.text or "" for place in read(answer.data).findall(path, NAMES)]


def test_the_sitemap_has_every_public_page_in_both_languages(client: FlaskClient) -> None:
    group = factories.group(slug="kodols")
    factories.group("Slēgta", slug="slegta", audience=Audience.MEMBERS)
    factories.meeting(groups=[group], slug="pirma")
    factories.meeting(groups=[group], slug="melnraksts", state=MeetingState.DRAFT)
    db.session.commit()
    found = places(client)
    assert len(found) == 2 * (len(views.PAGES) + 2)
    assert [place for place in found if "grupas/" in place or "groups/" in place] == [
        "https://grupas.example/grupas/kodols",
        "https://grupas.example/en/groups/kodols",
    ]
    assert [place for place in found if "sanaksmes/" in place] == ["https://grupas.example/sanaksmes/pirma"]


def test_every_address_names_the_page_in_each_language(client: FlaskClient) -> None:
    first = read(client.get("/sitemap.xml").data).findall("s:url", NAMES)[0]
    assert [(link.get("hreflang"), link.get("href")) for link in first.findall("x:link", NAMES)] == [
        ("lv", "https://grupas.example/"),
        ("en", "https://grupas.example/en/"),
    ]


def test_a_large_site_is_cut_into_parts_by_number(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PART", 2)
    monkeypatch.setattr(views, "PART", 2)
    for number in range(1, 4):
        factories.meeting(slug=f"m{number}")
    db.session.commit()
    parts = places(client, path="s:sitemap/s:loc")
    assert parts == [
        "https://grupas.example/sitemap-pages.xml",
        "https://grupas.example/sitemap-meetings-1.xml",
        "https://grupas.example/sitemap-meetings-2.xml",
    ]
    assert places(client, "/sitemap-meetings-2.xml") == [
        "https://grupas.example/sanaksmes/m3",
        "https://grupas.example/en/meetings/m3",
    ]
    assert len(places(client, "/sitemap-pages.xml")) == 2 * len(views.PAGES)


@pytest.mark.parametrize(
    "name", ["meetings-2", "meetings-0", "people-1", "meetings-999999999999999999999", "meetings-x"]
)
def test_a_part_that_does_not_exist_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/sitemap-{name}.xml").status_code == 404


def test_robots_may_read_all_but_the_search_pages(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert answer.text == (
        "User-agent: *\nDisallow: /meklet\nDisallow: /en/search\n\nSitemap: https://grupas.example/sitemap.xml\n"
    )


def test_the_process_and_the_database_are_asked_apart(client: FlaskClient) -> None:
    assert [client.get(place).status_code for place in ("/healthz", "/readyz")] == [200, 200]
    db.session.execute(text("DROP TABLE alembic_version"))
    db.session.commit()
    assert [client.get(place).status_code for place in ("/healthz", "/readyz")] == [200, 503]


@pytest.mark.parametrize("place", ["/robots.txt", "/sitemap.xml", "/healthz", "/readyz"])
def test_nothing_can_be_posted_to_machines_pages(client: FlaskClient, place: str) -> None:
    assert client.post(place).status_code == 405

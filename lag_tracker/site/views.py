"""What machines read: the sitemap, robots.txt, and whether the server is well."""

from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, abort, current_app, url_for
from sqlalchemy.exc import SQLAlchemyError

from lag_tracker.database import db
from lag_tracker.models.bilingual import LANGUAGES
from lag_tracker.models.visibility import PUBLIC
from lag_tracker.site.queries import PART, SORTS, addressed, ask_database, highest_numbers
from lag_tracker.web.access import Access
from lag_tracker.web.routes import address

blueprint = Blueprint("site", __name__)

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
KEPT_SECONDS = 3600
PAGES = (
    "overview.start",
    "groups.index",
    "calendars.upcoming",
    "calendars.past",
    "calendars.subscribe",
    "initiatives.board",
    "initiatives.listing",
    "decisions.index",
    "topics.index",
    "networks.index",
    "municipalities.index",
    "overview.about",
    "overview.developers",
    "overview.accessibility",
    "overview.privacy",
)
#: Feeds and all records are open to robots; search pages would only send them round in circles.
ROBOTS = """\
User-agent: *
Disallow: /meklet
Disallow: /en/search

Sitemap: {address}/sitemap.xml
"""


@address(blueprint, "/robots.txt", access=Access.PUBLIC)
def robots() -> Response:
    """Answer the rules for robots. They name nothing that is not public."""
    return Response(ROBOTS.format(address=_home()), mimetype="text/plain")


@address(blueprint, "/sitemap.xml", access=Access.PUBLIC)
def sitemap() -> Response:
    """Answer all addresses in both languages; a large site's are in parts, of which this is the list."""
    highest = highest_numbers(db.session())
    if sum(highest.values()) <= PART:
        return _answer(_all_addresses([(name, 1) for name in SORTS]))
    root = ET.Element("sitemapindex", xmlns=SITEMAP)
    places = [url_for("site.sitemap_of_pages")]
    for name, number in highest.items():
        places += [url_for("site.sitemap_part", name=name, part=part) for part in range(1, -(-number // PART) + 1)]
    for place in places:
        ET.SubElement(ET.SubElement(root, "sitemap"), "loc").text = _home() + place
    return _answer(root)


@address(blueprint, "/sitemap-pages.xml", access=Access.PUBLIC)
def sitemap_of_pages() -> Response:
    """Answer the addresses of the pages that every site has."""
    return _answer(_all_addresses([]))


@address(blueprint, "/sitemap-<name>-<int:part>.xml", access=Access.PUBLIC)
def sitemap_part(name: str, part: int) -> Response:
    """Answer one part of the addresses of one sort of records."""
    if name not in SORTS or not 0 < part <= -(-highest_numbers(db.session())[name] // PART):
        abort(404)
    root = _urlset()
    for record in _records([(name, part)]):
        _add_address(root, *record)
    return _answer(root)


@address(blueprint, "/healthz", access=Access.PUBLIC)
def healthy() -> Response:
    """Answer that the process runs."""
    return _said("ok\n")


@address(blueprint, "/readyz", access=Access.PUBLIC)
def ready() -> Response:
    """Answer whether pages can be served, for which the database must answer; 503 when it does not."""
    try:
        ask_database(db.session())
    except SQLAlchemyError:
        response = _said("database away\n")
        response.status_code = 503
        return response
    return _said("ready\n")


def _said(words: str) -> Response:
    response = Response(words, mimetype="text/plain")
    response.cache_control.no_store = True
    return response


def _all_addresses(parts: list[tuple[str, int]]) -> ET.Element:
    """Return the addresses of the fixed pages and of the records of `parts`."""
    root = _urlset()
    for endpoint in PAGES:
        _add_address(root, endpoint, None, None)
    for record in _records(parts):
        _add_address(root, *record)
    return root


def _records(parts: list[tuple[str, int]]) -> Iterator[tuple[str, str, datetime | None]]:
    for name, part in parts:
        for row in addressed(db.session(), name, viewer=PUBLIC, part=part):
            yield SORTS[name].endpoint, row.slug, row.changed_at


def _urlset() -> ET.Element:
    return ET.Element("urlset", {"xmlns": SITEMAP, "xmlns:xhtml": "http://www.w3.org/1999/xhtml"})


def _add_address(root: ET.Element, endpoint: str, slug: str | None, changed_at: datetime | None) -> None:
    """Add a page once in each language, each time with both addresses, as search engines want it."""
    places = {lang: _home() + url_for(endpoint, lang=lang, slug=slug) for lang in LANGUAGES}
    for place in places.values():
        url = ET.SubElement(root, "url")
        ET.SubElement(url, "loc").text = place
        if changed_at:
            ET.SubElement(url, "lastmod").text = changed_at.isoformat()
        for lang, other in places.items():
            ET.SubElement(url, "xhtml:link", rel="alternate", hreflang=lang, href=other)


def _answer(root: ET.Element) -> Response:
    written = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    response = Response(written, content_type="application/xml; charset=utf-8")
    response.cache_control.public = True
    response.cache_control.max_age = KEPT_SECONDS
    return response


def _home() -> str:
    found: str = current_app.config["SETTINGS"].address
    return found

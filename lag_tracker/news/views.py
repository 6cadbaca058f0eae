"""The news as an Atom feed (RFC 4287)."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, current_app, request, url_for
from flask_babel import gettext

from lag_tracker.config import Settings
from lag_tracker.database import db
from lag_tracker.labels import label
from lag_tracker.models.search import Subject
from lag_tracker.models.visibility import PUBLIC
from lag_tracker.news.queries import News, latest_news
from lag_tracker.web.access import Access
from lag_tracker.web.formatting import date_range
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import page

blueprint = Blueprint("news", __name__)

ENTRIES = 50
KEPT_SECONDS = 300
ATOM = "http://www.w3.org/2005/Atom"
#: RFC 4151 wants a day on which the domain was ours; it is part of every identity and never changes.
TAGGED = "2026-01-01"
#: Stands as the time of an empty feed, which must have one that does not move.
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@page(blueprint, lv="/jaunumi.atom", en="/news.atom", access=Access.PUBLIC)
def feed() -> Response:
    """Answer what is new, the newest first; a reader that has seen it gets 304."""
    found = latest_news(db.session(), viewer=PUBLIC, limit=ENTRIES)
    response = Response(_written(found), content_type="application/atom+xml; charset=utf-8")
    response.add_etag()
    response.cache_control.public = True
    response.cache_control.max_age = KEPT_SECONDS
    response.make_conditional(request)
    return response


def _written(found: Sequence[News]) -> bytes:
    """Return the feed's bytes: the same for the same news, because its time is that of the newest."""
    settings: Settings = current_app.config["SETTINGS"]
    lang = reading_language()
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": lang})
    _add(root, "id", f"{_tag(settings)}:news:{lang}")
    _add(root, "title", gettext("News – %(site)s", site=settings.site_name))
    _add(root, "subtitle", gettext("New meetings, decisions and states of initiatives"))
    _add(root, "updated", max((news.updated_at for news in found), default=BEGINNING).isoformat())
    ET.SubElement(root, "link", rel="self", type="application/atom+xml", href=settings.address + url_for("news.feed"))
    ET.SubElement(root, "link", rel="alternate", type="text/html", href=settings.address + url_for("overview.start"))
    _add(ET.SubElement(root, "author"), "name", settings.operator or settings.site_name)
    for news in found:
        _add_entry(root, news, settings, lang)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add_entry(root: ET.Element, news: News, settings: Settings, lang: str) -> None:
    entry = ET.SubElement(root, "entry")
    title, state = news.title_in(lang), news.state_in(lang)
    # A title in the other language keeps its own mark, and the state is left to the summary, in the feed's language.
    words = f"{title.words} – {state}" if state and title.lang == lang else title.words
    _add(entry, "id", f"{_tag(settings)}:{news.subject}:{news.key}")
    _add(entry, "title", words if news.subject is not Subject.DECISION else _of_decision(title.words), title.lang)
    _add(entry, "updated", news.updated_at.isoformat())
    _add(entry, "published", news.published_at.isoformat())
    ET.SubElement(entry, "link", rel="alternate", type="text/html", href=settings.address + _address(news))
    ET.SubElement(entry, "category", term=str(news.subject), label=label(news.subject, lang))
    if news.is_sample:
        ET.SubElement(entry, "category", term="sample", label=gettext("invented sample"))
    _add_summary(entry, news, lang)


def _of_decision(meeting: str) -> str:
    return gettext("Decision: %(meeting)s", meeting=meeting)


def _add_summary(entry: ET.Element, news: News, lang: str) -> None:
    """Add what happened in a few words; where the record's own are in the other language, they bear its mark."""
    own = news.summary.read_in(lang)
    facts = [
        gettext("Invented sample.") if news.is_sample else "",
        date_range(news.starts_on, news.ends_on, news.precision, lang),
        news.state_in(lang),
    ]
    known = " · ".join(fact for fact in facts if fact)
    if not own.words:
        _add(entry, "summary", known or label(news.subject, lang))
    elif own.lang == lang:
        _add(entry, "summary", f"{known} · {own.words}" if known else own.words)
    else:
        _add(entry, "summary", own.words, own.lang)


def _add(parent: ET.Element, name: str, words: str, lang: str | None = None) -> None:
    """Add an element that holds text, without the characters that XML 1.0 cannot hold."""
    element = ET.SubElement(parent, name, {"xml:lang": lang} if lang else {})
    element.text = _NOT_XML.sub("", words)


def _tag(settings: Settings) -> str:
    return f"tag:{settings.uid_domain},{TAGGED}"


def _address(news: News) -> str:
    if news.subject is Subject.INITIATIVE:
        return url_for("initiatives.show", slug=news.slug)
    address = url_for("meetings.show", slug=news.slug)
    return f"{address}#lemums-{news.key}" if news.subject is Subject.DECISION else address

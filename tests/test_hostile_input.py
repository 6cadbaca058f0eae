"""Every form behind a door, filled in by somebody who wants to break it.

Whatever is typed, the answer is the next page or a form with a sentence that says what is wrong; never a fault. What is
kept is shown as text and nothing else: the visitor of the tests refuses pages with a script or a handler in them.
"""

from collections.abc import Iterator
from itertools import count, islice
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import icalendar
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lag_tracker.database import db, utc_now
from lag_tracker.models.account import SignIn
from lag_tracker.models.group import Group
from tests.replies.invited import NOW, ahead, invite, member
from tests.replies.test_answering import link_of
from tests.test_rights import ADDRESSES, address_of, make_world, methods_of
from tests.visitors import form_of, letters, link_in
from tests.visitors import send as send_form

HOSTILE_TEXTS = (
    "=1 <script>alert(1)</script>\"'><img src=x onerror=alert(1)> '; DROP TABLE meeting; -- {{ 7 * 7 }} %(x)s %n",
    "Anna\r\nBcc: visi@example.lv\r\nATTENDEE:mailto:x@example.lv",
    "null \x00 byte, ŗ\u202e\ufffe\U0010ffff",
    "javascript:alert(1)",
    "ļ" * 70_000,
    " \u00a0\u200b\t",
)
#: For numbers, days, times and choices.
HOSTILE_VALUES = ("-1", "99999999999999999999", "1e309", "٣", "0000-00-00", "9999-12-31", "25:61", "\x00", "x" * 60, "")
#: What PostgreSQL refuses and SQLite takes; the rest is the same for both.
REFUSED_BY_POSTGRESQL = {
    text for text in (*HOSTILE_TEXTS, *HOSTILE_VALUES) if "\x00" in text or text.startswith("99999")
}
#: What buttons that have no page of their own send.
BUTTONS = ("revision", "submission", "state", "order", "number", "reply", "next")
#: What an honest person would type where something must be.
HONEST = {
    "email": "anna@example.lv",
    "date": "2031-03-04",
    "time": "18:00",
    "number": "3",
    "url": "https://example.lv/x",
    "tel": "+371 26 123 456",
}
TEXTS = {"text", "search", "textarea", "email", "url", "tel", "password"}
UNTOUCHED = {"csrf_token", "submission"}
READ_BY_ALL = (
    "/",
    "/grupas",
    "/kalendars",
    "/sanaksmes/musu-sanaksme",
    "/lemumi",
    "/temati",
    "/iniciativas",
    "/meklet?q=script",
)
FEEDS = ("/kalendari/visi.ics", "/kalendari/grupas/musu.ics")


class Field:
    """A field of a form as a browser has it: its name, its kind, and what it would send untouched."""

    def __init__(self, element: Element) -> None:
        """Read it."""
        self.name = element.get("name") or ""
        self.kind = element.get("type", "text") if element.tag == "input" else element.tag
        if element.tag == "textarea":
            self.value: str | None = (element.text or "").removeprefix("\n")
        elif element.tag == "select":
            options = [one.get("value") or "" for one in element.iter("option")]
            chosen = [one.get("value") or "" for one in element.iter("option") if one.get("selected") is not None]
            self.value = next(iter([*chosen, *filter(None, options), ""]))
        elif self.kind in {"checkbox", "radio"}:
            self.value = element.get("value") or "" if element.get("checked") is not None else None
        else:
            self.value = element.get("value") or ""

    @property
    def is_text(self) -> bool:
        """Whether words go in."""
        return self.kind in TEXTS

    @property
    def honest(self) -> str | None:
        """What somebody who means well would send."""
        return (
            self.value if self.value or self.kind in {"checkbox", "radio", "hidden"} else HONEST.get(self.kind, "Vārds")
        )


def forms_of(html: str) -> Iterator[tuple[str, list[Field]]]:
    """Yield where each form of a page goes, and its fields."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    main = next(element for element in tree.iter("main"))
    for form in main.iter("form"):
        if form.get("method") == "post":
            elements = (element for element in form.iter() if element.tag in {"input", "textarea", "select"})
            yield form.get("action") or "", [Field(element) for element in elements if element.get("name")]


def tried(hostile: tuple[str, ...]) -> list[str]:
    """Return what is worth trying on the database that the test runs on."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    return [one for one in hostile if is_sqlite or one in REFUSED_BY_POSTGRESQL]


def attacks(fields: list[Field]) -> Iterator[dict[str, list[str]]]:
    """Yield forms to send: all texts hostile and the rest honest, and the other way round."""
    texts = {field.name for field in fields if field.is_text}
    others = {field.name for field in fields} - texts - UNTOUCHED

    def filled(names: set[str], hostile: str) -> dict[str, list[str]]:
        sent: dict[str, list[str]] = {}
        for field in fields:
            value = hostile if field.name in names else field.honest
            if value is not None:
                sent.setdefault(field.name, []).append(value)
        return sent

    yield from (filled(texts, hostile) for hostile in tried(HOSTILE_TEXTS) if texts)
    yield from (filled(others, hostile) for hostile in tried(HOSTILE_VALUES) if others)


def send(visitor: FlaskClient, address: str, attack: dict[str, list[str]]) -> None:
    """Send a form; it is taken or refused, and the page that it leads to can be read."""
    answer = visitor.post(address, data=attack)
    assert answer.status_code in {200, 303, 400, 403, 404, 409, 413, 422, 429}, (answer.status, attack)
    if answer.status_code == 303:
        assert visitor.get(answer.location).status_code < 500


def fill_in_all(visitor: FlaskClient, address: str) -> None:
    """Open a page and send each kind of form on it in every hostile way."""
    opened = forms_on(visitor, address)
    for names in opened:
        for turn in count():
            # Opened anew each time: what was sent may have changed the record, or may have removed it.
            opened = forms_on(visitor, address)
            if names not in opened:
                break
            action, fields = opened[names]
            attack = next(islice(attacks(fields), turn, None), None)
            if attack is None:
                break
            send(visitor, action or address, attack)


def forms_on(visitor: FlaskClient, address: str) -> dict[frozenset[str], tuple[str, list[Field]]]:
    """Return where forms of a page go and their fields, one of those with the same fields; none without a page."""
    page = visitor.get(address)
    forms = forms_of(page.text) if page.status_code == 200 and page.mimetype == "text/html" else ()
    return {frozenset(field.name for field in fields): (action, fields) for action, fields in forms}


@pytest.mark.parametrize("endpoint", sorted(ADDRESSES))
def test_no_form_breaks_and_nothing_hostile_gets_out(app: Flask, client: FlaskClient, endpoint: str) -> None:
    visitor = make_world(app)["administrator"]
    address, methods = address_of(app, endpoint, ADDRESSES[endpoint].ours), methods_of(app, endpoint)
    if "GET" in methods:
        fill_in_all(visitor, address)
    else:
        assert visitor.get(address).status_code == 405
        for hostile in tried(HOSTILE_VALUES):
            token = form_of(visitor.get("/konts/parole"))["csrf_token"]
            send(visitor, address, {name: [hostile] for name in BUTTONS} | {"csrf_token": token})
    for public in READ_BY_ALL:
        assert client.get(public).status_code in {200, 404}
    for path in FEEDS:
        feed = client.get(path)
        assert feed.status_code in {200, 404, 410}
        if feed.status_code == 200:
            events: list[Any] = icalendar.Calendar.from_ical(feed.text).walk("VEVENT")
            assert not [event for event in events if "ATTENDEE" in event]


@pytest.mark.parametrize("hostile", HOSTILE_TEXTS[1:3])
def test_what_was_typed_after_the_session_ended_is_kept_whatever_it_is(app: Flask, hostile: str) -> None:
    visitor = make_world(app)["manager"]
    page = visitor.get("/grupas/musu/temati/jauns")
    db.session.execute(update(SignIn).values(ended_at=utc_now()))
    db.session.commit()
    answer = visitor.post("/grupas/musu/temati/jauns", data=form_of(page) | {"title_lv": hostile})
    assert answer.status_code == 401
    assert "Jūsu rakstītais nav zudis" in answer.text


def public_addresses(app: Flask) -> list[str]:
    """Return the addresses of all that somebody without an account can send, each of which opens a form now."""
    manager = make_world(app)["manager"]
    group = db.session.scalars(select(Group).where(Group.slug == "musu")).one()
    group.takes_public_comments = group.takes_public_proposals = True
    invited = invite(ahead(group, slug="aicinata"), member(group, "Anna Bērziņa", "anna@example.lv"))
    db.session.commit()
    send_form(manager, "/grupas/musu/lomas/uzaicinat", name="Zane Liepa", email="zane@example.lv")
    role = next(letter for letter in letters() if letter.to_email == "zane@example.lv")
    return [
        "/pieteikties",
        "/pieteikties/saite",
        "/parole/aizmirsta",
        "/grupas/musu/priekslikums",
        "/sanaksmes/musu-sanaksme/viedoklis",
        "/iniciativas/musu-iniciativa/viedoklis",
        link_in(role),
        link_of(app, invited),
    ]


def test_nothing_hostile_that_the_public_sends_breaks_or_gets_out(app: Flask, client: FlaskClient) -> None:
    with time_machine.travel(NOW):
        for address in public_addresses(app):
            visitor = app.test_client()
            assert forms_on(visitor, address), address
            fill_in_all(visitor, address)
        for public in READ_BY_ALL:
            assert client.get(public).status_code in {200, 404}

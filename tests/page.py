"""What must be true of every page that any test fetches, whatever the test is about."""

from collections import Counter
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

UNLABELLED = {"hidden", "submit", "button"}
INTERACTIVE = {"a", "button"}


class Page(HTMLParser):
    """A page taken apart, as far as the checks need."""

    def __init__(self, html: str) -> None:
        """Read the page."""
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.title = ""
        self.headings: list[int] = []
        self._open: list[list[str]] = []
        self.nameless: list[str] = []
        self._path: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self._path.append(tag)
        if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self.headings.append(int(tag[1]))
        if tag in INTERACTIVE:
            self._open.append([tag, attributes.get("aria-label") or "", str(attributes.get("href"))])

    def handle_data(self, data: str) -> None:
        """Note text of the title and of links and buttons."""
        if self._path and self._path[-1] == "title" and "svg" not in self._path:
            self.title += data
        for element in self._open:
            element[1] += data

    def handle_endtag(self, tag: str) -> None:
        """Close an element; a link or button that had no words is remembered."""
        if tag in self._path:
            while self._path.pop() != tag:
                pass
        if self._open and self._open[-1][0] == tag:
            _, words, address = self._open.pop()
            if not words.strip():
                self.nameless.append(f"{tag} {address}")

    def all(self, *names: str) -> list[dict[str, str | None]]:
        """Return the attributes of all elements of these names."""
        return [attributes for tag, attributes in self.tags if tag in names]


def faults(html: str, path: str) -> list[str]:
    """Return every rule of the house that a page breaks, in words; an empty list is a good page."""
    page = Page(html)
    found: list[str] = []

    def demand(truth: object, fault: str) -> None:
        if not truth:
            found.append(fault)

    lang = "en" if path == "/en" or path.startswith("/en/") else "lv"
    demand([tag.get("lang") for tag in page.all("html")] == [lang], f"html lang is not {lang}")
    demand(page.headings.count(1) == 1, f"{page.headings.count(1)} h1")
    demand(
        all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False)),
        f"heading levels jump: {page.headings}",
    )
    demand(len(page.title.strip()) > len(" – "), "no title")
    demand(not page.title.strip().startswith("–"), "title begins with nothing")
    ids = Counter(attributes["id"] for _, attributes in page.tags if attributes.get("id"))
    demand(
        not [name for name, number in ids.items() if number > 1], f"ids twice: {[n for n, c in ids.items() if c > 1]}"
    )
    demand(not page.nameless, f"links or buttons without words: {page.nameless}")
    demand([tag for tag, _ in page.tags].count("main") == 1, "not one main")
    found += _inline(page) + _unlabelled(page) + _broken_references(page, set(ids))
    demand(not [a for a in page.all("img") if "alt" not in a], "an image without alt")
    demand("None" not in page.title, "None in the title")
    demand("<span lang" not in page.title, "a language marked in the title, which can hold no marks")
    return found


def _inline(page: Page) -> list[str]:
    """Return inline styles, handlers and scripts; JSON-LD is data and not a script."""
    found = [
        f"inline {name} on {tag}"
        for tag, attributes in page.tags
        for name in attributes
        if name == "style" or name.startswith("on")
    ]
    found += ["inline style sheet" for _ in page.all("style")]
    return found + [
        "inline script" for a in page.all("script") if not a.get("src") and a.get("type") != "application/ld+json"
    ]


def _unlabelled(page: Page) -> list[str]:
    labelled = {attributes.get("for") for attributes in page.all("label")}
    return [
        f"field without label: {attributes}"
        for attributes in page.all("input", "select", "textarea")
        if attributes.get("type") not in UNLABELLED
        and attributes.get("id") not in labelled
        and not attributes.get("aria-label")
    ]


def _broken_references(page: Page, ids: set[str | None]) -> list[str]:
    """Return references to ids of the same page that are not there."""
    wanted = {a["href"][1:] for a in page.all("a") if (a.get("href") or "").startswith("#") and a["href"]}
    for name in ("aria-labelledby", "aria-describedby", "for"):
        wanted |= {part for _, a in page.tags for part in (a.get(name) or "").split()}
    return [f"nothing has the id {name}" for name in sorted(wanted - ids)]


class CheckingClient(FlaskClient):
    """A visitor who checks every page they get. One without cookies is given none; one with them comes by https."""

    def open(self, *given: Any, **named: Any) -> TestResponse:
        """Fetch, and fail at a page that breaks a rule of the house, or at a cookie that nobody asked for."""
        keeps_cookies = self._cookies is not None
        if keeps_cookies and given and isinstance(given[0], str):
            named.setdefault("base_url", self.application.config["SETTINGS"].address)
        # A context of its own for each visit, as on a server: what one visit keeps, the next must not see.
        with self.application.app_context():
            response = super().open(*given, **named)
        assert keeps_cookies or "Set-Cookie" not in response.headers, "a public page set a cookie"
        if response.mimetype == "text/html" and response.status_code not in {301, 302, 303, 308}:
            wrong = faults(response.text, response.request.path)
            assert not wrong, f"{response.request.path}: {wrong}"
        return response

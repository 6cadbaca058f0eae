"""Words in the other language say so with `lang`, on every page, so that they are read aloud as what they are."""

import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lag_tracker.database import Base, db
from lag_tracker.models.group import Group
from lag_tracker.models.source import Source
from tests.conftest import application
from tests.test_rights import ADDRESSES, address_of, make_world, methods_of

#: A word that stands in all texts of the records.
MARK = "Svešvārds"
#: Elements without an end.
VOID = {"br", "hr", "img", "input", "link", "meta", "wbr"}
#: What holds words without a place for `lang`, or no words.
NOT_READ = {"script", "title"}
#: The public pages, with the records of `make_world`.
PUBLIC: dict[str, dict[str, Any]] = {
    "calendars.month": {"year": 2026, "month": 12},
    "calendars.past": {},
    "calendars.subscribe": {},
    "calendars.upcoming": {},
    "calendars.year": {"year": 2026},
    "comments.public_on_initiative": {"slug": "musu-iniciativa"},
    "comments.public_on_meeting": {"slug": "musu-sanaksme"},
    "decisions.index": {},
    "groups.index": {},
    "groups.show": {"slug": "musu"},
    "initiatives.board": {},
    "initiatives.listing": {},
    "initiatives.show": {"slug": "musu-iniciativa"},
    "meetings.show": {"slug": "musu-sanaksme"},
    "municipalities.index": {},
    "municipalities.show": {"slug": "musu-novads"},
    "networks.index": {},
    "networks.show": {"slug": "tikls"},
    "overview.start": {},
    "proposals.choose": {},
    "proposals.public": {"group": "musu"},
    "proposals.thanks": {"group": "musu"},
    "search.results": {"q": MARK},
    "topics.index": {},
    "topics.show": {"slug": "musu-temats"},
}


class Passages(HTMLParser):
    """The passages of a page that hold the mark, and those of them that are not said to be in `lang`."""

    def __init__(self, html: str, lang: str) -> None:
        """Read the page."""
        super().__init__()
        self.lang = lang
        self.found = list[str]()
        self.unmarked = list[str]()
        self._path = list[tuple[str, str | None]]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and the language in it."""
        if tag not in VOID:
            inherited = self._path[-1][1] if self._path else None
            self._path.append((tag, dict(attrs).get("lang", inherited)))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        while self._path and self._path.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note a passage."""
        path = [tag for tag, _ in self._path]
        if MARK in data and NOT_READ.isdisjoint(path):
            words = f"{' '.join(path[-3:])}: {data.strip()}"
            self.found.append(words)
            if self._path[-1][1] != self.lang:
                self.unmarked.append(words)


@pytest.fixture(scope="module")
def app(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return one application for all: nothing here changes a record, and there are many pages."""
    folder = tmp_path_factory.mktemp("languages")
    shutil.copy(migrated_sqlite, folder)
    with application(folder, "") as app:
        yield app


@pytest.fixture(scope="module")
def chief(app: Flask) -> FlaskClient:
    """Return a visitor who may open all pages, over groups that hear everyone."""
    visitor = make_world(app)["administrator"]
    for group in db.session.scalars(select(Group)):
        group.takes_public_comments = group.takes_public_proposals = True
    return visitor


def write_all_in(lang: str) -> None:
    """Write every text of every record in this language alone."""
    for mapper in Base.registry.mappers:
        names = {attribute.key for attribute in mapper.column_attrs}
        both = {name for name in names if {f"{name[:-3]}_lv", f"{name[:-3]}_en"} <= names}
        of_language = names & {"subject", "text", "title"} if "language" in names else set()
        for record in db.session.scalars(select(mapper.class_)) if both and "passages_lv" not in both else ():
            for name in both:
                setattr(record, name, f"{MARK} {name}" if name.endswith(lang) else None)
        for record in db.session.scalars(select(mapper.class_)) if of_language else ():
            record.language = lang
            for name in of_language:
                setattr(record, name, f"{MARK} {name}")
    for source in db.session.scalars(select(Source)):
        source.publisher = f"{MARK} publisher"
    db.session.commit()


@pytest.mark.parametrize(("lang", "other"), [("lv", "en"), ("en", "lv")])
def test_words_in_the_other_language_say_so_on_every_page(
    app: Flask, chief: FlaskClient, lang: str, other: str
) -> None:
    write_all_in(other)
    behind = {name: doors.ours for name, doors in ADDRESSES.items() if "GET" in methods_of(app, name)}
    found, unmarked = list[str](), dict[str, list[str]]()
    for visitor, addresses in ((chief, behind), (app.test_client(use_cookies=False), PUBLIC)):
        for name, values in addresses.items():
            page = visitor.get(address_of(app, name, values, lang))
            assert visitor is chief or page.status_code == 200, name
            passages = Passages(page.text if page.mimetype == "text/html" else "", other)
            found += passages.found
            if passages.unmarked:
                unmarked[name] = passages.unmarked
    assert unmarked == {}
    assert len(found) > len(PUBLIC) + len(behind)

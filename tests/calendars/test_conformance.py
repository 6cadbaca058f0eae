"""Every feed is read alike by every reader, and as the records are: who, when, and called what."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import time_machine
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from lag_tracker.calendars.operations import rebuild
from lag_tracker.database import db, utc_now
from tests import factories
from tests.calendars.conftest import NOON
from tests.calendars.offers import Feed, private_feeds, public_feeds
from tests.calendars.readers import FETCHING, READERS, Fetched, Seen, told
from tests.calendars.worlds import fill
from tests.conftest import BASE_URL, application

every_reader = pytest.mark.parametrize("reader", READERS)


#: Reader -> events whose titles it alone misreads: a backslash before an n is a line break to it.
MISREAD = {"ics": {"teksti-3@grupas.example"}}


@contextmanager
def served(app: Flask, asked: list[str]) -> Iterator[str]:
    """Serve an application, with the clock of the tests; yield its address, and note what is asked for."""

    def noting(environ: Any, start_response: Any) -> Any:
        asked.append(environ["PATH_INFO"])
        return app(environ, start_response)

    server = make_server("127.0.0.1", 0, noting, threaded=True, request_handler=Silent)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Silent(WSGIRequestHandler):
    """Answers requests without a word on each."""

    def log_request(self, *_: Any) -> None:
        """Say nothing."""


def comparable(events: list[Seen], expected: list[Seen], reader: str) -> list[Seen]:
    """Return events in order, without what readers see each in their own way.

    An event whose end nobody told ends when it starts (RFC 5545, 3.6.1), yet khal shows an hour.
    """
    endless = {(event.start, event.title) for event in expected if not event.end}
    has_uids = reader != "vdirsyncer and khal"
    return sorted(
        event._replace(
            uid=event.uid if has_uids else "", end="" if (event.start, event.title) in endless else event.end
        )
        for event in events
        if event.uid not in MISREAD.get(reader, ())
    )


class Site:
    """An application whose feeds were fetched once, for all readers."""

    def __init__(self, app: Flask, address: str, feeds: list[Feed], asked: list[str]) -> None:
        client = app.test_client(use_cookies=False)
        self.feeds, self.asked = feeds, asked
        self.fetched = []
        for feed in feeds:
            answer = client.get(feed.path)
            assert answer.status_code == 200, feed.path
            self.fetched.append(Fetched(address + feed.path, answer.data, len(feed.events)))

    def check(self, reader: str, folder: Path) -> None:
        """Let a reader read all of the feeds, and compare what it sees with what there is."""
        self.asked.clear()
        found = READERS[reader](self.fetched, folder)
        for feed, events in zip(self.feeds, found, strict=True):
            assert comparable(events, feed.events, reader) == comparable(feed.events, feed.events, reader), feed.path
        if reader in FETCHING:
            assert set(self.asked) == {feed.path.partition("?")[0] for feed in self.feeds}


@pytest.fixture(scope="module")
def site(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, asked = tmp_path_factory.mktemp("site"), list[str]()
    (folder / "lag_tracker.sqlite").write_bytes(migrated_sqlite.read_bytes())
    with time_machine.travel(NOON, tick=False), application(folder, "") as app, served(app, asked) as address:
        records = fill()
        db.session.commit()
        yield Site(app, address, [*public_feeds(records), *private_feeds(records)], asked)


@every_reader
def test_every_reader_sees_every_feed_as_the_records_are(site: Site, tmp_path: Path, reader: str) -> None:
    site.check(reader, tmp_path)


@pytest.mark.sqlite_only
def test_the_feeds_are_of_every_kind_there_is(site: Site, app: Flask) -> None:
    addresses = app.url_map.bind("")
    read = {addresses.match(feed.path.partition("?")[0], return_rule=True)[0].rule for feed in site.feeds}
    feeds = {
        rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(("feeds.", "private_feeds.fetch"))
    }
    assert read == feeds


@pytest.mark.sqlite_only
def test_every_record_that_cannot_be_an_event_is_named_in_the_log(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        fill()
        db.session.commit()
    addresses = [record.getMessage().split()[-1] for record in caplog.records]
    assert {address.rpartition("/")[2] for address in addresses} == {"tikls", *(f"divainas-{n}" for n in range(1, 5))}
    assert all(address.startswith(f"{BASE_URL}/") for address in addresses)


THOUSANDS = 2500
#: The others take a quarter of a minute for so many.
FAST = sorted(READERS.keys() - {"ics", "vdirsyncer and khal"})


@pytest.fixture(scope="module")
def large(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, asked = tmp_path_factory.mktemp("large"), list[str]()
    (folder / "lag_tracker.sqlite").write_bytes(migrated_sqlite.read_bytes())
    days = [date(2020, 1, 1) + timedelta(days=number) for number in range(THOUSANDS)]
    with time_machine.travel(NOON, tick=False), application(folder, "") as app, served(app, asked) as address:
        factories.many_meetings(days)
        list(rebuild(db.session(), base_url=BASE_URL, now=utc_now()))
        db.session.commit()
        feed = Feed("/kalendari/visi.ics?past=all")
        for number, day in enumerate(days, 1):
            feed.events.append(Seen(f"{number}@grupas.example", told(day), told(day + timedelta(days=1)), "Sanāksme"))
        yield Site(app, address, [feed], asked)


@pytest.mark.parametrize("reader", FAST)
def test_thousands_of_events_are_read_one_and_all(large: Site, tmp_path: Path, reader: str) -> None:
    large.check(reader, tmp_path)

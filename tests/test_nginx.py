"""The configuration for nginx in the documentation: a real nginx runs it in front of the application."""

import gzip
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any, NamedTuple

import pytest
from flask import Flask
from werkzeug.serving import make_server

from lag_tracker.database import db
from lag_tracker.models.meeting import Meeting
from tests import factories
from tests.nginx import CONFIGURATION, PATIENCE, find_nginx, free_port, running
from tests.plugin_browser import give_up

FEED = "/kalendari/grupas/kekava.ics"
TOKEN = "c2f0a7d49b31e6588aa1c2f0a7d49b31"
SECRET = f"/kalendari/privati/{TOKEN}.ics"
pytestmark = pytest.mark.sqlite_only


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Asked(NamedTuple):
    """What reached the application, and how it answered."""

    path: str
    condition: str | None
    status: int


class Site:
    """The application behind nginx, on this machine."""

    #: Where nginx writes its logs and its cache.
    folder: Path

    def __init__(self, app: Flask) -> None:
        self.asked, self.following = list[Asked](), app.wsgi_app
        #: What the application says about keeping its answers is exchanged for this.
        self.caching = "public, max-age=300"
        self.server = make_server("127.0.0.1", 0, self.answer, threaded=True)
        self.port, self.plain_port = free_port(), free_port()

    def answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            self.asked.append(Asked(path, environ.get("HTTP_IF_NONE_MATCH"), int(status[:3])))
            others = [(name, value) for name, value in headers if name != "Cache-Control"]
            return start_response(status, [*others, ("Cache-Control", self.caching)], *rest)

        return self.following(environ, start if path in {FEED, SECRET} else start_response)

    def get(self, path: str = FEED, *, method: str = "GET", port: int | None = None, **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", port or self.port, timeout=PATIENCE)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        answer = Answer(
            response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        )
        connection.close()
        return answer

    def stop_application(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def written(self) -> bytes:
        """Return all that nginx has written: logs and cache."""
        return b"".join(file.read_bytes() for file in sorted(self.folder.rglob("*")) if file.is_file())


def until(is_so: Callable[[], bool]) -> None:
    """Ask again and again until something is so."""
    end = monotonic() + PATIENCE
    while not is_so():
        assert monotonic() < end, "It never came."


@pytest.fixture
def site(app: Flask, tmp_path: Path) -> Iterator[Site]:
    """Run the application, and nginx in front of it."""
    nginx = find_nginx() or give_up(
        "nginx was not found: install the package nginx, or let scripts/setup test fetch it"
    )
    factories.evening("Sanāksme", groups=[factories.group(slug="kekava")])
    db.session.commit()
    site, folder = Site(app), tmp_path / "nginx"
    site.folder = folder / "written"
    Thread(target=site.server.serve_forever, daemon=True).start()
    with running(nginx, folder, application=site.server.server_port, port=site.port, plain_port=site.plain_port):
        yield site
    with suppress(OSError):
        site.stop_application()


def test_the_application_is_asked_once_for_each_packing(site: Site) -> None:
    packed = [site.get(accept_encoding=asked) for asked in ("gzip", "gzip, deflate, br", "br, GZIP;q=0.5")]
    plain = [site.get(accept_encoding=asked) for asked in ("identity", "", "br", "gzip;q=0, br", "gzip;q=0.0")]
    assert {gzip.decompress(answer.body) for answer in packed} == {answer.body for answer in plain}
    assert {answer.headers["vary"] for answer in (*packed, *plain)} == {"Accept-Encoding"}
    (tag,), (packed_tag,) = ({answer.headers["etag"] for answer in answers} for answers in (plain, packed))
    assert packed_tag == f'{tag[:-1]}-gzip"'
    modified = plain[0].headers.get("last-modified", "")
    told = [
        site.get(if_none_match=tag),
        site.get(if_none_match=f'"old", W/{packed_tag}', accept_encoding="gzip"),
        site.get(if_none_match='"old"'),
        site.get(if_modified_since="Sat, 01 Jan 2050 00:00:00 GMT"),
        site.get(method="HEAD"),
        site.get(range="bytes=0-9"),
    ]
    assert [answer.status for answer in told] == [304, 304, 200, 200, 200, 200]
    assert [len(answer.body) > 10 for answer in told] == [False, False, True, True, False, True]
    assert site.get(if_none_match=tag, if_modified_since=modified).status in {200, 304}
    assert [(asked.path, asked.status) for asked in site.asked] == [(FEED, 200)] * 2
    assert site.get("/kalendari/grupas/nav.ics").status == 404
    assert site.get(FEED, port=site.plain_port).headers["location"] == f"https://127.0.0.1{FEED}"


def test_nothing_older_than_allowed_is_sent_even_when_the_application_is_away(site: Site) -> None:
    site.caching = "public, max-age=1"
    first = site.get()
    until(lambda: site.get().headers["x-cache-status"] == "REVALIDATED")
    assert site.asked == [Asked(FEED, None, 200), Asked(FEED, first.headers["etag"], 304)]
    db.session.scalars(db.select(Meeting)).one().title_lv = "Citādi"
    db.session.commit()
    until(lambda: site.get().body != first.body)
    changed = site.get()
    assert ("Citādi".encode() in changed.body, changed.headers["etag"] != first.headers["etag"]) == (True, True)
    assert site.get(if_none_match=first.headers["etag"]).status == 200
    site.stop_application()
    until(lambda: site.get().status != 200)
    away = site.get()
    assert (away.status, b"VCALENDAR" in away.body) == (502, False)


def test_addresses_that_are_keys_are_neither_kept_nor_logged(site: Site) -> None:
    # As if the application made a mistake.
    site.caching = "public, max-age=300"
    spellings = (SECRET, SECRET.replace("privati", "%70rivati"), f"{SECRET}?past=all", f"/{SECRET}")
    for path in spellings:
        site.get(path)
        site.get(path, accept_encoding="gzip")
    assert [asked.path for asked in site.asked].count(SECRET) >= 6
    site.get("/grupas", referer=f"https://grupas.example.lv/atbilde/{TOKEN}")
    site.get(SECRET, port=site.plain_port)
    site.stop_application()
    assert {site.get(path).status for path in (*spellings, FEED)} == {502}
    written = site.written()
    assert (TOKEN.encode() in written, b'"GET /grupas HTTP/1.1" 200' in written, FEED.encode() in written) == (
        *(False, True, True),
    )


def test_every_address_that_holds_a_key_is_known_to_nginx(app: Flask) -> None:
    logged, *located = (
        re.findall(r'"~(\^/\S+)" 0;', CONFIGURATION),
        re.findall(r"location ~ (\^/(?:en/)?\(\S+\)/) \{\n *error_log /dev/null", CONFIGURATION),
    )
    assert logged == located[0]
    secrets = [str(rule) for rule in app.url_map.iter_rules() if "token" in rule.arguments]
    assert len(secrets) > 10
    assert [rule for rule in secrets if not any(re.match(pattern, rule) for pattern in logged)] == []

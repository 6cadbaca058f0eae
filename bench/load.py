"""A municipality's 200 feeds, polled by up to 50,000 subscribers in the fullest minute of an hour."""

import itertools
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import make_url

from bench.installations import move_meeting, opened, with_municipality
from bench.page import say
from bench.servers import BARE, OURS, Running, cpu_seconds, serving
from bench.storm import NOT_MODIFIED, OK, Outcome, Request, pollers, send
from bench.subscribers import CLIENTS, GROUPS, KINDS, MUNICIPALITY, NETWORKS, Condition, Poll, feeds, fullest_minute
from tests.nginx import find_nginx, free_port, running
from tests.plugin_postgresql import create_database, start_server

SUBSCRIBERS = (1_000, 10_000, 50_000)
#: The minute passes so many times as fast as in life.
PACE = 3
#: The second of the hurried minute in which a meeting is moved: when most polls come.
EDIT_AT = 2.0
#: The meeting that is moved, and a feed in which it stands.
MOVED = 28 * GROUPS
MOVED_FEED = f"/kalendari/grupas/grupa-{MOVED % GROUPS + 1}.ics"
#: What the feeds in which it stands are called.
MOVED_NAMES = {
    *("visi", "all", MUNICIPALITY),
    *(f"grupa-{MOVED % GROUPS + 1}", f"tikls-{MOVED % NETWORKS + 1}", KINDS[MOVED % len(KINDS)]),
}
WORDS = f"""\
A municipality with {GROUPS} groups, {NETWORKS} networks and {30 * GROUPS:,} meetings: 200 feeds in two languages.
They are polled as in the fullest minute of the busiest hour, by the programs in the first table, each poll over a
connection of its own and without https. The minute is sent within {60 // PACE} seconds, so the load is that of
{PACE} times the subscribers. Meanwhile a meeting is moved.

“CPU each” is that of all server processes for one poll; it is compared with a bare Flask view that was sent as many
requests at the same times. “Beside each” is the CPU of the database, or of nginx in front, which was just started, asks
once for each feed and packing, and then answers by itself. The longest wait counts from when a poll was due to the end
of its answer, and has in it what the pollers need themselves, on the same machine. “Fresh after” is the time from the
end of saving to the first answer that shows the change, of each process. A poll has failed when it was not answered
with the whole feed or 304, or was told after the change that nothing is new."""


@dataclass(frozen=True)
class Setup:
    """An installation that is polled, with one or several servers."""

    name: str
    servers: list[Running]
    #: The process of the database, or of the cache in front.
    beside: psutil.Process | None = None
    #: The port of the cache in front, where there is one.
    cache_port: int | None = None

    @property
    def ports(self) -> list[int]:
        """Where polls are sent to, in turns."""
        return [self.cache_port] if self.cache_port else [server.port for server in self.servers]

    def cpu_seconds(self) -> tuple[float, float]:
        """Return the CPU time used so far: by the servers, and by what is beside them."""
        servers = sum(server.cpu_seconds() for server in self.servers)
        return servers, cpu_seconds(self.beside) if self.beside else 0.0


@dataclass(frozen=True)
class Edit:
    """A change in the midst: when it was saved, and how long each process took to show it after that."""

    saved_at: float
    shown_after: list[float]


@dataclass(frozen=True)
class Row:
    """One line of the table; CPU in seconds for each poll."""

    setup: str
    subscribers: int
    outcomes: list[Outcome]
    cpu: float
    cpu_beside: float
    bare_cpu: float
    #: None where a cache may answer as before for some minutes.
    edit: Edit | None

    @property
    def failures(self) -> int:
        """How many polls were not answered as they should be: not at all, not wholly, or with what is out of date."""
        return sum(outcome.status not in {OK, NOT_MODIFIED} or self._is_stale(outcome) for outcome in self.outcomes)

    def _is_stale(self, outcome: Outcome) -> bool:
        if self.edit is None or outcome.status != NOT_MODIFIED or outcome.sent_at <= self.edit.saved_at:
            return False
        return outcome.path.rpartition("/")[2].removesuffix(".ics") in MOVED_NAMES

    def cells(self) -> list[str]:
        """Return what the table shows."""
        statuses, count = Counter(outcome.status for outcome in self.outcomes), len(self.outcomes)
        return [
            self.setup,
            f"{self.subscribers:,}",
            f"{count:,}",
            f"{statuses[OK]:,}",
            f"{statuses[NOT_MODIFIED]:,} ({statuses[NOT_MODIFIED] / count:.0%})",
            str(self.failures),
            f"{sum(outcome.length for outcome in self.outcomes) / count / 1000:.1f} kB",
            f"{self.cpu * 1e6:.0f} µs",
            f"{self.cpu / self.bare_cpu:.2f} ×",
            f"{self.cpu_beside * 1e6:.0f} µs" if self.cpu_beside else "–",
            f"{max(outcome.waited for outcome in self.outcomes) * 1000:.0f} ms",
            " / ".join(f"{after * 1000:.0f} ms" for after in self.edit.shown_after) if self.edit else "≤ 5 min",
        ]


COLUMNS = (
    *("served by", "subscribers", "polls", "200", "304", "failed", "bytes each", "CPU each", "× bare Flask"),
    *("beside each", "longest wait", "fresh after"),
)


def measure(folder: Path) -> tuple[str, bool]:
    """Measure all setups, in `folder`; return the text with the tables, and whether no poll failed."""
    rows = []
    with pollers() as executor:
        bare = _bare(folder, executor)
        for setting_up in (_on_sqlite, _behind_cache, _on_postgresql):
            with setting_up(folder) as setup:
                for subscribers in SUBSCRIBERS:
                    rows.append(_row(setup, subscribers, executor, bare[subscribers]))
                    say(f"  {' | '.join(rows[-1].cells())}")
    return _text(rows), not any(row.failures for row in rows)


def _text(rows: list[Row]) -> str:
    clients = [
        [
            client.name,
            f"{client.share:.0%}",
            client.reason,
            client.condition.value,
            "yes" if client.takes_gzip else "no",
        ]
        for client in CLIENTS
    ]
    head = ("program", "share", "when it asks", "what it says of its copy", "gzip")
    return "\n\n".join([WORDS, _table(head, clients), _table(COLUMNS, [row.cells() for row in rows])])


@contextmanager
def _on_sqlite(folder: Path) -> Iterator[Setup]:
    say("Making a municipality on SQLite …")
    place = folder / "sqlite"
    with_municipality(place)
    with serving(OURS, instance=place) as server, opened(place):
        yield Setup("SQLite, one process", [server])


@contextmanager
def _behind_cache(folder: Path) -> Iterator[Setup]:
    place, nginx, port = folder / "sqlite", find_nginx(), free_port()
    if nginx is None:
        raise RuntimeError("nginx was not found: install the package nginx, or let scripts/setup test fetch it.")
    with (
        serving(OURS, instance=place) as server,
        running(nginx, folder / "nginx", application=server.port, port=port, plain_port=free_port()) as process,
    ):
        yield Setup("SQLite, one process, behind nginx with its cache", [server], psutil.Process(process), port)


@contextmanager
def _on_postgresql(folder: Path) -> Iterator[Setup]:
    say("Making a municipality on PostgreSQL …")
    place = folder / "postgresql"
    # Not a folder below: as root, the user that runs the server could not enter it.
    with tempfile.TemporaryDirectory(prefix="lag-tracker-") as data, ExitStack() as stack:
        database = start_server(Path(data, "data"))
        stack.callback(database.cleanup)
        url = create_database(make_url(database.get_uri()).set(drivername="postgresql+psycopg"))
        address = url.render_as_string(hide_password=False)
        with_municipality(place, address)
        servers = [stack.enter_context(serving(OURS, instance=place, database_url=address)) for _ in range(2)]
        stack.enter_context(opened(place, address))
        yield Setup("PostgreSQL, two processes", servers, psutil.Process(database.get_pid()))


def _bare(folder: Path, executor: Executor) -> dict[int, float]:
    """Return the CPU seconds that a bare Flask view takes for each request, sent as many at the same times."""
    taken = {}
    with serving(BARE, instance=folder) as server:
        for subscribers in SUBSCRIBERS:
            polls = fullest_minute(subscribers)
            requests = [Request(poll.second / PACE, server.port, "/", _words("GET", "/")) for poll in polls]
            start = server.cpu_seconds()
            outcomes = send(executor, requests)[1].result()
            taken[subscribers] = (server.cpu_seconds() - start) / len(outcomes)
            slowest = max(outcome.waited for outcome in outcomes)
            figures = f"{taken[subscribers] * 1e6:.0f} µs each, longest wait {slowest * 1000:.0f} ms"
            say(f"  bare Flask, {len(outcomes):,} requests: {figures}")
    return taken


def _row(setup: Setup, subscribers: int, executor: Executor, bare: float) -> Row:
    known = _fetch_all(setup)
    ports = itertools.cycle(setup.ports)
    requests = [_request(poll, next(ports), known) for poll in fullest_minute(subscribers)]
    before = setup.cpu_seconds()
    start, sending = send(executor, requests)
    edit = None if setup.cache_port else _edit(setup, start, known)
    outcomes = sending.result()
    cpu, beside = (now - then for now, then in zip(setup.cpu_seconds(), before, strict=True))
    count = len(outcomes)
    return Row(setup.name, subscribers, outcomes, cpu / count, beside / count, bare, edit)


def _fetch_all(setup: Setup) -> dict[tuple[str, bool], dict[str, str]]:
    """Fetch each feed from each server, plain and in gzip, as subscribers did an hour ago; return the headers."""
    known = {}
    for server in setup.servers:
        for path in feeds():
            known[path, False] = server.visitor.get(path).headers
            known[path, True] = server.visitor.get(path, accept_encoding="gzip").headers
    return known


def _edit(setup: Setup, start: float, known: dict[tuple[str, bool], dict[str, str]]) -> Edit:
    """Move a meeting while most polls come, and ask each server until it shows that."""
    time.sleep(max(0.0, start + EDIT_AT - time.monotonic()))
    move_meeting(MOVED)
    saved_at, shown_after = time.monotonic(), []
    for server in setup.servers:
        asked_at = time.monotonic()
        while server.visitor.get(MOVED_FEED, if_none_match=known[MOVED_FEED, False]["etag"]).status != OK:
            pass
        # The first is asked at once; the others' time is counted as if they had been, too.
        shown_after.append(time.monotonic() - (asked_at if shown_after else saved_at))
    return Edit(saved_at, shown_after)


def _request(poll: Poll, port: int, known: dict[tuple[str, bool], dict[str, str]]) -> Request:
    headers, given = known[poll.path, poll.client.takes_gzip], []
    if poll.client.takes_gzip:
        given.append("Accept-Encoding: gzip")
    if poll.client.condition in {Condition.TAG, Condition.TAG_AND_TIME}:
        given.append(f"If-None-Match: {headers['etag']}")
    if poll.client.condition in {Condition.TIME, Condition.TAG_AND_TIME} and "last-modified" in headers:
        given.append(f"If-Modified-Since: {headers['last-modified']}")
    words = _words("HEAD" if poll.is_first else "GET", poll.path, *given)
    return Request(poll.second / PACE, port, poll.path, words)


def _words(method: str, path: str, *headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: grupas.example", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in [list(head), ["---"] * len(head), *rows]]
    return "\n".join(lines)

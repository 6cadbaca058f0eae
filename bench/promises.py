"""What was promised about speed: polls, pages and searches, each as a ratio."""

import itertools
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import event

from bench.installations import move_meeting, opened, with_agendas, with_feeds, with_meetings
from bench.measuring import Load, Result, expect, ratio
from bench.page import say
from bench.servers import BARE, OURS, Answer, Running, serving
from lag_tracker.database import db
from lag_tracker.models.visibility import PUBLIC, Viewer
from lag_tracker.search.queries import Order, find

SEARCHES = ("lēmums", "veloceliņu tīkls", "kekava", "ceļvedis pašvaldībā", "park")
#: Somebody of whom the index is asked about more than what everyone reads.
MANAGER = Viewer(belongs_to=frozenset({1, 2, 3}), takes_part_in=frozenset({1, 2, 3}), manages=frozenset({1, 2, 3}))
EDITS = 200
#: Times fifty, more meetings than a process keeps ready to be shown.
PAGES_WALKED = 280
WORDS = """\
One server process with four threads, SQLite. “×” is the server's CPU time for one request divided by that of a bare
Flask view under the same server, both taken in turns in one run; the median of several rounds. Where a line names two
things, the first is divided by the second. Milliseconds are the database's own time for the statement that finds the
results."""


def feed(server: Running, name: str, **headers: str) -> Answer:
    """Fetch the feed of one of the groups."""
    return server.visitor.get(f"/kalendari/grupas/{name}.ics", **headers)


def measure_feeds(folder: Path, bare: Running) -> Iterator[Result]:
    """Measure polls: of unchanged feeds, after one change, and just after a restart."""
    say("Making 11,050 meetings with their events …")
    with_feeds(folder, (50, 1000, 10_000))
    base = Load(bare, expect(200, lambda: bare.visitor.get("/")))
    with serving(OURS, instance=folder) as server:
        tags = {name: feed(server, name).headers["etag"] for name in ("g50", "g1000", "g10000")}
        same = {
            name: Load(server, expect(304, lambda name=name, tag=tag: feed(server, name, if_none_match=tag)))  # type: ignore[misc]
            for name, tag in tags.items()
        }
        yield Result("304 to a known ETag, feed of 50 meetings", ratio(same["g50"], base), 1.3)
        yield Result("304 to a known ETag, feed of 10,000 meetings", ratio(same["g10000"], base), 1.3)
        yield Result("304: feed of 10,000 against feed of 50", ratio(same["g10000"], same["g50"]), 1.1)
        plain = Load(server, expect(200, lambda: feed(server, "g1000")))
        packed = Load(server, expect(200, lambda: feed(server, "g1000", accept_encoding="gzip")))
        yield Result("unchanged feed of 1,000, whole", ratio(plain, base), 5)
        yield Result("unchanged feed of 1,000, whole, gzip", ratio(packed, base), 5)
        yield from _after_changes(folder, server, base)
    yield from _after_restart(folder, base)


def _after_changes(folder: Path, server: Running, base: Load) -> Iterator[Result]:
    """Measure the poll that follows each of many changes; the changes are made in this process and not counted.

    The promise is against the bare view in a loop. A change is a lot of work by another process, after which every
    server finds the machine's caches cold, and the bare view, too, takes a multiple of that: for comparison the same
    polls are told against the bare view right after a change, in turns.
    """
    meetings = itertools.cycle(range(51, 1051))

    def after_changes(load: Load) -> float:
        return replace(load, before=lambda: move_meeting(next(meetings))).seconds_each(EDITS)

    with opened(folder):
        times = base.enough()
        plain = Load(server, expect(200, lambda: feed(server, "g1000")))
        packed = Load(server, expect(200, lambda: feed(server, "g1000", accept_encoding="gzip")))
        after_changes(plain)
        rounds = [(after_changes(plain), after_changes(base), base.seconds_each(times)) for _ in range(3)]
        name = "feed of 1,000 after one meeting changed"
        yield Result(name, statistics.median(poll / bare for poll, _, bare in rounds), 8)
        alike = statistics.median(poll / bare for poll, bare, _ in rounds)
        yield Result(f"{name}, against bare Flask asked after a change, too", alike, None)
        packing = statistics.median(after_changes(packed) / bare for _, bare, _ in rounds)
        yield Result(f"{name}, first to ask for gzip", packing, None)


def _after_restart(folder: Path, base: Load) -> Iterator[Result]:
    """Measure the first poll of a new server against its second: all events must still be there, ready."""
    firsts, times = [], base.enough()
    for _ in range(3):
        with serving(OURS, instance=folder) as server:
            start = server.cpu_seconds()
            expect(200, lambda: feed(server, "g10000"))()
            firsts.append((server.cpu_seconds() - start) / base.seconds_each(times))
    yield Result("first poll after a restart, feed of 10,000, whole", statistics.median(firsts), None)


def measure_pages(folders: dict[int, Path], bare: Running) -> Iterator[Result]:
    """Measure a page of fifty meetings out of many."""
    path = "/kalendars/notikusas"
    base = Load(bare, expect(200, lambda: bare.visitor.get("/")))
    with (
        serving(OURS, instance=folders[10_000]) as small,
        serving(OURS, instance=folders[100_000]) as middle,
        serving(OURS, instance=folders[1_000_000]) as large,
    ):
        loads = {
            size: Load(server, expect(200, lambda server=server: server.visitor.get(path)))  # type: ignore[misc]
            for size, server in ((10_000, small), (100_000, middle), (1_000_000, large))
        }
        yield Result("page of 50 out of 100,000 meetings, the same one again", ratio(loads[100_000], base), 14)
        # Another page each time, of more meetings than any process keeps in memory: nothing was shown before.
        days = itertools.cycle(date(2026, 1, 1) - timedelta(days=20 * n) for n in range(PAGES_WALKED))
        walk = Load(middle, expect(200, lambda: middle.visitor.get(f"{path}?after={next(days)}.1")))
        yield Result("page of 50 out of 100,000 meetings, another each time", ratio(walk, base), 14)
        yield Result("the same at 1,000,000 against 10,000", ratio(loads[1_000_000], loads[10_000]), 1.6)


def measure_search(folder: Path) -> Iterator[Result]:
    """Measure the time that the database itself takes over searches, the median over words, in milliseconds."""
    with opened(folder):
        for order, limit in (("newest", 1.0), ("best", 10.0)):
            slowest = max(_search_milliseconds(words, order) for words in SEARCHES)  # type: ignore[arg-type]
            name = f"search over 100,000 agendas, {order} first, slowest of {len(SEARCHES)}"
            yield Result(name, slowest, limit, "ms")
            slowest = max(_search_milliseconds(words, order, MANAGER) for words in SEARCHES)  # type: ignore[arg-type]
            yield Result(f"{name}, by a manager of three groups", slowest, None, "ms")


def _search_milliseconds(words: str, order: Order, viewer: Viewer = PUBLIC) -> float:
    """Return the median time that the statement with the results takes, of the few that a search runs."""
    spent: list[float] = []
    started: list[float] = []

    def start(*_: object) -> None:
        started.append(time.perf_counter())

    def stop(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "search_entry.title_lv" in statement and "score" in statement:
            spent.append((time.perf_counter() - started[-1]) * 1000)

    event.listen(db.engine, "before_cursor_execute", start)
    event.listen(db.engine, "after_cursor_execute", stop)
    try:
        for _ in range(15):
            find(db.session(), words, lang="lv", viewer=viewer, order=order)
            db.session.rollback()
    finally:
        event.remove(db.engine, "before_cursor_execute", start)
        event.remove(db.engine, "after_cursor_execute", stop)
    return statistics.median(spent)


def measure_servers(folder: Path) -> Iterator[Result]:
    """Measure gunicorn against granian for the load that there is most of, and for pages."""
    no_headers: dict[str, str] = {}
    for words, path, headers in (
        ("304", "/kalendari/grupas/g1000.ics", no_headers),
        ("feed of 1,000", "/kalendari/grupas/g1000.ics", no_headers),
        ("start page", "/", no_headers),
    ):
        with (
            serving(OURS, instance=folder, server="gunicorn") as gunicorn,
            serving(OURS, instance=folder) as granian,
        ):
            tag = granian.visitor.get(path).headers.get("etag", "")
            asked = {"if_none_match": tag} if words == "304" else headers
            status = 304 if words == "304" else 200
            one, other = (
                Load(server, expect(status, lambda server=server: server.visitor.get(path, **asked)))  # type: ignore[misc] # noqa: B023 -- used within the turn
                for server in (granian, gunicorn)
            )
            yield Result(f"granian against gunicorn: {words}", ratio(one, other, rounds=5), None)


def table(results: list[Result]) -> str:
    """Return the table as Markdown."""
    rows = [
        f"| {result.name} | {result.ratio:.2f} {result.unit} | "
        f"{f'≤ {result.limit:g} {result.unit}' if result.limit else '–'} | "
        f"{'' if result.limit is None else 'yes' if result.is_kept else '**no**'} |"
        for result in results
    ]
    return "\n".join(["| what | measured | promised | kept |", "| --- | ---: | ---: | --- |", *rows])


def measure(folder: Path) -> tuple[str, bool]:
    """Measure everything, in `folder`; return the text with the table, and whether all promises hold."""
    results: list[Result] = []

    def note(found: Iterator[Result]) -> None:
        for result in found:
            say(f"  {result.name}: {result.ratio:.2f} {result.unit}{'' if result.is_kept else '   BROKEN'}")
            results.append(result)

    with serving(BARE, instance=folder) as bare:
        note(measure_feeds(folder / "feeds", bare))
        say("Making 100,000 meetings with agendas and search entries …")
        with_agendas(folder / "agendas", 100_000)
        note(measure_search(folder / "agendas"))
        sizes = {size: folder / str(size) for size in (10_000, 1_000_000)}
        for size, place in sizes.items():
            say(f"Making {size:,} meetings …")
            with_meetings(place, size)
        note(measure_pages({**sizes, 100_000: folder / "agendas"}, bare))
    note(measure_servers(folder / "feeds"))
    return f"{WORDS}\n\n{table(results)}", all(result.is_kept for result in results)

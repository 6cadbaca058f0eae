"""How other programs serve the same events: Radicale and django-ical, under the same server and in the same run."""

import itertools
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path
from typing import TypeAlias

from icalendar import Calendar

from bench.installations import move_meeting, opened, with_feeds
from bench.measuring import Load, expect
from bench.page import say
from bench.peers import django_server, radicale_server
from bench.servers import BARE, OURS, Answer, Running, serving

SIZES = (1_000, 10_000)
ROUNDS = 3
#: CPU seconds of a round, where one request does not take more.
LEAST_SECONDS = 0.1
MOST_REQUESTS = 200
CASES = ("first fetch after a start", "the same again", "again, with its entity tag", "after one event changed")
WORDS = """\
The very same events, with the same titles, agendas and places, from each program: LAG Tracker; Radicale, with its
files and caches; a minimal Django project with django-ical over SQLite, with Django's own answers to entity tags, and
events stamped with their last change, so that tags can match. All under granian with one process and four threads. “×”
is the server's CPU time for the request divided by that of a bare Flask view, taken in turns; the median of three
rounds. In brackets stands what was answered."""

#: What changes one event of a calendar, given the running server, the calendar and a number that is never the same.
Change: TypeAlias = Callable[[Running, str, int], None]


@dataclass(frozen=True)
class Program:
    """A program that serves calendars, and how it is told of changes."""

    name: str
    factory: str
    folder: Path
    address: str
    change: Change

    def fetch(self, server: Running, calendar: str, **headers: str) -> Answer:
        """Fetch a calendar."""
        return server.visitor.get(self.address.format(calendar), **headers)


@dataclass(frozen=True)
class Cell:
    """One figure of the table."""

    ratio: float
    status: int

    def __str__(self) -> str:
        """Return it as the table shows it."""
        return f"{self.ratio:.{2 if self.ratio < 10 else 0}f} × ({self.status})"  # noqa: PLR2004 -- as many digits as tell something


@dataclass
class Base:
    """The bare view that all is divided by."""

    load: Load
    times: int = field(init=False)

    def __post_init__(self) -> None:
        self.times = self.load.enough()

    def ratio(self, seconds: float) -> float:
        """Return CPU seconds as a multiple of what the bare view takes just now."""
        return seconds / self.load.seconds_each(self.times)


def measure(folder: Path) -> tuple[str, bool]:
    """Measure all programs, in `folder`; return the text with the table, and whether ours is ahead in every cell."""
    programs = _prepare(folder)
    cells: dict[tuple[str, int, str], Cell] = {}
    with serving(BARE, instance=folder) as bare, opened(folder / "ours"):
        base = Base(Load(bare, expect(200, lambda: bare.visitor.get("/"))))
        for program, size in itertools.product(programs, SIZES):
            for case, cell in zip(CASES, _measured(program, f"g{size}", base), strict=True):
                say(f"  {program.name}, {size:,} events, {case}: {cell}")
                cells[case, size, program.name] = cell
    rows = [[cells[case, size, program.name] for program in programs] for case in CASES for size in SIZES]
    names = [f"{case}, {size:,} events" for case in CASES for size in SIZES]
    is_ahead = all(row[0].ratio < other.ratio for row in rows for other in row[1:])
    return f"{WORDS}\n\n{_table(programs, names, rows)}", is_ahead


def _prepare(folder: Path) -> list[Program]:
    """Make the same calendars for each program."""
    say("Making 11,000 meetings for each program …")
    with_feeds(folder / "ours", SIZES)
    ours = Program("LAG Tracker", OURS, folder / "ours", "/kalendari/grupas/{}.ics", _change_ours)
    radicale = Program("Radicale", radicale_server.FACTORY, folder / "radicale", "/bench/{}/", _change_radicale)
    django = Program("django-ical", django_server.FACTORY, folder / "django", "/{}.ics", _change_django)
    radicale.folder.mkdir()
    django_server.make(django.folder)
    with serving(OURS, instance=ours.folder) as server, serving(radicale.factory, instance=radicale.folder) as other:
        expect(201, lambda: other.visitor.make_folder("/bench/"))()
        for size in SIZES:
            calendar = Calendar.from_ical(ours.fetch(server, f"g{size}").body)
            django_server.fill(f"g{size}", calendar.events)
            whole = _in_utc(calendar).to_ical()
            expect(201, lambda whole=whole, size=size: other.visitor.put(radicale.address.format(f"g{size}"), whole))()  # type: ignore[misc]
    return [ours, radicale, django]


def _in_utc(calendar: Calendar) -> Calendar:
    """Return the calendar with times in UTC: Radicale's library takes hundredths of a second for each in a zone."""
    written = Calendar()
    for name in ("VERSION", "PRODID"):
        written.add(name, calendar[name])
    for event in calendar.events:
        event.start, event.end = event.start.astimezone(UTC), event.end.astimezone(UTC)
        written.add_component(event)
    return written


def _measured(program: Program, calendar: str, base: Base) -> Iterator[Cell]:
    """Measure the cases in their order, the last three at the server that was started last."""
    firsts = []
    with ExitStack() as stack:
        for _ in range(ROUNDS):
            stack.close()
            server = stack.enter_context(serving(program.factory, instance=program.folder))
            seconds, answer = _once(server, lambda: program.fetch(server, calendar))  # noqa: B023 -- called at once
            firsts.append(base.ratio(seconds))
        yield Cell(statistics.median(firsts), answer.status)
        yield _repeated(server, lambda: program.fetch(server, calendar), base)
        tag = answer.headers.get("etag", '""')
        yield _repeated(server, lambda: program.fetch(server, calendar, if_none_match=tag), base)
        yield _after_changes(program, server, calendar, base)


def _once(server: Running, request: Callable[[], Answer]) -> tuple[float, Answer]:
    start = server.cpu_seconds()
    answer = request()
    return server.cpu_seconds() - start, answer


def _repeated(server: Running, request: Callable[[], Answer], base: Base) -> Cell:
    seconds, answer = _once(server, request)
    times = max(1, min(MOST_REQUESTS, int(LEAST_SECONDS / seconds)))
    load = Load(server, expect(answer.status, request))
    return Cell(statistics.median(base.ratio(load.seconds_each(times)) for _ in range(ROUNDS)), answer.status)


def _after_changes(program: Program, server: Running, calendar: str, base: Base) -> Cell:
    """Measure the fetch after a change, which must show it; the change itself is not counted."""
    found, before = [], program.fetch(server, calendar).body
    for number in range(ROUNDS):
        program.change(server, calendar, number)
        seconds, answer = _once(server, lambda: program.fetch(server, calendar))
        if answer.status != 200 or answer.body == before:  # noqa: PLR2004 -- HTTP's own number
            raise RuntimeError(f"{program.name} did not show a change: {answer.status}")
        before = answer.body
        found.append(base.ratio(seconds))
    return Cell(statistics.median(found), answer.status)


def _meeting(calendar: str, number: int) -> int:
    """Return one of the meetings of a calendar: they are numbered through all calendars."""
    before = sum(size for size in SIZES if size < int(calendar[1:]))
    return before + 1 + number * 7


def _uid(calendar: str, number: int) -> str:
    return f"sanaksme-{_meeting(calendar, number)}@grupas.example"


def _change_ours(_server: Running, calendar: str, number: int) -> None:
    move_meeting(_meeting(calendar, number))


def _change_django(_server: Running, calendar: str, number: int) -> None:
    django_server.move(_uid(calendar, number))


def _change_radicale(server: Running, calendar: str, number: int) -> None:
    path = f"/bench/{calendar}/{_uid(calendar, number)}.ics"
    changed = Calendar.from_ical(expect(200, lambda: server.visitor.get(path))().body)
    for event in changed.events:
        event.start, event.end = event.start + timedelta(days=1), event.end + timedelta(days=1)
    expect(204, lambda: server.visitor.put(path, changed.to_ical()))()


def _table(programs: list[Program], names: list[str], rows: list[list[Cell]]) -> str:
    head = ["| what |", *(f" {program.name} |" for program in programs)]
    line = ["| --- |", *(" ---: |" for _ in programs)]
    lines = [f"| {name} | {' | '.join(map(str, row))} |" for name, row in zip(names, rows, strict=True)]
    return "\n".join(["".join(head), "".join(line), *lines])

"""Independent readers of calendars: libraries in this process, and programs of others in processes of their own.

Each reads many feeds at once, because starting a program costs more than reading with it, and tells of each feed what
whoever uses it would see.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import ics
import vobject
from icalendar import Calendar
from playwright._impl._driver import compute_driver_executable

from tests.plugin_browser import give_up

CLIENTS = Path(__file__).parent / "clients"
ROOT = CLIENTS.parent.parent.parent
#: Where scripts/setup puts what the script for ical.js imports.
JAVASCRIPT = ROOT / ".cache" / "javascript"
#: Debian's own Python, for whose version alone there are bindings of the libraries of GNOME.
SYSTEM_PYTHON = "/usr/bin/python3"
SECONDS = 120


class Fetched(NamedTuple):
    """A feed as it was sent."""

    #: Where a program may fetch it for itself.
    address: str
    body: bytes
    #: How many events are in it, for programs that fetch when it suits them and tell nobody when they are done.
    size: int


class Seen(NamedTuple):
    """An event as somebody sees it. Times are instants in UTC or days, as ISO 8601 writes them."""

    #: Empty for programs that show none.
    uid: str
    start: str
    #: Whole days end on the day after the last. Without an end each reader says what it takes for one.
    end: str
    title: str


Reader: TypeAlias = Callable[[list[Fetched], Path], list[list[Seen]]]


def told(moment: date) -> str:
    """Return a day or an instant as `Seen` has it."""
    if isinstance(moment, datetime):
        return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return moment.isoformat()


def in_this_process(read: Callable[[bytes], Iterable[Seen]]) -> Reader:
    """Make a reader of a function that reads one feed."""

    def reader(feeds: list[Fetched], _folder: Path) -> list[list[Seen]]:
        return [list(read(feed.body)) for feed in feeds]

    return reader


def _icalendar(body: bytes) -> Iterator[Seen]:
    event: Any
    for event in Calendar.from_ical(body).walk("VEVENT"):
        start = event.decoded("DTSTART")
        yield Seen(str(event["UID"]), told(start), told(event.decoded("DTEND", start)), str(event["SUMMARY"]))


def _vobject(body: bytes) -> Iterator[Seen]:
    for event in vobject.readOne(body.decode()).contents.get("vevent", ()):
        start = event.dtstart.value
        end = event.dtend.value if hasattr(event, "dtend") else start
        yield Seen(event.uid.value, told(start), told(end), event.summary.value)


def _ics(body: bytes) -> Iterator[Seen]:
    for event in ics.Calendar(body.decode()).events:
        times = [event.begin.datetime, event.end.datetime]
        start, end = (told(moment.date() if event.all_day else moment) for moment in times)
        yield Seen(event.uid, start, end, event.name)


def _run(
    program: list[str | Path], folder: Path, *, given: Any = None, environment: dict[str, str] | None = None
) -> str:
    """Run a program that sees an empty home, and return what it says."""
    seen = {name: os.environ[name] for name in ("PATH", "CI") if name in os.environ}
    seen |= {"HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "Europe/Riga"}
    done = subprocess.run(
        program,
        input=json.dumps(given),
        env=seen | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _answered(text: str) -> list[list[Seen]]:
    return [[Seen(*event) for event in feed] for feed in json.loads(text)]


def ical_js(feeds: list[Fetched], folder: Path) -> list[list[Seen]]:
    """Read with ical.js, which Thunderbird, Nextcloud and Roundcube build on."""
    if not (JAVASCRIPT / "node_modules" / "ical.js").is_dir():
        give_up("ical.js is not there: scripts/setup test installs it with npm")
    # A module is looked for beside the script that imports it.
    script = folder / "icaljs.mjs"
    script.write_bytes((CLIENTS / "icaljs.mjs").read_bytes())
    (folder / "node_modules").symlink_to(JAVASCRIPT / "node_modules")
    node, _ = compute_driver_executable()
    return _answered(_run([node, script], folder, given=[feed.body.decode() for feed in feeds]))


def _bindings(name: str, version: str) -> None:
    """Give the test up on a machine without the bindings of a library of GNOME."""
    asked = f"import gi; gi.require_version({name!r}, {version!r})"
    try:
        subprocess.run([SYSTEM_PYTHON, "-c", asked], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        give_up(f"{name} is not there: scripts/setup test installs it on Debian and Ubuntu")


def libical(feeds: list[Fetched], folder: Path) -> list[list[Seen]]:
    """Read with libical, which GNOME, KDE, Cyrus and many others build on."""
    _bindings("ICalGLib", "3.0")
    script = CLIENTS / "libical.py"
    return _answered(_run([SYSTEM_PYTHON, "-I", script], folder, given=[feed.body.decode() for feed in feeds]))


_SOURCE = """[Data Source]
DisplayName={name}
Enabled=true
Parent=webcal-stub
[Calendar]
BackendName=webcal
Selected=true
[Authentication]
Host=127.0.0.1
Method=none
Port={port}
[Security]
Method=none
[WebDAV Backend]
ResourcePath={path}
ResourceQuery={query}
[Offline]
StaySynchronized=true
[Refresh]
Enabled=false
"""


def evolution(feeds: list[Fetched], folder: Path) -> list[list[Seen]]:
    """Subscribe with the calendar of GNOME, whose server fetches the feeds for itself."""
    _bindings("ECal", "2.0")
    sources = folder / "config" / "evolution" / "sources"
    sources.mkdir(parents=True)
    for number, feed in enumerate(feeds):
        place, _, query = feed.address.partition("?")
        _, _, host, path = place.split("/", 3)
        text = _SOURCE.format(name=f"feed{number}", port=host.partition(":")[2], path=f"/{path}", query=query)
        (sources / f"feed{number}.source").write_text(text, encoding="utf-8")
    running = folder / "run"
    running.mkdir(mode=0o700)
    environment = {
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_RUNTIME_DIR": str(running),
        "GSETTINGS_BACKEND": "memory",
        # It would not fetch anything on a machine that has no way to other hosts.
        "GIO_USE_NETWORK_MONITOR": "base",
        "GIO_USE_VFS": "local",
    }
    program: list[str | Path] = ["dbus-run-session", "--", SYSTEM_PYTHON, "-I", CLIENTS / "evolution.py"]
    return _answered(_run(program, folder, given=[feed.size for feed in feeds], environment=environment))


_PAIR = """
[pair feed{number}]
a = "remote{number}"
b = "local{number}"
collections = null
[storage remote{number}]
type = "http"
url = "{address}"
[storage local{number}]
type = "filesystem"
path = "{folder}/events/feed{number}"
fileext = ".ics"
"""
_CALENDAR = """
[[feed{number}]]
path = {folder}/events/feed{number}
type = calendar
"""
_LOCALE = """
[locale]
timeformat = %H:%M:%S
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%dT%H:%M:%SZ
longdatetimeformat = %Y-%m-%dT%H:%M:%SZ
local_timezone = UTC
default_timezone = UTC
[sqlite]
path = {folder}/khal.db
"""


def khal(feeds: list[Fetched], folder: Path) -> list[list[Seen]]:
    """Fetch with vdirsyncer, and read with khal what it has stored."""
    pairs, calendars = "", "[calendars]"
    for number, feed in enumerate(feeds):
        (folder / "events" / f"feed{number}").mkdir(parents=True)
        pairs += _PAIR.format(number=number, address=feed.address, folder=folder)
        calendars += _CALENDAR.format(number=number, folder=folder)
    (folder / "vdirsyncer").write_text(f'[general]\nstatus_path = "{folder}/status"\n{pairs}')
    (folder / "khal").write_text(calendars + _LOCALE.format(folder=folder))
    bin_folder = Path(sys.executable).parent
    for step in ("discover", "sync"):
        _run([bin_folder / "vdirsyncer", "-c", folder / "vdirsyncer", step], folder)
    names = ("calendar", "uid", "title", "start-long", "end-long", "all-day")
    fields = [word for name in names for word in ("--json", name)]
    listing: list[str | Path] = [bin_folder / "khal", "-c", folder / "khal", "list", *fields]
    found: dict[tuple[str, str], Seen] = {}
    for first, last in _spans({event.start[:10] for feed in feeds for event in _icalendar(feed.body)}):
        for line in _run([*listing, first, last], folder).splitlines():
            for event in json.loads(line):
                # It shows an event on each of its days.
                found[event["calendar"], event["uid"]] = _of_khal(event)
    return [[one for (name, _), one in found.items() if name == f"feed{number}"] for number in range(len(feeds))]


def _spans(days: set[str]) -> list[tuple[str, str]]:
    """Return the spans in which the days lie, for khal looks at every day between two; none is longer than a year."""
    spans: list[tuple[str, str]] = []
    for day in sorted(days):
        if not spans or day > _later(spans[-1][0], 365):
            spans.append((day, day))
        spans[-1] = (spans[-1][0], _later(day, 1))
    return spans


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _of_khal(event: dict[str, str]) -> Seen:
    end = event["end-long"]
    if event["all-day"] == "True":
        # It shows the last day.
        end = _later(end, 1)
    # Vdirsyncer puts digests in the place of the UIDs of a feed.
    return Seen("", event["start-long"], end, event["title"])


READERS: dict[str, Reader] = {
    "icalendar": in_this_process(_icalendar),
    "vobject": in_this_process(_vobject),
    "ics": in_this_process(_ics),
    "ical.js": ical_js,
    "libical": libical,
    "vdirsyncer and khal": khal,
    "evolution-data-server": evolution,
}
#: Those that fetch for themselves.
FETCHING = ("vdirsyncer and khal", "evolution-data-server")

"""A real subscriber: vdirsyncer fetches a feed from the running application, and khal shows it."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import date, time
from pathlib import Path
from time import monotonic
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from flask import Flask

from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Role
from lag_tracker.models.calendar_token import FeedKind
from lag_tracker.models.meeting import MeetingState
from lag_tracker.models.traits import Audience
from tests import factories
from tests.conftest import BASE_URL
from tests.private_feeds.conftest import feed_of

START_WITHIN = 60

pytestmark = pytest.mark.sqlite_only


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return as soon as the server answers."""
    deadline = monotonic() + START_WITHIN
    while monotonic() < deadline:
        assert server.poll() is None, "the server has stopped"
        try:
            urlopen(address, timeout=5).close()  # noqa: S310 -- our own server
        except URLError:
            continue
        return
    pytest.fail(f"The server did not answer within {START_WITHIN} seconds.")


@pytest.fixture
def server(app: Flask, tmp_path: Path) -> Iterator[str]:
    """Start the application in a process of its own, over the database of the test; yield its address.

    What it says goes to the file `server.log`.
    """
    port = free_port()
    environment = os.environ | {
        "INSTANCE": str(tmp_path),
        "BASE_URL": BASE_URL,
        "PORT": str(port),
        "DEMO": "0",
        "SECRET_KEY": "k" * 40,
    }
    with (tmp_path / "server.log").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "lag_tracker", "run"], env=environment, stdout=said, stderr=said
        )
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{address}/kalendari/visi.ics", process)
            yield address
        finally:
            process.terminate()
            process.wait()


@pytest.fixture
def shown(server: str, tmp_path: Path) -> Callable[[str, str], list[str]]:
    """Return a function that synchronises all meetings and returns what khal shows between two days."""
    return subscriber(f"{server}/kalendari/visi.ics?past=all", tmp_path)


def subscriber(feed: str, tmp_path: Path) -> Callable[[str, str], list[str]]:
    """Subscribe to a feed; return a function that synchronises and returns what khal shows between two days."""
    folder = tmp_path / "subscriber"
    (folder / "events").mkdir(parents=True)
    (folder / "vdirsyncer").write_text(
        f"""
[general]
status_path = "{folder}/status"
[pair meetings]
a = "remote"
b = "local"
collections = null
[storage remote]
type = "http"
url = "{feed}"
[storage local]
type = "filesystem"
path = "{folder}/events"
fileext = ".ics"
"""
    )
    (folder / "khal").write_text(
        f"""
[calendars]
[[meetings]]
path = {folder}/events
type = calendar
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/Riga
default_timezone = Europe/Riga
[sqlite]
path = {folder}/khal.db
"""
    )
    environment = os.environ | {"HOME": str(folder), "XDG_CACHE_HOME": str(folder), "LC_ALL": "C.UTF-8"}

    def run(*words: str) -> str:
        program = [str(Path(sys.executable).with_name(words[0])), *words[1:]]
        done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def show(first: str, last: str) -> list[str]:
        run("vdirsyncer", "-c", f"{folder}/vdirsyncer", "discover")
        run("vdirsyncer", "-c", f"{folder}/vdirsyncer", "sync")
        words = ("--day-format", "", "--format", "{start} – {end} {title}")
        listed = run("khal", "-c", f"{folder}/khal", "list", *words, first, last)
        return [line for line in listed.splitlines() if line.strip()]

    return show


def test_a_subscriber_follows_meetings_as_they_change(app: Flask, shown: Callable[[str, str], list[str]]) -> None:
    moved = factories.evening("Pārceltā", starts_on=date(2026, 12, 1))
    cancelled = factories.evening("Atceltā", starts_on=date(2026, 12, 2))
    deleted = factories.evening("Dzēstā", starts_on=date(2026, 12, 3))
    factories.meeting("Visas dienas", starts_on=date(2026, 12, 4))
    factories.evening("Ar komatu, semikolu; un garumzīmēm āčēģīķļņšūž", starts_on=date(2026, 12, 5))
    db.session.commit()
    always = [
        "2026-12-04 – 2026-12-04 Visas dienas",
        "2026-12-05 18:00 – 2026-12-05 20:00 Ar komatu, semikolu; un garumzīmēm āčēģīķļņšūž",
    ]
    assert shown("2026-11-30", "2026-12-31") == [
        "2026-12-01 18:00 – 2026-12-01 20:00 Pārceltā",
        "2026-12-02 18:00 – 2026-12-02 20:00 Atceltā",
        "2026-12-03 18:00 – 2026-12-03 20:00 Dzēstā",
        *always,
    ]
    moved.starts_on, moved.starts_at_time, moved.ends_at_time = date(2026, 12, 8), time(9, 30), time(11)
    db.session.commit()
    assert shown("2026-11-30", "2026-12-31") == [
        "2026-12-02 18:00 – 2026-12-02 20:00 Atceltā",
        "2026-12-03 18:00 – 2026-12-03 20:00 Dzēstā",
        *always,
        "2026-12-08 09:30 – 2026-12-08 11:00 Pārceltā",
    ]
    cancelled.state, cancelled.cancelled_at = MeetingState.CANCELLED, utc_now()
    db.session.commit()
    assert "2026-12-02 18:00 – 2026-12-02 20:00 ATCELTA: Atceltā" in shown("2026-11-30", "2026-12-31")
    db.session.delete(deleted)
    db.session.commit()
    assert shown("2026-11-30", "2026-12-31") == [
        "2026-12-02 18:00 – 2026-12-02 20:00 ATCELTA: Atceltā",
        *always,
        "2026-12-08 09:30 – 2026-12-08 11:00 Pārceltā",
    ]


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)])
def test_hours_are_right_on_both_sides_of_a_change_of_the_clocks(
    app: Flask, shown: Callable[[str, str], list[str]], sunday: date
) -> None:
    days = [sunday.replace(day=sunday.day - 1), sunday]
    days.append(date(2027, 11, 1) if sunday.day == 31 else sunday.replace(day=sunday.day + 1))
    for day in days:
        for hour in (2, 5, 18):
            factories.meeting(f"plkst. {hour}", starts_on=day, starts_at_time=time(hour), ends_at_time=time(hour, 30))
    db.session.commit()
    assert shown(days[0].isoformat(), days[-1].isoformat()) == [
        f"{day} {hour:02}:00 – {day} {hour:02}:30 plkst. {hour}" for day in days for hour in (2, 5, 18)
    ]


def test_a_member_follows_what_only_members_read_and_no_log_tells_the_address(
    app: Flask, server: str, tmp_path: Path
) -> None:
    # The server goes by the real day, and looks one year back.
    year, group = utc_now().year + 1, factories.group("Mūsu")
    factories.evening("Slēgtā", groups=[group], audience=Audience.MEMBERS, starts_on=date(year, 12, 1))
    draft = factories.evening("Topošā", groups=[group], state=MeetingState.DRAFT, starts_on=date(year, 12, 2))
    path = feed_of(factories.account(roles={group: Role.MANAGER}), FeedKind.MANAGED)
    shown = subscriber(server + path, tmp_path)
    assert shown(f"{year}-11-30", f"{year}-12-31") == [
        f"{year}-12-01 18:00 – {year}-12-01 20:00 Slēgtā",
        f"{year}-12-02 18:00 – {year}-12-02 20:00 MELNRAKSTS: Topošā",
    ]
    draft.state, draft.starts_on = MeetingState.SCHEDULED, date(year, 12, 3)
    db.session.commit()
    assert shown(f"{year}-11-30", f"{year}-12-31") == [
        f"{year}-12-01 18:00 – {year}-12-01 20:00 Slēgtā",
        f"{year}-12-03 18:00 – {year}-12-03 20:00 Topošā",
    ]
    token = path.rpartition("/")[2].removesuffix(".ics")
    said = (tmp_path / "server.log").read_bytes()
    assert (b"http" in said, token.encode() in said) == (True, False)


def test_headers_without_end_are_refused_and_the_next_asker_is_answered(server: str) -> None:
    host, port = server.removeprefix("http://").split(":")
    for headers in ("If-None-Match: " + '"x",' * 250_000, "X: y\r\n" * 5000 + "X: y", "Cookie: " + "x" * 1_000_000):
        request = f"GET /kalendari/visi.ics HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n\r\n"
        # The server may hang up before it has read all of it.
        with suppress(ConnectionError), socket.create_connection((host, int(port)), timeout=START_WITHIN) as connection:
            connection.sendall(request.encode())
            assert int(connection.recv(1000).split()[1]) in {400, 413, 431}
        with urlopen(f"{server}/kalendari/visi.ics", timeout=START_WITHIN) as answer:  # noqa: S310 -- our own server
            assert answer.status == 200

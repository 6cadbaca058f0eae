"""Servers under measurement: started as people start them, and asked over one connection that stays open."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

OURS, BARE = "lag_tracker:create_app", "bench.bare:create_app"
STARTING_SECONDS = 60
THREADS = 4


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: dict[str, str]
    body: bytes


class Visitor:
    """A client with one connection, as a proxy or a calendar program keeps it."""

    def __init__(self, port: int) -> None:
        """Connect."""
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a path; a name such as `if_none_match` becomes the header If-None-Match."""
        return self._ask("GET", path, None, {name.replace("_", "-"): value for name, value in headers.items()})

    def put(self, path: str, body: bytes) -> Answer:
        """Give a calendar to a path."""
        return self._ask("PUT", path, body, {"Content-Type": "text/calendar; charset=utf-8"})

    def make_folder(self, path: str) -> Answer:
        """Make a collection, as WebDAV has it."""
        return self._ask("MKCOL", path, None, {})

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError):
            # Servers close connections that were idle for long, as while records were made.
            self.connection.close()
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    process: psutil.Process
    visitor: Visitor
    port: int

    def cpu_seconds(self) -> float:
        """Return the CPU time that the server and all its processes have used so far."""
        return cpu_seconds(self.process)


def cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU time that a process and all those below it have used so far."""
    return sum(_own_cpu_seconds(one) for one in [process, *process.children(recursive=True)])


def _own_cpu_seconds(process: psutil.Process) -> float:
    if sys.platform == "linux":
        # The clock of another process (clock_getcpuclockid): exact, where the usual figures count hundredths.
        return time.clock_gettime((~process.pid << 3) | 2)
    times = process.cpu_times()
    return float(times.user + times.system)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _command(server: str, factory: str, port: int) -> list[str]:
    """Return the command that serves an application's factory with one process and a few threads."""
    if server == "gunicorn":
        options = ["--worker-class", "gthread", "--threads", str(THREADS), "--no-control-socket", "--keep-alive", "60"]
        return [sys.executable, "-m", "gunicorn", *options, "--bind", f"127.0.0.1:{port}", f"{factory}()"]
    options = [
        "--interface",
        "wsgi",
        "--factory",
        "--blocking-threads",
        str(THREADS),
        "--no-ws",
        "--log-level",
        "warning",
    ]
    return [sys.executable, "-m", "granian", *options, "--host", "127.0.0.1", "--port", str(port), factory]


def settings(instance: Path, database_url: str = "") -> dict[str, str]:
    """Return the settings of an installation that is measured."""
    given = {"INSTANCE": str(instance), "DATABASE_URL": database_url, "SECRET_KEY": "b" * 40}
    return {**given, "BASE_URL": "https://grupas.example", "UID_DOMAIN": "grupas.example"}


@contextmanager
def serving(factory: str, *, instance: Path, server: str = "granian", database_url: str = "") -> Iterator[Running]:
    """Serve an application, wait until it answers, and stop it at the end."""
    port = _free_port()
    environment = os.environ | settings(instance, database_url)
    process = subprocess.Popen(_command(server, factory, port), env=environment, stderr=subprocess.DEVNULL)
    try:
        yield Running(psutil.Process(process.pid), _visitor_of(port), port)
    finally:
        process.terminate()
        process.wait()


def _visitor_of(port: int) -> Visitor:
    end = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            visitor = Visitor(port)
            visitor.get("/robots.txt")
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return visitor

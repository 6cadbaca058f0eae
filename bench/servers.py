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
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            self.connection.request("GET", path, headers=named)
            response = self.connection.getresponse()
        except http.client.RemoteDisconnected:
            # Servers close connections that were idle for long, as while records were made.
            self.connection.close()
            self.connection.request("GET", path, headers=named)
            response = self.connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    process: psutil.Process
    visitor: Visitor

    def cpu_seconds(self) -> float:
        """Return the CPU time that the server and all its processes have used so far."""
        family = [self.process, *self.process.children(recursive=True)]
        return sum(times.user + times.system for times in (one.cpu_times() for one in family))


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


@contextmanager
def serving(factory: str, *, instance: Path, server: str = "granian") -> Iterator[Running]:
    """Serve an application, wait until it answers, and stop it at the end."""
    port = _free_port()
    environment = os.environ | {"INSTANCE": str(instance), "BASE_URL": "https://grupas.example", "SECRET_KEY": "b" * 40}
    process = subprocess.Popen(_command(server, factory, port), env=environment, stderr=subprocess.DEVNULL)
    try:
        yield Running(psutil.Process(process.pid), _visitor_of(port))
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

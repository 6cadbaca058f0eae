"""Make an installation ready, and serve it."""

import os
import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Thread
from time import sleep

from flask import url_for

from lag_tracker.accounts.queries import has_administrator
from lag_tracker.calendars.operations import rebuild_if_needed
from lag_tracker.config import Settings
from lag_tracker.database import db
from lag_tracker.errors import RuleBroken
from lag_tracker.invitations.operations import invite_first_administrator
from lag_tracker.invitations.queries import find_invitation
from lag_tracker.schema import is_empty, one_at_a_time, upgrade_database
from lag_tracker.search.operations import rebuild_search_if_needed

#: Threads that answer at once in each server process; the database pool has room for as many connections.
THREADS = 4
SECONDS_TO_STOP = 5
SECONDS_BETWEEN_LOOKS = 0.05


def prepare(
    settings: Settings, *, now: datetime, load_demonstration: Callable[[], None], progress: Callable[[int, int], None]
) -> None:
    """Bring the database up to date, load the demonstration into an empty one, renew what is derived.

    What is stored for feeds and search is written anew when another version of the software made it.

    `progress` is told how many of how many are written. Commits, because each step stands for itself.
    """
    with one_at_a_time(settings):
        upgrade_database(settings, now=now)
        if settings.demo and is_empty():
            load_demonstration()
            db.session.commit()
        for done, total in rebuild_if_needed(db.session(), base_url=settings.address, now=now):
            db.session.commit()
            progress(done, total)
        db.session.commit()
        rebuild_search_if_needed(db.session(), progress=progress)
        db.session.commit()
        db.session.remove()
    # The server's processes are born from this one and must not share its connections.
    db.engine.dispose()


def first_administrator(settings: Settings, *, now: datetime) -> str | None:
    """Return the address at which whoever started the server makes themselves its first administrator.

    None when there is an administrator. The same address is given until it was used or has expired; it is kept in a
    file that only the owner of the installation may read. Needs a request's context. Commits.
    """
    kept = settings.first_link
    with one_at_a_time(settings):
        session = db.session()
        if has_administrator(session):
            kept.unlink(missing_ok=True)
            return None
        address = kept.read_text(encoding="utf-8").strip() if kept.is_file() else ""
        if find_invitation(session, address.rpartition("/")[2], now=now) is None:
            token = invite_first_administrator(session, now=now)
            address = url_for("invitations.accept", token=token, _external=True)
            _write_secretly(kept, f"{address}\n")
        session.commit()
        db.session.remove()
    db.engine.dispose()
    return address


def _write_secretly(file: Path, text: str) -> None:
    """Write a file that its owner alone may read; nobody ever finds half of it."""
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text)
    unfinished.replace(file)


def require_free_port(settings: Settings) -> None:
    """Raise RuleBroken when the server could not listen where the settings say."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError:
        raise RuleBroken(f"Port {settings.port} needs more rights; choose one above 1023, such as PORT=8000.") from None
    except socket.gaierror:
        raise RuleBroken(f"HOST must be an address of this machine, not {settings.host!r}.") from None
    except OSError as refusal:
        raise RuleBroken(
            f"Port {settings.port} on {settings.host} cannot be used ({refusal.strerror}); "
            f"stop what uses it or choose another, such as PORT={settings.port % 65535 + 1}."
        ) from None


def serve(settings: Settings, *, announce: Callable[[], None]) -> None:
    """Serve the application until the process is told to stop; `announce` is called once it listens."""
    from granian.constants import Interfaces  # noqa: PLC0415 -- other commands need no server
    from granian.log import LogLevels  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    server = Server(
        "lag_tracker:create_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        # A process that is told to stop while it starts may miss it, and would otherwise be waited for without end.
        workers_kill_timeout=SECONDS_TO_STOP,
        websockets=False,
        log_level=LogLevels.warning,
    )
    server.on_startup(lambda: Thread(target=_wait_for_listening, args=(settings, announce), daemon=True).start())
    server.serve()


def _wait_for_listening(settings: Settings, announce: Callable[[], None]) -> None:
    # The server tells nobody that its processes are up, and an address that is not yet answered looks broken.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 -- compared, not bound
    while True:
        try:
            with socket.create_connection((host, settings.port), timeout=1):
                break
        except OSError:
            sleep(SECONDS_BETWEEN_LOOKS)
    announce()

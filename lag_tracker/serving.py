"""Make an installation ready, and serve it."""

import socket
from collections.abc import Callable
from datetime import datetime
from threading import Thread
from time import sleep

from lag_tracker.calendars.operations import rebuild_if_needed
from lag_tracker.config import Settings
from lag_tracker.database import db
from lag_tracker.errors import RuleBroken
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

"""Make an installation ready, and serve it."""

import socket
from collections.abc import Callable
from datetime import datetime

from lag_tracker.config import Settings
from lag_tracker.database import db
from lag_tracker.errors import RuleBroken
from lag_tracker.schema import one_at_a_time, upgrade_database

#: Threads that answer at once in each server process; the database pool has room for as many connections.
THREADS = 4


def prepare(settings: Settings, *, now: datetime, load_demonstration: Callable[[], None]) -> bool:
    """Bring the database up to date and load the demonstration into a new one; tell whether it was new."""
    with one_at_a_time(settings):
        is_new = upgrade_database(settings, now=now)
        if is_new and settings.demo:
            load_demonstration()
            db.session.commit()
    db.session.remove()
    db.engine.dispose()
    return is_new


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


def serve(settings: Settings) -> None:
    """Serve the application until the process is told to stop."""
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
        websockets=False,
        log_level=LogLevels.warning,
    )
    server.serve()

"""What matters for security, one line of JSON each, for whoever has to answer "who got in, and from where?".

No line holds a password, a code, a link or an e-mail address; accounts stand there by their numbers.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from flask import Flask, has_request_context, request

#: Names of what in an address opens something to whoever has it.
SECRET = ("token",)
log = logging.getLogger("lag_tracker.security")


def note_event(event: str, **facts: Any) -> None:
    """Write a line: when, what, from which address of the network, and `facts`. Odd signs in them are escaped."""
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "event": event}
    if has_request_context():
        line["from"] = request.remote_addr or ""
    log.info(json.dumps(line | facts, ensure_ascii=True, default=str))


def path_without_secrets() -> str:
    """Return the path of the request as logs may hold it: whoever reads them must not get in by a link of theirs.

    Where no route was found, nobody knows which part is a secret, so all but the first is left out.
    """
    path = request.path
    if request.url_rule is None:
        first, slash, _ = path.removeprefix("/").partition("/")
        return f"/{first}/…" if slash else "/…"
    for name, value in (request.view_args or {}).items():
        if name in SECRET:
            path = path.replace(str(value), "…")
    return path


def init_events(app: Flask) -> None:
    """Let the lines be written, to where the server says everything else, unless the operator chose a place."""
    log.setLevel(logging.INFO)
    if not app.testing and not log.hasHandlers():
        log.addHandler(logging.StreamHandler())

"""Long lists are walked by the key of the last row: page 1,000 costs what page 1 does and no total is counted."""

import re
from datetime import date
from typing import NamedTuple

from flask import abort, request

PAGE = 50
_KEY = re.compile(r"(\d{4}-\d{2}-\d{2})\.(\d{1,18})")


class Key(NamedTuple):
    """Where a page starts: after the row of this day and number."""

    day: date
    id: int


def key_from_address(name: str = "after") -> Key | None:
    """Return the key in the address, None when there is none; answer 404 to one that no page of ours ever gave."""
    typed = request.args.get(name)
    if not typed:
        return None
    match = _KEY.fullmatch(typed)
    if not match:
        abort(404)
    try:
        return Key(date.fromisoformat(match[1]), int(match[2]))
    except ValueError:
        abort(404)


def written(day: date | None, number: int) -> str:
    """Return a key as it stands in an address."""
    return f"{(day or date.min).isoformat()}.{number}"

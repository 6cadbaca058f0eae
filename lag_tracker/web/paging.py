"""Long lists are walked by the place of the last row: page 1,000 costs what page 1 does and no total is counted."""

import re
from datetime import date, time

from flask import abort, request

from lag_tracker.models.traits import Position

PAGE = 50
_POSITION = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T([\d:.]+))?\.(\d{1,18})", re.ASCII)


def position_in_address(name: str = "after") -> Position | None:
    """Return where a page starts, None for the first; answer 404 to a place that no page of ours ever gave."""
    typed = request.args.get(name)
    if not typed:
        return None
    match = _POSITION.fullmatch(typed)
    if not match:
        abort(404)
    day, at, number = match.groups()
    try:
        return Position(date.fromisoformat(day), int(number), time.fromisoformat(at) if at else None)
    except ValueError:
        abort(404)


def written(place: Position) -> str:
    """Return a place as it stands in an address."""
    at = "" if place.at is None else f"T{place.at.isoformat()}"
    return f"{place.day.isoformat()}{at}.{place.id}"

"""Calendar pages: what is next, what was, a month, a year; and how to subscribe."""

from flask import Blueprint, abort

from lag_tracker.models.traits import Audience
from lag_tracker.web.routes import page

blueprint = Blueprint("calendars", __name__)


@page(blueprint, lv="/kalendars", en="/calendar", audience=Audience.PUBLIC)
def upcoming() -> str:
    """Not written yet."""
    abort(404)


@page(blueprint, lv="/kalendars/notikusas", en="/calendar/past", audience=Audience.PUBLIC)
def past() -> str:
    """Not written yet."""
    abort(404)


@page(blueprint, lv="/kalendars/<int:year>", en="/calendar/<int:year>", audience=Audience.PUBLIC)
def year(year: int) -> str:
    """Not written yet."""
    abort(404)


@page(blueprint, lv="/kalendars/<int:year>/<int:month>", en="/calendar/<int:year>/<int:month>", audience=Audience.PUBLIC)
def month(year: int, month: int) -> str:
    """Not written yet."""
    abort(404)


@page(blueprint, lv="/abonet", en="/subscribe", audience=Audience.PUBLIC)
def subscribe() -> str:
    """Not written yet."""
    abort(404)

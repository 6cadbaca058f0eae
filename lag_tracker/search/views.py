"""The search page."""

from flask import Blueprint, abort

from lag_tracker.models.traits import Audience
from lag_tracker.web.routes import page

blueprint = Blueprint("search", __name__)


@page(blueprint, lv="/meklet", en="/search", audience=Audience.PUBLIC)
def results() -> str:
    """Not written yet."""
    abort(404)

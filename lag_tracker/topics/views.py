"""Pages of topics."""

from flask import Blueprint, abort

from lag_tracker.models.traits import Audience
from lag_tracker.web.routes import page

blueprint = Blueprint("topics", __name__)


@page(blueprint, lv="/temati", en="/topics", audience=Audience.PUBLIC)
def index() -> str:
    """Not written yet."""
    abort(404)


@page(blueprint, lv="/temati/<slug>", en="/topics/<slug>", audience=Audience.PUBLIC)
def show(slug: str) -> str:
    """Not written yet."""
    abort(404)

"""Pages of networks."""

from flask import Blueprint, abort

from lag_tracker.models.traits import Audience
from lag_tracker.web.routes import page

blueprint = Blueprint("networks", __name__)


@page(blueprint, lv="/tikli", en="/networks", audience=Audience.PUBLIC)
def index() -> str:
    """Not written yet."""
    abort(404)


@page(blueprint, lv="/tikli/<slug>", en="/networks/<slug>", audience=Audience.PUBLIC)
def show(slug: str) -> str:
    """Not written yet."""
    abort(404)

"""Pages of groups."""

from flask import Blueprint, abort

from lag_tracker.models.traits import Audience
from lag_tracker.web.routes import page

blueprint = Blueprint("groups", __name__)


@page(blueprint, lv="/grupas", en="/groups", audience=Audience.PUBLIC)
def index() -> str:
    """Not written yet."""
    abort(404)


@page(blueprint, lv="/grupas/<slug>", en="/groups/<slug>", audience=Audience.PUBLIC)
def show(slug: str) -> str:
    """Not written yet."""
    abort(404)

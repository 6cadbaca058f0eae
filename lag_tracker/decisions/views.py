"""Pages of decisions."""

from flask import Blueprint, abort

from lag_tracker.models.traits import Audience
from lag_tracker.web.routes import page

blueprint = Blueprint("decisions", __name__)


@page(blueprint, lv="/lemumi", en="/decisions", audience=Audience.PUBLIC)
def index() -> str:
    """Not written yet."""
    abort(404)

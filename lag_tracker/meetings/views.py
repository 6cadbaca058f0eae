"""The page of a meeting."""

from flask import Blueprint, abort

from lag_tracker.models.traits import Audience
from lag_tracker.web.routes import page

blueprint = Blueprint("meetings", __name__)


@page(blueprint, lv="/sanaksmes/<slug>", en="/meetings/<slug>", audience=Audience.PUBLIC)
def show(slug: str) -> str:
    """Not written yet."""
    abort(404)

"""Pages of municipalities."""

from flask import Blueprint, abort

from lag_tracker.models.traits import Audience
from lag_tracker.web.routes import page

blueprint = Blueprint("municipalities", __name__)


@page(blueprint, lv="/pasvaldibas/<slug>", en="/municipalities/<slug>", audience=Audience.PUBLIC)
def show(slug: str) -> str:
    """Not written yet."""
    abort(404)

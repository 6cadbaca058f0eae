"""Pages of initiatives."""

from flask import Blueprint, abort

from lag_tracker.models.traits import Audience
from lag_tracker.web.routes import page

blueprint = Blueprint("initiatives", __name__)


@page(blueprint, lv="/iniciativas", en="/initiatives", audience=Audience.PUBLIC)
def board() -> str:
    """Not written yet."""
    abort(404)


@page(blueprint, lv="/iniciativu-saraksts", en="/initiative-list", audience=Audience.PUBLIC)
def listing() -> str:
    """Not written yet."""
    abort(404)


@page(blueprint, lv="/iniciativas/<slug>", en="/initiatives/<slug>", audience=Audience.PUBLIC)
def show(slug: str) -> str:
    """Not written yet."""
    abort(404)

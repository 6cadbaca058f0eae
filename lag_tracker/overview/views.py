"""The start page, pages about the site, and what machines read."""

from flask import Blueprint, abort

from lag_tracker.models.traits import Audience
from lag_tracker.web.routes import page

blueprint = Blueprint("overview", __name__)


@page(blueprint, lv="/", en="/", audience=Audience.PUBLIC)
def start() -> str:
    """Not written yet."""
    abort(404)


@page(blueprint, lv="/par", en="/about", audience=Audience.PUBLIC)
def about() -> str:
    """Not written yet."""
    abort(404)


@page(blueprint, lv="/pieklustamiba", en="/accessibility", audience=Audience.PUBLIC)
def accessibility() -> str:
    """Not written yet."""
    abort(404)


@page(blueprint, lv="/privatums", en="/privacy", audience=Audience.PUBLIC)
def privacy() -> str:
    """Not written yet."""
    abort(404)


@page(blueprint, lv="/jaunumi.atom", en="/news.atom", audience=Audience.PUBLIC)
def news_feed() -> str:
    """Not written yet."""
    abort(404)

"""The frame round every page: what is the same on every page of a language is rendered once, not once a page."""

from typing import Any

from flask import Flask, current_app, request
from markupsafe import Markup

from lag_tracker.web.language import reading_language


def frame(template: str, **given: Any) -> Markup:
    """Return a part of the frame in the language being read.

    It depends on the language, on `given` and on where the application is mounted, and on nothing else.
    """
    key = (template, reading_language(), request.script_root, tuple(given.values()))
    kept: dict[Any, Markup] = current_app.extensions["frame"]
    if key not in kept:
        html = current_app.jinja_env.get_template(template).render(given)
        kept[key] = Markup(html)  # noqa: S704 -- what a template of ours made, escaped there
    return kept[key]


def init_frame(app: Flask) -> None:
    """Let templates call for parts of the frame."""
    app.extensions["frame"] = {}
    app.jinja_env.globals["frame"] = frame

"""The frame round every page: what is the same on every page of a language is rendered once, not once a page."""

from typing import Any

from flask import Flask, current_app, request
from markupsafe import Markup

from lag_tracker.config import Settings
from lag_tracker.web.language import reading_language
from lag_tracker.web.settings import when_settings_change

#: More parts than that are not kept: somebody may walk through every month of every group.
MOST_KEPT = 500


def frame(template: str, key: tuple[Any, ...] | None = None, /, **given: Any) -> Markup:
    """Return a part that is the same on many pages, in the language being read.

    It may depend on the language, on where the application is mounted, on the settings, and on what `key` holds (all of
    `given` when there is none), and on nothing else.
    """
    whole = (template, reading_language(), request.script_root, tuple(given.values()) if key is None else key)
    kept: dict[Any, Markup] = current_app.extensions["frame"]
    if whole not in kept:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        html = current_app.jinja_env.get_template(template).render(given)
        kept[whole] = Markup(html)  # noqa: S704 -- what a template of ours made, escaped there
    return kept[whole]


def init_frame(app: Flask) -> None:
    """Let templates call for parts of the frame, which are rendered anew when the settings have changed."""

    def begin_anew(_settings: Settings | None = None) -> None:
        # Another dictionary, not an emptied one: what is just being rendered goes into that of the former settings.
        app.extensions["frame"] = {}

    begin_anew()
    when_settings_change(app, begin_anew)
    app.jinja_env.globals["frame"] = frame

"""The language a page is read in: it stands in the address and nowhere else."""

from typing import Any

from flask import Flask, g, request
from flask_babel import Babel

babel = Babel()


def reading_language() -> str:
    """Return "lv" or "en": the language of the address being answered, Latvian outside a request."""
    if not request:
        return "lv"
    lang: str = g.get("lang") or ("en" if request.path == "/en" or request.path.startswith("/en/") else "lv")
    return lang


def _take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values is not None and "lang" in values:
        g.lang = values.pop("lang")


def init_language(app: Flask) -> None:
    """Make the address choose the language of texts and of further addresses."""
    babel.init_app(app, locale_selector=reading_language)
    app.url_value_preprocessor(_take_language)

    @app.url_defaults
    def keep_language(endpoint: str, values: dict[str, Any]) -> None:
        if app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values.setdefault("lang", reading_language())

"""The language a page is read in: it stands in the address and nowhere else."""

from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import Babel

from lag_tracker.models.bilingual import LANGUAGES

babel = Babel()


def reading_language() -> str:
    """Return "lv" or "en": the language of the address being answered, Latvian outside a request."""
    if not request:
        return "lv"
    lang: str = g.get("lang") or ("en" if request.path == "/en" or request.path.startswith("/en/") else "lv")
    return lang


def address_in(lang: str) -> str:
    """Return this page's address in another language, its filters kept; the start page where there is none."""
    values = {**request.args.to_dict(flat=False), **(request.view_args or {}), "lang": lang}
    if request.endpoint is None or g.get("lang") is None:
        return url_for("overview.start", lang=lang)
    return url_for(request.endpoint, **values)


def _take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values is not None and "lang" in values:
        g.lang = values.pop("lang")


def init_language(app: Flask) -> None:
    """Make the address choose the language of texts and of further addresses."""
    babel.init_app(app, locale_selector=reading_language)
    app.url_value_preprocessor(_take_language)
    app.jinja_env.globals.update(address_in=address_in, languages=LANGUAGES)

    @app.url_defaults
    def keep_language(endpoint: str, values: dict[str, Any]) -> None:
        if app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values.setdefault("lang", reading_language())

"""The language a page is read in: it stands in the address and nowhere else."""

from typing import Any

from flask import Flask, current_app, g, has_app_context, request, url_for
from flask_babel import Babel

from lag_tracker.models.bilingual import LANGUAGES

babel = Babel()


def reading_language() -> str:
    """Return "lv" or "en": the language of the address being answered, Latvian outside a request."""
    return g.get("lang", "lv") if has_app_context() else "lv"


def addresses_in_languages() -> dict[str, str]:
    """Return this page's addresses by language, its filters kept; those of the start page where there are none."""
    if request.endpoint is None or not g.has_languages:
        return {lang: url_for("overview.start", lang=lang) for lang in LANGUAGES}
    values = {**request.args.to_dict(flat=False), **(request.view_args or {})}
    return {lang: url_for(request.endpoint, **(values | {"lang": lang})) for lang in LANGUAGES}


def meeting_address(slug: str) -> str:
    """Return a meeting's address. Lists have many of them, and `url_for` would take a third of their time."""
    prefix = "/en/meetings/" if reading_language() == "en" else "/sanaksmes/"
    return f"{request.script_root}{prefix}{slug}"


def _take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
    is_english = request.path == "/en" or request.path.startswith("/en/")
    g.lang = (values or {}).pop("lang", "en" if is_english else "lv")
    g.has_languages = endpoint is not None and current_app.url_map.is_endpoint_expecting(endpoint, "lang")


def init_language(app: Flask) -> None:
    """Make the address choose the language of texts and of further addresses."""
    babel.init_app(app, locale_selector=reading_language)
    app.url_value_preprocessor(_take_language)
    app.jinja_env.globals.update(addresses_in_languages=addresses_in_languages, languages=LANGUAGES)

    @app.url_defaults
    def keep_language(endpoint: str, values: dict[str, Any]) -> None:
        if app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values.setdefault("lang", reading_language())

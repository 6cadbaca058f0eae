"""Style sheets and scripts, each under an address with its content's digest, so that it may be kept for a year."""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, request, send_from_directory

from lag_tracker.paths import STATIC
from lag_tracker.web.access import Access
from lag_tracker.web.routes import address

blueprint = Blueprint("assets", __name__)
A_YEAR = 31_536_000
A_DAY = 86_400
ORDER = ("tokens", "base", "layout", "components/*", "print")


@cache
def stylesheet() -> bytes:
    """Return all style sheets as one, so that a phone on a slow line asks once."""
    files = [file for part in ORDER for file in sorted((STATIC / "css").glob(f"{part}.css"))]
    return b"\n".join(file.read_bytes() for file in files)


@cache
def packed_stylesheet() -> bytes:
    """Return the style sheet packed with gzip."""
    return gzip.compress(stylesheet(), 9, mtime=0)


@cache
def stylesheet_digest() -> str:
    """Return the digest that stands in the style sheet's address."""
    return hashlib.sha256(stylesheet()).hexdigest()[:16]


@cache
def _file_digest(file: Path, _modified: float) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


@address(blueprint, "/static/site-<digest>.css", access=Access.PUBLIC)
def site_css(digest: str) -> Response:
    """Answer the style sheet of this version; an older version's address is gone."""
    if digest != stylesheet_digest():
        abort(404)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(packed_stylesheet() if packed else stylesheet(), mimetype="text/css")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response


@address(blueprint, "/favicon.ico", access=Access.PUBLIC)
@address(blueprint, "/apple-touch-icon.png", access=Access.PUBLIC)
def icon() -> Response:
    """Answer the icon to programs that look for it where sites have always had it."""
    return send_from_directory(STATIC / "img", "icon.png", max_age=A_DAY)


def init_assets(app: Flask) -> None:
    """Put a digest into the address of every static file."""
    app.register_blueprint(blueprint)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR
    if app.debug:
        for kept in (stylesheet, packed_stylesheet, stylesheet_digest):
            kept.cache_clear()

    @app.url_defaults
    def add_digest(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            file = STATIC / values["filename"]
            if file.is_file():
                values["v"] = _file_digest(file, file.stat().st_mtime)

    app.jinja_env.globals["stylesheet_digest"] = stylesheet_digest

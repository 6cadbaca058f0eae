"""What programs are answered: problems in place of pages, to scripts of every site, and nothing for search engines."""

import json
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.http import HTTP_STATUS_CODES

#: All addresses for programs begin so.
PROGRAMS = "/api/"
#: The records are public and nobody signs in here, so that any site's scripts may read them.
FOR_EVERY_SITE = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ("Access-Control-Allow-Headers", "If-None-Match"),
    ("Access-Control-Expose-Headers", "ETag, Retry-After"),
    ("Access-Control-Max-Age", "86400"),
    ("X-Robots-Tag", "noindex"),
)


def asks_program() -> bool:
    """Tell whether an address for programs was asked for."""
    return request.path.startswith(PROGRAMS)


def problem(code: int, detail: str) -> Response:
    """Return what went wrong, as RFC 9457 has it; `detail` is a sentence or two."""
    title = HTTP_STATUS_CODES.get(code, "Error")
    said = {"type": "about:blank", "title": title, "status": code, "detail": detail}
    return Response(json.dumps(said, ensure_ascii=False), code, mimetype="application/problem+json")


def init_programs(app: Flask) -> None:
    """Let the scripts of every site read what is for programs, faults included."""

    @app.after_request
    def open_to_every_site(response: Response) -> Response:
        if asks_program():
            response.headers.extend(FOR_EVERY_SITE)
        if asks_program() and request.method == "OPTIONS" and response.status_code == HTTPStatus.OK:
            # What Flask answers by itself is an empty page.
            response.status_code = HTTPStatus.NO_CONTENT
            del response.headers["Content-Type"]
        return response

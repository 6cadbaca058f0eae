"""Requests that nothing can be made of: refused before the application sees them."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from flask import Flask
from werkzeug.wrappers import Response
from werkzeug.wsgi import get_host


class ReadableRequests:
    """Answers 400 where the host is none, with an empty or overlong part (RFC 1035, 2.3.4), or the query is not UTF-8.

    Of such a request no address can be made, so not even the page that would say what is wrong.
    """

    def __init__(self, following: Callable[..., Iterable[bytes]]) -> None:
        self.following = following

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Refuse, or let the application answer."""
        try:
            get_host(environ).encode("idna")
            environ.get("QUERY_STRING", "").encode("latin-1").decode()
        except UnicodeError:
            refusal = Response("400", HTTPStatus.BAD_REQUEST, [("Cache-Control", "no-store")], mimetype="text/plain")
            return refusal(environ, start_response)
        return self.following(environ, start_response)


def init_readable(app: Flask) -> None:
    """Let no request reach the application that it could not answer with a page."""
    app.wsgi_app = ReadableRequests(app.wsgi_app)  # type: ignore[method-assign]

"""Error pages: what happened and what to do, in the reader's language, and never a stack trace."""

from flask import Flask, Response, make_response, render_template, request
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from lag_tracker.errors import RuleBroken
from lag_tracker.web.programs import asks_program, problem

RETRY_SECONDS = "30"


def _error_page(code: int, detail: str | None = None) -> Response:
    """Return a page of the site; programs get the detail instead."""
    if asks_program():
        return problem(code, detail or "The address cannot be read.")
    return make_response(render_template("errors/page.html", code=code), code)


def _http_error(error: HTTPException) -> Response | HTTPException:
    code = error.code or 500
    if code < 400 or error.response is not None:  # noqa: PLR2004 -- HTTP's own border between redirects and errors
        return error
    response = _error_page(code, error.description)
    if code == 405:  # noqa: PLR2004 -- HTTP's number for "method not allowed"
        response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ["GET", "HEAD"]))
    if code == 503:  # noqa: PLR2004 -- HTTP's number for "service unavailable"
        response.headers["Retry-After"] = RETRY_SECONDS
    return response


def _rule_broken(error: RuleBroken) -> Response:
    return make_response(render_template("errors/page.html", code=409, sentence=str(error)), 409)


def _database_away(error: DBAPIError) -> Response | HTTPException:
    if isinstance(error, OperationalError):
        return _http_error(ServiceUnavailable())
    raise error


def _reject_unreadable() -> Response | None:
    """Refuse an address that no database could look up, before it gets there: PostgreSQL takes no NUL."""
    if "\x00" in request.full_path or any("\x00" in value for value in request.args.values()):
        return _error_page(400)
    return None


def init_errors(app: Flask) -> None:
    """Answer every fault with a page of the site."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(RuleBroken, _rule_broken)
    app.register_error_handler(DBAPIError, _database_away)
    app.before_request(_reject_unreadable)

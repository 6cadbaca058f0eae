"""Error pages: what happened and what to do, in the reader's language, and never a stack trace."""

from datetime import datetime

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_babel import gettext
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, InternalError, OperationalError
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.http import parse_date

from lag_tracker.database import FileWatch, db
from lag_tracker.errors import RuleBroken
from lag_tracker.web.access import read_as_nobody
from lag_tracker.web.programs import asks_program, problem

RETRY_SECONDS = "30"
AWAY = (OperationalError, InterfaceError, InternalError)
#: Headers that hold a date, as WSGI calls them.
DATES = ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE")


def _error_page(code: int, detail: str | None = None) -> Response:
    """Return a page of the site; programs get the detail instead."""
    if asks_program():
        return problem(code, detail or "The address cannot be read.")
    sentence = None
    if code >= 500:  # noqa: PLR2004 -- HTTP's own border between what askers and what servers did wrong
        # The page must not fail for the same reason as the answer.
        read_as_nobody()
        if request.method == "POST":
            sentence = gettext("What you sent was not saved. Go back in half a minute and send it again.")
    return make_response(render_template("errors/page.html", code=code, sentence=sentence), code)


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
    """Answer 503 for faults of the database itself, and leave those of what was asked of it."""
    if isinstance(error, AWAY) or type(error) is DatabaseError:
        current_app.logger.error("The database did not answer: %s", error.orig)
        return _http_error(ServiceUnavailable())
    raise error


def readable_date(value: str | None) -> datetime | None:
    """Return the date that a header says, None where it says none; absurd numbers are no dates."""
    try:
        return parse_date(value)
    except OverflowError:
        return None


def _reject_unreadable() -> Response | None:
    """Refuse an address that no database could look up, before it gets there: PostgreSQL takes no NUL.

    Absurd dates are passed over, as RFC 9110, 13.1.3, asks; what answers conditional requests would stumble over them.
    """
    for name in DATES:
        if readable_date(request.environ.get(name)) is None:
            request.environ.pop(name, None)
    if "\x00" in request.full_path or any("\x00" in value for value in request.args.values()):
        return _error_page(400)
    return None


def init_errors(app: Flask) -> None:
    """Answer every fault with a page of the site."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(RuleBroken, _rule_broken)
    app.register_error_handler(DBAPIError, _database_away)
    app.before_request(_reject_unreadable)
    with app.app_context():
        watch = FileWatch(db.engine)
    app.before_request(lambda: watch.look(at_once=request.method not in {"GET", "HEAD"}))

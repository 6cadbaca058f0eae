"""One request, one transaction, ended here; and one change for each form, however often it arrives."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import flash, g, make_response, redirect, request, session
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from lag_tracker.database import db
from lag_tracker.models.submission import Submission
from lag_tracker.web.access import current_account, forget_who_asks

#: Name of the hidden field that bears a form's key.
SUBMISSION = "submission"
#: Kind of the message that tells the browser which form was saved, so that it forgets what it kept of that one.
SAVED = "saved"
KEY = re.compile(r"[A-Za-z0-9_-]{1,43}")


def in_one_transaction(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return the view so that a POST is kept whole or not at all, and done once.

    A view that answers with an error has changed nothing. Two that ran at the same moment are told apart by running the
    later one again: it then finds what the first one did.
    """

    @wraps(view)
    def run(**values: Any) -> Any:
        if request.method != "POST":
            return view(**values)
        try:
            return _once(view, values)
        except (StaleDataError, IntegrityError):
            _start_anew()
            return _once(view, values)

    return run


def _start_anew() -> None:
    """Forget all that was read, and what was going to be said, as if the request came only now."""
    db.session.rollback()
    forget_who_asks()
    g.pop("said", None)
    if current_account():
        session.pop("_flashes", None)


def _once(view: Callable[..., Any], values: dict[str, Any]) -> Response:
    earlier = _earlier_result()
    if earlier is not None:
        _say([(SAVED, request.form[SUBMISSION])])
        return redirect(earlier, 303)
    response = make_response(view(**values))
    if response.status_code < 400:  # noqa: PLR2004 -- HTTP's own border between success and errors
        db.session.commit()
        _say(g.pop("said", []))
    else:
        db.session.rollback()
    return response


def _say(said: list[tuple[str, str]]) -> None:
    """Leave messages for the next page: only now is it true that something was saved."""
    if current_account():
        for kind, words in said:
            flash(words, kind)


def _earlier_result() -> str | None:
    """Return where the same form led when it arrived before; and note its key, unless somebody else's form has it."""
    key = request.form.get(SUBMISSION, "")
    found = db.session.get(Submission, key) if KEY.fullmatch(key) else None
    g.form_key = key if found is None and KEY.fullmatch(key) else None
    account = current_account()
    is_own = found is not None and found.account_id == (account.id if account else None)
    return found.result if found is not None and is_own else None


def done(address: str, message: str = "") -> Response:
    """Answer a form that was accepted: lead to `address`, where `message` says what was done.

    The form's key is remembered with it. Who has not signed in gets no message, because that would take a cookie.
    """
    key, account = g.get("form_key"), current_account()
    if key:
        db.session.add(Submission(key=key, account_id=account.id if account else None, result=address[:500]))
    g.said = [(kind, words) for kind, words in (("message", message), (SAVED, key)) if words]
    return redirect(address, 303)

"""Pages of accounts."""

from flask import Blueprint, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from lag_tracker.accounts.operations import end_sign_in
from lag_tracker.database import utc_now
from lag_tracker.web.access import Access, current_sign_in
from lag_tracker.web.forms import Button
from lag_tracker.web.routes import DEED, page

blueprint = Blueprint("accounts", __name__)


@page(blueprint, lv="/pieteikties", en="/sign-in", access=Access.PUBLIC)
def sign_in() -> str:
    """Ask who it is."""
    return render_template("accounts/sign_in.html")


@page(blueprint, lv="/iziet", en="/sign-out", access=Access.PUBLIC, methods=DEED)
def sign_out() -> Response:
    """End this signing in."""
    found = current_sign_in()
    if found and Button().is_accepted():
        end_sign_in(found, now=utc_now())
        session.clear()
    return redirect(url_for("overview.start"), 303)


@page(blueprint, lv="/mana-lapa", en="/my-page", access=Access.ACCOUNT)
def my_page() -> str:
    """Show a member what is theirs."""
    return render_template("accounts/my_page.html")

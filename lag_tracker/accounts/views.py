"""Pages of signing in and out."""

from typing import Any

from flask import flash, redirect, session, url_for
from flask_babel import gettext
from flask_security import views as extension
from flask_security.proxies import _security
from flask_security.utils import login_user
from werkzeug.wrappers import Response

from lag_tracker.accounts.forms import LinkForm
from lag_tracker.accounts.operations import LINK_LASTS, end_sign_in, make_sign_in_link, use_sign_in_link
from lag_tracker.accounts.queries import find_account
from lag_tracker.accounts.security import blueprint
from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account
from lag_tracker.web.access import Access, current_sign_in, viewer
from lag_tracker.web.events import note_event
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.letters import send_letter
from lag_tracker.web.limits import checks_password, sends_letter, takes_key
from lag_tracker.web.routes import DEED, FORM, page


@page(blueprint, lv="/pieteikties", en="/sign-in", access=Access.PUBLIC, methods=FORM)
@checks_password
def login() -> Any:
    """Ask who it is, and for the password."""
    return extension.login()


@page(blueprint, lv="/iziet", en="/sign-out", access=Access.PUBLIC, methods=DEED)
def sign_out() -> Response:
    """End this signing in."""
    found = current_sign_in()
    if found and Button().is_accepted():
        end_sign_in(found, now=utc_now())
        note_event("signed_out", account=found.account_id)
        session.clear()
    return redirect(url_for("overview.start"), 303)


@page(blueprint, lv="/konts/sakums", en="/account/start", access=Access.ACCOUNT)
def arrive() -> Response:
    """Lead who has just signed in to where their work is."""
    return redirect(url_for("desk.show" if viewer().is_manager else "my_page.show"), 303)


@page(blueprint, lv="/parole/aizmirsta", en="/password/forgotten", access=Access.PUBLIC, methods=FORM)
@sends_letter
def forgot_password() -> Any:
    """Send a link to a new password; the answer is the same whether the address is known or not."""
    return extension.forgot_password()


@page(blueprint, lv="/parole/jauna/<token>", en="/password/new/<token>", access=Access.PUBLIC, methods=FORM)
@takes_key
def reset_password(token: str) -> Any:
    """Take a new password in place of the forgotten one."""
    return extension.reset_password(token)


@page(blueprint, lv="/pieteikties/saite", en="/sign-in/link", access=Access.PUBLIC, methods=FORM)
@sends_letter
def ask_for_link() -> Response:
    """Send a link that signs in; the answer is the same whether the address is known or not."""
    form = LinkForm()
    if not form.is_accepted():
        return form_page("accounts/ask_for_link.html", form)
    found = find_account(db.session(), form.email.data or "")
    if found is not None and found.active:
        send_sign_in_link(found)
    flash(gettext("If this address has an account, a letter with a link is on its way; it works for half an hour."))
    return redirect(url_for(".login"), 303)


def send_sign_in_link(account: Account) -> None:
    """Send somebody a link that signs them in."""
    token = make_sign_in_link(account, session=db.session(), until=utc_now() + LINK_LASTS)
    send_letter(
        "accounts/letters/sign_in_link.txt",
        kind="sign_in_link",
        to_email=account.email,
        language=reading_language(),
        person_id=account.person_id,
        link=url_for(".follow_link", token=token, _external=True),
    )


@page(blueprint, lv="/pieteikties/saite/<token>", en="/sign-in/link/<token>", access=Access.PUBLIC, methods=FORM)
@takes_key
def follow_link(token: str) -> Any:
    """Sign in by a link. Opening it does nothing: programs that check letters open links, too."""
    form = Button()
    if not form.is_accepted():
        return form_page("accounts/follow_link.html", form)
    account = use_sign_in_link(db.session(), token, now=utc_now())
    if account is None:
        flash(gettext("This link was used already, or is too old. Ask for another one."), "error")
        return redirect(url_for(".ask_for_link"), 303)
    return enter(account, by="email", then=url_for(".arrive"))


def enter(account: Account, *, by: str, then: str) -> Any:
    """Sign somebody in, after their second factor if they have one, and lead them on."""
    second = _security.two_factor_plugins.tf_enter(account, remember_me=False, primary_authn_via=by, next_loc=then)
    if second is not None:
        return second
    login_user(account, authn_via=[by])
    return redirect(then, 303)

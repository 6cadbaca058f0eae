"""Pages of one's own account: how it is signed in to, from where, and changes of password and address."""

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_security import views as extension
from flask_security.change_email import change_email as extension_changes_address
from flask_security.change_email import change_email_confirm as extension_confirms_address
from werkzeug.wrappers import Response

from lag_tracker.accounts.operations import end_sign_in, end_sign_ins, void_links
from lag_tracker.accounts.queries import account_with_passkeys, history_of, last_sign_ins, open_sign_ins
from lag_tracker.accounts.security import blueprint
from lag_tracker.audit.views import rows_about
from lag_tracker.database import db, utc_now
from lag_tracker.web.access import Access, current_sign_in, signed_in_account
from lag_tracker.web.events import note_event
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.limits import checks_password, sends_letter, takes_key
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

#: Of what is longer a page shows the newest; all of it is among what is kept about somebody.
LONGEST_HISTORY = 100


@page(blueprint, lv="/konts", en="/account", access=Access.ACCOUNT)
def account() -> str:
    """Show how the account is signed in to, and lead to what can be changed."""
    return render_template("accounts/account.html", own=account_with_passkeys(db.session(), signed_in_account().id))


@page(blueprint, lv="/konts/vesture", en="/account/history", access=Access.ACCOUNT)
def history() -> str:
    """Show somebody what became of their account, who did it, and when it was signed in to."""
    session, own = db.session(), signed_in_account()
    entries = history_of(session, own, limit=LONGEST_HISTORY)
    sign_ins = last_sign_ins(session, own.id, limit=LONGEST_HISTORY)
    return render_template("accounts/history.html", rows=rows_about(own, entries), sign_ins=sign_ins)


@page(blueprint, lv="/konts/apstiprinat", en="/account/confirm", access=Access.ACCOUNT, methods=FORM)
@checks_password
def verify() -> Any:
    """Ask for the password once more, before a change that could lock its owner out."""
    return extension.verify()


@page(blueprint, lv="/konts/parole", en="/account/password", access=Access.ACCOUNT, methods=FORM)
@checks_password
def change_password() -> Any:
    """Take a new password; all other sign-ins end. Who had none before has just arrived here, and is led on."""
    account = signed_in_account()
    had_none = not account.password
    answer = extension.change_password()
    if not had_none or not account.password:
        return answer
    session.pop("_flashes", None)
    flash(gettext("Your password is saved."))
    return redirect(url_for("accounts.arrive"), 303)


@page(blueprint, lv="/konts/e-pasts", en="/account/email", access=Access.ACCOUNT, methods=FORM)
@sends_letter
def change_email() -> Any:
    """Send a letter to a new address; the account keeps the old one until the link in it is used."""
    return extension_changes_address()


@page(blueprint, lv="/konts/e-pasts/<token>", en="/account/email/<token>", access=Access.PUBLIC, methods=FORM)
@takes_key
def change_email_confirm(token: str) -> Any:
    """Change the address. Opening the link does nothing: programs that check letters open links, too."""
    form = Button()
    if form.is_accepted():
        return extension_confirms_address(token)  # type: ignore[no-untyped-call]  # the extension's only untyped view
    return form_page("accounts/confirm_address.html", form)


@page(blueprint, lv="/konts/pieteiksanas", en="/account/sign-ins", access=Access.ACCOUNT, methods=FORM)
def sign_ins() -> Response:
    """Show where the account is signed in now, and end what its owner points at, such as that of a lost phone."""
    form, own = Button(), open_sign_ins(db.session(), signed_in_account().id, now=utc_now())
    if form.is_accepted():
        for one in own:
            if str(one.id) == request.form.get("number"):
                end_sign_in(one, now=utc_now())
        return done(url_for(".sign_ins"), gettext("Signed out there."))
    return form_page("accounts/sign_ins.html", form, sign_ins=own, here=current_sign_in())


@page(
    blueprint, lv="/konts/pieteiksanas/beigt-visas", en="/account/sign-ins/end-all", access=Access.ACCOUNT, methods=FORM
)
def end_all() -> Response:
    """Sign out everywhere, and make worthless every link that waits in a mailbox."""
    form, own = Button(), signed_in_account()
    if not form.is_accepted():
        return form_page("accounts/end_all.html", form)
    end_sign_ins(own, session=db.session(), now=utc_now())
    void_links(own, session=db.session())
    note_event("signed_out_everywhere", account=own.id)
    session.clear()
    flash(gettext("You are signed out everywhere."))
    return redirect(url_for(".login"), 303)

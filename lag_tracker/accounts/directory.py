"""Pages on which administrators look after all accounts."""

from flask import abort, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.accounts.operations import appoint, close_account, dismiss, reopen_account
from lag_tracker.accounts.queries import all_accounts, find_account_of_others
from lag_tracker.accounts.security import blueprint
from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account
from lag_tracker.web.access import Access, signed_in_account
from lag_tracker.web.events import note_event
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done


@page(blueprint, lv="/konti", en="/accounts", access=Access.ADMINISTRATOR)
def index() -> str:
    """Show all accounts: whose they are, what they may do, and when they signed in last."""
    return render_template("accounts/index.html", accounts=all_accounts(db.session()), own=signed_in_account())


@page(
    blueprint,
    lv="/konti/<int:number>/slegt",
    en="/accounts/<int:number>/close",
    access=Access.ADMINISTRATOR,
    methods=FORM,
)
def close(number: int) -> Response:
    """Let an administrator close somebody's account, or open it again."""
    account, form = _of_others(number), Button()
    if form.is_accepted():
        note_event("reopened" if not account.active else "closed", account=account.id)
        if account.active:
            close_account(account, session=db.session(), now=utc_now())
            return done(url_for(".index"), gettext("The account was closed; all its sign-ins have ended."))
        reopen_account(account)
        return done(url_for(".index"), gettext("The account is open again."))
    return form_page("accounts/close.html", form, account=account)


@page(
    blueprint,
    lv="/konti/<int:number>/administrators",
    en="/accounts/<int:number>/administrator",
    access=Access.ADMINISTRATOR,
    methods=FORM,
)
def administrator(number: int) -> Response:
    """Let an administrator make somebody else one, too, or end that."""
    account, form = _of_others(number), Button()
    if form.is_accepted():
        with form.rules():
            if account.is_administrator:
                dismiss(account)
                words = gettext("The account is no administrator's any more.")
            else:
                appoint(account)
                words = gettext("The account is an administrator's now.")
            note_event("rights_changed", account=account.id, is_administrator=account.is_administrator)
            return done(url_for(".index"), words)
    return form_page("accounts/administrator.html", form, account=account)


def _of_others(number: int) -> Account:
    """Return somebody else's account: whoever closed their own, or gave up their rights, could not take it back."""
    return find_account_of_others(db.session(), number, own=signed_in_account().id) or abort(404)

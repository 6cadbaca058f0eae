"""Pages on which administrators look after all accounts."""

from flask import abort, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.accounts.operations import appoint, close_account, dismiss, reopen_account
from lag_tracker.accounts.queries import AccountRow, all_accounts, find_account_of_others
from lag_tracker.accounts.security import blueprint
from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account, Role
from lag_tracker.web.access import Access, signed_in_account
from lag_tracker.web.events import note_event
from lag_tracker.web.formatting import starting_capital
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.narrowing import Narrowing, chooser, kinds_among, narrowed_to, words_among
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done


@page(blueprint, lv="/konti", en="/accounts", access=Access.ADMINISTRATOR)
def index() -> str:
    """Show all accounts: whose they are, what they may do, and when they signed in last."""
    rows, by = narrowed()
    return render_template("accounts/index.html", rows=rows, narrowing=by, own=signed_in_account())


def narrowed() -> tuple[list[AccountRow], Narrowing]:
    """Return the accounts that the address asks for, and what it asks."""
    rights = {
        "administrator": starting_capital(gettext("administrator")),
        **{role: said.words for role, said in kinds_among(Role, Role).items()},
        "nothing": gettext("No role"),
    }
    by = narrowed_to(
        chooser("role", gettext("Role"), gettext("All roles"), words_among(rights)),
        chooser(
            "state",
            gettext("State"),
            gettext("Open and closed"),
            words_among({"open": gettext("Open accounts"), "closed": gettext("Closed accounts")}),
        ),
    )
    return [row for row in all_accounts(db.session()) if _is_asked_for(row, by)], by


def _is_asked_for(row: AccountRow, by: Narrowing) -> bool:
    account = row.account
    return (
        by.fits("role", *row.may)
        and by.fits("state", "open" if account.active else "closed")
        and by.holds(account.email, account.person.name if account.person else None)
    )


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

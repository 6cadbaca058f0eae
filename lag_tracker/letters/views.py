"""Pages about letters: those that could not be sent, and the one that ends them."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.database import db, utc_now
from lag_tracker.letters.operations import choose_letters, drop_letter, send_again
from lag_tracker.letters.queries import failed_letter, failed_letters, receiver
from lag_tracker.web.access import Access, act_by_link, viewer
from lag_tracker.web.forms import Button, KeyButton, form_page
from lag_tracker.web.personal_links import OPT_OUT, kept_private, read_signed
from lag_tracker.web.routes import DEED, FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("letters", __name__)


@page(blueprint, lv="/vestules", en="/letters", access=Access.MANAGER)
def failed() -> str:
    """Show the letters that could not be sent, so that somebody sends them again or tells people otherwise."""
    return render_template(
        "letters/failed.html", letters=failed_letters(db.session(), viewer=viewer()), make_button=Button
    )


@page(
    blueprint,
    lv="/vestules/<int:number>/sutit",
    en="/letters/<int:number>/send",
    access=Access.MANAGER,
    methods=DEED,
)
def again(number: int) -> Response:
    """Let a letter be tried once more."""
    letter = failed_letter(db.session(), number, viewer=viewer()) or abort(404)
    if not Button().is_accepted():
        abort(400)
    send_again(letter, now=utc_now())
    return done(url_for(".failed"), gettext("The letter will be sent again."))


@page(
    blueprint,
    lv="/vestules/<int:number>/atmest",
    en="/letters/<int:number>/drop",
    access=Access.MANAGER,
    methods=FORM,
)
def drop(number: int) -> Response:
    """Forget a letter that could not be sent, after saying so."""
    letter = failed_letter(db.session(), number, viewer=viewer()) or abort(404)
    form = Button()
    if form.is_accepted():
        drop_letter(letter, session=db.session())
        return done(url_for(".failed"), gettext("The letter was dropped."))
    return form_page("letters/drop.html", form, letter=letter)


@page(
    blueprint,
    lv="/vestules/atteikties/<token>",
    en="/letters/stop/<token>",
    access=Access.PUBLIC,
    methods=FORM,
)
def opt_out(token: str) -> Response:
    """Let somebody end letters about meetings by the link in one of them, or have them again.

    Opening the page changes nothing: programs that check letters open links, too.
    """
    numbers = read_signed(OPT_OUT, token) or abort(404)
    person = receiver(db.session(), numbers[0]) or abort(404)
    form = KeyButton()
    if form.is_accepted():
        act_by_link()
        choose_letters(person, wants=request.form.get("wants") == "1")
        return kept_private(redirect(url_for(".opt_out", token=token), 303))
    return kept_private(form_page("letters/opt_out.html", form, person=person))

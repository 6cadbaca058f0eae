"""Pages of organisations, for managers."""

from flask import Blueprint, abort, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.database import db, utc_now
from lag_tracker.models.organisation import Organisation, Sector
from lag_tracker.organisations.forms import OrganisationForm
from lag_tracker.organisations.operations import (
    add_organisation,
    change_organisation,
    erase_organisation,
    put_organisation_away,
    take_organisation_back,
)
from lag_tracker.organisations.queries import OrganisationRow, changeable_organisation, organisations
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.narrowing import Narrowing, chooser, kinds_among, narrowed_to, words_among
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("organisations", __name__)


@page(blueprint, lv="/organizacijas", en="/organisations", access=Access.MANAGER)
def index() -> str:
    """Show the organisations that members may represent, or those of a sector or name."""
    rows, by = narrowed()
    archived = organisations(db.session(), viewer=viewer(), today=today(), is_archived=True)
    return render_template("organisations/index.html", rows=rows, narrowing=by, archived=[] if by.address else archived)


def narrowed() -> tuple[list[OrganisationRow], Narrowing]:
    """Return the organisations that the address asks for, and what it asks."""
    found = organisations(db.session(), viewer=viewer(), today=today())
    sectors = kinds_among(Sector, (row.organisation.sector for row in found))
    if any(row.organisation.sector is None for row in found):
        sectors |= words_among({"none": gettext("Sector not stated")})
    by = narrowed_to(chooser("sector", gettext("Sector"), gettext("All sectors"), sectors))
    left = [
        row
        for row in found
        if by.fits("sector", row.organisation.sector or "none") and by.holds(*row.organisation.name)
    ]
    return left, by


@page(blueprint, lv="/organizacijas/jauna", en="/organisations/new", access=Access.MANAGER, methods=FORM)
def new() -> Response:
    """Let a manager put an organisation on record."""
    form = OrganisationForm()
    if form.is_accepted():
        with form.rules():
            add_organisation(db.session(), words=form.organisation_words)
            return done(url_for(".index"), gettext("The organisation was added."))
    return form_page("organisations/form.html", form, organisation=None)


@page(
    blueprint,
    lv="/organizacijas/<int:number>/labot",
    en="/organisations/<int:number>/edit",
    access=Access.MANAGER,
    methods=FORM,
)
def edit(number: int) -> Response:
    """Let a manager change an organisation that no other group has."""
    organisation = _changeable(number)
    form = OrganisationForm(organisation)
    if form.is_accepted():
        with form.rules():
            change_organisation(organisation, session=db.session(), words=form.organisation_words)
            return done(url_for(".index"), gettext("The organisation was saved."))
    return form_page("organisations/form.html", form, organisation=organisation)


@page(
    blueprint,
    lv="/organizacijas/<int:number>/arhivs",
    en="/organisations/<int:number>/archive",
    access=Access.MANAGER,
    methods=FORM,
)
def archive(number: int) -> Response:
    """Let a manager put an organisation away, or take it back, after saying what that means."""
    organisation = _changeable(number)
    form = Button()
    if form.is_accepted():
        if organisation.is_archived:
            take_organisation_back(organisation)
            return done(url_for(".index"), gettext("The organisation is in the lists again."))
        put_organisation_away(organisation, now=utc_now())
        return done(url_for(".index"), gettext("The organisation was archived."))
    return form_page("organisations/archive.html", form, organisation=organisation)


@page(
    blueprint,
    lv="/organizacijas/<int:number>/dzest",
    en="/organisations/<int:number>/erase",
    access=Access.ADMINISTRATOR,
    methods=FORM,
)
def erase(number: int) -> Response:
    """Let an administrator delete an organisation that nothing refers to."""
    organisation = _changeable(number)
    form = Button()
    if form.is_accepted():
        with form.rules():
            erase_organisation(organisation, session=db.session())
            return done(url_for(".index"), gettext("The organisation was erased."))
    return form_page("organisations/erase.html", form, organisation=organisation)


def _changeable(number: int) -> Organisation:
    return changeable_organisation(db.session(), number, viewer=viewer()) or abort(404)

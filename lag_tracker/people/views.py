"""Pages of people, for managers."""

from flask import Blueprint, abort, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.database import db, utc_now
from lag_tracker.models.person import Person
from lag_tracker.organisations.operations import organisation_called
from lag_tracker.organisations.queries import organisation_names
from lag_tracker.people.forms import ConsentForm, PersonForm
from lag_tracker.people.operations import add_person, change_person, note_consent, put_person_away, take_person_back
from lag_tracker.people.queries import (
    PersonRow,
    changeable_person,
    has_account,
    memberships_of,
    people,
    readable_person,
    telling_contacts,
)
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.fields import NamedField
from lag_tracker.web.formatting import plain
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.narrowing import Narrowing, chooser, narrowed_to, records_among
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("people", __name__)


@page(blueprint, lv="/personas", en="/people", access=Access.MANAGER)
def index() -> str:
    """Show the people of the reader's groups, those of one of them, or those who bear the sought words."""
    rows, by = narrowed()
    archived = people(db.session(), viewer=viewer(), today=today(), is_archived=True) if not by.address else []
    return render_template("people/index.html", rows=rows, narrowing=by, archived=archived)


def narrowed() -> tuple[list[PersonRow], Narrowing]:
    """Return the people whom the address asks for, and what it asks."""
    found = people(db.session(), viewer=viewer(), today=today())
    groups = {group for row in found for group in row.groups}
    in_order = sorted(groups, key=lambda one: (one.name_sort, one.id))
    names = records_among((one.slug, one.name) for one in in_order)
    by = narrowed_to(chooser("group", gettext("Group"), gettext("All groups"), names))
    return [row for row in found if _is_asked_for(row, by)], by


def _is_asked_for(row: PersonRow, by: Narrowing) -> bool:
    organisation = row.person.organisation.name if row.person.organisation else ()
    return by.fits("group", *(one.slug for one in row.groups)) and by.holds(row.person.name, row.email, *organisation)


@page(blueprint, lv="/personas/<int:number>", en="/people/<int:number>", access=Access.MANAGER)
def show(number: int) -> str:
    """Show one person and what they belong to."""
    session = db.session()
    person = readable_person(session, number, viewer=viewer()) or abort(404)
    return render_template(
        "people/show.html",
        person=person,
        memberships=memberships_of(session, number, viewer=viewer()),
        tells_contacts=number in telling_contacts(session, [number], viewer=viewer()),
        is_changeable=changeable_person(session, number, viewer=viewer()) is not None,
    )


@page(blueprint, lv="/personas/jauna", en="/people/new", access=Access.ADMINISTRATOR, methods=FORM)
def new() -> Response:
    """Let an administrator put a person on record who belongs to no group yet."""
    form = PersonForm()
    offer_organisations(form.organisation)
    if form.is_accepted():
        organisation = organisation_called(db.session(), form.organisation.data)
        person = add_person(db.session(), words=form.person_words, organisation=organisation)
        db.session.flush()
        return done(url_for(".show", number=person.id), gettext("The person was added."))
    return form_page("people/form.html", form, person=None)


@page(blueprint, lv="/personas/<int:number>/labot", en="/people/<int:number>/edit", access=Access.MANAGER, methods=FORM)
def edit(number: int) -> Response:
    """Let a manager change a person who belongs to no other manager's group."""
    session, person = db.session(), _changeable(number)
    form = PersonForm(person) if has_account(session, number) else ConsentForm(person)
    offer_organisations(form.organisation)
    if form.is_accepted():
        organisation = organisation_called(session, form.organisation.data)
        change_person(person, words=form.person_words, organisation=organisation)
        if isinstance(form, ConsentForm):
            wording = str(form.name_is_public.label.text)
            note_consent(person, session=session, is_given=form.name_is_public.data, wording=wording, now=utc_now())
        return done(url_for(".show", number=number), gettext("The person was saved."))
    return form_page("people/form.html", form, person=person)


@page(
    blueprint,
    lv="/personas/<int:number>/arhivs",
    en="/people/<int:number>/archive",
    access=Access.MANAGER,
    methods=FORM,
)
def archive(number: int) -> Response:
    """Let a manager put a person away, or take them back, after saying what that means."""
    person = _changeable(number)
    form = Button()
    if form.is_accepted():
        if person.is_archived:
            take_person_back(person)
            return done(url_for(".show", number=number), gettext("The person is in the lists again."))
        put_person_away(person, now=utc_now())
        return done(url_for(".show", number=number), gettext("The person was archived."))
    return form_page("people/archive.html", form, person=person)


def _changeable(number: int) -> Person:
    return changeable_person(db.session(), number, viewer=viewer()) or abort(404)


def offer_organisations(field: NamedField) -> None:
    """Let a field offer the organisations on record."""
    field.offer(plain(name) for name in organisation_names(db.session()))

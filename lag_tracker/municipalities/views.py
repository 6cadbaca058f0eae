"""Pages of municipalities."""

from collections.abc import Sequence

from babel import Locale
from flask import Blueprint, abort, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.database import db, utc_now
from lag_tracker.meetings.managed import archived_meetings
from lag_tracker.meetings.queries import past_meetings, undated_meetings, upcoming_meetings
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.municipality import Municipality
from lag_tracker.municipalities.forms import MunicipalityForm
from lag_tracker.municipalities.operations import (
    add_municipality,
    change_municipality,
    erase_municipality,
    put_municipality_away,
    take_municipality_back,
)
from lag_tracker.municipalities.queries import (
    archived_municipalities,
    find_municipality,
    groups_of_municipality,
    meetings_of_municipality,
    municipalities,
)
from lag_tracker.sources.queries import citations_of
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.narrowing import Narrowing, chooser, narrowed_to, records_among, words_among
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("municipalities", __name__)
SHOWN_UPCOMING, SHOWN_PAST, SHOWN_UNDATED = 10, 30, 20


@page(blueprint, lv="/pasvaldibas", en="/municipalities", access=Access.PUBLIC)
def index() -> str:
    """Show the municipalities: those of Latvia, the planning regions, and those of other countries."""
    found, by = narrowed()
    return render_template(
        "municipalities/index.html",
        municipalities=found,
        narrowing=by,
        archived=archived_municipalities(db.session()) if viewer().is_administrator and not by.address else [],
        country_name=country_name,
    )


def narrowed() -> tuple[Sequence[Municipality], Narrowing]:
    """Return the municipalities that the address asks for, and what it asks."""
    found = municipalities(db.session(), viewer=viewer())
    networks = {part.network for one in found for part in one.partnerships}
    in_order = sorted(networks, key=lambda one: (one.name_sort, one.id))
    by = narrowed_to(
        chooser(
            "network",
            gettext("Network"),
            gettext("All networks"),
            records_among((one.slug, Bilingual(one.name, one.name)) for one in in_order),
        ),
        chooser(
            "groups",
            gettext("Groups"),
            gettext("With and without groups"),
            words_among({"with": gettext("With groups"), "without": gettext("Without groups")}),
        ),
    )
    return [one for one in found if _is_asked_for(one, by)], by


def _is_asked_for(one: Municipality, by: Narrowing) -> bool:
    return (
        by.fits("network", *(part.network.slug for part in one.partnerships))
        and by.fits("groups", "with" if one.groups else "without")
        and by.holds(*one.name)
    )


@page(blueprint, lv="/pasvaldibas/<slug>", en="/municipalities/<slug>", access=Access.PUBLIC)
def show(slug: str) -> str:
    """Show one municipality: what it takes part in, its groups and its meetings."""
    session = db.session()
    municipality = find_municipality(session, slug) or abort(404)
    groups = groups_of_municipality(session, municipality.id, viewer=viewer())
    own = meetings_of_municipality(municipality.id, groups)
    past = past_meetings(session, viewer=viewer(), today=today(), limit=SHOWN_PAST + 1, only=own)
    return render_template(
        "municipalities/show.html",
        municipality=municipality,
        country_name=country_name,
        partnerships=sorted(municipality.partnerships, key=lambda part: (part.network.name_sort, part.network.id)),
        groups=groups,
        upcoming=upcoming_meetings(session, viewer=viewer(), today=today(), limit=SHOWN_UPCOMING, only=own),
        past=past[:SHOWN_PAST],
        has_more_past=len(past) > SHOWN_PAST,
        undated=undated_meetings(session, viewer=viewer(), limit=SHOWN_UNDATED, only=own),
        archived=archived_meetings(session, own, viewer=viewer()) if viewer().is_manager else [],
        citations=citations_of(session, municipality_id=municipality.id),
    )


def country_name(code: str) -> str:
    """Return "Spānija" or "Spain" for "ES"; the code itself for one that is no country."""
    name: str = Locale(reading_language()).territories.get(code, code)
    return name


@page(blueprint, lv="/pasvaldibas/jauna", en="/municipalities/new", access=Access.ADMINISTRATOR, methods=FORM)
def new() -> Response:
    """Let an administrator put a municipality on record."""
    form = MunicipalityForm()
    if form.is_accepted():
        municipality = add_municipality(db.session(), words=form.municipality_words)
        return done(url_for(".show", slug=municipality.slug), gettext("The municipality was added."))
    return form_page("municipalities/form.html", form, municipality=None)


@page(
    blueprint,
    lv="/pasvaldibas/<slug>/labot",
    en="/municipalities/<slug>/edit",
    access=Access.ADMINISTRATOR,
    methods=FORM,
)
def edit(slug: str) -> Response:
    """Let an administrator change what is said about a municipality."""
    municipality = find_municipality(db.session(), slug) or abort(404)
    form = MunicipalityForm(municipality)
    if form.is_accepted():
        change_municipality(municipality, words=form.municipality_words)
        return done(url_for(".show", slug=slug), gettext("The municipality was saved."))
    return form_page("municipalities/form.html", form, municipality=municipality)


@page(
    blueprint,
    lv="/pasvaldibas/<slug>/arhivs",
    en="/municipalities/<slug>/archive",
    access=Access.ADMINISTRATOR,
    methods=FORM,
)
def archive(slug: str) -> Response:
    """Let an administrator put a municipality away, or take it back, after saying what that means."""
    municipality = find_municipality(db.session(), slug) or abort(404)
    form = Button()
    if form.is_accepted():
        if municipality.is_archived:
            take_municipality_back(municipality)
            return done(url_for(".show", slug=slug), gettext("The municipality is in the lists again."))
        put_municipality_away(municipality, now=utc_now())
        return done(url_for(".show", slug=slug), gettext("The municipality was archived."))
    return form_page("municipalities/archive.html", form, municipality=municipality)


@page(
    blueprint,
    lv="/pasvaldibas/<slug>/dzest",
    en="/municipalities/<slug>/erase",
    access=Access.ADMINISTRATOR,
    methods=FORM,
)
def erase(slug: str) -> Response:
    """Let an administrator delete a municipality that nothing refers to."""
    municipality = find_municipality(db.session(), slug) or abort(404)
    form = Button()
    if form.is_accepted():
        with form.rules():
            erase_municipality(municipality, session=db.session())
            return done(url_for(".index"), gettext("The municipality was erased."))
    return form_page("municipalities/erase.html", form, municipality=municipality)

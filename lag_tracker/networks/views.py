"""Pages of networks."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.database import db, utc_now
from lag_tracker.meetings.managed import archived_meetings
from lag_tracker.meetings.queries import of_networks, past_meetings, undated_meetings, upcoming_meetings
from lag_tracker.models.network import Network, NetworkKind, Partnership
from lag_tracker.models.theme import Theme
from lag_tracker.networks.forms import NetworkForm, NewPartnerForm, PartnerForm
from lag_tracker.networks.operations import (
    add_partner,
    change_network,
    change_partner,
    erase_network,
    programme_called,
    put_network_away,
    remove_partner,
    start_network,
    take_network_back,
)
from lag_tracker.networks.queries import (
    all_themes,
    archived_networks,
    as_matrix,
    backing_of_network,
    find_network,
    groups_of_network,
    life_of,
    milestones_of_network,
    municipalities_to_join,
    networks,
    partners,
    partnership_in,
    programme_names,
    used_kinds,
    used_themes,
)
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.formatting import passage
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.narrowing import Narrowing, narrowed_to
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("networks", __name__)
SHOWN_UPCOMING, SHOWN_PAST, SHOWN_UNDATED = 10, 30, 20


@page(blueprint, lv="/tikli", en="/networks", access=Access.PUBLIC)
def index() -> str:
    """Show who works with whom on what: networks against municipalities."""
    session, (found, kind, theme, themes, by) = db.session(), narrowed()
    is_narrowed = kind or theme or by.address
    return render_template(
        "networks/index.html",
        networks=found,
        partners={network.id: partners(network) for network in found},
        matrix=as_matrix(found),
        kind=kind,
        theme=theme,
        narrowing=by,
        kinds=used_kinds(session),
        themes=themes,
        archived=archived_networks(session) if viewer().is_administrator and not is_narrowed else [],
    )


class NarrowedNetworks(NamedTuple):
    """The networks that are left, and by what; `themes` are all that can be chosen."""

    left: Sequence[Network]
    kind: NetworkKind | None
    theme: Theme | None
    themes: Sequence[Theme]
    by: Narrowing


def narrowed() -> NarrowedNetworks:
    """Return the networks that the address asks for: of a kind, of a theme, with words in their names or partners'."""
    session, kind, by = db.session(), _kind_in_address(), narrowed_to()
    themes = used_themes(session)
    theme = _theme_in_address(themes)
    found = networks(session, kind=kind, theme_id=theme.id if theme else None)
    left = [one for one in found if by.holds(one.name, one.official_name, *_names_of_partners(one))]
    return NarrowedNetworks(left, kind, theme, themes, by)


def _names_of_partners(network: Network) -> list[str | None]:
    return [name for part in network.partnerships for name in part.municipality.name]


def _kind_in_address() -> NetworkKind | None:
    """Return the kind to show alone, None when the address names none; answer 404 to one that there is not."""
    typed = request.args.get("kind")
    if not typed:
        return None
    return NetworkKind(typed) if typed in list(NetworkKind) else abort(404)


def _theme_in_address(themes: Iterable[Theme]) -> Theme | None:
    """Return which of the themes to show alone, None when the address names none; answer 404 to any other."""
    slug = request.args.get("theme")
    return next((one for one in themes if one.slug == slug), None) or (abort(404) if slug else None)


@page(blueprint, lv="/tikli/<slug>", en="/networks/<slug>", access=Access.PUBLIC)
def show(slug: str) -> str:
    """Show one network: its partners, its dates with their sources, its groups and meetings."""
    session = db.session()
    network = find_network(session, slug) or abort(404)
    backing = backing_of_network(session, network.id)
    own = of_networks([network.id])
    past = past_meetings(session, viewer=viewer(), today=today(), limit=SHOWN_PAST + 1, only=own)
    return render_template(
        "networks/show.html",
        network=network,
        partners=partners(network),
        backing=backing,
        life=life_of(network, milestones_of_network(session, network.id, viewer=viewer()), backing),
        groups=groups_of_network(session, network.id, viewer=viewer()),
        upcoming=upcoming_meetings(session, viewer=viewer(), today=today(), limit=SHOWN_UPCOMING, only=own),
        past=past[:SHOWN_PAST],
        has_more_past=len(past) > SHOWN_PAST,
        undated=undated_meetings(session, viewer=viewer(), limit=SHOWN_UNDATED, only=own),
        archived=archived_meetings(session, own, viewer=viewer()) if viewer().is_manager else [],
    )


@page(blueprint, lv="/tikli/jauns", en="/networks/new", access=Access.ADMINISTRATOR, methods=FORM)
def new() -> Response:
    """Let an administrator put a network on record."""
    session, form = db.session(), _network_form(None)
    if form.is_accepted():
        network = start_network(
            session,
            words=form.network_words,
            programme=programme_called(session, form.programme.data),
            themes=form.themes.chosen,
        )
        return done(url_for(".show", slug=network.slug), gettext("The network was added."))
    return form_page("networks/form.html", form, network=None)


@page(blueprint, lv="/tikli/<slug>/labot", en="/networks/<slug>/edit", access=Access.ADMINISTRATOR, methods=FORM)
def edit(slug: str) -> Response:
    """Let an administrator change what is said about a network."""
    session, network = db.session(), _found(slug)
    form = _network_form(network)
    if form.is_accepted():
        change_network(
            network,
            session=session,
            words=form.network_words,
            programme=programme_called(session, form.programme.data),
            themes=form.themes.chosen,
        )
        return done(url_for(".show", slug=slug), gettext("The network was saved."))
    return form_page("networks/form.html", form, network=network)


def _network_form(network: Network | None) -> NetworkForm:
    form = NetworkForm(network)
    form.themes.offer((theme.id, passage(theme.name)) for theme in all_themes(db.session()))
    form.programme.offer(programme_names(db.session()))
    return form


@page(blueprint, lv="/tikli/<slug>/arhivs", en="/networks/<slug>/archive", access=Access.ADMINISTRATOR, methods=FORM)
def archive(slug: str) -> Response:
    """Let an administrator put a network away, or take it back, after saying what that means."""
    network, form = _found(slug), Button()
    if form.is_accepted():
        if network.is_archived:
            take_network_back(network)
            return done(url_for(".show", slug=slug), gettext("The network is in the lists again."))
        put_network_away(network, now=utc_now())
        return done(url_for(".show", slug=slug), gettext("The network was archived."))
    return form_page("networks/archive.html", form, network=network)


@page(blueprint, lv="/tikli/<slug>/dzest", en="/networks/<slug>/erase", access=Access.ADMINISTRATOR, methods=FORM)
def erase(slug: str) -> Response:
    """Let an administrator delete a network that no group works for, after saying what goes with it."""
    network, form = _found(slug), Button()
    if form.is_accepted():
        with form.rules():
            erase_network(network, session=db.session())
            return done(url_for(".index"), gettext("The network was erased."))
    return form_page("networks/erase.html", form, network=network)


@page(
    blueprint,
    lv="/tikli/<slug>/partneri/jauns",
    en="/networks/<slug>/partners/new",
    access=Access.ADMINISTRATOR,
    methods=FORM,
)
def new_partner(slug: str) -> Response:
    """Let an administrator add a municipality to a network."""
    session, network = db.session(), _found(slug)
    form = NewPartnerForm()
    form.municipality_id.offer((one.id, passage(one.name)) for one in municipalities_to_join(session, network.id))
    if form.is_accepted():
        with form.rules():
            add_partner(network, session=session, municipality_id=form.municipality_id.data, words=form.partner_words)
            return done(url_for(".show", slug=slug), gettext("The partner was added."))
    return form_page("networks/partner.html", form, network=network, partnership=None)


@page(
    blueprint,
    lv="/tikli/<slug>/partneri/<int:number>/labot",
    en="/networks/<slug>/partners/<int:number>/edit",
    access=Access.ADMINISTRATOR,
    methods=FORM,
)
def edit_partner(slug: str, number: int) -> Response:
    """Let an administrator change what a municipality does in a network."""
    partnership = _partnership(slug, number)
    form = PartnerForm(partnership)
    if form.is_accepted():
        change_partner(partnership, words=form.partner_words)
        return done(url_for(".show", slug=slug), gettext("The partner was saved."))
    return form_page("networks/partner.html", form, network=partnership.network, partnership=partnership)


@page(
    blueprint,
    lv="/tikli/<slug>/partneri/<int:number>/dzest",
    en="/networks/<slug>/partners/<int:number>/erase",
    access=Access.ADMINISTRATOR,
    methods=FORM,
)
def erase_partner(slug: str, number: int) -> Response:
    """Let an administrator take a municipality out of a network."""
    partnership, form = _partnership(slug, number), Button()
    if form.is_accepted():
        remove_partner(partnership, session=db.session())
        return done(url_for(".show", slug=slug), gettext("The partner was removed."))
    return form_page("networks/erase_partner.html", form, partnership=partnership)


def _found(slug: str) -> Network:
    return find_network(db.session(), slug) or abort(404)


def _partnership(slug: str, number: int) -> Partnership:
    return partnership_in(db.session(), slug, number) or abort(404)

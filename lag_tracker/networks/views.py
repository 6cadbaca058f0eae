"""Pages of networks."""

from collections.abc import Iterable

from flask import Blueprint, abort, render_template, request

from lag_tracker.database import db
from lag_tracker.meetings.queries import of_networks, past_meetings, undated_meetings, upcoming_meetings
from lag_tracker.models.network import NetworkKind
from lag_tracker.models.theme import Theme
from lag_tracker.networks.queries import (
    as_matrix,
    backing_of_network,
    find_network,
    groups_of_network,
    life_of,
    milestones_of_network,
    networks,
    partners,
    used_kinds,
    used_themes,
)
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.routes import page

blueprint = Blueprint("networks", __name__)
SHOWN_UPCOMING, SHOWN_PAST, SHOWN_UNDATED = 10, 30, 20


@page(blueprint, lv="/tikli", en="/networks", access=Access.PUBLIC)
def index() -> str:
    """Show who works with whom on what: networks against municipalities."""
    session = db.session()
    kind, themes = kind_in_address(), used_themes(session)
    theme = theme_in_address(themes)
    found = networks(session, kind=kind, theme_id=theme.id if theme else None)
    return render_template(
        "networks/index.html",
        networks=found,
        partners={network.id: partners(network) for network in found},
        matrix=as_matrix(found),
        kind=kind,
        theme=theme,
        kinds=used_kinds(session),
        themes=themes,
    )


def kind_in_address() -> NetworkKind | None:
    """Return the kind to show alone, None when the address names none; answer 404 to one that there is not."""
    typed = request.args.get("kind")
    if not typed:
        return None
    return NetworkKind(typed) if typed in list(NetworkKind) else abort(404)


def theme_in_address(themes: Iterable[Theme]) -> Theme | None:
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
    )

"""Pages of municipalities."""

from babel import Locale
from flask import Blueprint, abort, render_template

from lag_tracker.database import db
from lag_tracker.meetings.queries import past_meetings, undated_meetings, upcoming_meetings
from lag_tracker.municipalities.queries import (
    find_municipality,
    groups_of_municipality,
    meetings_of_municipality,
    municipalities,
)
from lag_tracker.sources.queries import citations_of
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import page

blueprint = Blueprint("municipalities", __name__)
SHOWN_UPCOMING, SHOWN_PAST, SHOWN_UNDATED = 10, 30, 20


@page(blueprint, lv="/pasvaldibas", en="/municipalities", access=Access.PUBLIC)
def index() -> str:
    """Show the municipalities: those of Latvia, the planning regions, and those of other countries."""
    found = municipalities(db.session(), viewer=viewer())
    return render_template("municipalities/index.html", municipalities=found, country_name=_country_name)


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
        country_name=_country_name,
        partnerships=sorted(municipality.partnerships, key=lambda part: (part.network.name_sort, part.network.id)),
        groups=groups,
        upcoming=upcoming_meetings(session, viewer=viewer(), today=today(), limit=SHOWN_UPCOMING, only=own),
        past=past[:SHOWN_PAST],
        has_more_past=len(past) > SHOWN_PAST,
        undated=undated_meetings(session, viewer=viewer(), limit=SHOWN_UNDATED, only=own),
        citations=citations_of(session, municipality_id=municipality.id),
    )


def _country_name(code: str) -> str:
    """Return "Spānija" or "Spain" for "ES"; the code itself for one that is no country."""
    name: str = Locale(reading_language()).territories.get(code, code)
    return name

"""The start page and the pages about the site itself."""

from datetime import date

from flask import Blueprint, current_app, render_template

from lag_tracker.config import Settings
from lag_tracker.database import db
from lag_tracker.decisions.queries import latest_decisions
from lag_tracker.groups.queries import leading_groups
from lag_tracker.initiatives.queries import Order, initiatives
from lag_tracker.meetings.queries import past_meetings, upcoming_meetings
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.routes import page

blueprint = Blueprint("overview", __name__)
SHOWN_UPCOMING = 6
SHOWN_PAST = 4
SHOWN_DECISIONS = 3
SHOWN_INITIATIVES = 6
SHOWN_GROUPS = 9


@page(blueprint, lv="/", en="/", access=Access.PUBLIC)
def start() -> str:
    """Show what happens next and what is new over all public groups."""
    session, day = db.session(), today()
    return render_template(
        "overview/start.html",
        upcoming=upcoming_meetings(session, viewer=viewer(), today=day, limit=SHOWN_UPCOMING),
        past=past_meetings(session, viewer=viewer(), today=day, limit=SHOWN_PAST),
        groups=leading_groups(session, viewer=viewer(), limit=SHOWN_GROUPS),
        decisions=latest_decisions(session, viewer=viewer(), limit=SHOWN_DECISIONS),
        initiatives=initiatives(session, viewer=viewer(), order=Order.CHANGED, limit=SHOWN_INITIATIVES),
    )


@page(blueprint, lv="/par", en="/about", access=Access.PUBLIC)
def about() -> str:
    """Say what this site is, and who runs it."""
    return render_template("overview/about.html")


@page(blueprint, lv="/izstradatajiem", en="/developers", access=Access.PUBLIC)
def developers() -> str:
    """Say how programs can read the record."""
    return render_template("overview/developers.html")


@page(blueprint, lv="/pieklustamiba", en="/accessibility", access=Access.PUBLIC)
def accessibility() -> str:
    """Show the accessibility statement, with what the operator has had assessed and no claim beyond it."""
    settings: Settings = current_app.config["SETTINGS"]
    is_told = settings.accessibility_assessed_on and settings.accessibility_status
    return render_template(
        "overview/accessibility.html",
        assessed_on=date.fromisoformat(settings.accessibility_assessed_on) if is_told else None,
    )


@page(blueprint, lv="/privatums", en="/privacy", access=Access.PUBLIC)
def privacy() -> str:
    """Say which personal data are kept, why, for how long, and whom to ask."""
    return render_template("overview/privacy.html")

"""The page on which minutes are written and brought to approval."""

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.actions.managed import actions_at
from lag_tracker.database import db
from lag_tracker.decisions.managed import decisions_at
from lag_tracker.meetings.managed import changeable_meeting
from lag_tracker.minutes.forms import MinutesForm
from lag_tracker.minutes.operations import MOVES, bring_minutes_to, write_minutes
from lag_tracker.models.meeting import Meeting, MinutesState
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.forms import Button, Form, form_page
from lag_tracker.web.routes import DEED, FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("minutes", __name__)


@page(blueprint, lv="/sanaksmes/<slug>/protokols", en="/meetings/<slug>/minutes", access=Access.MANAGER, methods=FORM)
def edit(slug: str) -> Response:
    """Let a manager write down what came of a meeting."""
    meeting = _meeting(slug)
    form = MinutesForm(meeting)
    if form.is_accepted():
        with form.rules():
            write_minutes(meeting, outcome=form.outcome)
            return done(url_for(".edit", slug=slug), gettext("The minutes were saved."))
    return _minutes_page(meeting, form)


@page(
    blueprint,
    lv="/sanaksmes/<slug>/protokols/stavoklis",
    en="/meetings/<slug>/minutes/state",
    access=Access.MANAGER,
    methods=DEED,
)
def turn(slug: str) -> Response:
    """Let a manager ask members for a review, approve the minutes, or take either back."""
    meeting, form = _meeting(slug), Button()
    wanted = request.form.get("state", "")
    if form.is_accepted():
        with form.rules():
            state = MinutesState(wanted) if wanted in set(MinutesState) else abort(400)
            bring_minutes_to(meeting, state, session=db.session(), today=today())
            return done(url_for(".edit", slug=slug), _said(state))
    return _minutes_page(meeting, form)


def _said(state: MinutesState) -> str:
    """Return what the new state means, in a sentence."""
    if state is MinutesState.APPROVED:
        return gettext("The minutes are approved. All who may see the meeting can read them and the decisions now.")
    if state is MinutesState.IN_REVIEW:
        return gettext("The minutes are in review. Members of the group can read them and the decisions now.")
    return gettext("The minutes are a draft. Only managers read what is not public yet.")


def _meeting(slug: str) -> Meeting:
    return changeable_meeting(db.session(), slug, viewer=viewer()) or abort(404)


def _minutes_page(meeting: Meeting, form: Form) -> Response:
    writing = form if isinstance(form, MinutesForm) else MinutesForm(meeting, is_fresh=True)
    decisions, actions = decisions_at(db.session(), meeting.id), actions_at(db.session(), meeting.id)
    states = [state for state in MinutesState if state in MOVES[meeting.minutes_state]]
    return form_page(
        "minutes/edit.html",
        form,
        meeting=meeting,
        writing=writing,
        waiting=[one for one in decisions if one.published_on is None],
        actions_waiting=[one.audience for one in actions if not one.is_published],
        decisions=decisions,
        actions=actions,
        states=states,
        button=Button(is_fresh=True),
    )

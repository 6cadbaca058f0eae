"""Pages on which managers write down what is to be done."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.actions.forms import ActionForm, NewActionForm
from lag_tracker.actions.managed import actions_at
from lag_tracker.actions.operations import bring_action_to, change_action, erase_action, give_action
from lag_tracker.agenda.managed import initiatives_to_choose, people_to_present
from lag_tracker.agenda.operations import in_language
from lag_tracker.database import db
from lag_tracker.decisions.managed import decisions_at
from lag_tracker.meetings.managed import changeable_meeting
from lag_tracker.models.action import Action, ActionState
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.person import Person
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.forms import Button, Form, form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import DEED, FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("actions", __name__)
#: State -> the states that one click brings an action to.
NEXT_STATES = {
    ActionState.OPEN: (ActionState.IN_PROGRESS, ActionState.DONE),
    ActionState.IN_PROGRESS: (ActionState.DONE, ActionState.OPEN),
    ActionState.DONE: (ActionState.OPEN,),
    ActionState.DROPPED: (ActionState.OPEN,),
}


@page(blueprint, lv="/sanaksmes/<slug>/uzdevumi", en="/meetings/<slug>/actions", access=Access.MANAGER, methods=FORM)
def work(slug: str) -> Response:
    """Show what a meeting gave to do, and add to it."""
    meeting, form = _meeting(slug), NewActionForm()
    form.offer(_people(meeting))
    if form.is_accepted():
        with form.rules():
            give_action(
                meeting,
                session=db.session(),
                text=in_language(form.text.data, reading_language()),
                person_id=form.person_id.data,
                responsible=form.responsible.data,
                responsible_is_public=bool(form.responsible_is_public.data),
                due_on=form.due_on.data,
            )
            return done(url_for(".work", slug=slug))
    return _actions_page(meeting, form)


@page(
    blueprint,
    lv="/sanaksmes/<slug>/uzdevumi/<int:number>",
    en="/meetings/<slug>/actions/<int:number>",
    access=Access.MANAGER,
    methods=FORM,
)
def change(slug: str, number: int) -> Response:
    """Let a manager change an action at its place in the list."""
    meeting = _meeting(slug)
    action = _action(meeting, number)
    form = ActionForm(action)
    form.offer(
        _people(meeting, action.person),
        decisions=decisions_at(db.session(), meeting.id),
        taken_on=meeting.starts_on,
        initiatives=initiatives_to_choose(db.session(), meeting.groups, chosen=action.initiative_id),
    )
    if form.is_accepted():
        with form.rules():
            change_action(action, words=form.words)
            return done(url_for(".work", slug=slug), gettext("The action was saved."))
    return _actions_page(meeting, form, open_item=number)


@page(
    blueprint,
    lv="/sanaksmes/<slug>/uzdevumi/<int:number>/stavoklis",
    en="/meetings/<slug>/actions/<int:number>/state",
    access=Access.MANAGER,
    methods=DEED,
)
def turn(slug: str, number: int) -> Response:
    """Let a manager say with one click how far an action is."""
    meeting, form = _meeting(slug), Button()
    action = _action(meeting, number)
    wanted = request.form.get("state", "")
    if form.is_accepted():
        bring_action_to(action, ActionState(wanted) if wanted in set(ActionState) else abort(400))
        if request.form.get("from") == "desk":
            return done(url_for("desk.show"), gettext("The action was saved."))
        return done(url_for(".work", slug=slug, at=number))
    return _actions_page(meeting, form)


@page(
    blueprint,
    lv="/sanaksmes/<slug>/uzdevumi/<int:number>/dzest",
    en="/meetings/<slug>/actions/<int:number>/remove",
    access=Access.MANAGER,
    methods=FORM,
)
def remove(slug: str, number: int) -> Response:
    """Let a manager delete an action, after asking."""
    meeting, form = _meeting(slug), Button()
    action = _action(meeting, number)
    if form.is_accepted():
        erase_action(action, session=db.session())
        return done(url_for(".work", slug=slug), gettext("The action was deleted."))
    return form_page("actions/remove.html", form, meeting=meeting, action=action)


def _meeting(slug: str) -> Meeting:
    return changeable_meeting(db.session(), slug, viewer=viewer()) or abort(404)


def _action(meeting: Meeting, number: int) -> Action:
    found = actions_at(db.session(), meeting.id)
    return next((action for action in found if action.id == number), None) or abort(404)


def _people(meeting: Meeting, chosen: Person | None = None) -> Sequence[Person]:
    people = people_to_present(db.session(), meeting, day=meeting.starts_on or today())
    return people if chosen is None or chosen in people else [*people, chosen]


def _actions_page(meeting: Meeting, form: Form, open_item: int | None = None) -> Response:
    adding = form if isinstance(form, NewActionForm) else NewActionForm(is_fresh=True)
    adding.offer(_people(meeting))
    return form_page(
        "actions/work.html",
        form,
        meeting=meeting,
        actions=actions_at(db.session(), meeting.id),
        next_states=NEXT_STATES,
        open_item=open_item,
        at=request.args.get("at", type=int),
        adding=adding,
        make_button=partial(Button, is_fresh=True),
    )

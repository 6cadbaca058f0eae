"""The page of who has signed in: what is wanted of them, and what is theirs."""

from functools import partial

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.actions.operations import bring_action_to
from lag_tracker.database import db, utc_now
from lag_tracker.models.action import ActionState
from lag_tracker.my_page.forms import AccountSettingsForm, SettingsForm
from lag_tracker.my_page.operations import choose_for_person, choose_language
from lag_tracker.my_page.queries import (
    last_consent,
    open_questions,
    own_action,
    own_actions,
    own_comments,
    own_meetings,
    own_roles,
)
from lag_tracker.proposals.queries import proposals_by
from lag_tracker.replies.forms import AnswerForm
from lag_tracker.replies.queries import lapsed_answers
from lag_tracker.web.access import Access, signed_in_account, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.routes import DEED, FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("my_page", __name__)
#: State of an action -> those to which who does it brings it with one click.
NEXT_STATES = {
    ActionState.OPEN: (ActionState.DONE, ActionState.IN_PROGRESS),
    ActionState.IN_PROGRESS: (ActionState.DONE,),
    ActionState.DONE: (ActionState.OPEN,),
}
MOST_PROPOSALS = 3


@page(blueprint, lv="/mana-lapa", en="/my-page", access=Access.ACCOUNT)
def show() -> str:
    """Show people what is wanted of them, and what is theirs."""
    session, account = db.session(), signed_in_account()
    number = account.person_id
    meetings = own_meetings(session, person_id=number, viewer=viewer(), today=today())
    return render_template(
        "my_page/show.html",
        own=account,
        meetings=meetings,
        earlier=lapsed_answers(session, [row.invitation for row in meetings if row.invitation]),
        actions=own_actions(session, person_id=number, viewer=viewer()),
        questions=open_questions(session, viewer=viewer()),
        roles=own_roles(session, account.id),
        proposals=proposals_by(session, number, limit=MOST_PROPOSALS) if number else [],
        comments=own_comments(session, number),
        next_states=NEXT_STATES,
        make_answer=partial(AnswerForm, is_fresh=True),
        make_button=partial(Button, is_fresh=True),
    )


@page(blueprint, lv="/mana-lapa/uzdevums", en="/my-page/action", access=Access.ACCOUNT, methods=DEED)
def turn() -> Response:
    """Let somebody say with one click how far their own action is."""
    if not Button().is_accepted():
        abort(400)
    number, wanted = request.form.get("action", default=0, type=int), request.form.get("state", "")
    person_id = signed_in_account().person_id
    action = own_action(db.session(), number, person_id=person_id, viewer=viewer()) or abort(404)
    state = next((one for one in NEXT_STATES[action.state] if one == wanted), None) or abort(400)
    bring_action_to(action, state)
    return done(url_for(".show"), gettext("The action was saved."))


@page(blueprint, lv="/mana-lapa/iestatijumi", en="/my-page/settings", access=Access.ACCOUNT, methods=FORM)
def settings() -> Response:
    """Let somebody choose their language, letters, and whether everyone may read their name."""
    session, account = db.session(), signed_in_account()
    person = account.person
    form = SettingsForm(person) if person else AccountSettingsForm(account)
    if form.is_accepted():
        choose_language(account, person=person, language=str(form.language.data))
        if person is not None and isinstance(form, SettingsForm):
            choose_for_person(
                person,
                session=session,
                wants_letters=form.wants_letters.data,
                name_is_public=form.name_is_public.data,
                wording=form.wording,
                now=utc_now(),
            )
        return done(url_for(".show"), gettext("Your settings were saved."))
    return form_page(
        "my_page/settings.html", form, person=person, consent=last_consent(session, person.id) if person else None
    )

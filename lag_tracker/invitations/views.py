"""Pages of invitations."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.accounts.limits import LetterLimit
from lag_tracker.accounts.queries import find_account, normal_address
from lag_tracker.accounts.views import enter
from lag_tracker.audit.operations import act_as_program
from lag_tracker.database import db, utc_now
from lag_tracker.groups.queries import changeable_group
from lag_tracker.invitations.forms import AcceptForm, InvitationForm
from lag_tracker.invitations.operations import (
    UNKNOWN,
    add_newcomer,
    invite,
    note_address,
    note_use,
    send_again,
    take_up,
    use_invitation,
    withdraw,
)
from lag_tracker.invitations.queries import changeable_invitation, find_invitation, people_to_invite
from lag_tracker.models.group import Group
from lag_tracker.models.invitation import Invitation
from lag_tracker.models.person import Person
from lag_tracker.people.queries import changeable_person
from lag_tracker.web.access import Access, current_account, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.events import note_event
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.letters import send_letter
from lag_tracker.web.limits import limited, takes_key
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("invitations", __name__)

#: Letters that one manager, or one office, sends in a row: a whole group, but not a town.
INVITATIONS = LetterLimit("invitation", free=60, first_wait=timedelta(minutes=1), longest_wait=timedelta(minutes=15))
INVITATIONS_HERE = LetterLimit(
    "invitation here", free=200, first_wait=timedelta(minutes=1), longest_wait=timedelta(hours=1)
)
sends_invitation = limited(INVITATIONS_HERE, INVITATIONS)


@page(
    blueprint,
    lv="/grupas/<group>/lomas/uzaicinat",
    en="/groups/<group>/roles/invite",
    access=Access.MANAGER,
    methods=FORM,
)
@sends_invitation
def new(group: str) -> Response:
    """Let a manager invite somebody to a role in the group."""
    session = db.session()
    owner = changeable_group(session, group, viewer=viewer()) or abort(404)
    wanted = request.args.get("person", type=int)
    form = InvitationForm(people_to_invite(session, owner.id, today=today()), wanted=wanted)
    if form.is_accepted():
        with form.rules():
            return _invite(owner, form)
    return form_page("invitations/form.html", form, group=owner)


def _invite(group: Group, form: InvitationForm) -> Response:
    session, role = db.session(), form.role.data
    person = form.chosen or _newcomer(group, form)
    if not person.email:
        is_changeable = changeable_person(session, person.id, viewer=viewer()) is not None
        note_address(person, form.address, is_changeable=is_changeable)
    invitation, token = invite(
        group,
        session=session,
        email=form.address,
        person=person,
        role=role,
        invited_by=current_account(),
        now=utc_now(),
    )
    session.flush()
    _send(invitation, group, token)
    return done(
        url_for("roles.index", group=group.slug),
        gettext("The invitation is on its way to %(email)s.", email=invitation.email),
    )


def _sent(invitation: Invitation, group: Group) -> Response:
    said = gettext("The invitation is on its way to %(email)s.", email=invitation.email)
    return done(url_for("roles.index", group=group.slug), said)


def _newcomer(group: Group, form: InvitationForm) -> Person:
    return add_newcomer(
        group,
        session=db.session(),
        name=form.name.data or "",
        email=form.address,
        language=reading_language(),
        role=form.role.data,
    )


def _send(invitation: Invitation, group: Group, token: str) -> None:
    """Write the letter with the link."""
    inviter = current_account()
    send_letter(
        "invitations/letter.txt",
        kind="invitation",
        to_email=invitation.email,
        language=invitation.language,
        person_id=invitation.person_id,
        group_id=group.id,
        group=group,
        role=invitation.role,
        inviter=inviter.person.name if inviter and inviter.person else "",
        link=url_for(".accept", token=token, lang=invitation.language, _external=True),
    )
    note_event("invited", account=inviter.id if inviter else None, group=group.id, role=invitation.role)


@page(
    blueprint,
    lv="/uzaicinajumi/<int:number>/velreiz",
    en="/invitations/<int:number>/again",
    access=Access.MANAGER,
    methods=FORM,
)
@sends_invitation
def again(number: int) -> Response:
    """Let a manager send an invitation once more, with a new link."""
    found = changeable_invitation(db.session(), number, viewer=viewer()) or abort(404)
    group, form = found.group or abort(404), Button()
    if form.is_accepted():
        _send(found, group, send_again(found, now=utc_now()))
        return done(
            url_for("roles.index", group=group.slug),
            gettext("The invitation is on its way to %(email)s.", email=found.email),
        )
    return form_page("invitations/again.html", form, invitation=found, group=group)


@page(
    blueprint,
    lv="/uzaicinajumi/<int:number>/atsaukt",
    en="/invitations/<int:number>/withdraw",
    access=Access.MANAGER,
    methods=FORM,
)
def take_back(number: int) -> Response:
    """Let a manager withdraw an invitation."""
    found = changeable_invitation(db.session(), number, viewer=viewer()) or abort(404)
    group, form = found.group or abort(404), Button()
    if form.is_accepted():
        withdraw(found, now=utc_now())
        return done(url_for("roles.index", group=group.slug), gettext("The invitation was withdrawn."))
    return form_page("invitations/withdraw.html", form, invitation=found, group=group)


@page(blueprint, lv="/uzaicinajums/<token>", en="/invitation/<token>", access=Access.PUBLIC, methods=FORM)
@takes_key
def accept(token: str) -> Any:
    """Let the invited accept, and say how they want to sign in from now on."""
    found = find_invitation(db.session(), token, now=utc_now())
    if found is None:
        return form_page("invitations/over.html", Button()), 410
    form = AcceptForm(asks_address=found.email == UNKNOWN)
    if form.is_accepted():
        with form.rules():
            return _accept(token, form)
    has_account = find_account(db.session(), found.email) is not None
    return form_page("invitations/accept.html", form, invitation=found, has_account=has_account)


def _accept(token: str, form: AcceptForm) -> Any:
    """Take the invitation up. Who has an account signs in as ever; who has none is signed in to their new one."""
    act_as_program(db.session())
    used = use_invitation(db.session(), token, now=utc_now()) or abort(410)
    used.email = used.email or normal_address(str(form.email.data))
    account, is_new = take_up(used, session=db.session(), now=utc_now())
    note_use(used, session=db.session())
    note_event("role_given", account=account.id, group=used.group_id, role=used.role)
    if used.is_for_administrator:
        current_app.config["SETTINGS"].first_link.unlink(missing_ok=True)
    here = current_account()
    if not is_new:
        flash(gettext("You have accepted the invitation."))
        return redirect(url_for("accounts.arrive" if here and here.id == account.id else "accounts.login"), 303)
    ways = {"password": "accounts.change_password", "passkey": "accounts.wan_register"}
    return enter(account, by="invitation", then=url_for(ways.get(request.form.get("way", ""), "accounts.arrive")))

"""Pages of roles."""

from flask import Blueprint, abort, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.database import db, utc_now
from lag_tracker.groups.queries import changeable_group
from lag_tracker.invitations.queries import waiting_invitations
from lag_tracker.models.account import GroupRole
from lag_tracker.models.group import Group
from lag_tracker.roles.forms import RoleForm
from lag_tracker.roles.operations import change_role, end_role
from lag_tracker.roles.queries import role_in_group, roles_of
from lag_tracker.web.access import Access, signed_in_account, viewer
from lag_tracker.web.events import note_event
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("roles", __name__)


@page(blueprint, lv="/grupas/<group>/lomas", en="/groups/<group>/roles", access=Access.MANAGER)
def index(group: str) -> str:
    """Show who may do what in the group, and who is invited."""
    session = db.session()
    owner = changeable_group(session, group, viewer=viewer()) or abort(404)
    return render_template(
        "roles/index.html",
        group=owner,
        roles=roles_of(session, owner.id),
        invitations=waiting_invitations(session, owner.id),
        now=utc_now(),
    )


@page(
    blueprint,
    lv="/grupas/<group>/lomas/<int:number>",
    en="/groups/<group>/roles/<int:number>",
    access=Access.MANAGER,
    methods=FORM,
)
def change(group: str, number: int) -> Response:
    """Let a manager change what somebody may do."""
    owner, found = _find(group, number)
    form = RoleForm(found)
    if form.is_accepted():
        with form.rules():
            change_role(found, to=form.role.data, session=db.session(), viewer=viewer())
            _note("role_changed", found)
            return done(url_for(".index", group=group), gettext("The role was changed."))
    return form_page("roles/form.html", form, group=owner, role=found)


@page(
    blueprint,
    lv="/grupas/<group>/lomas/<int:number>/beigt",
    en="/groups/<group>/roles/<int:number>/end",
    access=Access.MANAGER,
    methods=FORM,
)
def end(group: str, number: int) -> Response:
    """Let a manager take somebody's role from them, after saying what that means."""
    owner, found = _find(group, number)
    form = Button()
    if form.is_accepted():
        with form.rules():
            end_role(found, session=db.session(), viewer=viewer())
            _note("role_ended", found)
            return done(url_for(".index", group=group), gettext("The role was ended."))
    return form_page("roles/end.html", form, group=owner, role=found)


def _find(group: str, number: int) -> tuple[Group, GroupRole]:
    owner = changeable_group(db.session(), group, viewer=viewer()) or abort(404)
    return owner, role_in_group(db.session(), group_id=owner.id, account_id=number) or abort(404)


def _note(event: str, role: GroupRole) -> None:
    note_event(event, account=role.account_id, group=role.group_id, role=role.role, by=signed_in_account().id)

"""Pages on which a manager adds many members from a file: choose it, see what it would do, confirm."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.database import db
from lag_tracker.groups.queries import changeable_group
from lag_tracker.imports.forms import (
    ConfirmForm,
    UploadForm,
    columns_of,
    entries_of,
    example,
    shown_changes,
    unread_heads,
)
from lag_tracker.imports.operations import carry_out, keep_upload
from lag_tracker.imports.queries import Plan, plan_members, uploaded
from lag_tracker.models.group import Group
from lag_tracker.models.submission import Draft
from lag_tracker.sheets import as_file, read_table
from lag_tracker.slugs import as_slug
from lag_tracker.web.access import Access, signed_in_account, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.files import attachment
from lag_tracker.web.forms import form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("imports", __name__)


@page(
    blueprint,
    lv="/grupas/<group>/dalibnieki/imports",
    en="/groups/<group>/members/import",
    access=Access.MANAGER,
    methods=FORM,
)
def new(group: str) -> Response:
    """Let a manager choose a file with members."""
    owner = changeable_group(db.session(), group, viewer=viewer()) or abort(404)
    form = UploadForm()
    if form.is_accepted():
        with form.rules():
            table = read_table(form.content)
            columns_of(table)
            upload = keep_upload(signed_in_account(), session=db.session(), path=_path(owner), table=table)
            return done(url_for(".check", group=group, number=upload.id))
    return form_page("imports/new.html", form, group=owner)


@page(
    blueprint,
    lv="/grupas/<group>/dalibnieki/imports/<int:number>",
    en="/groups/<group>/members/import/<int:number>",
    access=Access.MANAGER,
    methods=FORM,
)
def check(group: str, number: int) -> Response:
    """Show who sent a file what it would do, row by row, and do it when they say so."""
    session, owner = db.session(), changeable_group(db.session(), group, viewer=viewer()) or abort(404)
    upload = uploaded(session, number, account=signed_in_account(), path=_path(owner)) or abort(404)
    plan, form = _plan(owner, upload), ConfirmForm()
    if form.is_accepted() and _is_seen(form, plan):
        carry_out(plan, session=session, group=owner)
        session.delete(upload)
        return done(url_for("members.index", group=group), gettext("The members were added and changed."))
    form.digest.data = plan.digest
    return form_page(
        "imports/check.html",
        form,
        group=owner,
        plan=plan,
        rows=[(row, shown_changes(row)) for row in plan.rows],
        unread=unread_heads(upload.fields["table"]),
    )


def _path(group: Group) -> str:
    return f"members of {group.id}"


def _plan(group: Group, upload: Draft) -> Plan:
    entries = list(entries_of(upload.fields["table"]))
    return plan_members(db.session(), group, entries, viewer=viewer(), today=today())


def _is_seen(form: ConfirmForm, plan: Plan) -> bool:
    """Tell whether the plan is the one that was shown, and can be carried out; the form says why not."""
    if form.digest.data != plan.digest:
        form.objections.append(
            gettext("What is on record has changed meanwhile. Look at the rows again, then confirm.")
        )
    elif not plan.is_ready:
        form.objections.append(gettext("Mend the rows that are marked, and send the file again."))
    return not form.objections


@page(
    blueprint,
    lv="/dalibnieku-saraksta-paraugs.<ending>",
    en="/example-of-members.<ending>",
    access=Access.MANAGER,
)
def sample(ending: str) -> Response:
    """Give a list as it may look, to be filled in."""
    (head, *rows), title = example(), gettext("Members")
    return attachment(
        as_file(ending, title, head, rows, lang=reading_language()) or abort(404), name=as_slug(title), ending=ending
    )

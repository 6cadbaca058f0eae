"""Pages on which members and the public say something, and managers show or hide it."""

from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.comments.forms import CommentForm, PublicCommentForm
from lag_tracker.comments.operations import hide, mend, say_as_anybody, say_as_member, show
from lag_tracker.comments.queries import changeable_comment, is_open, own_comment
from lag_tracker.database import db, utc_now
from lag_tracker.initiatives.queries import find_initiative
from lag_tracker.meetings.queries import find_meeting
from lag_tracker.models.comment import Comment, CommentState
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting
from lag_tracker.web.access import Access, act_without_account, signed_in_account, viewer
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import DEED, FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("comments", __name__)
Record = Meeting | Initiative


@page(blueprint, lv="/sanaksmes/<slug>/komentars", en="/meetings/<slug>/comment", access=Access.MEMBER, methods=FORM)
def on_meeting(slug: str) -> Response:
    """Let a member say something about a meeting."""
    return _as_member(find_meeting(db.session(), slug, viewer=viewer()) or abort(404))


@page(
    blueprint, lv="/iniciativas/<slug>/komentars", en="/initiatives/<slug>/comment", access=Access.MEMBER, methods=FORM
)
def on_initiative(slug: str) -> Response:
    """Let a member say something about an initiative."""
    initiative = find_initiative(db.session(), slug, viewer=viewer()) or abort(404)
    return _to_the_other(initiative) or _as_member(initiative)


@page(blueprint, lv="/sanaksmes/<slug>/viedoklis", en="/meetings/<slug>/opinion", access=Access.PUBLIC, methods=FORM)
def public_on_meeting(slug: str) -> Response:
    """Let anybody say something about a meeting of a group that hears everyone."""
    return _as_anybody(find_meeting(db.session(), slug, viewer=viewer()) or abort(404), "comments.on_meeting")


@page(
    blueprint, lv="/iniciativas/<slug>/viedoklis", en="/initiatives/<slug>/opinion", access=Access.PUBLIC, methods=FORM
)
def public_on_initiative(slug: str) -> Response:
    """Let anybody say something about an initiative of a group that hears everyone."""
    initiative = find_initiative(db.session(), slug, viewer=viewer()) or abort(404)
    return _to_the_other(initiative) or _as_anybody(initiative, "comments.on_initiative")


def _to_the_other(initiative: Initiative) -> Response | None:
    """Lead whoever wants to comment on an initiative to the one that it became part of; None where it is its own."""
    if request.method == "POST" or initiative.merged_into is None:
        return None
    return redirect(url_for(str(request.endpoint), slug=initiative.merged_into.slug), 303)


def _as_member(record: Record) -> Response:
    groups = _groups_of(record)
    if not viewer().takes_part(group.id for group in groups):
        abort(404)
    form = CommentForm(is_open=is_open(groups))
    if form.is_accepted():
        with form.rules():
            say_as_member(
                record,
                session=db.session(),
                person=signed_in_account().person,
                text=form.text.data or "",
                language=reading_language(),
                audience=form.readers,
                now=utc_now(),
            )
            return done(f"{_page_of(record)}#comments", gettext("Your comment is there."))
    return form_page("comments/form.html", form, record=record, back=_page_of(record), comment=None)


def _as_anybody(record: Record, for_members: str) -> Response:
    groups = _groups_of(record)
    if not is_open(groups):
        abort(404)
    if request.method == "GET" and viewer().takes_part(group.id for group in groups):
        return redirect(url_for(for_members, slug=record.slug), 303)
    form = PublicCommentForm()
    if form.is_accepted():
        act_without_account()
        with form.rules():
            say_as_anybody(
                record,
                session=db.session(),
                name=form.name.data,
                text=form.text.data or "",
                language=reading_language(),
                now=utc_now(),
            )
            return done(_page_of(record, sent=1) + "#comments")
    return form_page("comments/public.html", form, record=record, back=_page_of(record))


@page(
    blueprint, lv="/komentari/<int:number>/labot", en="/comments/<int:number>/edit", access=Access.MEMBER, methods=FORM
)
def edit(number: int) -> Response:
    """Let a member mend what they said just now."""
    comment = own_comment(db.session(), number, person_id=signed_in_account().person_id) or abort(404)
    record = _record_of(comment)
    form = CommentForm(comment, is_open=is_open(_groups_of(record)))
    if form.is_accepted():
        with form.rules():
            mend(comment, text=form.text.data or "", audience=form.readers, now=utc_now())
            return done(f"{_page_of(record)}#comments", gettext("Your comment was changed."))
    return form_page("comments/form.html", form, record=record, back=_page_of(record), comment=comment)


@page(
    blueprint, lv="/komentari/<int:number>/radit", en="/comments/<int:number>/show", access=Access.MANAGER, methods=DEED
)
def reveal(number: int) -> Response:
    """Let a manager show a comment."""
    comment = changeable_comment(db.session(), number, viewer=viewer()) or abort(404)
    back = _back_from(comment)
    if not Button().is_accepted():
        abort(400)
    show(comment)
    return done(back, gettext("The comment is shown."))


@page(
    blueprint,
    lv="/komentari/<int:number>/paslept",
    en="/comments/<int:number>/hide",
    access=Access.MANAGER,
    methods=DEED,
)
def conceal(number: int) -> Response:
    """Let a manager hide a comment."""
    comment = changeable_comment(db.session(), number, viewer=viewer()) or abort(404)
    back = _back_from(comment)
    if not Button().is_accepted():
        abort(400)
    hide(comment)
    return done(back, gettext("The comment is hidden."))


def _back_from(comment: Comment) -> str:
    """Return where a manager goes on: to the next that waits, or where the comment stands."""
    if comment.state is CommentState.WAITING:
        return url_for("proposals.queue")
    return f"{_page_of(_record_of(comment))}#comments"


def _record_of(comment: Comment) -> Record:
    return comment.meeting or comment.initiative or abort(404)


def _groups_of(record: Record) -> list[Group]:
    return record.groups if isinstance(record, Meeting) else [record.group]


def _page_of(record: Record, **given: Any) -> str:
    endpoint = "meetings.show" if isinstance(record, Meeting) else "initiatives.show"
    return url_for(endpoint, slug=record.slug, **given)

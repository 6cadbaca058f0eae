"""Pages on which an agenda is written."""

from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.agenda.forms import ItemForm, ItemOnPaper, LineForm
from lag_tracker.agenda.managed import (
    initiatives_to_choose,
    items_of,
    lengths_of,
    people_to_present,
    starts_of,
    topics_to_choose,
)
from lag_tracker.agenda.operations import change_item, last_place, put_in_order, put_on_agenda, shift, take_off_agenda
from lag_tracker.database import db
from lag_tracker.meetings.managed import changeable_meeting
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.meeting import Meeting
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.forms import Button, Form, form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import DEED, FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("agenda", __name__)


@page(
    blueprint, lv="/sanaksmes/<slug>/darba-kartiba", en="/meetings/<slug>/agenda", access=Access.MANAGER, methods=FORM
)
def edit(slug: str) -> Response:
    """Show the agenda of a meeting to be worked on, and add to it line by line."""
    meeting, form = _meeting(slug), LineForm()
    if form.is_accepted():
        with form.rules():
            so_far = last_place(db.session(), meeting.id)
            lines = [form.line.data or ""]
            put_on_agenda(meeting, session=db.session(), lines=lines, lang=reading_language(), after=so_far)
            return done(url_for(".edit", slug=slug))
    return _agenda_page(meeting, form)


@page(
    blueprint,
    lv="/sanaksmes/<slug>/darba-kartiba/<int:number>",
    en="/meetings/<slug>/agenda/<int:number>",
    access=Access.MANAGER,
    methods=FORM,
)
def change(slug: str, number: int) -> Response:
    """Let a manager change an item at its place on the agenda."""
    session, meeting = db.session(), _meeting(slug)
    item = _item(items_of(session, meeting.id), number)
    people = people_to_present(session, meeting, day=meeting.starts_on or today())
    form = ItemForm(ItemOnPaper(item))
    form.offer(
        topics=topics_to_choose(session, meeting.groups, chosen=item.topic_id),
        initiatives=initiatives_to_choose(session, meeting.groups, chosen=item.initiative_id),
        people=people,
    )
    if form.is_accepted():
        chosen = [person for person in people if person.id in form.presenters.chosen]
        newcomer = form.new_presenter(reading_language())
        change_item(item, session=session, words=form.words, presenters=chosen, newcomer=newcomer)
        return done(url_for(".edit", slug=slug, at=number), gettext("The item was saved."))
    return _agenda_page(meeting, form, open_item=number)


@page(
    blueprint,
    lv="/sanaksmes/<slug>/darba-kartiba/seciba",
    en="/meetings/<slug>/agenda/order",
    access=Access.MANAGER,
    methods=DEED,
)
def reorder(slug: str) -> Response:
    """Move an item up or down, or put all of them into a new order."""
    meeting, form = _meeting(slug), Button()
    items = items_of(db.session(), meeting.id)
    if form.is_accepted():
        with form.rules():
            moved = _move(items)
            return done(url_for(".edit", slug=slug, at=moved))
    return _agenda_page(meeting, form)


@page(
    blueprint,
    lv="/sanaksmes/<slug>/darba-kartiba/<int:number>/iznemt",
    en="/meetings/<slug>/agenda/<int:number>/remove",
    access=Access.MANAGER,
    methods=FORM,
)
def remove(slug: str, number: int) -> Response:
    """Let a manager take an item off the agenda, after asking."""
    meeting, form = _meeting(slug), Button()
    items = items_of(db.session(), meeting.id)
    item = _item(items, number)
    if form.is_accepted():
        take_off_agenda(item, session=db.session(), items=items)
        return done(url_for(".edit", slug=slug), gettext("The item was taken off the agenda."))
    return form_page("agenda/remove.html", form, meeting=meeting, item=item)


def _meeting(slug: str) -> Meeting:
    return changeable_meeting(db.session(), slug, viewer=viewer()) or abort(404)


def _item(items: list[AgendaItem], number: int) -> AgendaItem:
    return next((item for item in items if item.id == number), None) or abort(404)


def _move(items: list[AgendaItem]) -> int:
    """Do what the pressed button, or the dragging, says; return the id of the item that was moved."""
    numbers = {str(item.id): item.id for item in items}
    for name, by in (("up", -1), ("down", 1)):
        if request.form.get(name) in numbers:
            moved = numbers[request.form[name]]
            shift(items, item=moved, by=by)
            return moved
    order = [numbers[typed] for typed in request.form.getlist("order") if typed in numbers]
    put_in_order(items, order=order)
    return numbers.get(request.form.get("moved", ""), order[0] if order else 0)


def _agenda_page(meeting: Meeting, form: Form, open_item: int | None = None) -> Response:
    items = items_of(db.session(), meeting.id)
    given: dict[str, Any] = {
        "rows": list(zip(items, starts_of(items, meeting), strict=True)),
        "lengths": lengths_of(items, meeting),
        "open_item": open_item,
        "at": request.args.get("at", type=int),
        "adding": form if isinstance(form, LineForm) else LineForm(is_fresh=True),
        "button": Button(is_fresh=True),
    }
    return form_page("agenda/edit.html", form, meeting=meeting, **given)

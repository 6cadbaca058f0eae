"""Pages on which managers add recordings and documents."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.database import db
from lag_tracker.links.forms import LinkForm, LinkOnPaper
from lag_tracker.links.operations import add_link, change_link, erase_link
from lag_tracker.links.queries import links_at
from lag_tracker.meetings.managed import changeable_meeting
from lag_tracker.models.meeting import Meeting, MeetingLink
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("links", __name__)


@page(blueprint, lv="/sanaksmes/<slug>/saites", en="/meetings/<slug>/links", access=Access.MANAGER, methods=FORM)
def work(slug: str) -> Response:
    """Show where a meeting leads to, and add to it."""
    meeting, form = _meeting(slug), LinkForm()
    if form.is_accepted():
        add_link(meeting, session=db.session(), words=form.words)
        return done(url_for(".work", slug=slug), gettext("The link was added."))
    links = links_at(db.session(), meeting.id)
    return form_page("links/work.html", form, meeting=meeting, links=links, adding=form, open_item=None)


@page(
    blueprint,
    lv="/sanaksmes/<slug>/saites/<int:number>",
    en="/meetings/<slug>/links/<int:number>",
    access=Access.MANAGER,
    methods=FORM,
)
def change(slug: str, number: int) -> Response:
    """Let a manager change a link at its place in the list."""
    meeting = _meeting(slug)
    link = _link(meeting, number)
    form = LinkForm(LinkOnPaper(link))
    if form.is_accepted():
        change_link(link, words=form.words)
        return done(url_for(".work", slug=slug), gettext("The link was saved."))
    links = links_at(db.session(), meeting.id)
    return form_page("links/work.html", form, meeting=meeting, links=links, adding=None, open_item=number)


@page(
    blueprint,
    lv="/sanaksmes/<slug>/saites/<int:number>/dzest",
    en="/meetings/<slug>/links/<int:number>/remove",
    access=Access.MANAGER,
    methods=FORM,
)
def remove(slug: str, number: int) -> Response:
    """Let a manager delete a link, after asking."""
    meeting, form = _meeting(slug), Button()
    link = _link(meeting, number)
    if form.is_accepted():
        erase_link(link, session=db.session())
        return done(url_for(".work", slug=slug), gettext("The link was deleted."))
    return form_page("links/remove.html", form, meeting=meeting, link=link)


def _meeting(slug: str) -> Meeting:
    return changeable_meeting(db.session(), slug, viewer=viewer()) or abort(404)


def _link(meeting: Meeting, number: int) -> MeetingLink:
    found = links_at(db.session(), meeting.id)
    return next((link for link in found if link.id == number), None) or abort(404)

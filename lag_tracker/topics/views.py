"""Pages of topics."""

from itertools import groupby

from flask import Blueprint, abort, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.actions.queries import actions
from lag_tracker.database import db, utc_now
from lag_tracker.decisions.queries import latest_decisions
from lag_tracker.groups.queries import changeable_group
from lag_tracker.initiatives.queries import changes_of, initiatives
from lag_tracker.meetings.queries import chosen_meetings
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.decision import Decision
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.topic import Topic, TopicState
from lag_tracker.topics.forms import TopicForm
from lag_tracker.topics.operations import change_topic, erase_topic, open_topic, put_topic_away, take_topic_back
from lag_tracker.topics.queries import (
    TopicRow,
    actions_about_topic,
    archived_topics,
    changeable_topic,
    find_topic,
    meetings_about_topic,
    mentions,
    path,
    topics,
)
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.narrowing import Narrowing, chooser, kinds_among, narrowed_to, records_among
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("topics", __name__)
MOST_DECISIONS = 200


@page(blueprint, lv="/temati", en="/topics", access=Access.PUBLIC)
def index() -> str:
    """Show the topics of every group, the open ones first, or those of a group, state or name."""
    rows, by = narrowed()
    return render_template(
        "topics/index.html",
        groups=[(group, list(found)) for group, found in groupby(rows, key=lambda row: row.topic.group)],
        number=len(rows),
        narrowing=by,
        archived=archived_topics(db.session(), viewer=viewer()) if viewer().is_manager and not by.address else [],
    )


def narrowed() -> tuple[list[TopicRow], Narrowing]:
    """Return the topics that the address asks for, and what it asks."""
    found = topics(db.session(), viewer=viewer(), today=today())
    groups = records_among((row.topic.group.slug, row.topic.group.name) for row in found)
    by = narrowed_to(
        chooser("group", gettext("Group"), gettext("All groups"), groups),
        chooser(
            "state",
            gettext("State"),
            gettext("All states"),
            kinds_among(TopicState, (row.topic.state for row in found)),
        ),
    )
    return [row for row in found if _is_asked_for(row.topic, by)], by


def _is_asked_for(topic: Topic, by: Narrowing) -> bool:
    return (
        by.fits("group", topic.group.slug) and by.fits("state", topic.state) and by.holds(*topic.title, *topic.summary)
    )


@page(blueprint, lv="/temati/<slug>", en="/topics/<slug>", access=Access.PUBLIC)
def show(slug: str) -> str:
    """Show one topic: how it came about and where it stands."""
    session = db.session()
    topic = find_topic(session, slug, viewer=viewer()) or abort(404)
    return render_template(
        "topics/show.html",
        topic=topic,
        path=path(
            chosen_meetings(session, viewer=viewer(), only=meetings_about_topic(topic.id, viewer=viewer())),
            changes=changes_of(session, viewer=viewer(), only=Initiative.topic_id == topic.id),
            mentions=mentions(session, viewer=viewer(), only=AgendaItem.topic_id == topic.id),
            decisions=latest_decisions(
                session, viewer=viewer(), limit=MOST_DECISIONS, only=Decision.topic_id == topic.id
            ),
        ),
        initiatives=initiatives(session, viewer=viewer(), only=Initiative.topic_id == topic.id),
        actions=actions(session, viewer=viewer(), only=actions_about_topic(topic.id, viewer=viewer())),
    )


@page(
    blueprint, lv="/grupas/<group>/temati/jauns", en="/groups/<group>/topics/new", access=Access.MANAGER, methods=FORM
)
def new(group: str) -> Response:
    """Let a manager give a group one more topic."""
    owner = changeable_group(db.session(), group, viewer=viewer()) or abort(404)
    form = TopicForm()
    if form.is_accepted():
        topic = open_topic(owner, session=db.session(), words=form.topic_words)
        return done(url_for(".show", slug=topic.slug), gettext("The topic was added."))
    return form_page("topics/form.html", form, group=owner, topic=None)


@page(blueprint, lv="/temati/<slug>/labot", en="/topics/<slug>/edit", access=Access.MANAGER, methods=FORM)
def edit(slug: str) -> Response:
    """Let a manager change a topic."""
    topic = changeable_topic(db.session(), slug, viewer=viewer()) or abort(404)
    form = TopicForm(topic)
    if form.is_accepted():
        change_topic(topic, words=form.topic_words)
        return done(url_for(".show", slug=slug), gettext("The topic was saved."))
    return form_page("topics/form.html", form, group=topic.group, topic=topic)


@page(blueprint, lv="/temati/<slug>/arhivs", en="/topics/<slug>/archive", access=Access.MANAGER, methods=FORM)
def archive(slug: str) -> Response:
    """Let a manager put a topic away, or take it back, after saying what that means."""
    topic = changeable_topic(db.session(), slug, viewer=viewer()) or abort(404)
    form = Button()
    if form.is_accepted():
        if topic.is_archived:
            take_topic_back(topic)
            return done(url_for(".show", slug=slug), gettext("The topic is in the lists again."))
        put_topic_away(topic, now=utc_now())
        return done(url_for(".show", slug=slug), gettext("The topic was archived."))
    return form_page("topics/archive.html", form, topic=topic)


@page(blueprint, lv="/temati/<slug>/dzest", en="/topics/<slug>/erase", access=Access.ADMINISTRATOR, methods=FORM)
def erase(slug: str) -> Response:
    """Let an administrator delete a topic for good, after saying what goes with it."""
    topic = changeable_topic(db.session(), slug, viewer=viewer()) or abort(404)
    form = Button()
    if form.is_accepted():
        erase_topic(topic, session=db.session())
        return done(url_for(".index"), gettext("The topic was erased."))
    return form_page("topics/erase.html", form, topic=topic)

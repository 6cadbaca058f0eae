"""Pages of topics."""

from itertools import groupby

from flask import Blueprint, abort, render_template

from lag_tracker.actions.queries import actions
from lag_tracker.database import db
from lag_tracker.decisions.queries import latest_decisions
from lag_tracker.initiatives.queries import changes_of, initiatives
from lag_tracker.meetings.queries import chosen_meetings
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.decision import Decision
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.traits import Audience
from lag_tracker.models.visibility import PUBLIC
from lag_tracker.topics.queries import (
    actions_about_topic,
    find_topic,
    meetings_about_topic,
    mentions,
    path,
    topics,
)
from lag_tracker.web.clock import today
from lag_tracker.web.routes import page

blueprint = Blueprint("topics", __name__)
MOST_DECISIONS = 200


@page(blueprint, lv="/temati", en="/topics", audience=Audience.PUBLIC)
def index() -> str:
    """Show the topics of every group, the open ones first."""
    rows = topics(db.session(), viewer=PUBLIC, today=today())
    return render_template(
        "topics/index.html",
        groups=[(group, list(found)) for group, found in groupby(rows, key=lambda row: row.topic.group)],
    )


@page(blueprint, lv="/temati/<slug>", en="/topics/<slug>", audience=Audience.PUBLIC)
def show(slug: str) -> str:
    """Show one topic: how it came about and where it stands."""
    session = db.session()
    topic = find_topic(session, slug, viewer=PUBLIC) or abort(404)
    return render_template(
        "topics/show.html",
        topic=topic,
        path=path(
            chosen_meetings(session, viewer=PUBLIC, only=meetings_about_topic(topic.id, viewer=PUBLIC)),
            changes=changes_of(session, viewer=PUBLIC, only=Initiative.topic_id == topic.id),
            mentions=mentions(session, viewer=PUBLIC, only=AgendaItem.topic_id == topic.id),
            decisions=latest_decisions(
                session, viewer=PUBLIC, limit=MOST_DECISIONS, only=Decision.topic_id == topic.id
            ),
        ),
        initiatives=initiatives(session, viewer=PUBLIC, only=Initiative.topic_id == topic.id),
        actions=actions(session, viewer=PUBLIC, only=actions_about_topic(topic.id, viewer=PUBLIC)),
    )

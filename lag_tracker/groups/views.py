"""Pages of groups."""

from itertools import groupby

from flask import Blueprint, abort, render_template

from lag_tracker.database import db
from lag_tracker.decisions.queries import latest_decisions
from lag_tracker.groups.queries import all_groups, as_branches, find_group, group_and_descendants
from lag_tracker.initiatives.queries import initiatives
from lag_tracker.meetings.queries import (
    meetings_of_groups,
    of_groups,
    past_meetings,
    undated_meetings,
    upcoming_meetings,
)
from lag_tracker.meetings.rows import MeetingRow
from lag_tracker.members.queries import composition, members_of
from lag_tracker.models.decision import Decision
from lag_tracker.models.initiative import Initiative
from lag_tracker.sources.queries import citations_of
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.routes import page

blueprint = Blueprint("groups", __name__)
SHOWN_PAST = 30
SHOWN_DECISIONS = 5


@page(blueprint, lv="/grupas", en="/groups", access=Access.PUBLIC)
def index() -> str:
    """Show every public group under the one it belongs to."""
    return render_template("groups/index.html", branches=as_branches(all_groups(db.session(), viewer=viewer())))


@page(blueprint, lv="/grupas/<slug>", en="/groups/<slug>", access=Access.PUBLIC)
def show(slug: str) -> str:
    """Show one group: who it is, what is next, and what it has done."""
    session = db.session()
    group = find_group(session, slug, viewer=viewer()) or abort(404)
    ids = group_and_descendants(session, group.id)
    members = members_of(session, group.id, today=today())
    past = past_meetings(session, viewer=viewer(), today=today(), limit=SHOWN_PAST + 1, only=of_groups(ids))
    return render_template(
        "groups/show.html",
        group=group,
        upcoming=upcoming_meetings(session, viewer=viewer(), today=today(), limit=10, only=of_groups(ids)),
        past_by_year=_by_year(past[:SHOWN_PAST]),
        has_more_past=len(past) > SHOWN_PAST,
        undated=undated_meetings(session, viewer=viewer(), limit=20, only=of_groups(ids)),
        decisions=latest_decisions(
            session, viewer=viewer(), limit=SHOWN_DECISIONS, only=Decision.meeting_id.in_(meetings_of_groups(ids))
        ),
        initiatives=initiatives(session, viewer=viewer(), only=Initiative.group_id.in_(ids)),
        members=members,
        composition=composition(members),
        citations=citations_of(session, group_id=group.id),
    )


def _by_year(meetings: list[MeetingRow]) -> list[tuple[int, list[MeetingRow]]]:
    """Return the meetings under their years, as they come."""
    dated = [meeting for meeting in meetings if meeting.starts_on]
    return [
        (year, list(rows)) for year, rows in groupby(dated, key=lambda row: row.starts_on.year if row.starts_on else 0)
    ]

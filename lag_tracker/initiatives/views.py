"""Pages of initiatives."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, render_template, request
from sqlalchemy import ColumnElement, and_, true

from lag_tracker.actions.queries import actions
from lag_tracker.comments.queries import comments_on_initiative
from lag_tracker.database import db, utc_now
from lag_tracker.decisions.queries import latest_decisions
from lag_tracker.initiatives.managed import archived_initiatives
from lag_tracker.initiatives.queries import (
    Order,
    as_board,
    count_by_state,
    find_initiative,
    initiatives,
    meetings_about_initiative,
    proposed_themes,
    proposing_groups,
    story_of,
)
from lag_tracker.meetings.queries import chosen_meetings
from lag_tracker.models.action import Action
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.decision import Decision
from lag_tracker.models.initiative import Initiative, InitiativeState
from lag_tracker.sources.queries import citations_of
from lag_tracker.topics.queries import mentions, path
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.routes import page

blueprint = Blueprint("initiatives", __name__)
MOST_DECISIONS = 200


@page(blueprint, lv="/iniciativas", en="/initiatives", access=Access.PUBLIC)
def board() -> str:
    """Show the initiatives by state."""
    chosen = choices()
    only = chosen.pop("only")
    rows = initiatives(db.session(), viewer=viewer(), only=only)
    return render_template("initiatives/board.html", columns=as_board(rows), archived=_archived(only), **chosen)


@page(blueprint, lv="/iniciativu-saraksts", en="/initiative-list", access=Access.PUBLIC)
def listing() -> str:
    """Show the initiatives as a sorted list."""
    order, chosen = order_in_address(), choices()
    only = chosen.pop("only")
    rows = initiatives(db.session(), viewer=viewer(), only=only, order=order)
    return render_template("initiatives/listing.html", rows=rows, order=order, archived=_archived(only), **chosen)


def _archived(only: ColumnElement[bool]) -> Sequence[Initiative]:
    """Return what managers may take back among what the page is narrowed to."""
    return archived_initiatives(db.session(), viewer=viewer(), only=only) if viewer().is_manager else []


def order_in_address() -> Order:
    """Return what the list is sorted by; answer 404 to what it cannot be."""
    typed = request.args.get("sort") or Order.TITLE
    return Order(typed) if typed in list(Order) else abort(404)


def choices() -> dict[str, Any]:
    """Return the filters in the address and what there is to choose from; answer 404 to a filter that there is not."""
    session = db.session()
    groups, themes = proposing_groups(session, viewer=viewer()), proposed_themes(session, viewer=viewer())
    group = _picked(groups, request.args.get("group"))
    theme = _picked(themes, request.args.get("theme"))
    typed = request.args.get("state")
    state = (InitiativeState(typed) if typed in list(InitiativeState) else abort(404)) if typed else None
    wider = _narrowed(
        Initiative.group_id == group.id if group else None, Initiative.theme_id == theme.id if theme else None
    )
    counts = count_by_state(session, viewer=viewer(), only=wider)
    return {
        "only": _narrowed(wider, Initiative.state == state if state else None),
        "counts": counts,
        "total": counts.get(state, 0) if state else sum(counts.values()),
        "groups": groups,
        "themes": themes,
        "group": group,
        "theme": theme,
        "state": state,
    }


def _picked(choices: Any, slug: str | None) -> Any:
    """Return the choice with this slug, None when there is no slug."""
    return next((choice for choice in choices if choice.slug == slug), None) or (abort(404) if slug else None)


def _narrowed(*conditions: ColumnElement[bool] | None) -> ColumnElement[bool]:
    return and_(true(), *(condition for condition in conditions if condition is not None))


@page(blueprint, lv="/iniciativas/<slug>", en="/initiatives/<slug>", access=Access.PUBLIC)
def show(slug: str) -> str:
    """Show one initiative: how it came about and where it stands."""
    session = db.session()
    initiative = find_initiative(session, slug, viewer=viewer()) or abort(404)
    story = story_of(session, initiative, viewer=viewer())
    return render_template(
        "initiatives/show.html",
        initiative=initiative,
        story=story,
        path=path(
            chosen_meetings(session, viewer=viewer(), only=meetings_about_initiative(initiative.id, viewer=viewer())),
            mentions=mentions(session, viewer=viewer(), only=AgendaItem.initiative_id == initiative.id),
            decisions=latest_decisions(
                session, viewer=viewer(), limit=MOST_DECISIONS, only=Decision.initiative_id == initiative.id
            ),
            changes=story.changes,
        ),
        actions=actions(session, viewer=viewer(), only=Action.initiative_id == initiative.id),
        citations=citations_of(session, initiative_id=initiative.id),
        talk=comments_on_initiative(session, initiative, viewer=viewer(), now=utc_now()),
    )

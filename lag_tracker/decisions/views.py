"""Pages of decisions: all of them for everyone, and those of a meeting for its managers."""

import re
from itertools import groupby
from typing import Any, NamedTuple

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement, and_, select, true
from werkzeug.wrappers import Response

from lag_tracker.agenda.managed import initiatives_to_choose, items_of, topics_to_choose
from lag_tracker.agenda.operations import in_language
from lag_tracker.database import db
from lag_tracker.decisions.forms import DecisionForm, DecisionLinesForm, DecisionOnPaper
from lag_tracker.decisions.managed import decisions_at
from lag_tracker.decisions.operations import add_decisions, change_decision, erase_decision
from lag_tracker.decisions.queries import (
    DecisionRow,
    deciding_groups,
    deciding_years,
    decisions_of_groups,
    decisions_of_year,
    latest_decisions,
)
from lag_tracker.groups.queries import group_and_descendants
from lag_tracker.meetings.managed import changeable_meeting
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.visibility import visible_groups
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.forms import Button, Form, form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.paging import PAGE, position_in_address, written
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("decisions", __name__)
# A year has one way of being written, so that a page has one address.
_YEAR = re.compile("[12][0-9]{3}")


class Narrowed(NamedTuple):
    """What a list of decisions is narrowed to, None where it is not, and the condition for that."""

    group: Group | None
    year: int | None
    only: ColumnElement[bool]


@page(blueprint, lv="/lemumi", en="/decisions", access=Access.PUBLIC)
def index() -> str:
    """Show what was decided, the newest first."""
    session, (group, year, only) = db.session(), narrowed()
    rows = latest_decisions(session, viewer=viewer(), limit=PAGE + 1, after=position_in_address(), only=only)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    filters: dict[str, Any] = {"group": group.slug if group else None, "year": year}
    return render_template(
        "decisions/index.html",
        rows=_by_year(rows[:PAGE]),
        group=group,
        year=year,
        groups=deciding_groups(session, viewer=viewer()),
        years=deciding_years(session, viewer=viewer()),
        newer=url_for("decisions.index", **filters) if "after" in request.args else None,
        older=url_for("decisions.index", **filters, after=written(last.position)) if last else None,
    )


def narrowed() -> Narrowed:
    """Return what the address narrows the list to, and the condition for that."""
    group, year = _group_in_address(), _year_in_address()
    of_group = decisions_of_groups(group_and_descendants(db.session(), group.id)) if group else true()
    return Narrowed(group, year, and_(of_group, decisions_of_year(year) if year else true()))


def _group_in_address() -> Group | None:
    """Return the group to show alone, None when the address names none; answer 404 to one that there is not."""
    slug = request.args.get("group")
    if not slug:
        return None
    found = db.session.scalars(select(Group).where(Group.slug == slug, visible_groups(viewer()))).one_or_none()
    return found or abort(404)


def _year_in_address() -> int | None:
    typed = request.args.get("year")
    if not typed:
        return None
    return int(typed) if _YEAR.fullmatch(typed) else abort(404)


def _by_year(rows: list[DecisionRow]) -> list[tuple[int | None, list[DecisionRow]]]:
    """Return the decisions under their years, None for those without a date, as they come."""
    years = groupby(rows, key=lambda row: row.starts_on.year if row.starts_on else None)
    return [(year, list(found)) for year, found in years]


@page(blueprint, lv="/sanaksmes/<slug>/lemumi", en="/meetings/<slug>/decisions", access=Access.MANAGER, methods=FORM)
def work(slug: str) -> Response:
    """Show what a meeting decided to those who write it down, and add to it."""
    meeting, form = _meeting(slug), DecisionLinesForm()
    if form.is_accepted():
        texts = [in_language(line, reading_language()) for line in form.decisions.data or []]
        add_decisions(meeting, session=db.session(), texts=texts, is_public=bool(form.publish.data), today=today())
        return done(url_for(".work", slug=slug))
    return _decisions_page(meeting, form)


@page(
    blueprint,
    lv="/sanaksmes/<slug>/lemumi/<int:number>",
    en="/meetings/<slug>/decisions/<int:number>",
    access=Access.MANAGER,
    methods=FORM,
)
def change(slug: str, number: int) -> Response:
    """Let a manager change a decision at its place in the list."""
    session, meeting = db.session(), _meeting(slug)
    decision = _decision(meeting, number)
    form = DecisionForm(DecisionOnPaper(decision))
    form.offer(
        items=items_of(session, meeting.id),
        topics=topics_to_choose(session, meeting.groups, chosen=decision.topic_id),
        initiatives=initiatives_to_choose(session, meeting.groups, chosen=decision.initiative_id),
    )
    if form.is_accepted():
        with form.rules():
            is_public = bool(form.is_public.data)
            change_decision(
                decision, session=session, meeting=meeting, words=form.words, is_public=is_public, today=today()
            )
            return done(url_for(".work", slug=slug), gettext("The decision was saved."))
    return _decisions_page(meeting, form, open_item=number)


@page(
    blueprint,
    lv="/sanaksmes/<slug>/lemumi/<int:number>/dzest",
    en="/meetings/<slug>/decisions/<int:number>/remove",
    access=Access.MANAGER,
    methods=FORM,
)
def remove(slug: str, number: int) -> Response:
    """Let a manager delete a decision, after asking."""
    meeting, form = _meeting(slug), Button()
    decision = _decision(meeting, number)
    if form.is_accepted():
        erase_decision(decision, session=db.session())
        return done(url_for(".work", slug=slug), gettext("The decision was deleted."))
    return form_page("decisions/remove.html", form, meeting=meeting, decision=decision)


def _meeting(slug: str) -> Meeting:
    return changeable_meeting(db.session(), slug, viewer=viewer()) or abort(404)


def _decision(meeting: Meeting, number: int) -> Decision:
    found = decisions_at(db.session(), meeting.id)
    return next((decision for decision in found if decision.id == number), None) or abort(404)


def _decisions_page(meeting: Meeting, form: Form, open_item: int | None = None) -> Response:
    return form_page(
        "decisions/work.html",
        form,
        meeting=meeting,
        decisions=decisions_at(db.session(), meeting.id),
        open_item=open_item,
        adding=form if isinstance(form, DecisionLinesForm) else DecisionLinesForm(is_fresh=True),
    )

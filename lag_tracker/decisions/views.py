"""Pages of decisions."""

import re
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from sqlalchemy import and_, select, true

from lag_tracker.database import db
from lag_tracker.decisions.queries import (
    DecisionRow,
    deciding_groups,
    deciding_years,
    decisions_of_groups,
    decisions_of_year,
    latest_decisions,
)
from lag_tracker.groups.queries import group_and_descendants
from lag_tracker.models.group import Group
from lag_tracker.models.visibility import visible_groups
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.paging import PAGE, position_in_address, written
from lag_tracker.web.routes import page

blueprint = Blueprint("decisions", __name__)
# A year has one way of being written, so that a page has one address.
_YEAR = re.compile("[12][0-9]{3}")


@page(blueprint, lv="/lemumi", en="/decisions", access=Access.PUBLIC)
def index() -> str:
    """Show what was decided, the newest first."""
    session, group, year = db.session(), _group_in_address(), _year_in_address()
    of_group = decisions_of_groups(group_and_descendants(session, group.id)) if group else true()
    of_year = decisions_of_year(year) if year else true()
    rows = latest_decisions(
        session, viewer=viewer(), limit=PAGE + 1, after=position_in_address(), only=and_(of_group, of_year)
    )
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

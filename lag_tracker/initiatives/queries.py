"""Questions about lists of initiatives. A list costs one statement, however many initiatives it finds."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import STATES_WITH_REASON, Initiative, InitiativeState, InitiativeStateChange
from lag_tracker.models.theme import Theme
from lag_tracker.models.traits import Precision
from lag_tracker.models.visibility import Viewer, visible_initiatives


class InitiativeRow(NamedTuple):
    """An initiative as lists show it; the reason is given where the state wants one."""

    slug: str
    title: Bilingual
    state: InitiativeState
    group_name: Bilingual
    group_slug: str
    theme: Bilingual | None
    reason: Bilingual | None
    #: The day it came to its present state, no finer known than `precision`; None when the day is not known.
    changed_on: date | None
    precision: Precision
    is_sample: bool


def initiatives(
    session: Session, *, viewer: Viewer, only: ColumnElement[bool] | None = None, limit: int = 500
) -> list[InitiativeRow]:
    """Return the initiatives that `only` picks, in the order of the Latvian alphabet."""
    found = _listed(viewer).order_by(Initiative.title_sort, Initiative.id).limit(limit)
    rows = session.execute(found if only is None else found.where(only))
    return [_row(row) for row in rows]


def _listed(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    latest = (
        select(InitiativeStateChange.id)
        .where(InitiativeStateChange.initiative_id == Initiative.id)
        .order_by(InitiativeStateChange.position.desc(), InitiativeStateChange.id.desc())
        .limit(1)
        .correlate(Initiative)
        .scalar_subquery()
    )
    change = InitiativeStateChange
    return (
        select(
            Initiative.slug,
            Initiative.title_lv,
            Initiative.title_en,
            Initiative.state,
            Group.slug.label("group_slug"),
            Group.name_lv.label("group_lv"),
            Group.name_en.label("group_en"),
            Group.is_sample,
            Theme.name_lv.label("theme_lv"),
            Theme.name_en.label("theme_en"),
            change.reason_lv,
            change.reason_en,
            change.changed_on,
            change.date_precision,
        )
        .join(Group, Group.id == Initiative.group_id)
        .outerjoin(Theme, Theme.id == Initiative.theme_id)
        .outerjoin(change, and_(change.id == latest))
        .where(visible_initiatives(viewer))
    )


def _row(row: Any) -> InitiativeRow:
    reason = Bilingual(row.reason_lv, row.reason_en) if row.state in STATES_WITH_REASON else None
    return InitiativeRow(
        row.slug,
        Bilingual(row.title_lv, row.title_en),
        row.state,
        Bilingual(row.group_lv, row.group_en),
        row.group_slug,
        Bilingual(row.theme_lv, row.theme_en) or None,
        reason or None,
        row.changed_on,
        row.date_precision or Precision.UNKNOWN,
        row.is_sample,
    )

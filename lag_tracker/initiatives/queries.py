"""Questions about initiatives. A list costs one statement, however many initiatives it finds."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import (
    STATES_WITH_REASON,
    Initiative,
    InitiativeState,
    InitiativeStateChange,
    initiative_meeting,
)
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.theme import Theme
from lag_tracker.models.traits import Precision
from lag_tracker.models.visibility import (
    Viewer,
    visible_agenda_items,
    visible_decisions,
    visible_groups,
    visible_initiatives,
    visible_meetings,
    visible_topics,
)
from lag_tracker.topics.queries import Change


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


class Order(StrEnum):
    """What a list of initiatives can be sorted by."""

    TITLE = "title"
    CHANGED = "changed"
    GROUP = "group"


class Column(NamedTuple):
    """A state on the board, and the initiatives in it."""

    state: InitiativeState
    rows: Sequence[InitiativeRow]


_STATES = list(InitiativeState)
#: Whether lists show it: it was not put away, nor did it become part of another.
_goes_on = Initiative.archived_at.is_(None)


def initiatives(
    session: Session,
    *,
    viewer: Viewer,
    only: ColumnElement[bool] | None = None,
    order: Order = Order.TITLE,
    limit: int = 500,
) -> list[InitiativeRow]:
    """Return the initiatives that `only` picks: in the Latvian alphabet, by group, or the latest changed first."""
    change = InitiativeStateChange.changed_on
    first: dict[Order, Sequence[Any]] = {
        Order.TITLE: [],
        Order.CHANGED: [change.is_(None), change.desc()],
        Order.GROUP: [Group.name_sort, Group.id],
    }
    found = _listed(viewer).order_by(*first[order], Initiative.title_sort, Initiative.id).limit(limit)
    rows = session.execute(found if only is None else found.where(only))
    return [_row(row) for row in rows]


def as_board(rows: Sequence[InitiativeRow]) -> list[Column]:
    """Return the initiatives by state, in the order of an initiative's life; a state without any has no column."""

    def place(row: InitiativeRow) -> int:
        return _STATES.index(row.state)

    return [Column(_STATES[state], list(found)) for state, found in groupby(sorted(rows, key=place), key=place)]


def count_by_state(
    session: Session, *, viewer: Viewer, only: ColumnElement[bool] | None = None
) -> dict[InitiativeState, int]:
    """Return how many initiatives there are in each state that has any, in the order of an initiative's life."""
    found = (
        select(Initiative.state, func.count().label("number"))
        .where(visible_initiatives(viewer), _goes_on)
        .group_by(Initiative.state)
    )
    counts = {row.state: row.number for row in session.execute(found if only is None else found.where(only))}
    return {state: counts[state] for state in _STATES if state in counts}


def proposing_groups(session: Session, *, viewer: Viewer) -> Sequence[Group]:
    """Return the groups that have initiatives, in the Latvian alphabet."""
    having = select(Initiative.group_id).where(_goes_on)
    found = select(Group).where(Group.id.in_(having), visible_groups(viewer))
    return session.scalars(found.order_by(Group.name_sort, Group.id)).all()


def proposed_themes(session: Session, *, viewer: Viewer) -> Sequence[Theme]:
    """Return the themes that initiatives have, in the Latvian alphabet."""
    used = select(Initiative.theme_id).where(visible_initiatives(viewer), _goes_on)
    return session.scalars(select(Theme).where(Theme.id.in_(used)).order_by(Theme.name_sort, Theme.id)).all()


def find_initiative(session: Session, slug: str, *, viewer: Viewer) -> Initiative | None:
    """Return the initiative at this address with its group, theme, topic and steps, if `viewer` may see it."""
    return session.scalars(
        select(Initiative)
        .where(Initiative.slug == slug, visible_initiatives(viewer))
        .options(
            joinedload(Initiative.group).joinedload(Group.municipality),
            joinedload(Initiative.theme),
            joinedload(Initiative.proposer),
            joinedload(Initiative.merged_into),
            joinedload(Initiative.split_from),
            # A topic may belong to another group than the initiative, and that group may be hidden.
            selectinload(Initiative.topic.and_(visible_topics(viewer))),
        )
    ).one_or_none()


def changes_of(session: Session, *, viewer: Viewer, only: ColumnElement[bool]) -> list[Change]:
    """Return the steps of the initiatives that `only` picks, in their order, with the meetings that may be shown."""
    change = InitiativeStateChange
    found = session.execute(
        select(
            change,
            Meeting.slug,
            Initiative.slug,
            Initiative.title_lv,
            Initiative.title_en,
            Initiative.merged_into_id,
            Initiative.split_from_id,
        )
        .join(Initiative, Initiative.id == change.initiative_id)
        .outerjoin(Meeting, and_(Meeting.id == change.meeting_id, visible_meetings(viewer)))
        .where(only, visible_initiatives(viewer))
        .order_by(change.initiative_id, change.position, change.id)
    )
    return [
        Change(
            one.state,
            one.reason,
            one.changed_on,
            one.date_precision,
            one.date_certainty,
            meeting,
            Bilingual(lv, en),
            slug,
            merged_into_id,
            split_from_id,
        )
        for one, meeting, slug, lv, en, merged_into_id, split_from_id in found
    ]


class Story(NamedTuple):
    """The changes of an initiative and of those that became part of it, and its kin."""

    #: Of the initiative itself and of those that became part of it.
    changes: Sequence[Change]
    #: The last of its own, None when it has no history.
    latest: Change | None
    #: Slug -> title of the initiatives that became part of it.
    merged: dict[str, Bilingual]
    #: Slug -> title of the initiatives that were split off from it and go on by themselves.
    split_off: dict[str, Bilingual]


def story_of(session: Session, initiative: Initiative, *, viewer: Viewer) -> Story:
    """Return what became of an initiative, in one statement."""
    number = initiative.id
    kin = or_(Initiative.id == number, Initiative.merged_into_id == number, Initiative.split_from_id == number)
    found = changes_of(session, viewer=viewer, only=kin)
    own = [change for change in found if change.slug == initiative.slug]
    merged = [change for change in found if change.merged_into_id == number]
    split_off = [change for change in found if change.split_from_id == number and change.merged_into_id is None]
    return Story(
        [change for change in found if change in own or change in merged],
        own[-1] if own else None,
        {change.slug: change.title for change in merged},
        {change.slug: change.title for change in split_off},
    )


def meetings_about_initiative(initiative_id: int, *, viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition that a meeting discussed an initiative, decided on it, or changed its state."""
    items = select(AgendaItem.meeting_id).where(AgendaItem.initiative_id == initiative_id, visible_agenda_items(viewer))
    decided = select(Decision.meeting_id).where(Decision.initiative_id == initiative_id, visible_decisions(viewer))
    discussed = select(initiative_meeting.c.meeting_id).where(initiative_meeting.c.initiative_id == initiative_id)
    changed = select(InitiativeStateChange.meeting_id).where(InitiativeStateChange.initiative_id == initiative_id)
    return or_(*(Meeting.id.in_(meetings) for meetings in (items, decided, discussed, changed)))


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
        .where(visible_initiatives(viewer), _goes_on)
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

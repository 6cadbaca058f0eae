"""Questions about which pages there are. A part is a range of row numbers: none costs more than the first."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, func, null, select, text, true
from sqlalchemy.orm import Session

from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network
from lag_tracker.models.topic import Topic
from lag_tracker.models.visibility import Viewer, visible_groups, visible_initiatives, visible_meetings, visible_topics

#: Records of one part: each has an address in two languages, so a part has 20,000 of them at most.
PART = 10_000


class Sort(NamedTuple):
    """A sort of records that have pages of their own."""

    model: Any
    endpoint: str
    visible: Callable[[Viewer], ColumnElement[bool]]
    changed_at: Any


def _everyone(viewer: Viewer) -> ColumnElement[bool]:
    del viewer
    return true()


SORTS = {
    "groups": Sort(Group, "groups.show", visible_groups, null()),
    "networks": Sort(Network, "networks.show", _everyone, null()),
    "municipalities": Sort(Municipality, "municipalities.show", _everyone, null()),
    "meetings": Sort(Meeting, "meetings.show", visible_meetings, Meeting.changed_at),
    "topics": Sort(Topic, "topics.show", visible_topics, Topic.changed_at),
    "initiatives": Sort(Initiative, "initiatives.show", visible_initiatives, Initiative.changed_at),
}


def highest_numbers(session: Session) -> dict[str, int]:
    """Return the highest row number of each sort, 0 where there are none: one statement, read from the keys."""
    highest = [select(func.max(sort.model.id)).scalar_subquery() for sort in SORTS.values()]
    numbers = session.execute(select(*highest)).one()
    return {name: number or 0 for name, number in zip(SORTS, numbers, strict=True)}


def addressed(session: Session, name: str, *, viewer: Viewer, part: int) -> Sequence[Row[Any]]:
    """Return the slugs of one part of a sort, counted from 1, and when each record last changed if that is known."""
    sort = SORTS[name]
    found = select(sort.model.slug, sort.changed_at.label("changed_at")).where(
        sort.model.id > (part - 1) * PART, sort.model.id <= part * PART, sort.visible(viewer)
    )
    return session.execute(found.order_by(sort.model.id)).all()


def ask_database(session: Session) -> None:
    """Ask the database for the schema's revision; raise what SQLAlchemy raises where it does not answer."""
    session.execute(text("SELECT version_num FROM alembic_version")).one()

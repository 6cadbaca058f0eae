"""Questions about milestones. Each costs one statement."""

from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Row, Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group
from lag_tracker.models.milestone import Milestone, MilestoneKind
from lag_tracker.models.network import Network
from lag_tracker.models.traits import Certainty, Precision
from lag_tracker.models.visibility import Viewer, visible_milestones

#: There are a handful a year; this keeps a page whole when somebody loads thousands.
MOST = 200


class MilestoneRow(NamedTuple):
    """A milestone as lists show it."""

    id: int
    title: Bilingual
    kind: MilestoneKind
    starts_on: date
    ends_on: date | None
    precision: Precision
    certainty: Certainty
    applies_to: Bilingual
    #: Slug and name of the network or group whose milestone it is; the other is None.
    network: tuple[str, str] | None
    group: tuple[str, Bilingual] | None
    is_sample: bool

    @property
    def last_day(self) -> date:
        """The last day, itself included."""
        return self.ends_on or self.starts_on


def milestones_between(
    session: Session,
    *,
    viewer: Viewer,
    first: date | None = None,
    last: date | None = None,
    only: ColumnElement[bool] | None = None,
) -> list[MilestoneRow]:
    """Return the milestones on any day from `first` to `last`, in order; None leaves that side open."""
    first = first or date.min
    last = last or date.max
    found = _between(viewer)
    # The connection's own rows, as for meetings: every page of the calendar asks, and mostly there are none.
    rows = (
        session.connection().execute(found if only is None else found.where(only), {"first": first, "last": last}).all()
    )
    return [_row(row) for row in rows]


def milestones_of(
    session: Session, *, group_id: int | None = None, network_id: int | None = None, archived: bool = False
) -> list[Milestone]:
    """Return the deadlines and phases of a group or a network, in order, those without a date at the end.

    Either those that count, or those that were put away.
    """
    owner = Milestone.group_id == group_id if group_id else Milestone.network_id == network_id
    wanted = Milestone.archived_at.is_not(None) if archived else Milestone.archived_at.is_(None)
    return list(
        session.scalars(
            select(Milestone)
            .where(owner, wanted)
            .order_by(Milestone.starts_on.is_(None), Milestone.starts_on, Milestone.id)
            .limit(MOST)
        )
    )


def changeable_milestone(session: Session, number: int, *, viewer: Viewer) -> Milestone | None:
    """Return the milestone of this number with its owner, if `viewer` may change it: networks' only administrators."""
    found = session.scalars(
        select(Milestone)
        .where(Milestone.id == number)
        .options(joinedload(Milestone.group), joinedload(Milestone.network))
    ).one_or_none()
    if found is None or not (viewer.is_administrator or (found.group_id and viewer.may_manage([found.group_id]))):
        return None
    return found


_COLUMNS = (
    Milestone.id, Milestone.title_lv, Milestone.title_en, Milestone.kind, Milestone.starts_on, Milestone.ends_on,
    Milestone.date_precision, Milestone.date_certainty, Milestone.applies_to_lv, Milestone.applies_to_en,
    Network.slug.label("network_slug"), Network.name.label("network"),
    Group.slug.label("group_slug"), Group.name_lv, Group.name_en, Group.is_sample,
)  # fmt: skip


@lru_cache(maxsize=200)
def _between(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """Return the statement for milestones on any day between two, built once for each kind of viewer."""
    return (
        select(*_COLUMNS)
        .outerjoin(Network, Network.id == Milestone.network_id)
        .outerjoin(Group, Group.id == Milestone.group_id)
        .where(
            visible_milestones(viewer),
            Milestone.starts_on <= bindparam("last", type_=Date),
            func.coalesce(Milestone.ends_on, Milestone.starts_on) >= bindparam("first", type_=Date),
        )
        .order_by(Milestone.starts_on, Milestone.id)
        .limit(MOST)
    )


def _row(row: Row[*tuple[Any, ...]]) -> MilestoneRow:
    return MilestoneRow(
        row.id,
        Bilingual(row.title_lv, row.title_en),
        row.kind,
        row.starts_on,
        row.ends_on if row.kind is MilestoneKind.PHASE else None,
        row.date_precision,
        row.date_certainty,
        Bilingual(row.applies_to_lv, row.applies_to_en),
        (row.network_slug, row.network) if row.network_slug else None,
        (row.group_slug, Bilingual(row.name_lv, row.name_en)) if row.group_slug else None,
        bool(row.is_sample),
    )

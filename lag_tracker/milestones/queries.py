"""Questions about milestones. Each costs one statement."""

from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Select, bindparam, func, select
from sqlalchemy.orm import Session

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
    rows = session.execute(found if only is None else found.where(only), {"first": first, "last": last})
    return [_row(milestone, *owner) for milestone, *owner in rows]


@cache
def _between(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """Return the statement for milestones on any day between two, built once."""
    return (
        select(Milestone, Network.slug, Network.name, Group.is_sample, Group.slug, Group.name_lv, Group.name_en)
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


def _row(milestone: Milestone, *owner: Any) -> MilestoneRow:
    network_slug, network, is_sample, group_slug, *group = owner
    return MilestoneRow(
        milestone.id,
        milestone.title,
        milestone.kind,
        milestone.starts_on or date.max,
        milestone.ends_on if milestone.kind is MilestoneKind.PHASE else None,
        milestone.date_precision,
        milestone.date_certainty,
        milestone.applies_to,
        (network_slug, network) if network_slug else None,
        (group_slug, Bilingual(*group)) if group_slug else None,
        bool(is_sample),
    )

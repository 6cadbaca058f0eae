"""A meeting as lists show it, and how it is read: one statement for a whole list, its groups and networks included."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Select, String, cast, func, select
from sqlalchemy.orm import Session

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind, MeetingState, Mode, meeting_network
from lag_tracker.models.traits import Certainty, Precision
from lag_tracker.models.visibility import Viewer
from lag_tracker.names.queries import GroupName, Names, all_names

Listed: TypeAlias = Select[*tuple[Any, ...]]

#: Numbers of the groups, each with its place before it, so that they can be brought into order; and of the networks.
_GROUPS = (
    select(
        func.aggregate_strings(
            func.substr(cast(MeetingGroup.position + 1000, String), 2) + ":" + cast(MeetingGroup.group_id, String), ","
        )
    )
    .where(MeetingGroup.meeting_id == Meeting.id)
    .correlate(Meeting)
    .scalar_subquery()
)
_NETWORKS = (
    select(func.aggregate_strings(cast(meeting_network.c.network_id, String), ","))
    .where(meeting_network.c.meeting_id == Meeting.id)
    .correlate(Meeting)
    .scalar_subquery()
)
COLUMNS = (
    Meeting.id, Meeting.slug, Meeting.title_lv, Meeting.title_en, Meeting.kind, Meeting.ordinal,
    Meeting.starts_on, Meeting.ends_on, Meeting.date_precision, Meeting.date_certainty,
    Meeting.starts_at_time, Meeting.ends_at_time, Meeting.mode, Meeting.place_lv, Meeting.place_en, Meeting.state,
    _GROUPS, _NETWORKS,
)  # fmt: skip


class MeetingRow(NamedTuple):
    """A meeting as lists show it."""

    id: int
    slug: str
    title: Bilingual
    kind: MeetingKind
    ordinal: int | None
    starts_on: date | None
    ends_on: date | None
    precision: Precision
    certainty: Certainty
    starts_at_time: time | None
    ends_at_time: time | None
    mode: Mode | None
    place: Bilingual
    state: MeetingState
    groups: Sequence[GroupName]
    networks: Sequence[str]


def read_rows(
    session: Session, viewer: Viewer, found: Listed, values: dict[str, Any] | None = None
) -> list[MeetingRow]:
    """Return the meetings that a statement over COLUMNS finds, with the names that `viewer` may see."""
    names = all_names(session, viewer=viewer)
    # The connection's own rows: the session's would be made for objects, at twice the price.
    return [_row(row, names) for row in session.connection().execute(found, values).all()]


def _row(row: Any, names: Names) -> MeetingRow:
    number, slug, title_lv, title_en, *middle, place_lv, place_en, state, groups, networks = row
    held_by = [int(part.partition(":")[2]) for part in sorted(groups.split(","))] if groups else ()
    part_of = [names.networks[int(part)] for part in networks.split(",")] if networks else ()
    return MeetingRow._make(
        (
            number,
            slug,
            Bilingual(title_lv, title_en),
            *middle,
            Bilingual(place_lv, place_en),
            state,
            tuple(names.groups[one] for one in held_by if one in names.groups),
            tuple(name for _, name in sorted(part_of)),
        )
    )


def by_time(rows: Sequence[MeetingRow]) -> list[MeetingRow]:
    """Return the soonest first, within a day by time; lists are read by day and number, which pages can be cut at."""
    return sorted(rows, key=lambda row: (row.starts_on or date.max, row.starts_at_time or time.min))

"""A meeting as lists show it, in which order, and how it is read: a whole list, names included, in one statement."""

from datetime import date, time
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import BigInteger, Boolean, Date, Select, String, Time, bindparam, cast, func, select, tuple_
from sqlalchemy.orm import Session

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind, MeetingState, Mode, meeting_network
from lag_tracker.models.traits import Certainty, Position, Precision
from lag_tracker.models.visibility import Viewer
from lag_tracker.names.queries import GroupName, Names, all_names

#: Sets of groups and of networks that are kept together with their names: the same few meet again and again.
MOST_KEPT = 2_000

Listed: TypeAlias = Select[*tuple[Any, ...]]
#: The groups that hold a meeting, the leading one first; and names of its networks, where no group holds it.
Holders: TypeAlias = tuple[tuple[GroupName, ...], tuple[str, ...]]

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
#: Numbers of the groups, each with its place before it, so that they can be brought into order: "001:7,002:3". Of a
#: meeting that no group holds, those of its networks: "4,9".
_HOLDERS = func.coalesce(_GROUPS, _NETWORKS)
COLUMNS = (
    Meeting.id, Meeting.slug, Meeting.title_lv, Meeting.title_en, Meeting.kind, Meeting.ordinal,
    Meeting.starts_on, Meeting.ends_on, Meeting.date_precision, Meeting.date_certainty,
    Meeting.starts_at_time, Meeting.ends_at_time, Meeting.mode, Meeting.place_lv, Meeting.place_en, Meeting.state,
    _HOLDERS,
)  # fmt: skip


# Lists go by day, within a day by time, those without a time first, and then by number. The index on these columns has
# the same order in SQLite; PostgreSQL, whose index has missing times last, sorts the meetings of each day as it goes.
FORWARDS = (Meeting.starts_on, Meeting.starts_at_time.nulls_first(), Meeting.id)
BACKWARDS = (Meeting.starts_on.desc(), Meeting.starts_at_time.desc().nulls_last(), Meeting.id.desc())
# The same order to compare by. No index knows it: it tells apart the meetings of the day at which the walk goes on.
PLACE = tuple_(
    Meeting.starts_on,
    Meeting.starts_at_time.is_not(None),
    func.coalesce(Meeting.starts_at_time, time.min),
    Meeting.id,
)
AFTER = tuple_(
    bindparam("after_day", type_=Date),
    bindparam("after_is_timed", type_=Boolean),
    bindparam("after_at", type_=Time),
    bindparam("after_id", type_=BigInteger),
)


class MeetingRow(NamedTuple):
    """A meeting as lists show it: the columns as they are read, and names instead of the numbers at their end."""

    id: int
    slug: str
    title_lv: str | None
    title_en: str | None
    kind: MeetingKind
    ordinal: int | None
    starts_on: date | None
    ends_on: date | None
    precision: Precision
    certainty: Certainty
    starts_at_time: time | None
    ends_at_time: time | None
    mode: Mode | None
    place_lv: str | None
    place_en: str | None
    state: MeetingState
    #: The leading one first.
    groups: tuple[GroupName, ...]
    #: Names of its networks, where no group holds it.
    networks: tuple[str, ...]

    @property
    def title(self) -> Bilingual:
        """The title in both languages."""
        return Bilingual(self.title_lv, self.title_en)

    @property
    def position(self) -> Position:
        """Its place in lists."""
        return Position(self.starts_on or date.min, self.id, self.starts_at_time)


def read_rows(
    session: Session, viewer: Viewer, found: Listed, values: dict[str, Any] | None = None
) -> list[MeetingRow]:
    """Return the meetings that a statement over COLUMNS finds, with the names that `viewer` may see."""
    names = all_names(session, viewer=viewer)
    # The connection's own rows: the session's would be made for objects, at twice the price.
    rows = session.connection().execute(found, values).all()
    return [MeetingRow._make(row[:-1] + _holders(names, row[-1])) for row in rows]


def _holders(names: Names, numbers: str | None) -> Holders:
    """Return the groups, and the networks where there are no groups, that the numbers of one row stand for."""
    found: Holders | None = names.together.get(numbers)
    if found is None:
        if len(names.together) >= MOST_KEPT:
            names.together.clear()
        found = names.together[numbers] = _read_holders(names, numbers)
    return found


def _read_holders(names: Names, numbers: str | None) -> Holders:
    if not numbers:
        return (), ()
    if ":" in numbers:
        in_order = [int(part.partition(":")[2]) for part in sorted(numbers.split(","))]
        return tuple(names.groups[number] for number in in_order if number in names.groups), ()
    return (), tuple(name for _, name in sorted(names.networks[int(part)] for part in numbers.split(",")))


def place_of(position: Position) -> dict[str, Any]:
    """Return the values of AFTER for the meeting at a position."""
    return {
        "after_day": position.day,
        "after_is_timed": position.at is not None,
        "after_at": position.at or time.min,
        "after_id": position.id,
    }

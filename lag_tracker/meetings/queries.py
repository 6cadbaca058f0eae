"""Questions about lists of meetings. Each costs one statement, however many meetings it finds.

The two lists that everybody looks at are built once, with places for their values: building a statement takes about as
long as running it.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    extract,
    func,
    not_,
    or_,
    select,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import Session, joinedload, selectinload

from lag_tracker.meetings.rows import (
    AFTER,
    BACKWARDS,
    COLUMNS,
    FORWARDS,
    PLACE,
    Listed,
    MeetingRow,
    place_of,
    read_rows,
)  # fmt: skip
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingGroup, meeting_network
from lag_tracker.models.traits import Position, Precision
from lag_tracker.models.visibility import (
    Viewer,
    listed_meetings,
    visible_initiatives,
    visible_links,
    visible_meetings,
)

# For each kind of viewer.
_built_once = lru_cache(maxsize=200)


def upcoming_meetings(
    session: Session,
    *,
    viewer: Viewer,
    today: date,
    limit: int,
    after: Position | None = None,
    only: ColumnElement[bool] | None = None,
) -> list[MeetingRow]:
    """Return the meetings from `today` on, the soonest first.

    One of several days is listed until its last, one of which only the month or year is known until that is over.
    """
    continued = after is not None
    found = _upcoming(viewer, continued) if only is None else _upcoming_of(viewer, continued, only)
    reached = max(today, after.day) if after else today
    return read_rows(session, viewer, found, _values(today, limit, after, reached))


def past_meetings(
    session: Session,
    *,
    viewer: Viewer,
    today: date,
    limit: int,
    after: Position | None = None,
    only: ColumnElement[bool] | None = None,
) -> list[MeetingRow]:
    """Return the meetings before `today`, the latest first."""
    found = _past(viewer, after is not None)
    yesterday = today - timedelta(days=1)
    reached = min(yesterday, after.day) if after else yesterday
    return read_rows(
        session, viewer, found if only is None else found.where(only), _values(today, limit, after, reached)
    )


def _values(today: date, limit: int, after: Position | None, reached: date) -> dict[str, Any]:
    """Return the values of a list's statement; `reached` is the day from which the walk goes on.

    Without that day a database may begin at today and pass by all that was on the pages before.
    """
    values = {
        "today": today,
        "reached": reached,
        "month": today.replace(day=1),
        "year": date(today.year, 1, 1),
        "limit": limit,
    }
    return values | (place_of(after) if after else {})


_TODAY, _REACHED, _MONTH, _YEAR, _LIMIT = (
    bindparam("today", type_=Date),
    bindparam("reached", type_=Date),
    bindparam("month", type_=Date),
    bindparam("year", type_=Date),
    bindparam("limit", type_=Integer),
)


def _upcoming_of(viewer: Viewer, continued: bool, only: ColumnElement[bool] | None) -> Listed:  # noqa: FBT001 -- as below
    conditions = [listed_meetings(viewer)]
    if only is not None:
        conditions.append(only)
    if continued:
        conditions.append(PLACE > AFTER)
    few = (_under_way(_TODAY), _this_month_or_year())
    wanted = _soonest(Meeting.starts_on >= _REACHED, few, conditions=conditions, limit=_LIMIT)
    found = select(*COLUMNS).where(Meeting.id.in_(wanted))
    return found.order_by(*FORWARDS).limit(_LIMIT)


@_built_once
def _upcoming(viewer: Viewer, continued: bool) -> Listed:  # noqa: FBT001 -- kept by position
    return _upcoming_of(viewer, continued, None)


@_built_once
def _past(viewer: Viewer, continued: bool) -> Listed:  # noqa: FBT001 -- kept by position
    over = and_(Meeting.starts_on <= _REACHED, or_(Meeting.ends_on.is_(None), Meeting.ends_on < _TODAY))
    found = _listed(viewer, None).where(over, not_(_this_month_or_year()))
    if continued:
        found = found.where(PLACE < AFTER)
    return found.order_by(*BACKWARDS).limit(_LIMIT)


def meetings_between(
    session: Session, *, viewer: Viewer, first: date, last: date, limit: int, only: ColumnElement[bool] | None = None
) -> list[MeetingRow]:
    """Return the meetings on any day from `first` to `last`, in order."""
    conditions = [listed_meetings(viewer)] if only is None else [listed_meetings(viewer), only]
    within = Meeting.starts_on.between(first, last)
    wanted = _soonest(within, (_under_way(first),), conditions=conditions, limit=limit)
    found = select(*COLUMNS).where(Meeting.id.in_(wanted))
    return read_rows(session, viewer, found.order_by(*FORWARDS).limit(limit))


def _under_way(day: Any) -> ColumnElement[bool]:
    """Return the condition that a meeting of several days began before `day` and is not over by then."""
    return and_(Meeting.starts_on < day, Meeting.ends_on >= day)


def _this_month_or_year() -> ColumnElement[bool]:
    """Return the condition that no more is known than today's month or year, so that the meeting may be to come."""
    of_month = and_(Meeting.date_precision == Precision.MONTH, Meeting.starts_on == _MONTH)
    of_year = and_(Meeting.date_precision == Precision.YEAR, Meeting.starts_on == _YEAR)
    return and_(Meeting.starts_on.in_((_MONTH, _YEAR)), or_(of_month, of_year))


def _soonest(
    walked: ColumnElement[bool],
    few: Sequence[ColumnElement[bool]],
    *,
    conditions: Sequence[ColumnElement[bool]],
    limit: Any,
) -> Any:
    """Return the ids of the first `limit` that are `walked`, and of all the `few`.

    Each has an index of its own to go by; asked for in one breath, they would cost a walk through the whole past. The
    few are not sorted here, because for the sake of the order SQLite would take that walk all the same.
    """
    along = select(Meeting.id).where(walked, *conditions).order_by(*FORWARDS).limit(limit).subquery()
    beside = [select(Meeting.id).where(kind, *conditions) for kind in few]
    return union_all(select(along.c.id), *beside)


class YearOfMeetings(NamedTuple):
    """The meetings of a year by month, 1 to 12; under 0 those of which only the year is known."""

    #: How many there are.
    counts: dict[int, int]
    #: The first few of them.
    first: dict[int, list[MeetingRow]]


def meetings_of_year(
    session: Session, *, viewer: Viewer, year: int, each: int, only: ColumnElement[bool] | None = None
) -> YearOfMeetings:
    """Return the meetings that begin in `year`: how many in each month, and the first `each`. Four statements."""
    month = case((Meeting.date_precision == Precision.YEAR, 0), else_=extract("month", Meeting.starts_on))
    of_year = Meeting.starts_on.between(date(year, 1, 1), date(year, 12, 31))
    place = func.row_number().over(partition_by=month, order_by=FORWARDS)
    ranked = select(Meeting.id, place.label("place")).where(listed_meetings(viewer), of_year)
    counted = select(month, func.count()).where(listed_meetings(viewer), of_year).group_by(month)
    if only is not None:
        ranked, counted = ranked.where(only), counted.where(only)
    ranks = ranked.subquery()
    chosen = select(*COLUMNS).where(Meeting.id.in_(select(ranks.c.id).where(ranks.c.place <= each)))
    found: dict[int, list[MeetingRow]] = {}
    for row in read_rows(session, viewer, chosen.order_by(*FORWARDS)):
        known = row.starts_on and row.precision is not Precision.YEAR
        found.setdefault(row.starts_on.month if known and row.starts_on else 0, []).append(row)
    return YearOfMeetings({int(number): count for number, count in session.execute(counted)}, found)


def undated_meetings(
    session: Session, *, viewer: Viewer, limit: int, only: ColumnElement[bool] | None = None
) -> list[MeetingRow]:
    """Return the meetings whose date is not known, in the order they were recorded."""
    found = _listed(viewer, only).where(Meeting.starts_on.is_(None))
    return read_rows(session, viewer, found.order_by(Meeting.id).limit(limit))


def chosen_meetings(
    session: Session, *, viewer: Viewer, only: ColumnElement[bool], limit: int = 500
) -> list[MeetingRow]:
    """Return the meetings that `only` picks, the oldest first, those without a date at the end."""
    found = _listed(viewer, only).order_by(Meeting.starts_on.is_(None), *FORWARDS)
    return read_rows(session, viewer, found.limit(limit))


def of_groups(group_ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a meeting is held by one of these groups."""
    return Meeting.id.in_(meetings_of_groups(group_ids))


def meetings_of_groups(group_ids: Sequence[int]) -> Select[int]:
    """Return the ids of the meetings that one of these groups holds, to be asked for within another question."""
    return select(MeetingGroup.meeting_id).where(MeetingGroup.group_id.in_(group_ids))


def of_networks(network_ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a meeting belongs to one of these networks."""
    return Meeting.id.in_(select(meeting_network.c.meeting_id).where(meeting_network.c.network_id.in_(network_ids)))


def _listed(viewer: Viewer, only: ColumnElement[bool] | None) -> Listed:
    found = select(*COLUMNS).where(listed_meetings(viewer))
    return found if only is None else found.where(only)


def find_meeting(session: Session, slug: str, *, viewer: Viewer) -> Meeting | None:
    """Return the meeting at this address, with all that its page names from other tables, if `viewer` may see it."""
    return session.scalars(whole_meetings(viewer).where(Meeting.slug == slug)).one_or_none()


def whole_meetings(viewer: Viewer) -> Select[Meeting]:
    """Return the statement for the meetings that `viewer` may see, with all that they name from other tables."""
    return (
        select(Meeting)
        .where(visible_meetings(viewer))
        .options(
            joinedload(Meeting.organiser),
            selectinload(Meeting.meeting_groups).joinedload(MeetingGroup.group).joinedload(Group.municipality),
            selectinload(Meeting.networks),
            selectinload(Meeting.links.and_(visible_links(viewer))),
            selectinload(Meeting.initiatives.and_(visible_initiatives(viewer))),
        )
    )


class Neighbours(NamedTuple):
    """The meetings of the same group or network just before and just after one."""

    previous: MeetingRow | None
    next: MeetingRow | None


def neighbours_of(session: Session, meeting: Meeting, *, viewer: Viewer) -> Neighbours:
    """Return the meetings before and after `meeting` of its leading group, or of its first network without one."""
    if meeting.meeting_groups:
        same = of_groups([meeting.meeting_groups[0].group_id])
    elif meeting.networks:
        same = of_networks([meeting.networks[0].id])
    else:
        return Neighbours(None, None)
    if meeting.starts_on is None:
        return Neighbours(None, None)
    series, here = _listed(viewer, same), place_of(Position(meeting.starts_on, meeting.id, meeting.starts_at_time))
    before = read_rows(session, viewer, series.where(PLACE < AFTER).order_by(*BACKWARDS).limit(1), here)
    after = read_rows(session, viewer, series.where(PLACE > AFTER).order_by(*FORWARDS).limit(1), here)
    return Neighbours(before[0] if before else None, after[0] if after else None)

"""Questions about lists of meetings. Each costs three statements, however many meetings it finds."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, case, extract, func, not_, or_, select, tuple_, union_all
from sqlalchemy.orm import Session, joinedload, selectinload

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind, MeetingState, Mode, meeting_network
from lag_tracker.models.network import Network
from lag_tracker.models.traits import Certainty, Precision
from lag_tracker.models.visibility import Viewer, visible_groups, visible_initiatives, visible_links, visible_meetings


class GroupName(NamedTuple):
    """A group as lists name it."""

    slug: str
    name: Bilingual
    is_sample: bool


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


class Position(NamedTuple):
    """A place in the chronological list: the row of this day and number."""

    day: date
    id: int


Listed: TypeAlias = Select[*tuple[Any, ...]]

_COLUMNS = (
    Meeting.id, Meeting.slug, Meeting.title_lv, Meeting.title_en, Meeting.kind, Meeting.ordinal,
    Meeting.starts_on, Meeting.ends_on, Meeting.date_precision, Meeting.date_certainty,
    Meeting.starts_at_time, Meeting.ends_at_time, Meeting.mode, Meeting.place_lv, Meeting.place_en, Meeting.state,
)  # fmt: skip


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
    conditions = [visible_meetings(viewer)]
    if only is not None:
        conditions.append(only)
    if after:
        conditions.append(tuple_(Meeting.starts_on, Meeting.id) > tuple_(after.day, after.id))
    few = (_under_way(today), _this_month_or_year(today))
    wanted = _soonest(Meeting.starts_on >= today, few, conditions=conditions, limit=limit)
    found = select(*_COLUMNS).where(Meeting.id.in_(wanted))
    return _rows(session, viewer, found.order_by(Meeting.starts_on, Meeting.id).limit(limit))


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
    over = and_(Meeting.starts_on < today, or_(Meeting.ends_on.is_(None), Meeting.ends_on < today))
    found = _listed(viewer, only).where(over, not_(_this_month_or_year(today)))
    if after:
        found = found.where(tuple_(Meeting.starts_on, Meeting.id) < tuple_(after.day, after.id))
    return _rows(session, viewer, found.order_by(Meeting.starts_on.desc(), Meeting.id.desc()).limit(limit))


def meetings_between(
    session: Session, *, viewer: Viewer, first: date, last: date, limit: int, only: ColumnElement[bool] | None = None
) -> list[MeetingRow]:
    """Return the meetings on any day from `first` to `last`, in order."""
    conditions = [visible_meetings(viewer)] if only is None else [visible_meetings(viewer), only]
    within = Meeting.starts_on.between(first, last)
    wanted = _soonest(within, (_under_way(first),), conditions=conditions, limit=limit)
    found = select(*_COLUMNS).where(Meeting.id.in_(wanted))
    return _rows(session, viewer, found.order_by(Meeting.starts_on, Meeting.starts_at_time, Meeting.id).limit(limit))


def _under_way(day: date) -> ColumnElement[bool]:
    """Return the condition that a meeting of several days began before `day` and is not over by then."""
    return and_(Meeting.starts_on < day, Meeting.ends_on >= day)


def _this_month_or_year(day: date) -> ColumnElement[bool]:
    """Return the condition that no more is known than the month or year that `day` is in, so that it may be to come."""
    month, year = day.replace(day=1), date(day.year, 1, 1)
    of_month = and_(Meeting.date_precision == Precision.MONTH, Meeting.starts_on == month)
    of_year = and_(Meeting.date_precision == Precision.YEAR, Meeting.starts_on == year)
    return and_(Meeting.starts_on.in_((month, year)), or_(of_month, of_year))


def _soonest(
    walked: ColumnElement[bool],
    few: Sequence[ColumnElement[bool]],
    *,
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
) -> Any:
    """Return the ids of the first `limit` that are `walked`, and of all the `few`.

    Each has an index of its own to go by; asked for in one breath, they would cost a walk through the whole past. The
    few are not sorted here, because for the sake of the order SQLite would take that walk all the same.
    """
    along = (
        select(Meeting.id).where(walked, *conditions).order_by(Meeting.starts_on, Meeting.id).limit(limit).subquery()
    )
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
    place = func.row_number().over(partition_by=month, order_by=(Meeting.starts_on, Meeting.id))
    ranked = select(Meeting.id, place.label("place")).where(visible_meetings(viewer), of_year)
    counted = select(month, func.count()).where(visible_meetings(viewer), of_year).group_by(month)
    if only is not None:
        ranked, counted = ranked.where(only), counted.where(only)
    ranks = ranked.subquery()
    chosen = select(*_COLUMNS).where(Meeting.id.in_(select(ranks.c.id).where(ranks.c.place <= each)))
    found: dict[int, list[MeetingRow]] = {}
    for row in _rows(session, viewer, chosen.order_by(Meeting.starts_on, Meeting.id)):
        known = row.starts_on and row.precision is not Precision.YEAR
        found.setdefault(row.starts_on.month if known and row.starts_on else 0, []).append(row)
    return YearOfMeetings({int(number): count for number, count in session.execute(counted)}, found)


def undated_meetings(
    session: Session, *, viewer: Viewer, limit: int, only: ColumnElement[bool] | None = None
) -> list[MeetingRow]:
    """Return the meetings whose date is not known, in the order they were recorded."""
    found = _listed(viewer, only).where(Meeting.starts_on.is_(None))
    return _rows(session, viewer, found.order_by(Meeting.id).limit(limit))


def chosen_meetings(
    session: Session, *, viewer: Viewer, only: ColumnElement[bool], limit: int = 500
) -> list[MeetingRow]:
    """Return the meetings that `only` picks, the oldest first, those without a date at the end."""
    found = _listed(viewer, only).order_by(Meeting.starts_on.is_(None), Meeting.starts_on, Meeting.id)
    return _rows(session, viewer, found.limit(limit))


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
    found = select(*_COLUMNS).where(visible_meetings(viewer))
    return found if only is None else found.where(only)


def _rows(session: Session, viewer: Viewer, found: Listed) -> list[MeetingRow]:
    rows: Sequence[Any] = session.execute(found).all()
    ids = [row[0] for row in rows]
    groups, networks = _group_names(session, viewer, ids), _network_names(session, ids)
    return [
        MeetingRow._make(
            (
                number,
                slug,
                Bilingual(title_lv, title_en),
                *middle,
                Bilingual(place_lv, place_en),
                state,
                groups.get(number, ()),
                networks.get(number, ()),
            )
        )
        for number, slug, title_lv, title_en, *middle, place_lv, place_en, state in rows
    ]


def _group_names(session: Session, viewer: Viewer, meeting_ids: Sequence[int]) -> dict[int, list[GroupName]]:
    """Return the visible groups of each meeting, the leading one first."""
    names: dict[int, list[GroupName]] = {}
    for number, slug, lv, en, is_sample in session.execute(
        select(MeetingGroup.meeting_id, Group.slug, Group.name_lv, Group.name_en, Group.is_sample)
        .join(Group, Group.id == MeetingGroup.group_id)
        .where(MeetingGroup.meeting_id.in_(meeting_ids), visible_groups(viewer))
        .order_by(MeetingGroup.meeting_id, MeetingGroup.position)
    ):
        names.setdefault(number, []).append(GroupName(slug, Bilingual(lv, en), is_sample))
    return names


def _network_names(session: Session, meeting_ids: Sequence[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for number, name in session.execute(
        select(meeting_network.c.meeting_id, Network.name)
        .join(Network, Network.id == meeting_network.c.network_id)
        .where(meeting_network.c.meeting_id.in_(meeting_ids))
        .order_by(meeting_network.c.meeting_id, Network.name_sort)
    ):
        names.setdefault(number, []).append(name)
    return names


def find_meeting(session: Session, slug: str, *, viewer: Viewer) -> Meeting | None:
    """Return the meeting at this address, with all that its page names from other tables, if `viewer` may see it."""
    return session.scalars(
        select(Meeting)
        .where(Meeting.slug == slug, visible_meetings(viewer))
        .options(
            joinedload(Meeting.organiser),
            selectinload(Meeting.meeting_groups).joinedload(MeetingGroup.group).joinedload(Group.municipality),
            selectinload(Meeting.networks),
            selectinload(Meeting.links.and_(visible_links(viewer))),
            selectinload(Meeting.initiatives.and_(visible_initiatives(viewer))),
        )
    ).one_or_none()


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
    place = tuple_(Meeting.starts_on, Meeting.id)
    here = tuple_(meeting.starts_on, meeting.id)
    series = _listed(viewer, same)
    before = _rows(
        session, viewer, series.where(place < here).order_by(Meeting.starts_on.desc(), Meeting.id.desc()).limit(1)
    )
    after = _rows(session, viewer, series.where(place > here).order_by(Meeting.starts_on, Meeting.id).limit(1))
    return Neighbours(before[0] if before else None, after[0] if after else None)

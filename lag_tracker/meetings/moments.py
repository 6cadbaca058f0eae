"""When a meeting is: what may be agreed on, and what a clock change makes of it."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, time
from typing import NamedTuple

from flask_babel import gettext

from lag_tracker.errors import RuleBroken
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.traits import Precision
from lag_tracker.zones import Hour, after_skipped, hour_of


class Moment(NamedTuple):
    """When a meeting is, as somebody typed it. Times are those of the wall clocks in `time_zone`."""

    starts_on: date | None
    ends_on: date | None = None
    date_precision: Precision = Precision.DAY
    starts_at_time: time | None = None
    ends_at_time: time | None = None
    time_zone: str = "Europe/Riga"


def set_moment(meeting: Meeting, moment: Moment) -> None:
    """Write down when a meeting is, no finer than it is known; refuse what no calendar or clock can show."""
    for name, value in checked(moment)._asdict().items():
        setattr(meeting, name, value)


def moment_of(meeting: Meeting) -> Moment:
    """Return when a meeting is."""
    return Moment(*(getattr(meeting, name) for name in Moment._fields))


def checked(moment: Moment) -> Moment:
    """Return the moment as it is kept, or say what is wrong with it."""
    if moment.starts_on is None or moment.date_precision is Precision.UNKNOWN:
        if moment.ends_on or moment.starts_at_time or moment.ends_at_time:
            raise RuleBroken(
                gettext("Enter the first day, or leave out the last day and the times."), about="starts_on"
            )
        return Moment(None, date_precision=Precision.UNKNOWN, time_zone=moment.time_zone)
    first = moment.starts_on
    if moment.ends_on and moment.ends_on < first:
        raise RuleBroken(gettext("The last day is before the first day."), about="ends_on")
    if moment.date_precision is not Precision.DAY:
        return _coarse(moment, first)
    if moment.ends_on == first:
        moment = moment._replace(ends_on=None)
    _check_hours(moment, first)
    return moment


def _coarse(moment: Moment, first: date) -> Moment:
    """Return the month or year that `first` lies in, and the last day of the one that `ends_on` lies in."""
    if moment.starts_at_time or moment.ends_at_time:
        raise RuleBroken(gettext("A time needs a day. Enter the day, or leave out the times."), about="starts_at_time")
    start = _first_of(first, moment.date_precision)
    last = moment.ends_on
    if last is None or _first_of(last, moment.date_precision) == start:
        return moment._replace(starts_on=start, ends_on=None)
    month = 12 if moment.date_precision is Precision.YEAR else last.month
    return moment._replace(starts_on=start, ends_on=date(last.year, month, monthrange(last.year, month)[1]))


def _first_of(day: date, precision: Precision) -> date:
    return date(day.year, 1 if precision is Precision.YEAR else day.month, 1)


def _check_hours(moment: Moment, first: date) -> None:
    starts, ends, last = moment.starts_at_time, moment.ends_at_time, moment.ends_on or first
    if ends and not starts:
        raise RuleBroken(gettext("Enter when it starts, or leave out when it ends."), about="starts_at_time")
    if starts and ends and last == first and ends <= starts:
        raise RuleBroken(
            gettext("It ends before it starts. If it goes on past midnight, enter the last day, too."),
            about="ends_at_time",
        )
    for day, at, field in ((first, starts, "starts_at_time"), (last, ends, "ends_at_time")):
        if at and hour_of(day, at, moment.time_zone) is Hour.SKIPPED:
            raise RuleBroken(_no_such_time(day, at, moment.time_zone), about=field)


def _no_such_time(day: date, at: time, zone: str) -> str:
    return gettext(
        "There is no %(clock)s on that day: the clocks go forward in that hour. Choose another time, as %(later)s.",
        clock=f"{at:%H:%M}",
        later=f"{after_skipped(day, at, zone):%H:%M}",
    )


def said_of_hours(moments: Iterable[Moment]) -> list[str]:
    """Return a sentence for each time that the clocks show twice on its day, of which the first is meant."""
    twice = sorted({pair for moment in moments for pair in _times_shown_twice(moment)})
    return [
        gettext(
            "On %(day)s the clocks show %(clock)s twice; the first one is meant.",
            day=f"{day:%d.%m.%Y}",
            clock=f"{at:%H:%M}",
        )
        for day, at in twice
    ]


def _times_shown_twice(moment: Moment) -> list[tuple[date, time]]:
    if moment.starts_on is None:
        return []
    pairs = ((moment.starts_on, moment.starts_at_time), (moment.ends_on or moment.starts_on, moment.ends_at_time))
    return [(day, at) for day, at in pairs if at and hour_of(day, at, moment.time_zone) is Hour.TWICE]

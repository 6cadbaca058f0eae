"""Calendar pages: what is next, what was, a month, a year; and how to subscribe."""

from calendar import Calendar
from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from typing import NamedTuple

import segno
from flask import Blueprint, abort, current_app, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import ColumnElement

from lag_tracker.calendars.feeds import KINDS
from lag_tracker.database import db
from lag_tracker.filters.forms import filters_from_address
from lag_tracker.filters.queries import Choices, Filters, choices, of_meetings, of_milestones
from lag_tracker.latvian import WEEKDAYS_SHORT
from lag_tracker.meetings.queries import (
    Position,
    meetings_between,
    meetings_of_year,
    past_meetings,
    undated_meetings,
    upcoming_meetings,
)
from lag_tracker.meetings.rows import MeetingRow
from lag_tracker.milestones.queries import MilestoneRow, milestones_between
from lag_tracker.models.traits import Precision
from lag_tracker.names.queries import names_version
from lag_tracker.subscriptions.queries import Shelf, nearest, offers
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.formatting import month_name, weekday_name, year_in_words
from lag_tracker.web.language import reading_language
from lag_tracker.web.paging import PAGE, key_from_address, written
from lag_tracker.web.routes import page

blueprint = Blueprint("calendars", __name__)

FIRST_YEAR = 1900
LAST_YEAR = 2200
#: More than that in one month, and the page asks to choose a group.
MOST_IN_MONTH = 300
#: What a month of the year page names; the rest is counted.
NAMED_IN_MONTH = 6
MOST_UNDATED = 200


class Item(NamedTuple):
    """A meeting or a milestone in a list: one of the two."""

    meeting: MeetingRow | None
    milestone: MilestoneRow | None


class Section(NamedTuple):
    """What is in a month. `month` is 0 where no more than the year is known, `year` too for what has begun already."""

    year: int
    month: int
    entries: list[Item]


class Narrowed(NamedTuple):
    """What the address narrows a page to, and the conditions for that."""

    among: Choices
    filters: Filters
    meetings: ColumnElement[bool] | None
    milestones: ColumnElement[bool] | None


@page(blueprint, lv="/kalendars", en="/calendar", access=Access.PUBLIC)
def upcoming() -> str:
    """Show the meetings and milestones from today on, the soonest first."""
    session, day, by, key = db.session(), today(), _narrowed(), key_from_address()
    after = Position(*key) if key else None
    rows = upcoming_meetings(session, viewer=viewer(), today=day, limit=PAGE + 1, after=after, only=by.meetings)
    shown, last = rows[:PAGE], rows[PAGE - 1].starts_on if len(rows) > PAGE else None
    first = max(day, key.day) if key else day
    milestones = milestones_between(session, viewer=viewer(), first=first, last=last, only=by.milestones)
    fresh = [one for one in milestones if not key or one.starts_on > key.day]
    return _list(by, "upcoming", _sections(shown, fresh, begun_before=day), _next(rows))


@page(blueprint, lv="/kalendars/notikusas", en="/calendar/past", access=Access.PUBLIC)
def past() -> str:
    """Show what was before today, the latest first, and at the very end the meetings without a date."""
    session, day, by, key = db.session(), today(), _narrowed(), key_from_address()
    after = Position(*key) if key else None
    rows = past_meetings(session, viewer=viewer(), today=day, limit=PAGE + 1, after=after, only=by.meetings)
    shown, first = rows[:PAGE], rows[PAGE - 1].starts_on if len(rows) > PAGE else None
    last = min(day, key.day) if key else day
    milestones = milestones_between(session, viewer=viewer(), first=first, last=last, only=by.milestones)
    over = [
        one
        for one in milestones
        if one.last_day < day and one.starts_on < last and one.starts_on >= (first or date.min)
    ]
    undated = [] if first else undated_meetings(session, viewer=viewer(), limit=MOST_UNDATED, only=by.meetings)
    return _list(by, "past", _sections(shown, over, latest_first=True), _next(rows), undated)


@page(blueprint, lv="/kalendars/<int:year>", en="/calendar/<int:year>", access=Access.PUBLIC)
def year(year: int) -> str:
    """Show the twelve months of a year, each with its first meetings."""
    _check_year(year)
    by = _narrowed()
    found = meetings_of_year(db.session(), viewer=viewer(), year=year, each=NAMED_IN_MONTH, only=by.meetings)
    lang = reading_language()
    return render_template(
        "calendars/year.html",
        **_about(by),
        year=year,
        found=found,
        years=_neighbours(year),
        month_names=[month_name(number, lang) for number in range(1, 13)],
        in_words=lambda number: year_in_words(number, lang),
    )


@page(blueprint, lv="/kalendars/<int:year>/<int:month>", en="/calendar/<int:year>/<int:month>", access=Access.PUBLIC)
def month(year: int, month: int) -> str:
    """Show a month as a grid of days; a meeting of several days stands on each of them."""
    _check_year(year)
    if not 1 <= month <= 12:  # noqa: PLR2004 -- a year has twelve
        abort(404)
    session, by = db.session(), _narrowed()
    weeks = Calendar().monthdatescalendar(year, month)
    days = [day for week in weeks for day in week if day.month == month]
    first, last = days[0], days[-1]
    rows = meetings_between(session, viewer=viewer(), first=first, last=last, limit=MOST_IN_MONTH + 1, only=by.meetings)
    milestones = milestones_between(session, viewer=viewer(), first=first, last=last, only=by.milestones)
    items = _items(rows[:MOST_IN_MONTH], milestones)
    return render_template(
        "calendars/month.html",
        **_about(by),
        year=year,
        month=month,
        weeks=weeks,
        by_day={day: [item for item in items if _is_on(item, day)] for day in days},
        coarse=[item for item in items if _is_coarse(item) and not _is_phase(item)],
        phases=[item for item in items if _is_phase(item)],
        is_cut=len(rows) > MOST_IN_MONTH,
        months=_neighbouring_months(first),
        weekdays=_weekdays(weeks[0]),
    )


@page(blueprint, lv="/abonet", en="/subscribe", access=Access.PUBLIC)
def subscribe() -> str:
    """Show all calendars to choose from, or how to subscribe to the one that the address names."""
    among = choices(db.session(), viewer=viewer())
    offered, named = offers(among, _shelf()), request.args.get("calendar")
    if not named:
        return render_template("calendars/subscribe.html", offers=offered)
    found = {one.calendar: one for part in offered.values() for one in part}.get(named) or abort(404)
    own_page = f"{found.base_url}{url_for('calendars.subscribe', calendar=found.calendar)}"
    return render_template(
        "calendars/subscription.html",
        found=found,
        own_page=own_page,
        qr_code=qr_code(own_page),
        is_local=found.base_url.startswith("http://localhost"),
    )


def qr_code(address: str) -> Markup:
    """Return an address as an SVG that a phone's camera reads: always black on white, with the margin it needs."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(scale=4, border=4, light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 -- drawn by segno from squares; the address is not in it as text


def _narrowed() -> Narrowed:
    among = choices(db.session(), viewer=viewer())
    filters = filters_from_address(among)
    return Narrowed(among, filters, of_meetings(filters, among), of_milestones(filters, among))


def _about(by: Narrowed) -> dict[str, object]:
    """Return what the head of every calendar page needs."""
    return {
        "filters": by.filters,
        "among": by.among,
        "kinds": KINDS,
        "nearest": nearest(by.filters, _shelf()),
        "names_version": names_version(db.session()),
    }


def _list(
    by: Narrowed, view: str, sections: list[Section], next_key: str | None, undated: Sequence[MeetingRow] = ()
) -> str:
    return render_template(
        "calendars/list.html", **_about(by), view=view, sections=sections, next_key=next_key, undated=undated
    )


def _next(rows: Sequence[MeetingRow]) -> str | None:
    return written(rows[PAGE - 1].starts_on, rows[PAGE - 1].id) if len(rows) > PAGE else None


def _dates(item: Item) -> MeetingRow | MilestoneRow:
    found = item.meeting or item.milestone
    assert found is not None, "an item is one of the two"  # noqa: S101 -- said for the type checker
    return found


def _items(
    meetings: Iterable[MeetingRow], milestones: Iterable[MilestoneRow], *, latest_first: bool = False
) -> list[Item]:
    """Return both in one list by day; within a day by time."""
    items = [*(Item(one, None) for one in meetings), *(Item(None, one) for one in milestones)]
    return sorted(items, key=_moment, reverse=latest_first)


def _moment(item: Item) -> tuple[date, time]:
    """Return what a list is sorted by; within a day what has no time comes first."""
    return _dates(item).starts_on or date.max, (item.meeting and item.meeting.starts_at_time) or time.min


def _sections(
    meetings: Iterable[MeetingRow],
    milestones: Iterable[MilestoneRow],
    *,
    latest_first: bool = False,
    begun_before: date = date.min,
) -> list[Section]:
    found: dict[tuple[int, int], Section] = {}
    for item in _items(meetings, milestones, latest_first=latest_first):
        dates = _dates(item)
        day = dates.starts_on or date.max
        if day < begun_before and not _is_of_year(item):
            of = 0, 0
        else:
            of = day.year, 0 if _is_of_year(item) else day.month
        found.setdefault(of, Section(*of, [])).entries.append(item)
    return list(found.values())


def _is_on(item: Item, day: date) -> bool:
    """Tell whether an item stands on a day of the grid: a phase on its first and last day, a meeting on every day."""
    dates = _dates(item)
    if dates.starts_on is None or dates.precision is not Precision.DAY:
        return False
    if _is_phase(item):
        return day in {dates.starts_on, dates.ends_on}
    return dates.starts_on <= day <= (dates.ends_on or dates.starts_on)


def _is_coarse(item: Item) -> bool:
    return _dates(item).precision is Precision.MONTH


def _is_phase(item: Item) -> bool:
    return item.milestone is not None and item.milestone.ends_on is not None and not _is_of_year(item)


def _is_of_year(item: Item) -> bool:
    return _dates(item).precision is Precision.YEAR


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        abort(404)


def _neighbours(year: int) -> tuple[int | None, int | None]:
    """Return the years before and after, None where the calendar ends."""
    return (year - 1 if year > FIRST_YEAR else None, year + 1 if year < LAST_YEAR else None)


def _neighbouring_months(first: date) -> tuple[date | None, date | None]:
    """Return a day in the months before and after, None where the calendar ends."""
    before, after = first - timedelta(days=1), first + timedelta(days=31)
    return (before if before.year >= FIRST_YEAR else None, after if after.year <= LAST_YEAR else None)


def _shelf() -> Shelf:
    return Shelf(_feed_path, current_app.config["SETTINGS"].address)


def _feed_path(sort: str, slug: str) -> str:
    return url_for("feeds.everything" if sort == "all" else f"feeds.{sort}", slug=slug or None)


def _weekdays(days: Sequence[date]) -> list[tuple[str, str]]:
    """Return the heads of a grid's columns, short and in full."""
    lang = reading_language()
    full = [weekday_name(day, lang) for day in days]
    return list(zip([name[:3] for name in full] if lang == "en" else WEEKDAYS_SHORT, full, strict=True))

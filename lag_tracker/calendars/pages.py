"""Calendar pages: what is next, what was, a month, a year; and how to subscribe."""

from calendar import Calendar
from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from typing import NamedTuple, TypeAlias

import segno
from flask import Blueprint, abort, current_app, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import ColumnElement

from lag_tracker.calendars.feeds import GROUP_KINDS, KINDS
from lag_tracker.calendars.queries import is_all_past
from lag_tracker.database import db
from lag_tracker.filters.forms import filters_from_address, filters_of
from lag_tracker.filters.queries import Choices, Filters, choices, chosen_in, of_meetings, of_milestones
from lag_tracker.latvian import WEEKDAYS_SHORT
from lag_tracker.meetings.queries import (
    YearOfMeetings,
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
from lag_tracker.subscriptions.queries import Shelf, Subscription, matching, offers
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.formatting import month_name, weekday_name, year_in_words
from lag_tracker.web.language import reading_language
from lag_tracker.web.paging import PAGE, position_in_address, written
from lag_tracker.web.routes import page

blueprint = Blueprint("calendars", __name__)

#: What stands in calendars.
Entry: TypeAlias = MeetingRow | MilestoneRow

FIRST_YEAR = 1900
LAST_YEAR = 2200
#: More than that in one month, and the page asks to choose a group.
MOST_IN_MONTH = 300
#: What a month of the year page names; the rest is counted.
NAMED_IN_MONTH = 6
MOST_UNDATED = 200


class Section(NamedTuple):
    """What is in a month. `month` is 0 where no more than the year is known, `year` too for what has begun already."""

    year: int
    month: int
    entries: list[Entry]


class Narrowed(NamedTuple):
    """What the address narrows a page to, and the conditions for that."""

    among: Choices
    filters: Filters
    meetings: ColumnElement[bool] | None
    milestones: ColumnElement[bool] | None


@page(blueprint, lv="/kalendars", en="/calendar", access=Access.PUBLIC)
def upcoming() -> str:
    """Show the meetings and milestones from today on, the soonest first."""
    session, day, by, after = db.session(), today(), narrowed(), position_in_address()
    rows = upcoming_meetings(session, viewer=viewer(), today=day, limit=PAGE + 1, after=after, only=by.meetings)
    shown, last = rows[:PAGE], rows[PAGE - 1].starts_on if len(rows) > PAGE else None
    first = max(day, after.day) if after else day
    milestones = milestones_between(session, viewer=viewer(), first=first, last=last, only=by.milestones)
    fresh = [one for one in milestones if not after or one.starts_on > after.day]
    return _list(by, "upcoming", _sections(_together(shown, fresh), begun_before=day), _next(rows))


@page(blueprint, lv="/kalendars/notikusas", en="/calendar/past", access=Access.PUBLIC)
def past() -> str:
    """Show what was before today, the latest first, and at the very end the meetings without a date."""
    session, day, by, after = db.session(), today(), narrowed(), position_in_address()
    rows = past_meetings(session, viewer=viewer(), today=day, limit=PAGE + 1, after=after, only=by.meetings)
    shown, first = rows[:PAGE], rows[PAGE - 1].starts_on if len(rows) > PAGE else None
    last = min(day, after.day) if after else day
    milestones = milestones_between(session, viewer=viewer(), first=first, last=last, only=by.milestones)
    # Milestones have no time and so come at the end of their day, which may be on the next page.
    over = [one for one in milestones if one.last_day < day and (first or date.min) < one.starts_on <= last]
    undated = [] if first else undated_meetings(session, viewer=viewer(), limit=MOST_UNDATED, only=by.meetings)
    return _list(by, "past", _sections(_together(shown, over, latest_first=True)), _next(rows), undated)


@page(blueprint, lv="/kalendars/<int:year>", en="/calendar/<int:year>", access=Access.PUBLIC)
def year(year: int) -> str:
    """Show the twelve months of a year, each with its first meetings and deadlines, and the phases in it."""
    check_year(year)
    by, session, lang = narrowed(), db.session(), reading_language()
    found = meetings_of_year(session, viewer=viewer(), year=year, each=NAMED_IN_MONTH, only=by.meetings)
    days = {"first": date(year, 1, 1), "last": date(year, 12, 31)}
    milestones = milestones_between(session, viewer=viewer(), **days, only=by.milestones)
    return render_template(
        "calendars/year.html",
        **_about(by),
        year=year,
        counts=found.counts,
        months={month: _in_month(found, _due_in(milestones, year, month), month) for month in range(13)},
        phases=[one for one in milestones if _is_phase(one)],
        years=_neighbours(year),
        month_names=[month_name(number, lang) for number in range(1, 13)],
        in_words=lambda number: year_in_words(number, lang),
    )


def _due_in(milestones: Iterable[MilestoneRow], year: int, month: int) -> list[MilestoneRow]:
    """Return the deadlines of a month of a year; under 0 all of which no more than the year is known."""
    if not month:
        return [one for one in milestones if one.precision is Precision.YEAR]
    known = [one for one in milestones if one.precision is not Precision.YEAR and not _is_phase(one)]
    return [one for one in known if (one.starts_on.year, one.starts_on.month) == (year, month)]


def _in_month(found: YearOfMeetings, due: Sequence[MilestoneRow], month: int) -> tuple[Sequence[Entry], int]:
    """Return what a month of the year page names, in order, and how many more there are."""
    meetings, number = found.first.get(month, []), found.counts.get(month, 0) + len(due)
    entries = _together(meetings, due[:NAMED_IN_MONTH])
    return entries, number - len(entries)


@page(blueprint, lv="/kalendars/<int:year>/<int:month>", en="/calendar/<int:year>/<int:month>", access=Access.PUBLIC)
def month(year: int, month: int) -> str:
    """Show a month as a grid of days; a meeting of several days stands on each of them."""
    check_year(year)
    if not 1 <= month <= 12:  # noqa: PLR2004 -- a year has twelve
        abort(404)
    session, by = db.session(), narrowed()
    weeks = Calendar().monthdatescalendar(year, month)
    days = [day for week in weeks for day in week if day.month == month]
    first, last = days[0], days[-1]
    rows = meetings_between(session, viewer=viewer(), first=first, last=last, limit=MOST_IN_MONTH + 1, only=by.meetings)
    milestones = milestones_between(session, viewer=viewer(), first=first, last=last, only=by.milestones)
    entries = _together(rows[:MOST_IN_MONTH], milestones)
    return render_template(
        "calendars/month.html",
        **_about(by),
        year=year,
        month=month,
        weeks=weeks,
        by_day={day: [entry for entry in entries if _is_on(entry, day)] for day in days},
        coarse=[entry for entry in entries if entry.precision is Precision.MONTH and not _is_phase(entry)],
        phases=[entry for entry in entries if _is_phase(entry)],
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
    found = {one.calendar: one for part in offered.values() for one in part}.get(named) or _named(named, among)
    is_past = is_all_past(db.session(), found.calendar_key, today=today(), lang=reading_language())
    past = "all" if request.args.get("past") == "all" else None
    own_page = f"{found.base_url}{url_for('calendars.subscribe', calendar=found.calendar, past=past)}"
    return render_template(
        "calendars/subscription.html",
        found=found.with_past() if past else found,
        is_all_past=is_past,
        own_page=own_page,
        qr_code=qr_code(own_page),
    )


def _named(named: str, among: Choices) -> Subscription:
    """Return the subscription to a calendar that is in no list: a municipality of which there is nothing yet.

    Or to what several calendars have in common, as "selection:group:kekava,kind:workshop".
    """
    sort, _, words = named.partition(":")
    owner = among.find(sort, words) if sort in among.of_sort else None
    if owner:
        return _shelf().take_of(owner)
    chosen = chosen_in(words) if sort == "selection" else {}
    return matching(filters_of(chosen, among), _shelf()) if chosen else abort(404)


def qr_code(address: str) -> Markup:
    """Return an address as an SVG that a phone's camera reads: always black on white, with the margin it needs."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(scale=4, border=4, light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 -- drawn by segno from squares; the address is not in it as text


def narrowed() -> Narrowed:
    """Return what the address narrows the calendar to."""
    among = choices(db.session(), viewer=viewer())
    filters = filters_from_address(among)
    return Narrowed(among, filters, of_meetings(filters, among), of_milestones(filters, among))


def _about(by: Narrowed) -> dict[str, object]:
    """Return what the head of every calendar page needs."""
    return {
        "filters": by.filters,
        "among": by.among,
        "kinds": KINDS,
        "group_kinds": GROUP_KINDS,
        "feed": matching(by.filters, _shelf()),
        "names_version": names_version(db.session()),
    }


def _list(
    by: Narrowed, view: str, sections: list[Section], next_key: str | None, undated: Sequence[MeetingRow] = ()
) -> str:
    return render_template(
        "calendars/list.html", **_about(by), view=view, sections=sections, next_key=next_key, undated=undated
    )


def _next(rows: Sequence[MeetingRow]) -> str | None:
    return written(rows[PAGE - 1].position) if len(rows) > PAGE else None


def _together(
    meetings: Sequence[MeetingRow], milestones: Sequence[MilestoneRow], *, latest_first: bool = False
) -> Sequence[Entry]:
    """Put the milestones among the meetings, which come in order: by day, within a day by time, without one first."""
    return sorted([*meetings, *milestones], key=_moment, reverse=latest_first) if milestones else meetings


def _moment(entry: Entry) -> tuple[date, bool, time]:
    at = entry.starts_at_time if isinstance(entry, MeetingRow) else None
    return entry.starts_on or date.max, at is not None, at or time.min


def _sections(entries: Iterable[Entry], *, begun_before: date = date.min) -> list[Section]:
    found: dict[tuple[int, int], list[Entry]] = {}
    for entry in entries:
        day, is_of_year = entry.starts_on or date.max, entry.precision is Precision.YEAR
        has_begun = day < begun_before and not is_of_year
        month = (0, 0) if has_begun else (day.year, 0 if is_of_year else day.month)
        found.setdefault(month, []).append(entry)
    return [Section(*month, within) for month, within in found.items()]


def _is_on(entry: Entry, day: date) -> bool:
    """Tell whether an entry stands on a day of the grid: a phase on its first and last day, a meeting on every day."""
    if entry.starts_on is None or entry.precision is not Precision.DAY:
        return False
    if _is_phase(entry):
        return day in {entry.starts_on, entry.ends_on}
    return entry.starts_on <= day <= (entry.ends_on or entry.starts_on)


def _is_phase(entry: Entry) -> bool:
    return isinstance(entry, MilestoneRow) and entry.ends_on is not None and entry.precision is not Precision.YEAR


def check_year(year: int) -> None:
    """Answer 404 to a year that the calendar does not reach."""
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

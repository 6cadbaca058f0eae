"""Lists of meetings: which side of today they are on, and what that costs."""

from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import text

from lag_tracker.database import db
from lag_tracker.meetings.queries import (
    find_meeting,
    meetings_between,
    meetings_of_year,
    neighbours_of,
    past_meetings,
    upcoming_meetings,
)
from lag_tracker.meetings.rows import MeetingRow
from lag_tracker.models.traits import Position, Precision
from lag_tracker.models.visibility import PUBLIC
from tests import factories

TODAY = date(2026, 11, 22)


def sides(**given: object) -> tuple[int, int]:
    """Record one meeting, and return how many times it is among the coming and among the past ones."""
    values: dict[str, object] = {"starts_on": TODAY} | given
    factories.meeting("m", groups=None, **values)
    db.session.commit()
    return (
        len(upcoming_meetings(db.session(), viewer=PUBLIC, today=TODAY, limit=9)),
        len(past_meetings(db.session(), viewer=PUBLIC, today=TODAY, limit=9)),
    )


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "precision", "wanted"),
    [
        (date(2026, 11, 21), None, Precision.DAY, (0, 1)),
        (date(2026, 11, 22), None, Precision.DAY, (1, 0)),
        (date(2026, 11, 20), date(2026, 11, 21), Precision.DAY, (0, 1)),
        (date(2026, 11, 20), date(2026, 11, 22), Precision.DAY, (1, 0)),
        (date(2026, 11, 1), None, Precision.DAY, (0, 1)),
        (date(2026, 11, 1), None, Precision.MONTH, (1, 0)),
        (date(2026, 10, 1), None, Precision.MONTH, (0, 1)),
        (date(2026, 1, 1), None, Precision.MONTH, (0, 1)),
        (date(2026, 1, 1), None, Precision.YEAR, (1, 0)),
        (date(2025, 1, 1), None, Precision.YEAR, (0, 1)),
        (date(2026, 10, 1), date(2026, 12, 1), Precision.MONTH, (1, 0)),
        (None, None, Precision.UNKNOWN, (0, 0)),
    ],
)
@pytest.mark.usefixtures("app")
def test_a_meeting_is_to_come_until_all_that_is_known_of_its_date_is_over(
    starts_on: date | None, ends_on: date | None, precision: Precision, wanted: tuple[int, int]
) -> None:
    assert sides(starts_on=starts_on, ends_on=ends_on, date_precision=precision) == wanted


@pytest.mark.usefixtures("app")
def test_a_key_leads_on_from_a_meeting_under_way() -> None:
    first = factories.meeting("pirmā", starts_on=date(2026, 11, 19), ends_on=TODAY)
    factories.meeting("otrā", starts_on=date(2026, 11, 20), ends_on=date(2026, 11, 25))
    factories.meeting("trešā", starts_on=TODAY)
    db.session.commit()
    after = Position(date(2026, 11, 19), first.id)
    rows = upcoming_meetings(db.session(), viewer=PUBLIC, today=TODAY, limit=9, after=after)
    assert [row.title.lv for row in rows] == ["otrā", "trešā"]


@pytest.mark.usefixtures("app")
def test_a_span_has_the_meetings_that_touch_it_and_no_others() -> None:
    for name, first, last in (
        ("pirms", date(2026, 10, 30), date(2026, 10, 31)),
        ("pāri", date(2026, 10, 30), date(2026, 11, 1)),
        ("sākumā", date(2026, 11, 1), None),
        ("beigās", date(2026, 11, 30), date(2026, 12, 9)),
        ("pēc", date(2026, 12, 1), None),
    ):
        factories.meeting(name, starts_on=first, ends_on=last)
    db.session.commit()
    rows = meetings_between(db.session(), viewer=PUBLIC, first=date(2026, 11, 1), last=date(2026, 11, 30), limit=9)
    assert [row.title.lv for row in rows] == ["pāri", "sākumā", "beigās"]


@pytest.mark.usefixtures("app")
def test_a_year_is_counted_by_month() -> None:
    for name, day, precision in (
        ("a", date(2026, 1, 1), Precision.YEAR),
        ("b", date(2026, 1, 1), Precision.DAY),
        ("c", date(2026, 1, 31), Precision.DAY),
        ("d", date(2026, 12, 31), Precision.DAY),
        ("e", date(2027, 1, 1), Precision.DAY),
    ):
        factories.meeting(name, starts_on=day, date_precision=precision)
    db.session.commit()
    found = meetings_of_year(db.session(), viewer=PUBLIC, year=2026, each=1)
    assert found.counts == {0: 1, 1: 2, 12: 1}
    assert {month: [row.title.lv for row in rows] for month, rows in found.first.items()} == {
        0: ["a"],
        1: ["b"],
        12: ["d"],
    }


@pytest.mark.sqlite_only
def test_what_comes_is_found_without_a_walk_through_the_past(app: Flask) -> None:
    # The plan is what keeps a page as fast with a million past meetings as with a hundred.
    assert app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    plan = db.session.execute(
        text(
            "EXPLAIN QUERY PLAN SELECT id FROM meeting WHERE starts_on < :day AND ends_on >= :day AND state <> 'draft'"
        ),
        {"day": TODAY.isoformat()},
    ).all()
    assert [row[3] for row in plan] == ["SEARCH meeting USING INDEX ix_meeting_lasting (ends_on>?)"]


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(("listed", "step"), [(past_meetings, -1), (upcoming_meetings, 1)])
def test_a_page_deep_in_a_list_takes_no_more_than_the_first(
    listed: Callable[..., list[MeetingRow]], step: int, steps: Callable[[Callable[[], object]], int]
) -> None:
    factories.many_meetings(TODAY + timedelta(days=step * n) for n in range(1, 2001))
    page = partial(listed, db.session(), viewer=PUBLIC, today=TODAY, limit=10)
    deep = Position(TODAY + timedelta(days=step * 1500), 1500)
    # The first asks for names, too; they stay in memory.
    page()
    assert [row.starts_on for row in page(after=deep)] == [
        TODAY + timedelta(days=step * (1500 + n)) for n in range(1, 11)
    ]
    assert steps(lambda: page(after=deep)) < 1.5 * steps(page)


@pytest.mark.usefixtures("app")
def test_meetings_of_one_day_follow_each_other_by_time() -> None:
    group = factories.group()
    for name, at in (("vakarā", time(18)), ("nezin kad", None), ("no rīta", time(9))):
        factories.meeting(name, groups=[group], slug=name, starts_on=TODAY, starts_at_time=at)
    db.session.commit()

    def neighbours(slug: str) -> list[str | None]:
        meeting = find_meeting(db.session(), slug, viewer=PUBLIC)
        assert meeting
        return [one and one.slug for one in neighbours_of(db.session(), meeting, viewer=PUBLIC)]

    assert neighbours("nezin kad") == [None, "no rīta"]
    assert neighbours("no rīta") == ["nezin kad", "vakarā"]
    assert neighbours("vakarā") == ["no rīta", None]

"""A year of what people do to meetings, in any order: after each deed every subscriber's copy is what there is."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lag_tracker.calendars.operations import calendars_are_true, renew_restored
from lag_tracker.database import db, utc_now
from lag_tracker.errors import RuleBroken
from lag_tracker.meetings.moments import Moment, moment_of, set_moment
from lag_tracker.meetings.operations import (
    begin_meeting,
    bring_to,
    cancel_meeting,
    erase_meeting,
    put_meeting_away,
    set_groups,
    take_meeting_back,
)
from lag_tracker.models.account import Role
from lag_tracker.models.attendance import Attendance, Reply
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.calendar_token import FeedKind
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind, MeetingState
from lag_tracker.models.traits import Audience, Precision
from tests import factories
from tests.calendars.conftest import NOON
from tests.calendars.readers import Seen, told
from tests.calendars.subscribers import Subscriber
from tests.conftest import BASE_URL, application
from tests.private_feeds.conftest import feed_of

ZONES = ("Europe/Riga", "Europe/Lisbon", "America/New_York")
HOURS = (time(3, 30), time(9), time(18))


BEFORE_TITLE = {
    (MeetingState.CANCELLED, "lv"): "ATCELTA: ",
    (MeetingState.CANCELLED, "en"): "CANCELLED: ",
    (MeetingState.DRAFT, "lv"): "MELNRAKSTS: ",
}


class Followed(NamedTuple):
    """A feed that somebody follows."""

    path: str
    #: "all", or the slug of a group or of the municipality.
    calendar: str
    lang: str = "lv"
    has_past: bool = False
    #: As whom they read it: as everyone, as a member or as a manager.
    to: Audience = Audience.PUBLIC
    asks_with: str = "ETag"
    encoding: str = "identity"


PUBLIC = (
    Followed("/kalendari/visi.ics", "all", encoding="gzip"),
    Followed("/en/calendars/all.ics?past=all", "all", "en", has_past=True),
    Followed("/kalendari/grupas/liela.ics", "liela"),
    Followed("/en/calendars/groups/maza.ics", "maza", "en", asks_with="Last-Modified"),
    Followed("/kalendari/pasvaldibas/novads.ics", "novads", asks_with="Last-Modified"),
)


class Year:
    """A municipality's records, what is done to them, and who follows them."""

    def __init__(self, app: Flask, file: Path | None, clock: time_machine.Traveller) -> None:
        self.clock, self.file, self.has_backup = clock, file, False
        novads, parent = factories.municipality(slug="novads"), None
        for slug in ("liela", "maza", "cita"):
            parent = factories.group(slug, slug=slug, municipality=novads, parent=parent)
        for month in (11, 12):
            factories.evening("Sanāksme", groups=[parent], starts_on=date(2026, month, 20))
        db.session.commit()
        member = factories.person()
        large, small = (db.session.scalars(select(Group).where(Group.slug == slug)).one() for slug in ("liela", "maza"))
        of_member = factories.account(roles={large: Role.MEMBER, small: Role.MEMBER}, person=member)
        of_manager = factories.account(roles={large: Role.MANAGER, small: Role.MANAGER})
        private = (
            Followed(feed_of(of_member, FeedKind.GROUP, large), "liela", to=Audience.MEMBERS),
            Followed(feed_of(of_member, FeedKind.MINE), "mine", to=Audience.MEMBERS, encoding="gzip"),
            Followed(feed_of(of_manager, FeedKind.MANAGED), "managed", to=Audience.MANAGERS),
        )
        self.person_id = member.id
        client = app.test_client(use_cookies=False)
        self.followed = {
            feed: Subscriber(client, feed.path, asks_with=feed.asks_with, encoding=feed.encoding)
            for feed in (*PUBLIC, *private)
        }
        self.look()

    def meeting(self, number: int) -> Meeting:
        """Return one of the meetings."""
        found = self.meetings()
        if not found:
            self.plan(number, 0)
            db.session.flush()
            found = self.meetings()
        return found[number % len(found)]

    def meetings(self) -> list[Meeting]:
        """Return all meetings with their groups."""
        groups = selectinload(Meeting.meeting_groups).joinedload(MeetingGroup.group)
        return [*db.session.scalars(select(Meeting).order_by(Meeting.id).options(groups))]

    def group(self, number: int) -> Group:
        """Return one of the groups."""
        return db.session.scalars(select(Group).order_by(Group.id).offset(number % 3).limit(1)).one()

    def plan(self, number: int, other: int) -> Meeting:
        """Plan a meeting for some day from now on."""
        day = utc_now().date() + timedelta(days=number)
        return begin_meeting(
            [self.group(other)],
            session=db.session(),
            state=MeetingState.SCHEDULED if number % 4 else MeetingState.DRAFT,
            moment=Moment(day, starts_at_time=HOURS[number % 3]),
            kind=MeetingKind.LOCAL_GROUP,
            title=Bilingual(f"{number}. sanāksme", None),
            uid_domain="grupas.example",
        )

    def do(self, deed: str, number: int, other: int) -> None:
        """Do something, unless the rules forbid it."""
        try:
            DEEDS[deed](self, number, other)
            db.session.commit()
        except RuleBroken:
            db.session.rollback()

    def look(self) -> None:
        """Let every subscriber poll, and compare what each holds with the records."""
        meetings, today = self.meetings(), utc_now().astimezone(ZoneInfo("Europe/Riga")).date()
        groups = {group.id: group for group in db.session.scalars(select(Group))}
        hidden = {group.slug for group in groups.values() if group.audience is not Audience.PUBLIC}
        invited = set(db.session.scalars(select(Attendance.meeting_id).where(Attendance.reply.is_not(None))))
        for feed, subscriber in self.followed.items():
            is_gone = feed.to is Audience.PUBLIC and feed.calendar in hidden
            found = [one for one in meetings if is_for(one, feed, calendars(one, groups), invited)]
            is_draft = {one.uid for one in found if one.state is MeetingState.DRAFT}
            shown = {one.uid for one in found if is_in_window(one, feed, today)}
            listed = [one for one in found if one.uid in shown and not one.is_archived and not is_over(one, today)]
            # What may still be seen there goes only after it was said to be cancelled, unless it never was for sure.
            copy = subscriber.poll(may_go=lambda uid, kept=shown - is_draft: uid not in kept)  # type: ignore[misc]
            assert copy == (None if is_gone else sorted(expected(one, feed.lang) for one in listed)), feed.path
        assert calendars_are_true(db.session())
        db.session.rollback()

    def back_up(self) -> None:
        """Make a backup as docs/deploy.md says."""
        if self.file:
            self.has_backup = True
            with closing(sqlite3.connect(self.file)) as original, closing(sqlite3.connect(self._copy)) as target:
                original.backup(target)

    def set_back(self) -> None:
        """Set the backup back, and do what `lag-tracker feed restored` does."""
        if self.file and self.has_backup:
            db.session.remove()
            db.engine.dispose()
            for left in ("-wal", "-shm"):
                self.file.with_name(self.file.name + left).unlink(missing_ok=True)
            shutil.copy(self._copy, self.file)
            list(renew_restored(db.session(), base_url=BASE_URL, now=utc_now()))

    @property
    def _copy(self) -> Path:
        assert self.file
        return self.file.with_name("backup.sqlite")


def calendars(meeting: Meeting, groups: dict[int, Group]) -> set[str]:
    """Return which of the calendars a meeting belongs to: those of its groups, and of what these are part of."""
    found = {"all", "novads"}
    for group in meeting.groups:
        above: Group | None = group
        while above and above.slug not in found:
            found.add(above.slug)
            above = groups.get(above.parent_id or 0)
    return found


#: Who reads which papers of the groups that hold a meeting.
PAPERS = {
    Audience.PUBLIC: {Audience.PUBLIC},
    Audience.MEMBERS: {Audience.PUBLIC, Audience.MEMBERS},
    Audience.MANAGERS: set(Audience),
}


def is_for(meeting: Meeting, feed: Followed, calendars: set[str], invited: set[int]) -> bool:
    """Tell whether who follows a feed may read of a meeting there."""
    is_draft = meeting.state is MeetingState.DRAFT
    is_public = not is_draft and {meeting.audience, *(group.audience for group in meeting.groups)} == {Audience.PUBLIC}
    holders = {group.slug for group in meeting.groups}
    own = {feed.calendar} if feed.calendar == "liela" else {"liela", "maza"}
    is_own = feed.to is not Audience.PUBLIC and not holders.isdisjoint(own)
    if is_own and meeting.audience in PAPERS[feed.to] and (feed.to is Audience.MANAGERS or not is_draft):
        return True
    if feed.calendar == "mine":
        return meeting.id in invited and not is_draft
    return is_public and feed.calendar in calendars


def is_in_window(meeting: Meeting, feed: Followed, today: date) -> bool:
    """Tell whether the day of a meeting is known, and not too long ago for a feed."""
    last = meeting.ends_on or meeting.starts_on
    if not meeting.has_day or last is None:
        return False
    # The day before the first of March, where a year has no 29 February.
    is_leap = (last.month, last.day) == (2, 29)
    return feed.has_past or today <= last.replace(year=last.year + 1, day=28 if is_leap else last.day)


def is_over(meeting: Meeting, today: date) -> bool:
    """Tell whether everybody has heard by now that a meeting is cancelled."""
    cancelled_at = meeting.cancelled_at
    return cancelled_at is not None and today > (cancelled_at + timedelta(days=60)).date()


def expected(meeting: Meeting, lang: str) -> Seen:
    """Return what must be seen of a meeting."""
    title = (meeting.title_en if lang == "en" else None) or meeting.title_lv or ""
    cancelled = BEFORE_TITLE.get((meeting.state, lang), "")
    first, last = meeting.starts_on or date.min, meeting.ends_on or meeting.starts_on or date.min
    starts, ends, zone = meeting.starts_at_time, meeting.ends_at_time, ZoneInfo(meeting.time_zone)
    if starts is None or (last > first and ends is None):
        return Seen(meeting.uid, told(first), told(last + timedelta(days=1)), cancelled + title)
    end = told(datetime.combine(last, ends, zone)) if ends else ""
    return Seen(meeting.uid, told(datetime.combine(first, starts, zone)), end, cancelled + title)


def move(year: Year, number: int, other: int) -> None:
    """Put a meeting on another day, at another hour."""
    meeting = year.meeting(number)
    day = utc_now().date() + timedelta(days=other - 20)
    set_moment(meeting, moment_of(meeting)._replace(starts_on=day, ends_on=None, date_precision=Precision.DAY))


def give_hours(year: Year, number: int, other: int) -> None:
    """Let a meeting begin at an hour, or at none, and last an hour, or as long as nobody knows."""
    meeting, starts = year.meeting(number), (*HOURS, None)[other % 4]
    ends = time(starts.hour + 1, starts.minute) if starts and other % 2 else None
    set_moment(meeting, moment_of(meeting)._replace(starts_at_time=starts, ends_at_time=ends))


def lengthen(year: Year, number: int, other: int) -> None:
    """Let a meeting last several days."""
    moment = moment_of(year.meeting(number))
    last = moment.starts_on + timedelta(days=other % 5) if moment.starts_on else None
    set_moment(year.meeting(number), moment._replace(ends_on=last))


def coarsen(year: Year, number: int, _other: int) -> None:
    """Know of a meeting no more than its month."""
    moment = moment_of(year.meeting(number))
    set_moment(year.meeting(number), Moment(moment.starts_on, None, Precision.MONTH, time_zone=moment.time_zone))


def set_words(column: str, words: str) -> Callable[[Year, int, int], None]:
    """Return what writes numbered words into a column of a meeting."""
    return lambda year, number, other: setattr(year.meeting(number), column, f"{words} {other % 3}")


def turn(year: Year, number: int, other: int) -> None:
    """Bring a meeting to another state."""
    bring_to(year.meeting(number), [*MeetingState][other % 3], today=utc_now().date())


def share(year: Year, number: int, other: int) -> None:
    """Let one group hold a meeting, or two."""
    set_groups(
        year.meeting(number),
        [year.group(place) for place in range(other % 3, 1 + (other // 3) % 3)] or [year.group(other)],
    )


def show(record: Meeting | Group, number: int) -> None:
    """Show a record to everyone, or to members."""
    record.audience = Audience.MEMBERS if number % 3 == 0 else Audience.PUBLIC


def put_below(year: Year, number: int, other: int) -> None:
    """Let a group be part of one that came before it, or of none."""
    child, place = year.group(number), number % 3
    child.parent_id = year.group(other % place).id if place and other % 3 else None


def invite(meeting: Meeting, person_id: int) -> None:
    """Invite somebody, if they are not."""
    if not db.session.scalar(select(Attendance.id).where(Attendance.meeting_id == meeting.id)):
        db.session.add(Attendance(meeting_id=meeting.id, person_id=person_id, reply=Reply.INVITED))


DEEDS: dict[str, Callable[[Year, int, int], Any]] = {
    "plan": Year.plan,
    "move": move,
    "give hours": give_hours,
    "lengthen": lengthen,
    "coarsen": coarsen,
    "rename": set_words("title_lv", "Nosaukums"),
    "rename in English": set_words("title_en", "Title"),
    "place": set_words("place_lv", "Zāle"),
    "note": set_words("note_lv", "Piezīme"),
    "zone": lambda year, number, other: setattr(year.meeting(number), "time_zone", ZONES[other % 3]),
    "turn": turn,
    "cancel": lambda year, number, _: cancel_meeting(
        year.meeting(number), reason=Bilingual("Slimība", None), now=utc_now()
    ),
    "archive": lambda year, number, _: put_meeting_away(year.meeting(number), now=utc_now()),
    "take back": lambda year, number, _: take_meeting_back(year.meeting(number)),
    "share": share,
    "show a meeting": lambda year, number, other: show(year.meeting(number), other),
    "show a group": lambda year, number, other: show(year.group(number), other),
    "rename a group": lambda year, number, other: setattr(year.group(number), "name_lv", f"Grupa {other % 3}"),
    "put below": put_below,
    "invite": lambda year, number, _: invite(year.meeting(number), year.person_id),
    "erase": lambda year, number, _: erase_meeting(year.meeting(number), session=db.session()),
    "back up": lambda year, *_: year.back_up(),
    "set back": lambda year, *_: year.set_back(),
}
NUMBERS = st.integers(0, 99)
STEPS = st.tuples(st.sampled_from(sorted(DEEDS)), NUMBERS, NUMBERS, st.sampled_from([0.001, 1, 7, 17]))


@contextmanager
def on_sqlite(request: pytest.FixtureRequest) -> Iterator[tuple[Flask, Path | None]]:
    """Give an application over a fresh database, and the file that it is."""
    source, folder = (
        request.getfixturevalue("migrated_sqlite"),
        request.getfixturevalue("tmp_path_factory").mktemp("year"),
    )
    shutil.copy(source, folder / "lag_tracker.sqlite")
    with application(folder, "") as app:
        yield app, folder / "lag_tracker.sqlite"


@contextmanager
def on_postgresql(request: pytest.FixtureRequest) -> Iterator[tuple[Flask, Path | None]]:
    """Give an application over a database as empty as at the beginning."""
    database, folder = request.getfixturevalue("emptied_postgresql"), request.getfixturevalue("tmp_path")
    try:
        with application(folder, database.url.render_as_string(hide_password=False)) as app:
            yield app, None
    finally:
        database.empty()


@pytest.mark.parametrize(
    ("fresh", "examples"), [(on_sqlite, 6), pytest.param(on_postgresql, 1, marks=pytest.mark.postgresql)]
)
def test_through_a_year_every_copy_is_what_the_records_are_and_nothing_goes_back(
    request: pytest.FixtureRequest,
    fresh: Callable[[pytest.FixtureRequest], AbstractContextManager[tuple[Flask, Path | None]]],
    examples: int,
) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=[*HealthCheck], phases=[Phase.generate])
    @given(st.lists(STEPS, min_size=55, max_size=60))
    def live(steps: list[tuple[str, int, int, float]]) -> None:
        with time_machine.travel(NOON, tick=False) as clock, fresh(request) as (app, file):
            year = Year(app, file, clock)
            for deed, number, other, days in steps:
                clock.shift(timedelta(days=days))
                year.do(deed, number, other)
                year.look()

    live()

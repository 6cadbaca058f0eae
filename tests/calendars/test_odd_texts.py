"""Whatever people write, every calendar program can read it back."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import ics
import pytest
import vobject
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from lag_tracker.calendars.entries import (
    EventContent,
    Span,
    comes_twice,
    meeting_content,
    one_line,
    paragraph,
    wall_clock,
)
from lag_tracker.calendars.feeds import FOOTER, content_digest, event_zone, write_event, write_head
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.meeting import Meeting, MeetingKind, MeetingState
from lag_tracker.models.traits import Audience, Certainty, Precision

STAMP = datetime(2026, 11, 2, 12, tzinfo=UTC)
BREAKS = "\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
NASTY = [
    "BEGIN:VEVENT", "END:VCALENDAR\r\n", "\\n\\,\\;", "\x00\u2028",
    'a;b,c:d"e', "ā" * 200, "👩‍👩‍👧‍👦" * 40, "x\r\n ATTENDEE:mailto:a@b",
    "%s{0}",
    "\ufeff", "\x00\x01\x1f\x7f\x9f", "e\u0301" * 90, "\u202eabc", "line\u2028break", " lead and trail ",
    "TZID=Europe/Oslo:", r"D:\Nolikums\nams",
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(max_size=300), st.text(alphabet=BREAKS + "ab,;\\:", max_size=80))
ZONES = st.sampled_from(
    ["Europe/Riga", "Europe/Lisbon", "America/New_York", "UTC", "Asia/Kathmandu", "Africa/Casablanca"]
)
DAYS = st.dates(date(1, 1, 1), date(9998, 12, 31))


@st.composite
def meetings(draw: st.DrawFn) -> Meeting:
    first = draw(DAYS)
    starts = draw(st.none() | st.times())
    meeting = Meeting(
        uid=draw(st.from_regex(r"[a-z0-9]{1,32}@[a-z0-9.-]{1,60}", fullmatch=True)),
        slug=draw(st.from_regex(r"[a-z0-9-]{1,60}", fullmatch=True)),
        title_lv=draw(st.none() | TEXTS),
        title_en=draw(st.none() | TEXTS),
        kind=draw(st.sampled_from(MeetingKind)),
        ordinal=draw(st.none() | st.integers(1, 500)),
        starts_on=first,
        ends_on=draw(st.none() | st.dates(first, min(date.max - timedelta(days=366), first + timedelta(days=40)))),
        starts_at_time=starts,
        ends_at_time=draw(st.none() | st.times()) if starts else None,
        date_precision=Precision.DAY,
        date_certainty=draw(st.sampled_from(Certainty)),
        time_zone=draw(ZONES),
        place_lv=draw(st.none() | TEXTS),
        join_url=draw(st.none() | TEXTS | st.just("https://meet.example/a,b;c")),
        join_audience=draw(st.sampled_from(Audience)),
        state=draw(st.sampled_from([MeetingState.SCHEDULED, MeetingState.HELD, MeetingState.CANCELLED])),
        cancelled_reason_lv=draw(st.none() | TEXTS),
    )
    meeting.agenda = [
        AgendaItem(
            id=number, position=number, title_lv=draw(TEXTS), duration_minutes=draw(st.none() | st.integers(1, 900))
        )
        for number in range(1, draw(st.integers(1, 4)))
    ]
    return meeting


def contents() -> st.SearchStrategy[EventContent]:
    languages = st.sampled_from(["lv", "en"])
    return st.builds(
        lambda meeting, lang: meeting_content(
            meeting, visible_items={1, 2}, lang=lang, base_url="https://grupas.example"
        ),
        meetings(),
        languages,
    )


def feed_of(*found: EventContent, name: str = "Visas sanāksmes") -> bytes:
    events = b"".join(write_event(content, sequence=1, changed_at=STAMP) for content in found)
    zones = {event_zone(content) for content in found} - {""}
    return write_head(zones=zones, is_empty=not found, name=name, time_zone="Europe/Riga") + events + FOOTER


def unfolded(feed: bytes) -> Iterator[bytes]:
    yield from feed.replace(b"\r\n ", b"").split(b"\r\n")


often = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@often
@given(st.lists(contents(), min_size=1, max_size=3, unique_by=lambda content: content.uid), TEXTS)
def test_every_feed_parses_and_says_what_was_meant(found: list[EventContent], name: str) -> None:
    feed = feed_of(*found, name=name)
    events = Calendar.from_ical(feed).walk("VEVENT")
    assert [str(event["UID"]) for event in events] == [content.uid for content in found]
    assert [str(event["SUMMARY"]) for event in events] == [content.summary for content in found]
    assert [str(event["DESCRIPTION"]) for event in events] == [content.description for content in found]
    for event, content in zip(events, found, strict=True):
        start = event.decoded("DTSTART")
        assert start == content.span.start
        assert isinstance(start, datetime) == content.span.has_hours
        assert start.tzinfo is not None if isinstance(start, datetime) else True


@often
@given(contents(), TEXTS)
def test_lines_are_folded_at_75_octets_and_never_inside_a_letter(content: EventContent, name: str) -> None:
    feed = feed_of(content, name=name)
    assert feed.endswith(b"END:VCALENDAR\r\n")
    lines = feed.removesuffix(b"\r\n").split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode("utf-8")
        assert not set(line) & {*range(9), *range(10, 32), 127}


@often
@given(contents())
def test_only_expected_properties_are_sent(content: EventContent) -> None:
    event = write_event(content, sequence=1, changed_at=STAMP)
    names = [line.split(b":")[0].split(b";")[0].decode() for line in unfolded(event) if line]
    assert len(names) - 2 == len(set(names) - {"BEGIN", "END"})
    assert set(names) <= {
        "BEGIN", "END", "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "STATUS", "TRANSP",
        "SUMMARY", "DESCRIPTION", "URL", "CATEGORIES", "LOCATION", "CONFERENCE",
    }  # fmt: skip


@often
@given(contents())
def test_the_same_record_gives_the_same_bytes(content: EventContent) -> None:
    again = EventContent(**content.__dict__)
    assert content_digest(again) == content_digest(content)
    assert feed_of(again) == feed_of(content)


@often
@given(contents())
def test_an_end_comes_after_the_start(content: EventContent) -> None:
    start, end = content.span
    if isinstance(start, datetime) and isinstance(end, datetime):
        assert end.astimezone(UTC) > start.astimezone(UTC)
    elif end is not None:
        assert end > start


@often
@given(contents())
def test_vobject_reads_the_same(content: EventContent) -> None:
    event = vobject.readOne(feed_of(content).decode()).vevent
    assert event.uid.value == content.uid
    assert event.summary.value == content.summary
    assert event.description.value == content.description
    if content.span.has_hours and content.span.start.year > 1980:
        assert event.dtstart.value.astimezone(UTC) == content.span.start.astimezone(UTC)  # type: ignore[attr-defined]


@often
@given(contents())
def test_ics_reads_the_same(content: EventContent) -> None:
    if content.span.start.year not in range(1971, 2037):
        return  # its times go no further
    (event,) = ics.Calendar(feed_of(content).decode()).events
    assert event.uid == content.uid
    assert event.name == content.summary
    assert event.description == content.description
    assert event.all_day != content.span.has_hours
    if content.span.has_hours:
        assert event.begin.datetime.astimezone(UTC) == content.span.start.astimezone(UTC)  # type: ignore[attr-defined]


@given(TEXTS)
def test_no_line_break_hides_in_a_line(text: str) -> None:
    assert not set(one_line(text)) & set(BREAKS)
    assert not set(paragraph(text)) & (set(BREAKS) - {"\n"})


@pytest.mark.parametrize("mark", ["\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_break_is_one(mark: str) -> None:
    assert paragraph(f"a{mark}b") == "a\nb"
    assert one_line(f"a{mark}b") == "a b"


@often
@given(st.dates(date(2001, 4, 1), date(2060, 12, 31)), st.times())
def test_the_rules_sent_give_the_hours_of_the_time_zone_database(day: date, at: time) -> None:
    start = wall_clock(day, at.replace(second=0, microsecond=0), ZoneInfo("Europe/Riga"))
    # Those are in UTC.
    assume(not comes_twice(start))
    content = EventContent(
        uid="a@b", span=Span(start, None), summary="a", description="b", address="https://a.example", location="",
        conference="", categories=("c",), is_cancelled=False, schedule="",
    )  # fmt: skip
    feed = feed_of(content)
    assert b"TZID=Europe/Riga" in feed
    # This one works the hours out from the rules in the feed, not from a database of its own.
    event = vobject.readOne(feed.decode().replace("Europe/Riga", f"Somewhere/{day.year}")).vevent
    assert event.dtstart.value.astimezone(UTC) == start.astimezone(UTC)

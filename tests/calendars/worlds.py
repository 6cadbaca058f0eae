"""Worlds of records for feeds, each in a group of its own, and what calendars must show of them.

What is shown is written beside the record, by hand, and not worked out by the code that writes feeds.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from lag_tracker.database import db
from lag_tracker.models.action import Action, ActionState
from lag_tracker.models.group import GroupKind
from lag_tracker.models.meeting import Meeting, MeetingKind, MeetingState
from lag_tracker.models.milestone import MilestoneKind
from lag_tracker.models.network import Network
from lag_tracker.models.traits import Audience, Precision
from tests import factories

NOBODY = None


class Row(NamedTuple):
    """A record, and how calendars show it."""

    given: dict[str, Any]
    start: str = ""
    #: Empty where nobody said when it ends.
    end: str = ""
    lv: str = "Sanāksme"
    en: str = "Sanāksme"
    #: Those who read it are everyone, members or managers; NOBODY finds it in a calendar.
    to: Audience | None = Audience.PUBLIC
    #: Only feeds that reach back as far as the records do have it.
    is_old: bool = False


def at(
    day: str, start: str | None = None, end: str | None = None, last: str | None = None, **given: Any
) -> dict[str, Any]:
    """Return when a meeting is, as the model names it."""
    return given | {
        "starts_on": date.fromisoformat(day),
        "ends_on": date.fromisoformat(last) if last else None,
        "starts_at_time": time.fromisoformat(start) if start else None,
        "ends_at_time": time.fromisoformat(end) if end else None,
    }


EVENING = at("2026-12-01", "18:00", "20:00")
SHOWN = ("2026-12-01T16:00:00Z", "2026-12-01T18:00:00Z")
CANCELLED = {"state": MeetingState.CANCELLED}

#: What somebody typed or pasted, and how it reads on one line.
TEXTS = {
    "Ar komatu, semikolu; kolu: \\ un āčēģīķļņšūž ĀČĒĢĪĶĻŅŠŪŽ": "",
    'BEGIN:VEVENT "un" END:VCALENDAR': "",
    "rinda\r\nATTENDEE:mailto:a@b\nEND:VEVENT": "rinda ATTENDEE:mailto:a@b END:VEVENT",
    "\\n \\N \\, \\; \\\\": "",
    "ļ" * 200: "",
    "👩‍👩‍👧‍👦" * 40: "",
    "e\u0301" * 90: "",
    "\u202eno labās puses": "",
    "rinda\u2028\u2029\x85\x0b\x0cbeidzas": "rinda beidzas",
    "\x00vadības\x07 zīmes\x1f\x7f\x9f": "vadības zīmes",
    "  malās \t ir  tukšs  ": "malās ir tukšs",
    "<b>&amp;</b> %s {0} $HOME `id` 'x' ^n ^'": "",
    "TZID=Europe/Oslo:20261201T180000": "",
    "\ufeffzīme sākumā": "zīme sākumā",
    "日本語 עברית العربية": "",
}
DAY = "2027-01-15"

WORLDS: dict[str, list[Row]] = {
    "nekas": [],
    "viena": [Row(EVENING, *SHOWN)],
    "stavokli": [
        Row(EVENING | {"title_en": "Meeting"}, *SHOWN, en="Meeting"),
        Row(
            at("2026-10-01", "10:00", "11:00", state=MeetingState.HELD), "2026-10-01T07:00:00Z", "2026-10-01T08:00:00Z"
        ),
        Row(
            EVENING
            | CANCELLED
            | {"cancelled_at": datetime(2026, 10, 1, tzinfo=UTC), "cancelled_reason_lv": "Slimība;\n,"},
            *SHOWN,
            lv="ATCELTA: Sanāksme",
            en="CANCELLED: Sanāksme",
        ),
        Row(EVENING | CANCELLED | {"cancelled_at": datetime(2026, 8, 30, tzinfo=UTC)}, to=NOBODY),
        Row(EVENING | {"audience": Audience.MEMBERS}, *SHOWN, to=Audience.MEMBERS),
        Row(EVENING | {"audience": Audience.MANAGERS}, *SHOWN, to=Audience.MANAGERS),
        Row(
            EVENING | {"state": MeetingState.DRAFT},
            *SHOWN,
            lv="MELNRAKSTS: Sanāksme",
            en="DRAFT: Sanāksme",
            to=Audience.MANAGERS,
        ),
        Row(EVENING | CANCELLED | {"archived_at": datetime(2026, 10, 1, tzinfo=UTC)}, to=NOBODY),
        Row(EVENING | {"title_lv": None, "ordinal": 3}, *SHOWN, lv="3. grupas sanāksme", en="3rd local group meeting"),
    ],
    "pulkstenis": [
        Row(at("2027-03-28", "02:00", "02:59"), "2027-03-28T00:00:00Z", "2027-03-28T00:59:00Z"),
        Row(at("2027-03-28", "02:30", "05:00"), "2027-03-28T00:30:00Z", "2027-03-28T02:00:00Z"),
        Row(at("2027-03-28", "03:30", "05:00"), "2027-03-28T01:30:00Z", "2027-03-28T02:00:00Z"),
        Row(at("2027-03-28", "04:00", "18:00"), "2027-03-28T01:00:00Z", "2027-03-28T15:00:00Z"),
        Row(at("2027-10-31", "02:30", "03:30"), "2027-10-30T23:30:00Z", "2027-10-31T00:30:00Z"),
        Row(at("2027-10-31", "03:30", "04:30"), "2027-10-31T00:30:00Z", "2027-10-31T02:30:00Z"),
        Row(at("2027-10-31", "04:00", "05:00"), "2027-10-31T02:00:00Z", "2027-10-31T03:00:00Z"),
        Row(at("2027-10-30", "18:00", "18:00", last="2027-11-01"), "2027-10-30T15:00:00Z", "2027-11-01T16:00:00Z"),
        Row(at("2027-03-28"), "2027-03-28", "2027-03-29"),
        Row(at("2027-10-31"), "2027-10-31", "2027-11-01"),
    ],
    "dienas": [
        Row(at("2026-12-30", last="2027-01-02"), "2026-12-30", "2027-01-03"),
        Row(at("2028-02-28", last="2028-02-29"), "2028-02-28", "2028-03-01"),
        Row(at("2026-12-30", "10:00", "16:00", last="2027-01-02"), "2026-12-30T08:00:00Z", "2027-01-02T14:00:00Z"),
        Row(at("2026-12-30", "10:00", last="2027-01-02"), "2026-12-30", "2027-01-03"),
        Row(at("2026-12-31", "23:00", "23:59"), "2026-12-31T21:00:00Z", "2026-12-31T21:59:00Z"),
        Row(at("2027-01-01", "00:00", "01:00"), "2026-12-31T22:00:00Z", "2026-12-31T23:00:00Z"),
    ],
    "bez-laika": [
        Row(at("2026-12-01"), "2026-12-01", "2026-12-02"),
        Row(at("2026-12-01", "18:00", title_lv="Bez beigām"), "2026-12-01T16:00:00Z", lv="Bez beigām", en="Bez beigām"),
        Row(at("2026-12-02", "18:00", "17:00"), "2026-12-02T16:00:00Z"),
        *(Row(at("2026-12-01", date_precision=precision), to=NOBODY) for precision in list(Precision)[1:]),
        Row({"starts_on": None, "date_precision": Precision.UNKNOWN}, to=NOBODY),
    ],
    "teksti": [
        Row(
            at(
                DAY,
                "18:00",
                "20:00",
                title_lv=typed,
                title_en=typed,
                place_lv=typed,
                join_url="https://meet.example/a,b;c",
            ),
            f"{DAY}T16:00:00Z",
            f"{DAY}T18:00:00Z",
            lv=read or typed,
            en=read or typed,
        )
        for typed, read in TEXTS.items()
    ],
    "zonas": [
        Row(at(DAY, "18:00", "20:00", time_zone=zone), f"{DAY}T{start}Z", f"{day}T{end}Z")
        for zone, start, day, end in (
            ("Europe/Helsinki", "16:00:00", DAY, "18:00:00"),
            ("Europe/Lisbon", "18:00:00", DAY, "20:00:00"),
            ("Europe/Warsaw", "17:00:00", DAY, "19:00:00"),
            ("America/New_York", "23:00:00", "2027-01-16", "01:00:00"),
            ("Asia/Kathmandu", "12:15:00", DAY, "14:15:00"),
            ("UTC", "18:00:00", DAY, "20:00:00"),
        )
    ],
    "senas": [
        Row(at("2025-11-02", "10:00", "11:00"), "2025-11-02T08:00:00Z", "2025-11-02T09:00:00Z"),
        Row(at("2025-11-01", "10:00", "11:00"), "2025-11-01T08:00:00Z", "2025-11-01T09:00:00Z", is_old=True),
        Row(at("2002-07-01", "10:00", "11:00"), "2002-07-01T07:00:00Z", "2002-07-01T08:00:00Z", is_old=True),
        # Before the Union's rules began, and so in UTC.
        Row(at("1999-07-01", "10:00", "11:00"), "1999-07-01T07:00:00Z", "1999-07-01T08:00:00Z", is_old=True),
    ],
    "divainas": [
        Row(EVENING, *SHOWN),
        # None of these can be an event; each costs itself and no other.
        Row(EVENING | {"uid": "a b\r\nX-EVIL:1"}, to=NOBODY),
        Row(EVENING | {"time_zone": "Mars/Olympus"}, to=NOBODY),
        Row(EVENING | {"time_zone": "../etc/passwd"}, to=NOBODY),
        Row({"starts_on": date.max}, to=NOBODY),
    ],
}


#: Milestones of the network, which have a title but no hours.
PHASE = {"kind": MilestoneKind.PHASE, "starts_on": date(2026, 12, 1), "ends_on": date(2027, 2, 28)}
MILESTONES = [
    Row({"starts_on": date(2026, 12, 31)}, "2026-12-31", "2027-01-01", "Termiņš, visiem; pēdējais", "Deadline"),
    Row(PHASE, "2026-12-01", "2027-03-01", "Plānošana", "Planning"),
    Row({"starts_on": date(2025, 11, 1)}, "2025-11-01", "2025-11-02", "Sens", "Old", is_old=True),
    Row({"starts_on": date(2026, 12, 1), "date_precision": Precision.MONTH}, to=NOBODY),
    Row({"starts_on": date(2026, 12, 31), "uid": "a b"}, to=NOBODY),
]
#: What somebody has to do by New Year's Eve, and how it reads.
TASKS = {
    ActionState.OPEN: ("TERMIŅŠ: Darbs; steidzams", "DUE: Darbs; steidzams"),
    ActionState.DONE: ("PAVEIKTS: Darbs; steidzams", "DONE: Darbs; steidzams"),
    ActionState.DROPPED: ("ATCELTS: Darbs; steidzams", "CANCELLED: Darbs; steidzams"),
}


class Shown(NamedTuple):
    """A record that stands in calendars, such as `("group", "viena")`."""

    uid: str
    row: Row
    calendars: frozenset[tuple[str, str]]


def fill() -> list[Shown]:
    """Add the records of all worlds; return those that stand in any calendar."""
    network = factories.network(slug="tikls")
    found = [_milestone(network, row) for row in MILESTONES]
    for name, rows in WORLDS.items():
        county = factories.municipality(slug=name)
        sort = GroupKind.STEERING if name == "pulkstenis" else GroupKind.URBACT_LOCAL_GROUP
        group = factories.group(slug=name, municipality=county, kind=sort)
        kind = MeetingKind.WORKSHOP if name == "pulkstenis" else MeetingKind.LOCAL_GROUP
        networks = [network] if name == "dienas" else []
        calendars = {
            ("all", ""),
            ("group", name),
            ("municipality", name),
            ("kind", kind.value),
            ("group_kind", sort.value),
        }
        calendars |= {("network", "tikls")} if networks else set()
        for number, row in enumerate(rows):
            slug = f"{name}-{number}"
            given = {
                "groups": [group],
                "kind": kind,
                "networks": networks,
                "slug": slug,
                "uid": f"{slug}@grupas.example",
            }
            meeting = factories.meeting(**(given | row.given))
            found.append(Shown(meeting.uid, row, frozenset(calendars | {("meeting", slug)})))
            if name == "viena":
                found += _tasks(meeting)
    return [shown for shown in found if shown.row.to is not NOBODY]


def _tasks(meeting: Meeting) -> Iterator[Shown]:
    """Give a member tasks, of which only a feed of their own tells."""
    doer = factories.person("Anna Darbiniece")
    for state, (lv, en) in TASKS.items():
        given = Action(meeting=meeting, person=doer, text_lv="Darbs; steidzams", due_on=date(2026, 12, 31), state=state)
        db.session.add(given)
        db.session.flush()
        row = Row({}, "2026-12-31", "2027-01-01", lv, en, to=Audience.MEMBERS)
        yield Shown(f"action-{given.id}.{meeting.uid}", row, frozenset({("deadlines", "")}))


def _milestone(network: Network, row: Row) -> Shown:
    found = factories.milestone(network, **({"title": row.lv, "title_en": row.en} | row.given))
    return Shown(found.uid, row, frozenset({("all", ""), ("milestones", ""), ("network", "tikls")}))

"""iCalendar text (RFC 5545, RFC 7986): an event, the rules of a zone, a calendar. No Flask, database or clock."""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCategory, vDuration, vText, vUri

from lag_tracker.calendars.entries import EventContent, comes_twice, one_line
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import GroupKind
from lag_tracker.models.meeting import MeetingKind

#: Raised with each change of how events or calendars are written, so that stored ones are written anew.
FORMAT = 2
#: Raised when events are stored of other records, for other audiences or in other calendars, or some of them show
#: something else; those that show what they showed keep their stamps.
LAYOUT = 5
PRODUCT = "-//LAG Tracker//Calendar feeds//EN"
REFRESH = timedelta(hours=4)
COLOUR = "seagreen"
FOOTER = b"END:VCALENDAR\r\n"

#: Names of the calendars that belong to no record.
ALL = Bilingual("Visas sanāksmes", "All meetings")
MILESTONES = Bilingual("Termiņi un posmi", "Deadlines and phases")
KINDS = {
    MeetingKind.LOCAL_GROUP: Bilingual("Grupu sanāksmes", "Local group meetings"),
    MeetingKind.CORE_GROUP: Bilingual("Kodola sanāksmes", "Core group meetings"),
    MeetingKind.JOINT: Bilingual("Kopīgas sanāksmes", "Joint meetings"),
    MeetingKind.STEERING: Bilingual("Vadības grupu sanāksmes", "Steering meetings"),
    MeetingKind.TRANSNATIONAL: Bilingual("Starpvalstu sanāksmes", "Transnational meetings"),
    MeetingKind.KICK_OFF: Bilingual("Uzsākšanas sanāksmes", "Kick-off meetings"),
    MeetingKind.PUBLIC_EVENT: Bilingual("Publiski pasākumi", "Public events"),
    MeetingKind.WORKSHOP: Bilingual("Darbnīcas", "Workshops"),
    MeetingKind.TRAINING: Bilingual("Mācības", "Training"),
    MeetingKind.STUDY_VISIT: Bilingual("Mācību vizītes", "Study visits"),
    MeetingKind.BILATERAL_CALL: Bilingual("Divpusējas sarunas", "Bilateral calls"),
    MeetingKind.GENERAL_ASSEMBLY: Bilingual("Kopsapulces", "General assemblies"),
    MeetingKind.OTHER: Bilingual("Citas sanāksmes", "Other meetings"),
}
GROUP_KINDS = {
    GroupKind.URBACT_LOCAL_GROUP: Bilingual("URBACT vietējās rīcības grupas", "URBACT Local Groups"),
    GroupKind.LEADER_LAG: Bilingual("LEADER vietējās rīcības grupas", "LEADER local action groups"),
    GroupKind.CORE_GROUP: Bilingual("Grupu kodoli", "Core groups"),
    GroupKind.STEERING: Bilingual("Projektu vadības grupas", "Steering groups"),
    GroupKind.OTHER: Bilingual("Citas grupas", "Other groups"),
}
#: Names by the sort of calendars that they name, and by the choice in an address.
NAMES_OF_KINDS = {
    "kind": {kind.value: name for kind, name in KINDS.items()},
    "group_kind": {kind.value: name for kind, name in GROUP_KINDS.items()},
}

_UID = re.compile(r"[A-Za-z0-9._@-]{1,200}")
_SPECIAL = re.compile(r"[\\;,]")
_HOUR = timedelta(hours=1)
# Since 2001 the whole European Union changes its clocks at 01:00 UTC (Directive 2000/84/EC).
_RULES_SINCE = datetime(2001, 3, 25, 1, tzinfo=UTC)
_SAMPLE_YEAR = 2025


def digest(*parts: object) -> str:
    """Return the SHA-256 of `parts`, as 64 letters and digits."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def content_digest(content: EventContent) -> str:
    """Return the digest of all that the event shows."""
    shown = content.__dict__ | {"span": tuple(str(moment) for moment in content.span)}
    # Left out where it says nothing, as it was before there were drafts: else all events would look changed.
    if not content.is_tentative:
        del shown["is_tentative"]
    return digest(FORMAT, shown)


def _last_sunday(year: int, month: int) -> datetime:
    end = datetime(year, month, 31, 1, tzinfo=UTC)
    return end - timedelta(days=(end.weekday() + 1) % 7)


@lru_cache(maxsize=64)
def _winter_offset(name: str) -> timedelta | None:
    """Return the winter offset of a zone that follows the Union's rules, else None."""
    zone = ZoneInfo(name)
    spring, autumn = _last_sunday(_SAMPLE_YEAR, 3), _last_sunday(_SAMPLE_YEAR, 10)
    second = timedelta(seconds=1)
    offsets = [moment.astimezone(zone).utcoffset() for moment in (spring - second, spring, autumn - second, autumn)]
    winter = offsets[0]
    # Further west the change falls on a Saturday by the wall clock, which the constant rule would not say.
    follows = winter is not None and winter >= -_HOUR and offsets == [winter, winter + _HOUR, winter + _HOUR, winter]
    return winter if follows else None


def zone_of(moment: date) -> str:
    """Return the zone whose rules an event at `moment` needs, or "" when it is a day or is written in UTC.

    The time is written in its zone only where the rules that the feed carries give the very instant that the time
    zone database gives; otherwise, as before 2001 or in zones with other rules, UTC says it without any rule. So it
    does in the hour that comes twice in autumn: of the two, RFC 5545, 3.3.5, means the first, but libical and ical.js
    take the second.
    """
    if not isinstance(moment, datetime) or not isinstance(moment.tzinfo, ZoneInfo):
        return ""
    winter, instant = _winter_offset(moment.tzinfo.key), moment.astimezone(UTC)
    if winter is None or instant < _RULES_SINCE or comes_twice(moment):
        return ""
    is_summer = _last_sunday(instant.year, 3) <= instant < _last_sunday(instant.year, 10)
    return moment.tzinfo.key if moment.utcoffset() == winter + _HOUR * is_summer else ""


def event_zone(content: EventContent) -> str:
    """Return the zone that the event's times name; "" when they are whole days or in UTC."""
    zones = {zone_of(moment) for moment in content.span if moment is not None}
    return zones.pop() if len(zones) == 1 else ""


class _Text(vText):
    r"""A text that is sent as it is. The library takes a backslash before an N, as in D:\Nolikums, for a line break."""

    def to_ical(self) -> bytes:
        """Return the text with the four escapes of RFC 5545, 3.3.11."""
        return _SPECIAL.sub(r"\\\g<0>", self).replace("\n", r"\n").encode()


def _categories(names: Iterable[str]) -> vCategory:
    """Return the names as the values of one property."""
    found = vCategory([])
    found.cats = [_Text(name) for name in names]
    return found


def write_event(content: EventContent, *, sequence: int, changed_at: datetime) -> bytes:
    """Return the VEVENT, folded and with CRLF; raise ValueError when the record cannot be an event."""
    if not _UID.fullmatch(content.uid):
        raise ValueError(f"{content.uid!r} cannot identify an event in every calendar.")
    event = Event()
    event.add("uid", content.uid)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("sequence", sequence)
    _add_span(event, content)
    event.add("status", "CANCELLED" if content.is_cancelled else "TENTATIVE" if content.is_tentative else "CONFIRMED")
    is_free = content.is_cancelled or not content.span.has_hours
    event.add("transp", "TRANSPARENT" if is_free else "OPAQUE")
    event.add("summary", _Text(content.summary))
    event.add("description", _Text(content.description))
    event.add("url", content.address)
    event.add("categories", _categories(content.categories))
    if content.location:
        event.add("location", _Text(content.location))
    if content.conference:
        event.add("conference", vUri(content.conference), parameters={"VALUE": "URI", "FEATURE": "VIDEO"})
    return bytes(event.to_ical())


def _add_span(event: Event, content: EventContent) -> None:
    in_zone = event_zone(content)
    for name, moment in zip(("dtstart", "dtend"), content.span, strict=True):
        if isinstance(moment, datetime) and not in_zone:
            event.add(name, moment.astimezone(UTC))
        elif moment is not None:
            event.add(name, moment)


@lru_cache(maxsize=64)
def write_zone(name: str) -> bytes:
    """Return the VTIMEZONE of a zone that `zone_of` named. RDATE lists would put some clients an hour wrong."""
    winter = _winter_offset(name)
    if winter is None:
        raise ValueError(f"{name} does not follow the rules of the European Union.")
    zone, summer = ZoneInfo(name), winter + _HOUR
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    for kind, month, before, after, first in (
        ("DAYLIGHT", 3, winter, summer, _last_sunday(2001, 3)),
        ("STANDARD", 10, summer, winter, _last_sunday(2001, 10)),
    ):
        lines += [
            f"BEGIN:{kind}",
            f"DTSTART:{(first + before):%Y%m%dT%H%M%S}",
            f"TZOFFSETFROM:{_offset(before)}",
            f"TZOFFSETTO:{_offset(after)}",
            f"TZNAME:{_last_sunday(_SAMPLE_YEAR, month).astimezone(zone).tzname()}",
            f"RRULE:FREQ=YEARLY;BYMONTH={month};BYDAY=-1SU",
            f"END:{kind}",
        ]
    return "\r\n".join([*lines, "END:VTIMEZONE", ""]).encode()


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


@lru_cache(maxsize=256)
def write_header(name: str, *, time_zone: str) -> bytes:
    """Return a calendar's first lines. One without a name is for a download, which nobody polls."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-timezone", time_zone)
    if name:
        calendar.add("name", _Text(one_line(name)))
        calendar.add("x-wr-calname", _Text(one_line(name)))
        calendar.add("color", COLOUR)
        calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(REFRESH))
    return bytes(calendar.to_ical()).removesuffix(FOOTER)


def write_head(*, zones: set[str], is_empty: bool, name: str, time_zone: str) -> bytes:
    """Return all that stands before the events, with the rules of the zones they name; `FOOTER` stands after them."""
    # RFC 5545, 3.4: a calendar holds one component at least, so an empty one shows the rules of its own zone.
    own = {time_zone} if _winter_offset(time_zone) is not None else set()
    named = sorted(zones or (own if is_empty else set()))
    return b"".join([write_header(name, time_zone=time_zone), *map(write_zone, named)])

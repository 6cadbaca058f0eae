"""What may stand in one field of a file of facts, each kind with the words of its mistake."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field

from lag_tracker.models.traits import Precision

FIRST_YEAR, LAST_YEAR = 1900, 2200
DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
CLOCK = re.compile(r"(\d{2}):(\d{2})", re.ASCII)
WHOLE = re.compile(r"\d{1,6}", re.ASCII)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
TRUTH = {"true": True, "yes": True, "false": False, "no": False}


class CoarseDay(NamedTuple):
    """A day, month or year as the file writes it; the first day is None when it is unknown."""

    first: date | None
    last: date | None
    precision: Precision


UNKNOWN_DAY = CoarseDay(None, None, Precision.UNKNOWN)


@dataclass(frozen=True)
class Reference:
    """Marks a field that holds the key, or the keys, of records of another section."""

    section: str


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")  # noqa: TRY004 -- pydantic gathers ValueErrors
    words = value.strip()
    if not words:
        raise ValueError("is empty; leave the field out instead")
    if CONTROL.search(words):
        raise ValueError("holds a character that cannot be shown")
    return words


def _coarse_day(value: Any) -> CoarseDay:
    if value == "unknown":
        return UNKNOWN_DAY
    found = DAY.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError("is no date; write 2020-12-31, 2020-12, 2020 or unknown")
    year, month, day = (int(part) if part else None for part in found.groups())
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"is no date between {FIRST_YEAR} and {LAST_YEAR}")
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        raise ValueError("is no date, there is no such day") from None
    if day:
        return CoarseDay(first, first, Precision.DAY)
    if month:
        return CoarseDay(first, first.replace(day=monthrange(year, month)[1]), Precision.MONTH)
    return CoarseDay(first, date(year, 12, 31), Precision.YEAR)


def _day(value: Any) -> date:
    found = _coarse_day(value)
    if found.first is None or found.precision is not Precision.DAY:
        raise ValueError("must be a whole date such as 2020-12-31")
    return found.first


def _clock(value: Any) -> time:
    found = CLOCK.fullmatch(value) if isinstance(value, str) else None
    try:
        return time(int(found[1]), int(found[2])) if found else time.fromisoformat("")
    except ValueError:
        raise ValueError("is no time of day; write it as 18:00") from None


def _instant(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value)
        in_utc = found.astimezone(UTC).replace(microsecond=0) if found.tzinfo else None
    except (TypeError, ValueError, OverflowError):
        in_utc = None
    if in_utc is None or not FIRST_YEAR <= in_utc.year <= LAST_YEAR:
        raise ValueError("is no instant; write it as 2020-12-31T18:00:00+02:00")
    return in_utc


def _whole(value: Any) -> int:
    if not isinstance(value, str) or not WHOLE.fullmatch(value):
        raise ValueError("must be a whole number of up to six digits")
    return int(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, str) or value.lower() not in TRUTH:
        raise ValueError("must be true or false")
    return TRUTH[value.lower()]


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", value)
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("is no address; it must start with https://")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no time zone; write it as Europe/Riga") from None
    return value


Text = Annotated[str, BeforeValidator(_text)]
Line = Annotated[Text, Field(max_length=300)]
Heading = Annotated[Text, Field(max_length=500)]
Name = Annotated[Text, Field(max_length=200)]
Key = Annotated[Text, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Slug = Annotated[Text, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)]
Address = Annotated[Text, Field(max_length=500), AfterValidator(_address)]
Country = Annotated[Text, Field(pattern=r"^[A-Z]{2}$")]
Day = Annotated[date, BeforeValidator(_day)]
Dates = Annotated[CoarseDay, BeforeValidator(_coarse_day)]
Clock = Annotated[time, BeforeValidator(_clock)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
Zone = Annotated[Text, AfterValidator(_zone)]
Whole = Annotated[int, BeforeValidator(_whole)]
Positive = Annotated[Whole, Field(ge=1)]
Truth = Annotated[bool, BeforeValidator(_truth)]

ToSource = Annotated[Key, Reference("sources")]
ToProgramme = Annotated[Key | None, Reference("programmes")]
ToMunicipality = Annotated[Key | None, Reference("municipalities")]
ToTheme = Annotated[Key | None, Reference("themes")]
ToOrganisation = Annotated[Key | None, Reference("organisations")]
ToPerson = Annotated[Key | None, Reference("people")]
ToNetwork = Annotated[Key | None, Reference("networks")]
ToGroup = Annotated[Key | None, Reference("groups")]
ToTopic = Annotated[Key | None, Reference("topics")]
ToInitiative = Annotated[Key | None, Reference("initiatives")]
ToMeeting = Annotated[Key | None, Reference("meetings")]


def is_skipped(day: date, at: time, zone: str) -> bool:
    """Tell whether the clocks of `zone` pass over this time of the day, as in the hour lost in March."""
    local = datetime.combine(day, at, ZoneInfo(zone))
    return local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None)

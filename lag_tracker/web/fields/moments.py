"""Fields for days, times and numbers, as people write them."""

import re
from collections.abc import Iterator
from datetime import date, time
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from babel.core import get_global
from babel.dates import get_timezone_location
from flask_babel import gettext
from wtforms import SelectField, StringField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # the types are of an older WTForms
from wtforms.validators import StopValidation

from lag_tracker.latvian import sort_key
from lag_tracker.models.traits import NO_DAY, Precision, RoughDay
from lag_tracker.web.fields.checks import clean
from lag_tracker.web.formatting import coarse_date, short_date
from lag_tracker.web.language import reading_language

#: No group met before, and none has planned so far.
FIRST_YEAR, LAST_YEAR = 1900, 2199
HOURS, MINUTES = 24, 60
#: Longer numbers would not fit the database.
LONGEST_NUMBER = 9
#: Names of cities that the locale data lack.
CITIES = {("lv", "Europe/Kyiv"): "Kijiva"}
_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\.?")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?")
_MONTH = re.compile(r"(\d{1,2})\.\s?(\d{4})\.?")


class TypedField(StringField):
    """A field that shows again what was typed, even when it could not be read."""

    data: Any

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else self.shown()

    @property
    def is_unread(self) -> bool:
        """Whether it shows words that no calendar or clock of a browser could show."""
        return bool(self.raw_data and self.raw_data[0] and self.data is None)

    def shown(self) -> str:
        """Return the value as the browser's own field wants it."""
        raise NotImplementedError


class DayField(TypedField):
    """A day, typed as 15.03.2027. or 15.3.2027, or chosen from the browser's calendar; `data` is a date or None."""

    look = "day"

    def shown(self) -> str:
        """Return the day as 2027-03-15."""
        return self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read a day in the Latvian or in the international form."""
        typed = clean(valuelist[0]) if valuelist else ""
        self.data = None
        if typed:
            self.data = read_day(typed)
            if self.data is None:
                raise ValueError(gettext("Enter a day such as 15.03.2027."))

    def words(self) -> str:
        """Return the day as 15.03.2027."""
        return short_date(self.data) if self.data else ""


def read_day(typed: str) -> date | None:
    """Return the day that somebody typed, None when it is none."""
    found = _DAY.fullmatch(typed)
    try:
        day = date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(typed)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


class RoughDayField(TypedField):
    """A day, a month or a year, as finely as it is known, on one line; `data` is a RoughDay, NO_DAY when empty."""

    look = "rough"

    def shown(self) -> str:
        """Return the day as 15.03.2027., the month as 03.2027., the year as 2027."""
        day, precision = self.data or NO_DAY
        if day is None or precision is Precision.UNKNOWN:
            return ""
        start = {Precision.YEAR: "", Precision.MONTH: f"{day.month:02d}."}.get(
            precision, f"{day.day:02d}.{day.month:02d}."
        )
        return f"{start}{day.year:04d}{'.' if start else ''}"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed, no finer than it was typed."""
        typed = clean(valuelist[0]) if valuelist else ""
        found = read_rough_day(typed)
        self.data = found or NO_DAY
        if found is None:
            raise ValueError(gettext("Enter a day such as 15.03.2027., a month such as 03.2027., or a year."))

    def words(self) -> str:
        """Return the day as pages say it."""
        return coarse_date(*(self.data or NO_DAY))


def read_rough_day(typed: str) -> RoughDay | None:
    """Return the day, month or year that somebody typed, NO_DAY for nothing; None when it is none of them."""
    if not typed:
        return NO_DAY
    if day := read_day(typed):
        return RoughDay(day, Precision.DAY)
    if found := _MONTH.fullmatch(typed):
        return _rough(f"01.{found[0]}", Precision.MONTH)
    return _rough(f"01.01.{typed}", Precision.YEAR)


def _rough(first: str, precision: Precision) -> RoughDay | None:
    day = read_day(first)
    return RoughDay(day, precision) if day else None


class ClockField(TypedField):
    """A time of day, typed as 18:00, 18.00, 1800 or 18; `data` is a time without a zone, or None."""

    look = "clock"

    def shown(self) -> str:
        """Return the time as 18:00."""
        return f"{self.data:%H:%M}" if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read a time with a colon, a full stop or neither."""
        typed = clean(valuelist[0]) if valuelist else ""
        self.data = None
        found = _CLOCK.fullmatch(typed)
        hour, minute = (int(found[1]), int(found[2] or 0)) if found else (HOURS, 0)
        if hour < HOURS and minute < MINUTES:
            self.data = time(hour, minute)
        elif typed:
            raise ValueError(gettext("Enter a time such as 18:00."))

    def words(self) -> str:
        """Return the time as 18:00."""
        return f"{self.data:%H:%M}" if self.data else ""


class NumberField(TypedField):
    """A whole number within bounds; `data` is an int or None."""

    look = "number"

    def __init__(
        self, words: Any = None, validators: Any = (), *, least: int = 0, most: int = 9999, **given: Any
    ) -> None:
        """Make a field for numbers from `least` to `most`."""
        super().__init__(words, validators, **given)
        self.least, self.most = least, most

    def shown(self) -> str:
        """Return the digits."""
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read a number, with or without blanks between thousands."""
        typed = "".join(clean(valuelist[0]).split()) if valuelist else ""
        self.data = None
        if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER:
            self.data = int(typed) if self.least <= int(typed) <= self.most else None
        if typed and self.data is None:
            raise ValueError(
                gettext("Enter a whole number from %(least)d to %(most)d.", least=self.least, most=self.most)
            )

    def words(self) -> str:
        """Return the number."""
        return self.shown()


@lru_cache(maxsize=2)
def european_zones(lang: str) -> dict[str, str]:
    """Return the time zones of Europe by the names of their cities, each once: "Europe/Riga" -> "Rīga"."""
    others = get_global("zone_aliases")
    names = {
        zone: CITIES.get((lang, zone)) or get_timezone_location(zone, locale=lang, return_city=True)
        for zone in available_timezones()
        if zone.startswith("Europe/") and not others.get(zone, "").startswith("Europe/")
    }
    return dict(sorted(names.items(), key=lambda pair: sort_key(pair[1])))


class ZoneField(SelectField):
    """A time zone of Europe by its city; `data` is its name, such as "Europe/Riga"."""

    look = "choice"

    def __init__(self, words: Any = None, validators: Any = (), **given: Any) -> None:
        """Make a field that offers the zones of Europe, and the record's own."""
        super().__init__(words, validators, validate_choice=False, **given)

    def iter_choices(self) -> Iterator[Any]:
        """Yield the zones in the language being read."""
        zones = european_zones(reading_language())
        if self.data and self.data not in zones:
            yield Choice(self.data, self.data, True, {})  # noqa: FBT003 -- the tuple of WTForms
        for zone, city in zones.items():
            yield Choice(zone, city, zone == self.data, {})

    def has_groups(self) -> bool:
        """Tell that the zones stand in one list."""
        return False

    def pre_validate(self, _form: Any) -> None:
        """Refuse a zone that there is not."""
        if self.data not in available_timezones():
            raise StopValidation(gettext("Choose one of the list."))

    def words(self) -> str:
        """Return the zone's city."""
        return european_zones(reading_language()).get(self.data, str(self.data or ""))

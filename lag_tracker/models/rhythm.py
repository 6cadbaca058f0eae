"""How often a group meets: the rule by which the days of a series are found, once, when it is made."""

from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice

#: A rule that finds too few days by then finds no more: a skipped day a year would else be looked for for ever.
MOST_STEPS = 400


class Pattern(StrEnum):
    """Whether weeks are counted or months."""

    WEEKS = "weeks"
    MONTHS = "months"


class Weekday(StrEnum):
    """A day of the week, Monday first."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """Its number as dates count it: 0 for Monday."""
        return list(Weekday).index(self)


class Nth(StrEnum):
    """Which of a month's Mondays, Tuesdays and so on."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    FOURTH = "fourth"
    LAST = "last"


class Scope(StrEnum):
    """Which meetings of a series a change is about."""

    THIS_AND_LATER = "this_and_later"
    THIS = "this"


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """Every so many weeks on a weekday, or every so many months on the nth one of the month."""

    pattern: Pattern
    every: int
    weekday: Weekday
    nth: Nth

    def __str__(self) -> str:
        """Return the rule as a series keeps it."""
        place = f" {self.nth}" if self.pattern is Pattern.MONTHS else ""
        return f"every {self.every} {self.pattern}, {self.weekday}{place}"

    def days(self, *, first: date, number: int, skipped: Collection[date] = ()) -> list[date]:
        """Return the next `number` days from `first` on, itself included, without those `skipped`."""
        steps = self._by_weeks(first) if self.pattern is Pattern.WEEKS else self._by_months(first)
        found = (day for day in islice(steps, MOST_STEPS) if day >= first and day not in skipped)
        return list(islice(found, number))

    def _by_weeks(self, first: date) -> Iterator[date]:
        day = first + timedelta(days=(self.weekday.number - first.weekday()) % 7)
        while day <= date.max - timedelta(weeks=self.every):
            yield day
            day += timedelta(weeks=self.every)

    def _by_months(self, first: date) -> Iterator[date]:
        start = first.year * 12 + first.month - 1
        # Where the month's day is over already, counting begins with the next month.
        if self._in_month(start) < first:
            start += 1
        for month in range(start, date.max.year * 12, self.every):
            yield self._in_month(month)

    def _in_month(self, month: int) -> date:
        year, place = divmod(month, 12)
        opening = date(year, place + 1, 1)
        day = 1 + (self.weekday.number - opening.weekday()) % 7
        if self.nth is Nth.LAST:
            day += 7 * ((monthrange(year, place + 1)[1] - day) // 7)
        else:
            day += 7 * list(Nth).index(self.nth)
        return date(year, place + 1, day)

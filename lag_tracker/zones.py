"""Wall clocks that are turned forward and back: hours that do not exist, and hours that come twice."""

from datetime import UTC, date, datetime, time
from enum import Enum
from zoneinfo import ZoneInfo


class Hour(Enum):
    """How a time of day stands to the change of the clocks on its day."""

    ORDINARY = "ordinary"
    #: The clocks go forward over it; no clock ever shows it.
    SKIPPED = "skipped"
    #: The clocks go back over it; they show it twice.
    TWICE = "twice"


def hour_of(day: date, at: time, zone: str) -> Hour:
    """Tell what `at` on `day` is by the wall clocks of `zone`, an IANA name such as "Europe/Riga"."""
    first = datetime.combine(day, at.replace(fold=0), ZoneInfo(zone))
    if first.utcoffset() == first.replace(fold=1).utcoffset():
        return Hour.ORDINARY
    there_and_back = first.astimezone(UTC).astimezone(first.tzinfo)
    return Hour.TWICE if there_and_back.replace(tzinfo=None) == first.replace(tzinfo=None) else Hour.SKIPPED


def after_skipped(day: date, at: time, zone: str) -> time:
    """Return what the clocks show when a skipped time would have been: 04:30 for 03:30."""
    moment = datetime.combine(day, at.replace(fold=0), ZoneInfo(zone))
    return moment.astimezone(UTC).astimezone(moment.tzinfo).time()


def elapsed_minutes(day: date, starts: time, last: date, ends: time, zone: str) -> int:
    """Return how many minutes really pass from one wall clock time to another; of a time shown twice the first."""
    start, end = (
        datetime.combine(on, at.replace(fold=0), ZoneInfo(zone)).astimezone(UTC)
        for on, at in ((day, starts), (last, ends))
    )
    return int((end - start).total_seconds()) // 60

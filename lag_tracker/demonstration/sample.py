"""The demonstration: the facts about URBACT in Latvia, and an invented group whose meetings lie around today."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from lag_tracker.database import db
from lag_tracker.demonstration.loading import Progress, known_records, load_facts
from lag_tracker.demonstration.reading import read_facts
from lag_tracker.models.group import Group

FOLDER = Path(__file__).parent
SAMPLE_GROUP = "sample_group"

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: "<week+2 tue>": the Tuesday two weeks on; "<clock-3>": three days before the clocks change; "<month+4>"; "<year+1>".
MOMENT = re.compile(rf"<(week|clock|month|year)([+-]\d+)(?: ({'|'.join(WEEKDAYS)}))?>")
#: A clock change is taken when it is that many days ahead at least, so that both of its sides are.
DAYS_TO_CLOCK_CHANGE = 7


def load_demonstration(*, uid_domain: str, today: date, progress: Progress = lambda *_: None) -> None:
    """Load the facts, or bring them up to date, and the sample group unless it is there already.

    `today` is the day around which the sample's meetings lie; `uid_domain` ends the identity of calendar events.
    """
    content = (FOLDER / "urbact_latvia.yaml").read_bytes()
    load_facts(read_facts(content, known=known_records()), uid_domain=uid_domain, today=today, progress=progress)
    if not db.session.scalar(select(exists().where(Group.import_key == SAMPLE_GROUP))):
        content = sample_facts(today=today).encode()
        load_facts(read_facts(content, known=known_records()), uid_domain=uid_domain, today=today, progress=progress)


def sample_facts(*, today: date) -> str:
    """Return the sample's file of facts with days around `today`."""
    monday = today - timedelta(days=today.weekday())
    change = next_clock_change(today + timedelta(days=DAYS_TO_CLOCK_CHANGE))

    def write_out(found: re.Match[str]) -> str:
        unit, count, weekday = found[1], int(found[2]), found[3]
        moments: dict[str, Callable[[], str]] = {
            "week": lambda: str(monday + timedelta(weeks=count, days=WEEKDAYS.index(weekday or "mon"))),
            "clock": lambda: str(change + timedelta(days=count)),
            "month": lambda: _month(today, count),
            "year": lambda: str(today.year + count),
        }
        return moments[unit]()

    return MOMENT.sub(write_out, (FOLDER / "sample.yaml").read_text(encoding="utf-8"))


def next_clock_change(day: date) -> date:
    """Return the first day, `day` or later, on which the clocks change in Latvia."""
    from datetime import datetime, time  # noqa: PLC0415

    zone = ZoneInfo("Europe/Riga")
    offsets = (datetime.combine(day, time(), zone).utcoffset(), datetime.combine(day, time(23), zone).utcoffset())
    return day if offsets[0] != offsets[1] else next_clock_change(day + timedelta(days=1))


def _month(today: date, count: int) -> str:
    year, month = divmod(today.year * 12 + today.month - 1 + count, 12)
    return f"{year}-{month + 1:02d}"

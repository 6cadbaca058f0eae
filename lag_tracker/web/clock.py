"""Now and today: read here, and handed on as arguments."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

from lag_tracker.database import utc_now
from lag_tracker.web.formatting import short_date


def now() -> datetime:
    """Return this instant in UTC."""
    return utc_now()


def today() -> date:
    """Return the day it is where the groups are."""
    return utc_now().astimezone(ZoneInfo(current_app.config["SETTINGS"].time_zone)).date()


def clock_time(moment: datetime | str) -> str:
    """Return an instant, or its form of ISO 8601, as a day and a time of day where the groups are.

    Raises ValueError for a text that is no instant.
    """
    instant = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    local = instant.astimezone(ZoneInfo(current_app.config["SETTINGS"].time_zone))
    return f"{short_date(local.date())} {local:%H:%M}"

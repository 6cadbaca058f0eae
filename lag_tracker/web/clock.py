"""Now and today: read here, and handed on as arguments."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

from lag_tracker.database import utc_now


def now() -> datetime:
    """Return this instant in UTC."""
    return utc_now()


def today() -> date:
    """Return the day it is where the groups are."""
    return utc_now().astimezone(ZoneInfo(current_app.config["SETTINGS"].time_zone)).date()

"""Keep calendar events true to the records."""

from datetime import datetime

from sqlalchemy.orm import Session

from lag_tracker.models.changes import Changes


def refresh_calendars(session: Session, *, changes: Changes, now: datetime) -> None:
    """Write anew the events of the records that `changes` touch, and raise the versions of their calendars."""

"""What is worked out from the records and stored beside them is kept true here, in the transaction that changes a record.

Calendar events and search entries are read far more often than records change, so they are written at each change.
Every way of changing a record, from a page or from the command line, goes through the session and so through here.
"""

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from lag_tracker.calendars.operations import refresh_calendars
from lag_tracker.database import Base, db, utc_now
from lag_tracker.models.calendar import CalendarEntry, CalendarFeed, CalendarListing, CalendarVersion
from lag_tracker.models.changes import Changes
from lag_tracker.models.search import SearchEntry
from lag_tracker.search.operations import refresh_search

DERIVED = (CalendarEntry, CalendarFeed, CalendarListing, CalendarVersion, SearchEntry)


def keep_derived() -> None:
    """Follow the application's session from now on; a second call changes nothing."""
    if not event.contains(db.session, "after_flush", _note_changes):
        event.listen(db.session, "after_flush", _note_changes)
        event.listen(db.session, "before_commit", _refresh)
        event.listen(db.session, "after_soft_rollback", _forget)


def _records(instances: Any) -> list[Base]:
    return [record for record in instances if not isinstance(record, DERIVED)]


def _changes(session: Session) -> Changes:
    found: Changes = session.info.setdefault("changes", Changes())
    return found


def _note_changes(session: Session, _context: Any) -> None:
    # After the flush, yet before the histories are wiped: new rows have their ids, changed ones still know the old values.
    touched = [*session.new, *session.deleted, *(record for record in session.dirty if session.is_modified(record))]
    _changes(session).note(_records(touched))


def _refresh(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    changes = session.info.pop("changes", None)
    if changes:
        now = utc_now()
        refresh_calendars(session, changes=changes, now=now)
        refresh_search(session, changes=changes)
        session.flush()
        session.info.pop("changes", None)


def _forget(session: Session, _previous: Any) -> None:
    if not session.in_nested_transaction():
        session.info.pop("changes", None)

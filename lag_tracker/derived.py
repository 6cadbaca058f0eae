"""What is worked out from the records and stored beside them is kept true here, together with the records.

Calendar events and search entries are read far more often than records change, so they are written at each change.
Every way of changing a record, from a page or from the command line, goes through the session and so through here.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import current_app
from sqlalchemy import Column, Table, event, inspect, select
from sqlalchemy.orm import Session

from lag_tracker.audit.operations import forget_deeds, note_deeds, note_going, settle_readers
from lag_tracker.calendars.operations import refresh_calendars
from lag_tracker.database import Base, db, utc_now
from lag_tracker.models.calendar import CalendarEntry, CalendarFeed, CalendarListing, CalendarSegment, CalendarVersion
from lag_tracker.models.changes import Changes
from lag_tracker.models.search import SearchEntry
from lag_tracker.names.queries import NAMES
from lag_tracker.search.operations import refresh_search

DERIVED = (CalendarEntry, CalendarFeed, CalendarListing, CalendarSegment, CalendarVersion, SearchEntry)


def keep_derived() -> None:
    """Follow the application's session from now on; a second call changes nothing."""
    if not event.contains(db.session, "after_flush", _note_changes):
        event.listen(db.session, "before_flush", _note_stored)
        event.listen(db.session, "after_flush", _note_changes)
        event.listen(db.session, "after_flush", _note_deeds)
        event.listen(db.session, "before_commit", _refresh)
        event.listen(db.session, "after_soft_rollback", _forget)


def _records(instances: Any) -> list[Base]:
    return [record for record in instances if not isinstance(record, DERIVED)]


def _changes(session: Session) -> Changes:
    found: Changes = session.info.setdefault("changes", Changes())
    return found


def _note_stored(session: Session, _context: Any, _instances: Any) -> None:
    note_going(session)
    # Before the flush the database still knows what changed records referred to, even where the session never read it,
    # and which rows it will delete or empty by itself when a record goes.
    changes = _changes(session)
    changed = _records(record for record in session.dirty if session.is_modified(record))
    for table, numbers in _by_table([*changed, *_records(session.deleted)]).items():
        _note_rows(session, changes, table.c.id, numbers)
    for table, numbers in _by_table(_records(session.deleted)).items():
        _note_leaning(session, changes, table, numbers)


def _by_table(records: Iterable[Base]) -> dict[Table, list[int]]:
    """Return the ids of records that have one, by table: as many as there are cost one statement."""
    found: dict[Table, list[int]] = {}
    for record in records:
        state: Any = inspect(record)
        if "id" in state.mapper.local_table.c and state.identity:
            found.setdefault(state.mapper.local_table, []).append(state.identity[0])
    return found


def _note_rows(session: Session, changes: Changes, among: Column[int], numbers: list[int]) -> list[int]:
    """Note the rows whose column `among` is one of `numbers`; return their ids, when they have any."""
    table = among.table
    columns = [column for column in table.c if column.name == "id" or column.name.endswith("_id")]
    rows = session.execute(select(*columns).where(among.in_(numbers))).mappings().all()
    for row in rows:
        changes.note_row(table.name, {str(name): value for name, value in row.items()})
    return [row["id"] for row in rows if "id" in row]


def _note_leaning(session: Session, changes: Changes, table: Table, numbers: list[int]) -> None:
    """Note the rows that refer to these rows of `table`, and what refers to those that will be deleted with them."""
    for column, goes_along in _references_to(table):
        leaning = _note_rows(session, changes, column, numbers)
        if leaning and goes_along:
            _note_leaning(session, changes, column.table, leaning)


def _references_to(table: Table) -> Iterator[tuple[Column[int], bool]]:
    for other in table.metadata.tables.values():
        for key in other.foreign_keys:
            if key.column.table is table:
                yield key.parent, key.ondelete == "CASCADE"


def _note_changes(session: Session, _context: Any) -> None:
    # After the flush, yet before the histories are wiped: new rows have their ids, changed ones know the old values.
    touched = [*session.new, *session.deleted, *(record for record in session.dirty if session.is_modified(record))]
    _changes(session).note(_records(touched))


def _note_deeds(session: Session, _context: Any) -> None:
    note_deeds(session)


def _refresh(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    settle_readers(session)
    changes = session.info.pop("changes", None)
    if changes:
        base_url = current_app.config["SETTINGS"].address
        refresh_calendars(session, changes=changes, base_url=base_url, now=utc_now())
        refresh_search(session, changes=changes)
        session.flush()
        session.info.pop("changes", None)
        session.info.pop(NAMES, None)


def _forget(session: Session, _previous: Any) -> None:
    if not session.in_nested_transaction():
        forget_deeds(session)
        session.info.pop("changes", None)
        session.info.pop(NAMES, None)

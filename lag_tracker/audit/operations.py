"""Write down each change that an account makes, in the transaction that makes it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Table, insert, inspect, select, tuple_
from sqlalchemy.orm import Session

from lag_tracker.audit.readers import Known, are_found_later, groups_concerned, let_read, still_there
from lag_tracker.audit.scope import (
    ALWAYS_TOLD,
    AUDITED,
    CONSEQUENCES,
    COUNT,
    LIST,
    SECRETS,
    SILENT,
    SPEAKING,
    TELLING,
    WORDS,
)
from lag_tracker.database import Base, utc_now
from lag_tracker.models.audit import AuditEntry, Deed, audit_group
from lag_tracker.models.changes import let_go

#: Key in `session.info` of the account that makes the changes, None for whoever holds a personal link; without the key
#: nothing is written down.
ACTOR = "account_id"
#: Key in `session.info` that has changes written down which no account makes, as those of the program.
BY_PROGRAM = "by_program"
#: Key in `session.info` that has what is made written down as sent in by somebody without an account.
BY_VISITOR = "by_visitor"
#: In place of the record's number where an entry is about several at once.
NO_RECORD = 0
#: Key in `session.info` of what the flush that has begun deletes: (table, id) -> entry.
_GOING = "going"
#: Key in `session.info` of entries whose readers are known when all is written: table -> ids of entries.
_UNREAD = "unread"


def note_deeds(session: Session) -> None:
    """Write down what the flush that just ended did to records; histories must still be there."""
    if not _is_noted(session):
        return
    by_link = ACTOR in session.info and session.info[ACTOR] is None
    made = Deed.SENT_IN if BY_VISITOR in session.info else Deed.CREATED
    changed = Deed.BY_LINK if by_link else Deed.CHANGED
    deeds = [
        *((record, made) for record in _audited(session.new) if _table(record) not in CONSEQUENCES),
        *((record, changed) for record in _audited(session.dirty) if session.is_modified(record)),
    ]
    known: Known = {}
    found = [entry for record, deed in deeds if (entry := _entry(session, record, deed, known))]
    _insert(session, [*found, *_gone(session)])


def note_going(session: Session) -> None:
    """Remember what the flush that begins deletes, with all that the database deletes along: later nobody knows."""
    going: dict[Any, _Entry] = {}
    session.info[_GOING] = going
    if _is_noted(session):
        for record in _audited([*session.deleted, *let_go(session)]):
            state: Any = inspect(record)
            _note_row(session, going, state.mapper.local_table, state.identity, set())


def settle_readers(session: Session) -> None:
    """Let the managers of groups read what happened to records that came to concern them in this transaction."""
    unread = session.info.pop(_UNREAD, None)
    if unread:
        let_read(session.connection(), unread)


def forget_deeds(session: Session) -> None:
    """Forget what was to be written down: it did not happen."""
    session.info.pop(_GOING, None)
    session.info.pop(_UNREAD, None)


def note_export(session: Session, *, listed: str, noun: str, record_id: int, groups: Iterable[int]) -> None:
    """Write down that an account took a list with personal data, such as "members", out of the application."""
    if ACTOR in session.info:
        _insert(session, [_Entry(Deed.EXPORTED, noun, record_id, {LIST: [None, listed]}, set(groups))])


def note_together(session: Session, deed: Deed, counts: Mapping[str, int], *, person_id: int | None = None) -> None:
    """Write down what was done to several records at once, table -> how many; with whose they were, if one person's.

    The program does some of it by itself, so it is written down whoever asks.
    """
    told = {"person_id": [None, person_id]} if person_id else {}
    groups = groups_concerned(session.connection(), "person", {"id": person_id}) if person_id else set()
    entries = [
        _Entry(deed, noun, NO_RECORD, {COUNT: [None, number], **told}, groups) for noun, number in counts.items()
    ]
    _insert(session, [entry for entry in entries if entry.changes[COUNT][1]])


def note_signed_out(session: Session, account_id: int, *, number: int) -> None:
    """Write down that so many sign-ins of an account were ended at once."""
    if number:
        _insert(session, [_Entry(Deed.SIGNED_OUT, "account", account_id, {COUNT: [None, number]}, set())])


def note_taken_up(session: Session, record: Base, **values: Any) -> None:
    """Write down that a statement gave columns of a record, which were empty, these values."""
    state: Any = inspect(record)
    groups = groups_concerned(session.connection(), _table(record), state.dict)
    changes = {name: [None, _plain(value)] for name, value in values.items()}
    _insert(session, [_Entry(Deed.CHANGED, _table(record), state.identity[0], changes, groups)])


def act_as(session: Session, account_id: int) -> None:
    """Have what follows written down as done by an account, signed in or not."""
    session.info[ACTOR] = account_id


def act_as_program(session: Session) -> None:
    """Have what follows written down, although no account does it: the command line does, or a new one begins."""
    session.info[BY_PROGRAM] = True


def act_as_visitor(session: Session) -> None:
    """Have what follows written down as sent in by somebody without an account."""
    session.info[BY_VISITOR] = True


def forget_actor(session: Session) -> None:
    """Have nothing more written down, because it is not known any more who does it."""
    for key in (ACTOR, BY_PROGRAM, BY_VISITOR):
        session.info.pop(key, None)


def _is_noted(session: Session) -> bool:
    return not session.info.keys().isdisjoint((ACTOR, BY_PROGRAM, BY_VISITOR))


class _Entry(NamedTuple):
    deed: Deed
    noun: str
    record_id: int
    changes: dict[str, Any]
    #: Whose managers may read it.
    groups: set[int]


def _audited(records: Iterable[Any]) -> list[Base]:
    return [record for record in records if _table(record) in AUDITED]


def _table(record: Base) -> str:
    state: Any = inspect(record)
    return str(state.mapper.local_table.name)


def _note_row(session: Session, going: dict[Any, _Entry], table: Table, key: Any, above: set[int]) -> None:
    """Note a row that is to be deleted, and those that go along; `above` are the groups of what takes it along."""
    columns = list(table.primary_key)
    found = session.execute(select(table).where(tuple_(*columns) == tuple_(*key))).mappings().one_or_none()
    if found is None or (table.name, *key) in going:
        return
    row = {str(name): value for name, value in found.items()}
    groups = groups_concerned(session.connection(), table.name, row) | above
    going[table.name, *key] = _Entry(Deed.ERASED, table.name, key[0], _left_behind(table.name, row), groups)
    for other in table.metadata.tables.values():
        for leaning in other.foreign_keys:
            if leaning.column.table is table and leaning.ondelete == "CASCADE" and other.name in AUDITED:
                keys = session.execute(select(*other.primary_key).where(leaning.parent == key[0])).all()
                for its_key in keys:
                    _note_row(session, going, other, tuple(its_key), groups)


def _gone(session: Session) -> list[_Entry]:
    """Return what the flush that just ended deleted; a group may have gone itself, and has no managers then."""
    going: dict[Any, _Entry] = session.info.pop(_GOING, {})
    there = still_there(session.connection(), set().union(*(entry.groups for entry in going.values())))
    return [entry._replace(groups=entry.groups & there) for entry in going.values()]


def _entry(session: Session, record: Base, deed: Deed, known: Known) -> _Entry | None:
    """Return what is to be written down about a record; None when nothing of it changed."""
    changes = _changes(record)
    if changes and deed is Deed.BY_LINK:
        changes |= _who_holds_the_link(record)
    if changes and (_table(record), "group_id") in ALWAYS_TOLD:
        number = inspect(record).dict["group_id"]
        changes = {"group_id": [number, number], **changes}
    if deed is Deed.SENT_IN:
        # What a stranger wrote stands in the record alone: a manager may delete it without an answer.
        changes = {name: values for name, values in changes.items() if name in TELLING}
    if not changes:
        return None
    state: Any = inspect(record)
    identity = state.identity or state.mapper.primary_key_from_instance(record)
    groups = groups_concerned(session.connection(), _table(record), state.dict, known)
    return _Entry(deed, _table(record), identity[0], changes, groups)


def _who_holds_the_link(record: Base) -> dict[str, Any]:
    """Return whose answer it is that was given by a personal link, as a column that stays what it is."""
    number = inspect(record).dict.get("person_id")
    return {"person_id": [number, number]} if number else {}


def _left_behind(noun: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is written down of a row that goes: what it said, or whose it was."""
    names = WORDS if noun in SPEAKING else TELLING
    return {name: [_plain(row[name]), None] for name in names if row.get(name)}


def _insert(session: Session, entries: list[_Entry]) -> None:
    """Write down all entries at once: a list of members may bring thousands."""
    if not entries:
        return
    connection, shared = session.connection(), {"done_at": utc_now(), "account_id": session.info.get(ACTOR)}
    numbers = (
        connection.execute(
            insert(AuditEntry).returning(AuditEntry.id, sort_by_parameter_order=True),
            [
                {**shared, "deed": one.deed, "noun": one.noun, "record_id": one.record_id, "changes": one.changes}
                for one in entries
            ],
        )
        .scalars()
        .all()
    )
    for number, one in zip(numbers, entries, strict=True):
        if are_found_later(one.noun) and one.deed is not Deed.ERASED:
            session.info.setdefault(_UNREAD, {}).setdefault(one.noun, set()).add(number)
    readers = [
        {"audit_entry_id": number, "group_id": group}
        for number, one in zip(numbers, entries, strict=True)
        for group in sorted(one.groups)
    ]
    if readers:
        connection.execute(insert(audit_group), readers)


def _changes(record: Base) -> dict[str, Any]:
    """Return what was changed, column -> [before, after]; a column about a person stands there without its values."""
    state: Any = inspect(record)
    found: dict[str, Any] = {}
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if attribute.key in SILENT or not history.has_changes():
            continue
        before, after = (_plain(part[0]) if part else None for part in (history.deleted, history.added))
        if before != after:
            is_told = attribute.key not in SECRETS and not attribute.columns[0].info.get("is_personal")
            found[attribute.key] = [before, after] if is_told else None
    for link in state.mapper.relationships:
        history = state.attrs[link.key].history
        if link.secondary is not None and history.has_changes():
            found[link.key] = [[one.id for one in history.deleted], [one.id for one in history.added]]
    return found


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date | datetime) else value

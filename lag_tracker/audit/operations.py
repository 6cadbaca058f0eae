"""Write down each change that an account makes, in the transaction that makes it."""

from collections.abc import Iterable
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import insert, inspect
from sqlalchemy.orm import Session

from lag_tracker.audit.queries import groups_concerned, still_there
from lag_tracker.database import Base, utc_now
from lag_tracker.models.audit import AuditEntry, Deed, audit_group

#: Key in `session.info` of the account that makes the changes, None for whoever holds a personal link; without the key
#: nothing is written down.
ACTOR = "account_id"

#: Tables whose rows people make and change. What is worked out from them, and what only counts, is left out.
AUDITED = frozenset(
    {
        "account",
        "action",
        "agenda_item",
        "attendance",
        "citation",
        "comment",
        "decision",
        "group",
        "group_role",
        "initiative",
        "initiative_state_change",
        "invitation",
        "letter",
        "meeting",
        "meeting_group",
        "meeting_link",
        "membership",
        "milestone",
        "municipality",
        "network",
        "organisation",
        "partnership",
        "person",
        "proposal",
        "site_settings",
        "source",
        "speaker",
        "theme",
        "topic",
    }
)
#: Tables whose rows come with other changes, which are written down: only what people do to them later is.
CONSEQUENCES = frozenset({"letter"})
#: Table -> columns that tell which record is gone, where its number and its name do not.
LEFT_BEHIND = {"letter": ("person_id",)}
#: Columns that say nothing to people, follow from others, or are secrets.
SILENT = frozenset(
    {
        "changed_at",
        "created_at",
        "due_at",
        "fs_uniquifier",
        "fs_webauthn_user_handle",
        "id",
        "import_key",
        "last_error",
        "mf_recovery_codes",
        "message_id",
        "name_sort",
        "once",
        "password",
        "revision",
        "slug",
        "tf_last_counter",
        "tf_totp_secret",
        "title_sort",
        "token_hash",
        "tries",
        "uid",
    }
)


def note_deeds(session: Session) -> None:
    """Write down what the flush that just ended did to records; histories must still be there."""
    if ACTOR not in session.info:
        return
    changed = Deed.BY_LINK if session.info[ACTOR] is None else Deed.CHANGED
    deeds = [
        *((record, Deed.CREATED) for record in _audited(session.new) if _table(record) not in CONSEQUENCES),
        *((record, changed) for record in _audited(session.dirty) if session.is_modified(record)),
        *((record, Deed.ERASED) for record in _audited(session.deleted)),
    ]
    _insert(session, [entry for record, deed in deeds if (entry := _entry(session, record, deed))])


def note_export(session: Session, *, noun: str, record_id: int, groups: Iterable[int]) -> None:
    """Write down that an account took a list with personal data out of the application."""
    if ACTOR in session.info:
        _insert(session, [_Entry(Deed.EXPORTED, noun, record_id, {}, set(groups))])


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


def _entry(session: Session, record: Base, deed: Deed) -> _Entry | None:
    """Return what is to be written down about a record; None when nothing of it changed."""
    changes = _left_behind(record) if deed is Deed.ERASED else _changes(record)
    if changes and deed is Deed.BY_LINK:
        changes |= _who_holds_the_link(record)
    if not changes and deed is not Deed.ERASED:
        return None
    state: Any = inspect(record)
    identity = state.identity or state.mapper.primary_key_from_instance(record)
    connection = session.connection()
    groups = groups_concerned(connection, record)
    if deed is Deed.ERASED:
        # The group itself may have gone with it, or be what went.
        groups = still_there(connection, groups)
    return _Entry(deed, _table(record), identity[0], changes, groups)


def _who_holds_the_link(record: Base) -> dict[str, Any]:
    """Return whose answer it is that was given by a personal link, as a column that stays what it is."""
    number = inspect(record).dict.get("person_id")
    return {"person_id": [number, number]} if number else {}


def _left_behind(record: Base) -> dict[str, Any]:
    """Return what is written down of a record that goes: whose letter it was, say."""
    values = inspect(record).dict
    return {name: [values[name], None] for name in LEFT_BEHIND.get(_table(record), ()) if values.get(name)}


def _insert(session: Session, entries: list[_Entry]) -> None:
    """Write down all entries at once: a list of members may bring thousands."""
    if not entries:
        return
    connection, shared = session.connection(), {"done_at": utc_now(), "account_id": session.info[ACTOR]}
    numbers = connection.execute(
        insert(AuditEntry).returning(AuditEntry.id, sort_by_parameter_order=True),
        [
            {**shared, "deed": one.deed, "noun": one.noun, "record_id": one.record_id, "changes": one.changes}
            for one in entries
        ],
    ).scalars()
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
            found[attribute.key] = None if attribute.columns[0].info.get("is_personal") else [before, after]
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

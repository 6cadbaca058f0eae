"""Keep the search entries true to the records."""

from collections.abc import Callable, Collection, Iterator, Sequence
from importlib.metadata import version
from typing import Any, Final, TypeVar
from zlib import crc32

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    MetaData,
    Select,
    String,
    Text,
    bindparam,
    cast,
    column,
    func,
    select,
    table,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Session

from lag_tracker.models.agenda import Speaker
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.calendar import CalendarVersion
from lag_tracker.models.changes import Changes
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, Membership, group_network
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting, MeetingGroup, meeting_network
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network, Partnership
from lag_tracker.models.search import SearchEntry, Subject
from lag_tracker.models.theme import network_theme
from lag_tracker.models.topic import Topic
from lag_tracker.search.documents import read_documents
from lag_tracker.search.index import Entry, entry_of

Item = TypeVar("Item")
Progress = Callable[[int, int], None]

_ENTRY: Final[Any] = SearchEntry.__table__
_INDEX: Final = table("search_index", column("rowid", BigInteger), column("keys", String))
# PostgreSQL's entries have one column more; no model knows it, because SQLite has a table for it.
_ENTRY_WITH_VECTOR: Final = _ENTRY.to_metadata(MetaData())
_ENTRY_WITH_VECTOR.append_column(Column("vector", TSVECTOR))

#: Rises when words are found otherwise than before, so that all entries are made anew.
FORMAT: Final = 3
#: Where the fingerprint of the entries is kept, beside the versions of calendars; and the largest number it can be.
FINGERPRINT: Final = "search"
LARGEST_INTEGER: Final = 0x7FFFFFFF

#: Records read and written at a time; SQLite takes 32,766 values in a statement.
BATCH: Final = 500

_RECORDS: Final[dict[Subject, Any]] = {
    Subject.MEETING: Meeting,
    Subject.TOPIC: Topic,
    Subject.INITIATIVE: Initiative,
    Subject.DECISION: Decision,
    Subject.GROUP: Group,
    Subject.NETWORK: Network,
    Subject.MUNICIPALITY: Municipality,
}


def refresh_search(session: Session, *, changes: Changes) -> None:
    """Write anew the search entries of the records that `changes` touch, and of those that show something of them."""
    touched = {subject: set(changes.of(subject.value)) for subject in Subject}
    for subject, found in _showing_changed(session, changes):
        touched[subject] |= found
    held = _ids(session, select(Decision.id), Decision.meeting_id, touched[Subject.MEETING])
    touched[Subject.DECISION] |= held
    for subject, ids in touched.items():
        for batch in _batches(sorted(ids)):
            _replace(session, subject, batch)


def rebuild_search_if_needed(session: Session, *, progress: Progress | None = None) -> None:
    """Make all entries anew when another version of the software made them; what it was is kept beside the versions."""
    fingerprint = crc32(f"{FORMAT} {version('lag-tracker')}".encode()) & LARGEST_INTEGER
    kept = session.get(CalendarVersion, FINGERPRINT)
    if kept and kept.version == fingerprint:
        return
    rebuild_search(session, progress=progress)
    session.merge(CalendarVersion(calendar_key=FINGERPRINT, version=fingerprint))


def rebuild_search(session: Session, *, progress: Progress | None = None) -> None:
    """Make all entries anew, for a version that finds words otherwise; `progress` is told how many of how many."""
    report = progress or (lambda _done, _all: None)
    ids = {subject: sorted(session.scalars(select(record.id))) for subject, record in _RECORDS.items()}
    total, done = sum(map(len, ids.values())), 0
    if _is_sqlite(session):
        session.execute(_INDEX.delete())
    session.execute(_ENTRY.delete())
    for subject, numbers in ids.items():
        for batch in _batches(numbers):
            write_entries(session, [entry_of(document) for document in read_documents(session, subject, batch)])
            done += len(batch)
            report(done, total)
    sweep_index(session)


def sweep_index(session: Session) -> None:
    """Clear the index of words that no entry has any more: SQLite keeps them until the index is merged (FTS5, 6.8)."""
    if _is_sqlite(session):
        session.execute(sql("INSERT INTO search_index(search_index) VALUES ('optimize')"))


def search_is_true(session: Session) -> bool:
    """Whether every entry and its keys are what the records would give now, and there are no others."""
    count = 0
    for subject, record in _RECORDS.items():
        for batch in _batches(sorted(session.scalars(select(record.id)))):
            entries = [entry_of(document) for document in read_documents(session, subject, batch)]
            count += len(entries)
            if {entry.row["id"]: (entry.row, entry.keys) for entry in entries} != _stored(session, subject, batch):
                return False
    return count == session.scalar(select(func.count()).select_from(_ENTRY)) == _indexed(session)


def _showing_changed(session: Session, changes: Changes) -> Iterator[tuple[Subject, set[int]]]:
    """Yield the records that belong to a row that changed, so that they show something of it."""
    for table_name, subject, found, key in _BELONGING:
        yield subject, _ids(session, found, key, changes.ids.get(table_name, set()))
    if changes.ids.get(Membership.__tablename__):
        # A member decides whether the organisation that they came for is named.
        came, people = select(Attendance.meeting_id), changes.references.get("person_id", set())
        yield Subject.MEETING, _ids(session, came, Attendance.person_id, people)
        themselves = select(Membership.organisation_id).where(Membership.person_id.is_(None))
        bodies = _ids(session, themselves, Membership.organisation_id, changes.references.get("organisation_id", set()))
        yield Subject.MEETING, _ids(session, came, Attendance.organisation_id, bodies)


# Which records show something of a row of another table, and how they are found.
_BELONGING: Final[tuple[tuple[str, Subject, Any, Any], ...]] = (
    ("group", Subject.MEETING, select(MeetingGroup.meeting_id), MeetingGroup.group_id),
    ("group", Subject.TOPIC, select(Topic.id), Topic.group_id),
    ("group", Subject.INITIATIVE, select(Initiative.id), Initiative.group_id),
    ("network", Subject.MEETING, select(meeting_network.c.meeting_id), meeting_network.c.network_id),
    ("network", Subject.GROUP, select(group_network.c.group_id), group_network.c.network_id),
    ("network", Subject.MUNICIPALITY, select(Partnership.municipality_id), Partnership.network_id),
    ("municipality", Subject.MEETING, select(Meeting.id), Meeting.organiser_id),
    ("municipality", Subject.GROUP, select(Group.id), Group.municipality_id),
    ("municipality", Subject.NETWORK, select(Partnership.network_id), Partnership.municipality_id),
    ("theme", Subject.NETWORK, select(network_theme.c.network_id), network_theme.c.theme_id),
    ("theme", Subject.INITIATIVE, select(Initiative.id), Initiative.theme_id),
    ("programme", Subject.NETWORK, select(Network.id), Network.programme_id),
    ("organisation", Subject.MEETING, select(Attendance.meeting_id), Attendance.organisation_id),
    ("person", Subject.MEETING, select(Speaker.meeting_id), Speaker.person_id),
)


def _replace(session: Session, subject: Subject, ids: Sequence[int]) -> None:
    entries = [entry_of(document) for document in read_documents(session, subject, ids)]
    stale = session.scalars(select(_ENTRY.c.id).where(_ENTRY.c.subject == subject, _ENTRY.c.subject_id.in_(ids))).all()
    if stale and _is_sqlite(session):
        session.execute(_INDEX.delete().where(_INDEX.c.rowid.in_(stale)))
    if stale:
        session.execute(_ENTRY.delete().where(_ENTRY.c.id.in_(stale)))
    write_entries(session, entries)


def write_entries(session: Session, entries: Collection[Entry]) -> None:
    """Store new entries and their keys."""
    if not entries:
        return
    if _is_sqlite(session):
        session.execute(_ENTRY.insert(), [entry.row for entry in entries])
        keys = [{"rowid": entry.row["id"], "keys": " ".join(sorted(entry.keys))} for entry in entries]
        session.execute(_INDEX.insert(), keys)
        return
    vector = func.array_to_tsvector(bindparam("keys", type_=ARRAY(Text)))
    insert = _ENTRY_WITH_VECTOR.insert().values(vector=vector)
    session.execute(insert, [entry.row | {"keys": sorted(entry.keys)} for entry in entries])


def _stored(session: Session, subject: Subject, ids: Sequence[int]) -> dict[int, tuple[dict[str, Any], frozenset[str]]]:
    found = select(_ENTRY).where(_ENTRY.c.subject == subject, _ENTRY.c.subject_id.in_(ids))
    rows = {row["id"]: dict(row) for row in session.execute(found).mappings()}
    if _is_sqlite(session):
        listed = session.execute(select(_INDEX.c.rowid, _INDEX.c["keys"]).where(_INDEX.c.rowid.in_(rows)))
        keys = {place: frozenset(text.split(" ")) for place, text in listed}
    else:
        entry = _ENTRY_WITH_VECTOR.c
        listed = session.execute(select(entry.id, func.tsvector_to_array(entry.vector)).where(entry.id.in_(rows)))
        keys = {place: frozenset(array) for place, array in listed}
    return {place: (row, keys.get(place, frozenset())) for place, row in rows.items()}


def _indexed(session: Session) -> int | None:
    """Return how many entries have keys."""
    if _is_sqlite(session):
        return session.scalar(select(func.count()).select_from(_INDEX))
    return session.scalar(select(func.count()).where(_ENTRY_WITH_VECTOR.c.vector != cast("", TSVECTOR)))


def _ids(session: Session, found: Select[Any], key: Any, wanted: Collection[int]) -> set[int]:
    """Return what `found` gives of the rows whose `key` is among those wanted."""
    batches = _batches(sorted(wanted))
    return {
        number for batch in batches for number in session.scalars(found.where(key.in_(batch))) if number is not None
    }


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"

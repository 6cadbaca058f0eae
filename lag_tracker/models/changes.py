"""Which records a transaction touches, for what must follow them: calendar events and search entries."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from lag_tracker.database import Base


@dataclass
class Changes:
    """The records touched since the last commit, by table name, with the ids they refer to before and after."""

    #: Table name -> ids of rows that were added, changed or deleted.
    ids: dict[str, set[int]] = field(default_factory=dict)
    #: Column name such as "meeting_id" -> ids that touched rows referred to, whichever table the rows are in.
    references: dict[str, set[int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether anything was touched."""
        return bool(self.ids or self.references)

    def of(self, table: str) -> set[int]:
        """Return the ids of touched rows of `table`, and those that touched rows of other tables refer to as its id."""
        return self.ids.get(table, set()) | self.references.get(f"{table}_id", set())

    def note(self, records: Iterable[Base]) -> None:
        """Remember `records`, which have been flushed or are about to be deleted."""
        for record in records:
            self._note_one(record)

    def _note_one(self, record: Base) -> None:
        state: Any = inspect(record)
        table = state.mapper.local_table.name
        # A new row has its id by now, but is not yet known by it to the session.
        identity = state.identity or state.mapper.primary_key_from_instance(record)
        if len(identity) == 1:
            self.ids.setdefault(table, set()).add(identity[0])
        for attribute in state.mapper.column_attrs:
            if attribute.key.endswith("_id"):
                history = state.attrs[attribute.key].history
                values = {value for part in history if part for value in part if value is not None}
                if values:
                    self.references.setdefault(attribute.key, set()).update(values)

    def note_row(self, table: str, row: Mapping[str, Any]) -> None:
        """Remember a row of `table` as it is stored; `row` holds its id, if it has one, and what it refers to."""
        for name, value in row.items():
            if name == "id":
                self.ids.setdefault(table, set()).add(value)
            elif value is not None:
                self.references.setdefault(name, set()).add(value)


def let_go(session: Session) -> Iterator[Any]:
    """Yield the records that the next flush deletes because those that they are a part of let go of them."""
    for record in session.dirty:
        state: Any = inspect(record)
        for link in state.mapper.relationships:
            if link.cascade.delete_orphan:
                yield from (part for part in state.attrs[link.key].history.deleted if inspect(part).persistent)

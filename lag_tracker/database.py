"""The database: one session, one base class, and what SQLite and PostgreSQL need so that they behave alike."""

import json
import os
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from threading import local
from time import monotonic
from typing import Any, Self, TypeAlias

from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Engine, MetaData, Select, String, TextClause, TypeDecorator, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.pool import Pool, PoolProxiedConnection

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def utc_now() -> datetime:
    """Return this instant, aware, in UTC and without fractions of a second, which calendars cannot carry."""
    return datetime.now(UTC).replace(microsecond=0)


def as_json(value: Any) -> str:
    """Return a value as JSON text with letters as they are, so that the database can be searched for a name."""
    return json.dumps(value, ensure_ascii=False)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: refuses a naive value on the way in and gives an aware one in UTC on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002 -- signature of SQLAlchemy
        """Turn an aware instant into UTC; raise ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "An instant needs a time zone; this one has none."
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002 -- signature of SQLAlchemy
        """Give back the instant in UTC; SQLite forgets the zone, so it is put back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SortKey(TypeDecorator[str]):
    """A key whose order is that of its bytes on every database, whatever language the server was set up for."""

    impl = String(400)
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        """Ask PostgreSQL for the collation "C"; SQLite compares bytes as it is."""
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(String(400, collation=collation))


class Base(DeclarativeBase):
    """The base of every model."""

    # An explicit registry, because Flask-SQLAlchemy overlooks a `type_annotation_map` set on the class.
    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime(), str: String()},
    )


#: How long a feed may come from a file that is there no more.
SECONDS_BETWEEN_LOOKS = 1.0
#: Files of SQLite that this process has opened.
_OPENED: set[str] = set()


def _file_behind(path: str) -> tuple[int, int] | None:
    """Return which file stands under a name at present; None when there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 -- Path would take as long again
    except OSError:
        return None
    return found.st_dev, found.st_ino


class FileWatch:
    """Lets go of SQLite's file when it was deleted or replaced: what is written to the one before would be lost."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._path = (engine.url.database or "") if engine.dialect.name == "sqlite" else ""
        self._file = _file_behind(self._path)
        self._next_at = 0.0

    def look(self, *, at_once: bool = False) -> None:
        """Have the file opened anew where it is another one by now; looks once a second at most."""
        now = monotonic()
        if not self._path or (now < self._next_at and not at_once):
            return
        self._next_at = now + SECONDS_BETWEEN_LOOKS
        file = _file_behind(self._path)
        if file != self._file:
            self._file = file
            self._engine.dispose()


Statement: TypeAlias = TextClause | Select[*tuple[Any, ...]]


class Driver:
    """Statements that go straight to the driver, for where the ways of SQLAlchemy cost more than the statement itself.

    Each is compiled once. Values and rows are as the driver has them: a day goes in as text and comes out as text or as
    a date. What goes wrong is one of `failures`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._watch, self._kept = engine, FileWatch(engine), local()
        event.listen(engine, "engine_disposed", lambda _engine: self.forget())
        self._compiled: dict[Statement, tuple[str, list[str] | None, dict[str, Any]]] = {}
        self.failures: tuple[type[Exception], ...] = (SQLAlchemyError, engine.dialect.loaded_dbapi.Error)

    def connect(self) -> "DriverConnection":
        """Borrow a connection, which `with` gives back."""
        self._watch.look()
        if self._engine.dialect.name == "postgresql":
            return DriverConnection(self, self._engine.raw_connection())
        # A file is opened by every thread for itself: to go through the pool costs more than to read.
        kept: KeptConnection | None = getattr(self._kept, "connection", None)
        pool = self._engine.pool
        if kept is None or kept.pool is not pool:
            self.forget()
            self._kept.connection = kept = KeptConnection(self, self._engine.raw_connection(), pool)
        return kept

    def forget(self) -> None:
        """Close the connection that this thread keeps, if any; others are left to their own threads."""
        kept: KeptConnection | None = getattr(self._kept, "connection", None)
        if kept is not None:
            self._kept.connection = None
            kept.close()

    def compiled(self, statement: Statement) -> tuple[str, list[str] | None, dict[str, Any]]:
        """Return a statement's words, the order of its values unless they go by name, and those that stand in it."""
        if statement not in self._compiled:
            dialect, constants = self._engine.dialect, {}
            compiled: Any = statement.compile(dialect=dialect)
            for bound, name in compiled.bind_names.items():
                if not bound.required:
                    written = bound.type.dialect_impl(dialect).bind_processor(dialect)
                    constants[name] = written(bound.value) if written else bound.value
            self._compiled[statement] = (str(compiled), compiled.positiontup, constants)
        return self._compiled[statement]


class DriverConnection:
    """A connection of the driver; see `Driver`. Each statement stands for itself, with no transaction round several.

    PostgreSQL's driver sends two statements of its own for a transaction, which triple what a single read costs the
    database, so transactions are switched off meanwhile; everybody but us needs them. SQLite's begins none for a read.
    """

    def __init__(self, driver: Driver, borrowed: PoolProxiedConnection) -> None:
        self._driver, self._borrowed = driver, borrowed
        self._connection: Any = borrowed.driver_connection

    def __enter__(self) -> Self:
        try:
            self._connection.autocommit = True
        except self._driver.failures:
            self._borrowed.close()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        # On a broken connection this fails, too; the pool notices and throws it away.
        with suppress(*self._driver.failures):
            self._connection.autocommit = False
        self._borrowed.close()

    def read(self, statement: Statement, **values: Any) -> list[Any]:
        """Return the rows that a statement finds."""
        cursor = self._execute(statement, values)
        rows: list[Any] = cursor.fetchall()
        cursor.close()
        return rows

    def write(self, statement: Statement, **values: Any) -> None:
        """Change something, and commit it."""
        self._execute(statement, values).close()
        self._connection.commit()

    def _execute(self, statement: Statement, values: dict[str, Any]) -> Any:
        words, order, constants = self._driver.compiled(statement)
        values |= constants
        cursor = self._connection.cursor()
        cursor.execute(words, values if order is None else [values[name] for name in order])
        return cursor


class KeptConnection(DriverConnection):
    """A connection of SQLite that a thread keeps, until a statement fails or the engine is disposed of."""

    def __init__(self, driver: Driver, borrowed: PoolProxiedConnection, pool: Pool) -> None:
        super().__init__(driver, borrowed)
        borrowed.detach()
        # The few pages that a poll reads are sooner copied than mapped, above all after a change by somebody else.
        self._connection.execute("PRAGMA mmap_size=0").close()
        #: Another one has taken its place once the engine was disposed of.
        self.pool = pool

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        if failure[0] is not None:
            self._driver.forget()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


_ADVISORY_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_WRITE_LOCK = text("UPDATE calendar_version SET version = version WHERE calendar_key = ''")


def take_turns(connection: Connection, name: str) -> None:
    """Hold back every other transaction that takes turns under the same name, until this one ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ADVISORY_LOCK, {"name": f"lag-tracker {name}"})
    else:
        # SQLite has one writer at a time; a write that changes nothing takes the turn before anything is read.
        connection.execute(_WRITE_LOCK)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
migrate = Migrate()


@event.listens_for(Engine, "do_connect")
def _keep_from_starting_anew(dialect: Any, _record: Any, arguments: list[Any], _named: dict[str, Any]) -> None:
    """Raise when a file of SQLite that was there is gone: it would make an empty one in its place."""
    path = os.path.realpath(arguments[0]) if dialect.name == "sqlite" and arguments else ""
    if path in _OPENED and _file_behind(path) is None:
        raise sqlite3.OperationalError(f"{path} has gone")


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Give each SQLite connection the settings that keep data whole: foreign keys, WAL, patience, and full syncs."""
    if not isinstance(connection, sqlite3.Connection):
        return
    cursor = connection.cursor()
    path = cursor.execute("PRAGMA database_list").fetchone()[2]
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA busy_timeout=5000")
    # FULL costs a quarter of a millisecond a commit, and what was promised survives a power cut.
    cursor.execute("PRAGMA synchronous=FULL")
    # What is deleted is overwritten where that costs no further writing: erased names do not linger in the file.
    cursor.execute("PRAGMA secure_delete=FAST")
    # A change by another process makes SQLite forget the pages it held; mapped ones are read again at half the cost.
    cursor.execute("PRAGMA mmap_size=268435456")
    cursor.close()
    if path:
        _OPENED.add(path)

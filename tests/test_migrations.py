"""Every upgrade keeps every row: each revision is gone up and down over a database filled by the one before."""

import fcntl
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, column, insert, inspect, select, table, text

from lag_tracker import create_app
from lag_tracker.database import Base, db, utc_now
from lag_tracker.demonstration.sample import load_demonstration
from lag_tracker.errors import RuleBroken
from lag_tracker.models.attendance import Attendance, Presence, Reply
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting
from lag_tracker.paths import MIGRATIONS
from lag_tracker.schema import (
    COPIES_KEPT,
    check_database,
    copy_database,
    is_empty,
    one_at_a_time,
    read_revision,
    upgrade_database,
)
from tests import factories
from tests.conftest import settings_for
from tests.factories import everything_of_the_desk

REVISIONS = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]

Rows = dict[str, list[dict[str, Any]]]


def alembic(app: Flask) -> Config:
    config: Config = app.extensions["migrate"].migrate.get_config()
    return config


def tables(connection: Connection) -> list[str]:
    return [name for name in inspect(connection).get_table_names() if not name.startswith(("search_index", "alembic"))]


def rows() -> Rows:
    """Return every row of every table that the database has now, whatever the models say."""
    with db.engine.connect() as connection:
        return {
            name: [dict(row) for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()]
            for name in tables(connection)
        }


def kept(before: Rows, after: Rows) -> bool:
    """Tell whether each table has as many rows as before, with the same values in the columns it still has."""

    def values(found: list[dict[str, Any]], columns: set[str]) -> list[str]:
        return sorted(repr([row[column] for column in sorted(columns)]) for row in found)

    for name in before.keys() & after.keys():
        columns = set(before[name][0]) & set(after[name][0]) if before[name] and after[name] else set()
        if values(before[name], columns) != values(after[name], columns):
            return False
    return True


def fill(app: Flask) -> None:
    """Bring rows into every table: records from the demonstration, and the feeds that are made when somebody asks."""
    settings = app.config["SETTINGS"]
    load_demonstration(uid_domain=settings.uid_domain, today=date(2026, 11, 22))
    everything_of_the_desk()
    db.session.commit()
    for address in ("/kalendari/visi.ics", "/en/calendars/all.ics"):
        app.test_client(use_cookies=False).get(address)
    db.session.remove()


@pytest.fixture
def filled(app: Flask) -> Iterator[Flask]:
    """Return the application over a database in which every table has rows."""
    fill(app)
    yield app
    db.session.remove()


def test_the_revisions_form_one_line() -> None:
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_the_filled_database_has_rows_in_every_table(filled: Flask) -> None:
    empty = {name for name, found in rows().items() if not found}
    assert empty <= {"calendar_format"}


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_upgrade_over_filled_tables_keeps_every_row(filled: Flask, revision: str) -> None:
    # Going down first gives the older version's tables with rows in them, for every revision there will be.
    command.downgrade(alembic(filled), revision)
    before = rows()
    command.upgrade(alembic(filled), "head")
    assert kept(before, rows())
    assert check_database() == []


def test_who_subscribed_under_a_former_address_keeps_the_calendar_after_an_upgrade(filled: Flask) -> None:
    client = filled.test_client(use_cookies=False)
    group = db.session.scalars(select(Group).order_by(Group.id)).first()
    assert group
    former = f"/kalendari/grupas/{group.slug}.ics"
    first = client.get(former)
    group.slug = "jauna-adrese"
    db.session.commit()
    db.session.remove()
    command.downgrade(alembic(filled), "0006")
    command.upgrade(alembic(filled), "head")
    assert client.get(former).data == first.data


def test_a_database_from_before_versions_were_seconds_hears_of_every_change(filled: Flask) -> None:
    command.downgrade(alembic(filled), "0006")
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE calendar_version SET version = 3 WHERE calendar_key <> 'search'"))
    command.upgrade(alembic(filled), "head")
    client = filled.test_client(use_cookies=False)
    path = "/kalendari/visi.ics?past=all"
    first = client.get(path)
    meeting = db.session.scalars(select(Meeting).where(Meeting.title_lv.is_not(None)).limit(1)).one()
    meeting.title_lv = "Cits nosaukums"
    db.session.commit()
    for header, name in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        assert client.get(path, headers={header: first.headers[name]}).status_code == 200


def test_who_was_on_record_twice_at_a_meeting_is_once_after_an_upgrade_with_the_answer(app: Flask) -> None:
    held, anna = factories.meeting(), factories.person("Anna")
    db.session.add_all(Attendance(meeting=held) for _ in range(2))
    db.session.commit()
    ids = {"meeting_id": held.id, "person_id": anna.id}
    db.session.remove()
    command.downgrade(alembic(app), "0013")
    # As they were then: of the columns of today one was not there yet.
    then = table("attendance", *(column(one.name, one.type) for one in Attendance.__table__.columns))
    first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    double: list[dict[str, Any]] = [
        {"reply": Reply.ACCEPTED, "replied_at": first, "presence": None},
        {"reply": Reply.DECLINED, "replied_at": last, "presence": None},
        {"reply": Reply.INVITED, "replied_at": None, "presence": Presence.PRESENT},
    ]
    with db.engine.begin() as connection:
        connection.execute(insert(then), [ids | {"is_guest": False, "is_nameless": False} | one for one in double])
    command.upgrade(alembic(app), "head")
    told = select(Attendance.person_id, Attendance.reply, Attendance.presence).order_by(Attendance.id)
    with db.engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(told)] == [
            (None, None, None),
            (None, None, None),
            (ids["person_id"], Reply.DECLINED, Presence.PRESENT),
        ]


def test_an_upgrade_that_is_not_needed_changes_nothing(filled: Flask) -> None:
    before = rows()
    command.upgrade(alembic(filled), "head")
    assert rows() == before


def test_a_downgrade_to_nothing_leaves_nothing_and_can_be_undone(filled: Flask) -> None:
    command.downgrade(alembic(filled), "base")
    with db.engine.connect() as connection:
        assert tables(connection) == []
    command.upgrade(alembic(filled), "head")
    assert check_database() == []
    assert is_empty()


def test_models_and_database_agree(app: Flask) -> None:
    assert check_database() == []


def test_a_table_changed_by_hand_is_found(app: Flask) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE theme ADD COLUMN colour VARCHAR(20)"))
    assert len(check_database()) == 1
    assert "colour" in check_database()[0]


def test_what_is_made_by_hand_for_each_database_is_there(app: Flask) -> None:
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert "search_index" in inspect(connection).get_table_names()
        else:
            indexes = {index["name"] for index in inspect(connection).get_indexes("search_entry")}
            assert indexes >= {"ix_search_entry_vector", "ix_search_entry_subject_id"}
            inline = text(
                "SELECT attname FROM pg_attribute WHERE attrelid = 'search_entry'::regclass AND attstorage = 'm'"
            )
            assert connection.scalars(inline).all() == ["vector"]


BATCH = '''"""A revision of the tests that rebuilds the table of groups."""

import sqlalchemy as sa
from alembic import op

revision = "rebuild"
down_revision = "{head}"
branch_labels = None
depends_on = None


def rebuild() -> str:
    return "always" if op.get_bind().dialect.name == "sqlite" else "never"


def upgrade() -> None:
    with op.batch_alter_table("group", recreate=rebuild()) as batch:
        batch.add_column(sa.Column("motto", sa.String(200), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("group", recreate=rebuild()) as batch:
        batch.drop_column("motto")
'''


def test_a_rebuilt_table_keeps_its_children(filled: Flask, tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "rebuild.py").write_text(BATCH.format(head=REVISIONS[-1]))
    config = alembic(filled)
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{MIGRATIONS / 'versions'}\n{tmp_path / 'versions'}")
    before = rows()
    command.upgrade(config, "rebuild")
    after = rows()
    assert "motto" in after["group"][0]
    assert kept(before, after)
    command.downgrade(config, REVISIONS[-1])
    assert kept(before, rows())
    assert check_database() == []


@pytest.mark.sqlite_only
def test_without_the_guard_the_same_rebuild_would_lose_them(filled: Flask) -> None:
    before = rows()
    with db.engine.begin() as connection:
        connection.execute(text('CREATE TABLE group_copy AS SELECT * FROM "group"'))
        # The meetings of groups would refuse it; all else that hangs on a group goes without a word.
        connection.execute(text("DELETE FROM meeting_group"))
        connection.execute(text('DROP TABLE "group"'))
        left = connection.scalar(text("SELECT count(*) FROM membership"))
    assert (len(before["membership"]) > 0, left) == (True, 0)


@pytest.mark.sqlite_only
def test_foreign_keys_are_on_again_after_an_upgrade(filled: Flask) -> None:
    command.upgrade(alembic(filled), "head")
    with db.engine.connect() as connection:
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


@pytest.mark.sqlite_only
def test_rows_without_the_row_they_refer_to_are_found(filled: Flask) -> None:
    with db.engine.connect() as connection:
        connection.execute(text("PRAGMA foreign_keys=OFF"))
        connection.execute(text('DELETE FROM "group"'))
        connection.commit()
    assert "refer to rows that do not exist" in check_database()[0]


def test_a_database_of_a_newer_version_is_left_alone(filled: Flask) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = rows()
    with pytest.raises(RuleBroken, match="newer version of LAG Tracker"):
        upgrade_database(filled.config["SETTINGS"], now=utc_now())
    assert rows() == before
    assert check_database() == ["The tables are at 9999, which a newer version of LAG Tracker made."]


@pytest.mark.sqlite_only
def test_a_copy_is_whole_and_only_the_last_few_are_kept(filled: Flask, tmp_path: Path) -> None:
    settings = filled.config["SETTINGS"]
    for number in range(COPIES_KEPT + 2):
        copy = copy_database(settings, label=f"{number:04d}", now=utc_now().replace(second=number))
    assert copy
    copies = sorted((tmp_path / "backups").iterdir())
    assert (len(copies), copies[-1]) == (COPIES_KEPT, copy)
    whole = rows()
    db.engine.dispose()
    (tmp_path / "elsewhere").mkdir()
    copy.rename(tmp_path / "elsewhere" / "lag_tracker.sqlite")
    restored = create_app(settings_for(tmp_path / "elsewhere"))
    with restored.app_context():
        assert rows() == whole
        db.engine.dispose()


@pytest.mark.sqlite_only
def test_an_upgrade_that_changes_something_copies_first(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    app = create_app(settings)
    with app.app_context():
        upgrade_database(settings, now=utc_now())
        assert not (tmp_path / "backups").exists(), "an empty database needs no copy"
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :one"), {"one": REVISIONS[-1]})
        upgrade_database(settings, now=utc_now())
        assert not (tmp_path / "backups").exists(), "nothing was to be done"
        assert read_revision().is_current
        db.engine.dispose()


def test_whoever_prepares_holds_the_others_back(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    with one_at_a_time(settings):
        lock = (settings.instance / "preparing.lock").open()
        with pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    lock.close()


def test_every_table_of_the_models_is_migrated(app: Flask) -> None:
    with db.engine.connect() as connection:
        assert set(Base.metadata.tables) - set(inspect(connection).get_table_names()) == set()

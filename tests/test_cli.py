"""The command `lag-tracker`, as somebody at a terminal meets it."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import func, select, text

from lag_tracker import create_app
from lag_tracker.cli import main
from lag_tracker.config import load_settings
from lag_tracker.database import db, utc_now
from lag_tracker.models.audit import AuditEntry, Deed
from lag_tracker.models.group import Group
from lag_tracker.models.letter import LetterState
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.site_settings import SiteSettings
from lag_tracker.paths import CHECKOUT
from tests import factories
from tests.conftest import settings_for

Command = Callable[..., Result]

SECONDS_TO_START = 60
GOOD = "groups:\n  - {key: ours, name_lv: Mūsu grupa, kind: other}\n"


@pytest.fixture
def command(database_url: str, tmp_path: Path) -> Iterator[Command]:
    """Give a function that runs the command over an empty, migrated database."""
    settings = {"INSTANCE": str(tmp_path), "DATABASE_URL": database_url}

    def run(*arguments: str, **environment: str) -> Result:
        given = dict.fromkeys(os.environ.keys() & {"PORT", "DEMO", "PRODUCTION", "BASE_URL", "SECRET_KEY"}, None)
        return CliRunner().invoke(main, list(arguments), env=given | settings | environment)

    yield run
    app = create_app(settings_for(tmp_path, database_url=database_url))
    with app.app_context():
        db.engine.dispose()


@contextmanager
def records(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    app = create_app(settings_for(tmp_path, database_url=database_url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_the_version_is_that_of_the_package(command: Command) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", command("version").output)


def test_the_demonstration_is_loaded_and_a_second_time_changes_nothing(
    command: Command, tmp_path: Path, database_url: str
) -> None:
    counts = []
    for _ in range(2):
        result = command("demo")
        assert result.exit_code == 0
        with records(tmp_path, database_url):
            counts.append([db.session.scalar(select(func.count()).select_from(model)) for model in (Group, Meeting)])
    assert counts[0] == counts[1]
    assert result.output == "  94 records\n"


def test_a_good_file_is_checked_and_loaded(command: Command, tmp_path: Path, database_url: str) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert command("facts", "check", str(file)).output == f"{file}: 1 records, no mistakes.\n"
    assert command("facts", "load", str(file)).exit_code == 0
    with records(tmp_path, database_url):
        assert db.session.scalars(select(Group.slug)).all() == ["musu-grupa"]
        noted = select(AuditEntry.deed, AuditEntry.noun, AuditEntry.account_id)
        assert db.session.execute(noted).all() == [(Deed.CREATED, "group", None)]


@pytest.mark.parametrize("verb", ["check", "load"])
def test_a_bad_file_is_refused_with_every_mistake(
    command: Command, tmp_path: Path, database_url: str, verb: str
) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(GOOD + "  - {key: theirs, kind: crowd}\n", encoding="utf-8")
    result = command("facts", verb, str(file))
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0].startswith("line 3, column 25, groups[2].kind: ")
    assert result.stderr.splitlines()[-1] == "Nothing was loaded: the file has 1 mistake."
    with records(tmp_path, database_url):
        assert db.session.scalar(select(func.count()).select_from(Group)) == 0


def test_a_good_database_passes_its_check(command: Command) -> None:
    result = command("db", "check")
    assert (result.exit_code, result.output) == (0, "The database is whole and fits this version.\n")


def test_an_upgrade_with_nothing_to_do_says_so(command: Command) -> None:
    assert re.fullmatch(r"The database is at \w+, there is nothing to do\.\n", command("db", "upgrade").output)


def test_an_old_database_is_told_from_a_current_one_and_brought_up_to_date(
    command: Command, tmp_path: Path, database_url: str
) -> None:
    with records(tmp_path, database_url):
        downgrade(revision="base")
    assert command("db", "check").exit_code == 1
    refused = command("demo")
    assert (refused.exit_code, refused.stderr) == (
        1,
        "The database is not at this version of the software: run lag-tracker db upgrade first.\n",
    )
    assert command("db", "upgrade").exit_code == 0
    assert command("db", "check").exit_code == 0


def test_a_database_of_a_newer_version_is_refused_in_a_sentence(
    command: Command, tmp_path: Path, database_url: str
) -> None:
    with records(tmp_path, database_url), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    result = command("db", "upgrade")
    assert result.exit_code == 1
    assert result.stderr.startswith("The database was made by a newer version of LAG Tracker")
    assert "Traceback" not in result.output


def test_letters_that_are_not_sent_are_listed(command: Command, tmp_path: Path, database_url: str) -> None:
    assert command("letters").output == "No letter waits, and none has failed.\n"
    with records(tmp_path, database_url):
        due = datetime(2026, 11, 24, 8, tzinfo=UTC)
        factories.letter("anna@grupas.example", due_at=due)
        factories.letter("juris@grupas.example", state=LetterState.FAILED, last_error="550 No such user")
        factories.letter("liga@grupas.example", state=LetterState.SENT)
        db.session.commit()
    assert command("letters").output == (
        "1  due 2026-11-24 08:00 UTC  invitation  anna@grupas.example\n"
        "2  not sent  invitation  juris@grupas.example  550 No such user\n"
    )


def test_a_feed_is_printed_as_calendars_get_it(command: Command) -> None:
    command("demo")
    result = command("feed", "show", "group", "kekavas-vietejas-ricibas-grupa", "--lang", "en", "--past")
    assert result.exit_code == 0
    assert result.output.startswith("BEGIN:VCALENDAR")
    assert "Working group “Needs”" in result.output.replace("\n ", "")


def test_a_feed_that_does_not_exist_is_refused(command: Command) -> None:
    result = command("feed", "show", "group", "nobody")
    assert (result.exit_code, result.stderr) == (
        1,
        "There is no feed group nobody (its address /kalendari/grupas/nobody.ics answers 404).\n",
    )


@pytest.mark.parametrize("arguments", [["all", "kekava"], ["group"]])
def test_a_feed_of_all_takes_no_slug_and_the_others_take_one(command: Command, arguments: list[str]) -> None:
    assert command("feed", "show", *arguments).exit_code == 2


def sequences(command: Command) -> list[str]:
    return re.findall(r"SEQUENCE:(\d+)", command("feed", "show", "all", "--past").stdout)


def test_after_a_restoring_every_event_gets_a_higher_sequence(command: Command) -> None:
    command("demo")
    before = sequences(command)
    result = command("feed", "restored")
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "Calendars that were subscribed to will take over the restored events."
    assert [int(after) - int(one) for one, after in zip(before, sequences(command), strict=True)] == [1000] * len(
        before
    )
    assert command("doctor").exit_code == 0


def test_the_doctor_finds_months_that_are_not_true_and_names_the_command_that_mends_them(
    command: Command, tmp_path: Path, database_url: str
) -> None:
    command("demo")
    before = command("feed", "show", "all", "--past").output
    with records(tmp_path, database_url), db.engine.begin() as connection:
        connection.execute(text("UPDATE calendar_segment SET zones = 'Europe/Vilnius'"))
    result = command("doctor")
    assert result.exit_code == 1
    assert "WRONG  calendars: some months are not what their events say; run: lag-tracker feed rebuild" in result.output
    assert command("feed", "rebuild").exit_code == 0
    assert command("doctor").exit_code == 0
    assert command("feed", "show", "all", "--past").output == before


@pytest.mark.parametrize("verb", ["rebuild", "restored"])
def test_feeds_are_not_written_anew_in_a_database_of_another_version(
    command: Command, tmp_path: Path, database_url: str, verb: str
) -> None:
    with records(tmp_path, database_url):
        downgrade(revision="0006")
    result = command("feed", verb)
    assert (result.exit_code, result.stderr) == (
        1,
        "The database is not at this version of the software: run lag-tracker db upgrade first.\n",
    )


def test_the_doctor_finds_that_no_worker_takes_letters(command: Command, tmp_path: Path, database_url: str) -> None:
    now = utc_now()
    with records(tmp_path, database_url):
        factories.letter("anna@grupas.example", due_at=now - timedelta(minutes=29))
        factories.letter("zane@grupas.example", due_at=now - timedelta(days=9), state=LetterState.FAILED)
        db.session.commit()
    assert "letters: none waits for a worker" in command("doctor").output
    with records(tmp_path, database_url):
        factories.letter("juris@grupas.example", due_at=now - timedelta(minutes=31))
        db.session.commit()
    result = command("doctor")
    assert result.exit_code == 1
    assert "WRONG  letters: 1 should have left by now; start a worker: lag-tracker work" in result.output


def test_the_doctor_and_the_chores_know_what_was_decided_on_the_page(
    command: Command, tmp_path: Path, database_url: str
) -> None:
    assert "ok     site settings: all by default" in command("doctor").output
    with records(tmp_path, database_url):
        db.session.add(SiteSettings(id=1, site_name="Grupas", keep_changes_days=7, operator="Novads"))
        db.session.add(AuditEntry(deed=Deed.CHANGED, noun="group", record_id=1, done_at=utc_now() - timedelta(days=8)))
        db.session.commit()
    (tmp_path / "config.toml").write_text('contact_email = "grupas@example.lv"\n')
    assert (
        "ok     site settings: OPERATOR from the environment; CONTACT_EMAIL from the file; "
        "SITE_NAME, KEEP_CHANGES_DAYS from the page" in command("doctor", OPERATOR="Cits novads").output
    )
    assert command("privacy", "tidy", KEEP_CHANGES_DAYS="0").output == "Nothing was old enough.\n"
    assert command("privacy", "tidy").output == "audit_entry: 1\n"


def test_the_doctor_finds_a_good_installation_well(command: Command) -> None:
    result = command("doctor")
    wrong = [line for line in result.output.splitlines() if line.startswith("WRONG")]
    assert (wrong, result.exit_code) == ([], 0)


@pytest.mark.sqlite_only
def test_the_doctor_says_what_is_wrong_and_what_to_do(command: Command, tmp_path: Path) -> None:
    command("version")
    load_settings({}, instance=tmp_path)
    (tmp_path / "secret_key").chmod(0o644)
    with records(tmp_path, ""):
        downgrade(revision="base")
    result = command("doctor")
    assert result.exit_code == 1
    assert (
        f"WRONG  secret key: others can read {tmp_path}/secret_key; run: chmod 600 {tmp_path}/secret_key"
        in result.output
    )
    assert "should be at" in result.output


def test_the_doctor_does_not_stop_at_bad_settings_with_a_traceback(command: Command) -> None:
    result = command("doctor", PORT="many")
    assert result.exit_code == 1
    assert "WRONG  settings: PORT must be a whole number, not 'many'." in result.output


@pytest.mark.sqlite_only
@pytest.mark.parametrize("arguments", [["run"], ["demo"], ["db", "check"], ["db", "upgrade"]])
def test_a_bad_setting_is_one_sentence_and_exit_code_2(command: Command, arguments: list[str]) -> None:
    result = command(*arguments, PORT="99999")
    assert (result.exit_code, result.stderr) == (2, "PORT must be between 1 and 65535, not 99999.\n")


@pytest.mark.sqlite_only
def test_production_is_not_started_without_a_secret_key_of_its_own(command: Command) -> None:
    result = command("run", PRODUCTION="1", BASE_URL="https://grupas.example")
    assert result.exit_code == 2
    assert result.stderr.startswith("PRODUCTION=1 needs a SECRET_KEY")


@pytest.mark.sqlite_only
@pytest.mark.parametrize("arguments", [["demo"], ["db", "check"], ["db", "upgrade"]])
def test_a_database_that_does_not_answer_is_one_sentence(command: Command, arguments: list[str]) -> None:
    result = command(*arguments, DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert result.exit_code == 1
    assert result.stderr.startswith("The database cannot be used: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.sqlite_only
def test_a_port_in_use_is_refused_before_anything_is_prepared(command: Command, tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        result = command("run", PORT=str(port), INSTANCE=str(tmp_path / "new"))
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Port {port} on 127.0.0.1 cannot be used (Address already in use); ")
    assert not (tmp_path / "new" / "lag_tracker.sqlite").exists()


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def started(folder: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Start the server as a person does, in a process group of its own, as a terminal gives it."""
    server = subprocess.Popen(
        [sys.executable, "-m", "lag_tracker", "run"],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], "INSTANCE": str(folder), "PYTHONUNBUFFERED": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield server
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        server.communicate()


def read_until(server: subprocess.Popen[str], words: str) -> str:
    assert server.stdout
    told = ""
    for line in server.stdout:
        told += line
        if words in line:
            return told
    raise AssertionError(told)


def fetch(port: int, path: str) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Connection": "close"})
    with urllib.request.urlopen(request, timeout=SECONDS_TO_START) as answer:  # noqa: S310
        return str(answer.read().decode())


def test_one_command_makes_an_installation_with_records_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    port = free_port()
    with started(tmp_path, PORT=str(port)) as server:
        told = read_until(server, "Ctrl+C")
        assert f"Latviski:     http://localhost:{port}/" in told
        assert f"In English:   http://localhost:{port}/en/" in told
        assert f"First administrator: http://localhost:{port}/uzaicinajums/" in told
        assert "BEGIN:VEVENT" in fetch(port, "/kalendari/visi.ics?past=all")
        os.killpg(server.pid, signal.SIGINT)
        rest, _nothing = server.communicate(timeout=SECONDS_TO_START)
    assert (server.returncode, "Traceback" in rest) == (0, False)


def test_a_start_without_the_demonstration_begins_empty(tmp_path: Path) -> None:
    port = free_port()
    with started(tmp_path, PORT=str(port), DEMO="0") as server:
        read_until(server, "Ctrl+C")
        assert "BEGIN:VEVENT" not in fetch(port, "/kalendari/visi.ics?past=all")
        server.send_signal(signal.SIGTERM)
        assert server.wait(SECONDS_TO_START) == 0


def test_two_starts_at_once_prepare_the_database_once(tmp_path: Path) -> None:
    with started(tmp_path, PORT=str(free_port())) as one, started(tmp_path, PORT=str(free_port())) as other:
        told = read_until(one, "Ctrl+C") + read_until(other, "Ctrl+C")
        for server in (one, other):
            server.send_signal(signal.SIGTERM)
        assert [server.wait(SECONDS_TO_START) for server in (one, other)] == [0, 0]
    assert told.count("94 records") == 1

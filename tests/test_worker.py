"""The worker beside the server, as processes: letters leave by themselves, and a worker that dies is replaced."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import psutil
import pytest
from flask import Flask
from sqlalchemy import func, select

from lag_tracker import create_app, worker
from lag_tracker.chores.operations import take_chore
from lag_tracker.config import Settings
from lag_tracker.database import Driver, db, utc_now
from lag_tracker.letters.operations import take_letter
from lag_tracker.models.account import Attempt
from lag_tracker.models.audit import AuditEntry, Deed
from lag_tracker.models.chore import Chore
from lag_tracker.models.letter import Letter, LetterState
from lag_tracker.models.site_settings import SiteSettings
from lag_tracker.paths import CHECKOUT
from lag_tracker.schema import upgrade_database
from lag_tracker.worker import work
from tests import factories
from tests.conftest import settings_for
from tests.mail_server import MailServer, mail_server
from tests.test_cli import free_port, read_until, started

SECONDS = 60


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def write(folder: Path, to_email: str) -> None:
    app = create_app(settings_for(folder))
    with app.app_context():
        factories.letter(to_email)
        db.session.commit()
        db.engine.dispose()


def mail_settings(server: MailServer) -> dict[str, str]:
    return {"MAIL_SERVER": server.address, "MAIL_SENDER": "grupas@grupas.example", "DEMO": "0"}


def worker_of(server: subprocess.Popen[str]) -> psutil.Process:
    (found,) = [one for one in psutil.Process(server.pid).children() if "work" in one.cmdline()]
    return found


@contextmanager
def working(folder: Path, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    given = {"PATH": os.environ["PATH"], "INSTANCE": str(folder), **environment}
    process = subprocess.Popen([sys.executable, "-m", "lag_tracker", "work"], cwd=CHECKOUT, env=given)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_letters_leave_beside_the_server_and_a_worker_that_dies_is_replaced(tmp_path: Path, server: MailServer) -> None:
    with started(tmp_path, PORT=str(free_port()), **mail_settings(server)) as site:
        read_until(site, "Ctrl+C")
        write(tmp_path, "anna@grupas.example")
        server.wait_for(1, seconds=SECONDS)
        worker_of(site).kill()
        write(tmp_path, "juris@grupas.example")
        server.wait_for(2, seconds=SECONDS)
        replacement = worker_of(site)
        site.send_signal(signal.SIGTERM)
        assert site.wait(SECONDS) == 0
        assert not replacement.is_running()
    assert server.receivers == ["anna@grupas.example", "juris@grupas.example"]


def test_a_worker_ends_when_its_server_is_killed(tmp_path: Path, server: MailServer) -> None:
    with started(tmp_path, PORT=str(free_port()), **mail_settings(server)) as site:
        read_until(site, "Ctrl+C")
        write(tmp_path, "anna@grupas.example")
        server.wait_for(1, seconds=SECONDS)
        orphan = worker_of(site)
        os.killpg(site.pid, signal.SIGKILL)
        orphan.wait(SECONDS)


def test_a_worker_can_run_by_itself_and_ends_when_told(tmp_path: Path, server: MailServer) -> None:
    app = create_app(settings_for(tmp_path))
    with app.app_context():
        upgrade_database(app.config["SETTINGS"], now=utc_now())
        db.engine.dispose()
    write(tmp_path, "anna@grupas.example")
    with working(tmp_path, **mail_settings(server)) as process:
        server.wait_for(1, seconds=SECONDS)
        process.terminate()
        assert process.wait(SECONDS) == 0


def test_without_the_setting_no_worker_is_started(tmp_path: Path) -> None:
    with started(tmp_path, PORT=str(free_port()), DEMO="0", WORKER="0") as site:
        read_until(site, "Ctrl+C")
        assert [one for one in psutil.Process(site.pid).children() if "work" in one.cmdline()] == []


def test_what_has_been_kept_for_long_enough_is_forgotten_once_a_day(app: Flask) -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    moments = [noon, noon + timedelta(hours=23), noon + timedelta(hours=24)]
    counted, stopping = [], Event()

    def rest(_seconds: float) -> None:
        counted.append(db.session.scalar(select(func.count(Attempt.id))))
        db.session.add(Attempt(counted_by="x", tried_at=datetime(2020, 1, 1, tzinfo=UTC)))
        db.session.commit()
        if len(counted) == len(moments):
            stopping.set()

    work(app, stopping=stopping, rests=rest, clock=lambda: moments[min(len(counted), 2)])
    assert counted == [0, 1, 0]


def test_a_term_decided_while_the_worker_runs_counts_for_it(app: Flask) -> None:
    moment, counted, stopping = datetime(2026, 11, 24, 12, tzinfo=UTC), [], Event()

    def rest(_seconds: float) -> None:
        counted.append(db.session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.noun == "group")))
        if len(counted) == 1:
            db.session.add(SiteSettings(id=1, keep_changes_days=7))
            db.session.commit()
        else:
            stopping.set()

    db.session.add(AuditEntry(deed=Deed.CHANGED, noun="group", record_id=1, done_at=moment - timedelta(days=8)))
    db.session.commit()
    work(app, stopping=stopping, rests=rest, clock=lambda: moment + timedelta(days=len(counted)))
    assert counted == [1, 0]


def test_nothing_is_forgotten_while_it_is_not_known_for_how_long_it_is_kept(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment, stopping, counted = datetime(2026, 11, 24, 12, tzinfo=UTC), Event(), list[int]()
    real = Driver.connect

    def fail(driver: Driver) -> Any:
        monkeypatch.setattr(Driver, "connect", real)
        raise driver.failures[1]("out of connections")

    def rest(_seconds: float) -> None:
        counted.append(db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0)
        db.session.remove()
        if len(counted) == 2:
            stopping.set()

    db.session.add(SiteSettings(id=1, keep_changes_days=0))
    db.session.add(AuditEntry(deed=Deed.CHANGED, noun="group", record_id=1, done_at=moment - timedelta(days=4000)))
    db.session.commit()
    monkeypatch.setattr(Driver, "connect", fail)
    work(app, stopping=stopping, rests=rest, clock=lambda: moment)
    assert counted == [1, 1]


def test_of_many_workers_one_does_a_chore(app: Flask) -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    pause, together, taken = timedelta(days=1), Barrier(4), []

    def take(now: datetime) -> None:
        with app.app_context():
            together.wait(SECONDS)
            taken.append(take_chore(db.session(), "forget", now=now, pause=pause))
            db.session.commit()

    for now, expected in ((noon, 1), (noon + timedelta(hours=23), 0), (noon + pause, 1)):
        taken.clear()
        workers = [Thread(target=take, args=(now,)) for _ in range(4)]
        for one in workers:
            one.start()
        for one in workers:
            one.join(SECONDS)
        assert (len(taken), sum(taken)) == (4, expected)


def test_a_chore_that_a_wrong_clock_put_far_ahead_is_due(app: Flask) -> None:
    db.session.add(Chore(name="forget", due_at=datetime(2096, 1, 1, tzinfo=UTC)))
    db.session.commit()
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    found = [take_chore(db.session(), "forget", now=now, pause=timedelta(days=1)) for _ in range(2)]
    assert found == [True, False]


def test_a_chore_that_fails_holds_up_neither_others_nor_letters(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_settings: Settings, _now: datetime) -> None:
        raise OSError("odd")

    factories.letter()
    db.session.commit()
    monkeypatch.setitem(worker.CHORES, "forget", (fail, timedelta(days=1)))
    stopping = Event()
    work(app, stopping=stopping, rests=lambda _seconds: stopping.set())
    assert db.session.scalars(select(Letter.state)).all() == [LetterState.SENT]
    assert sorted(db.session.scalars(select(Chore.name))) == ["forget", "let go", "remind"]


def test_a_worker_outlives_a_fault(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.letter()
    db.session.commit()
    stopping, rests, faults = Event(), [], iter([OSError("odd"), None])
    real = take_letter

    def take(*given: Any, **named: Any) -> Any:
        fault = next(faults, None)
        if fault:
            raise fault
        return real(*given, **named)

    def rest(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == 2:
            stopping.set()

    monkeypatch.setattr(worker, "take_letter", take)
    work(app, stopping=stopping, rests=rest)
    assert rests == [worker.SECONDS_AFTER_A_FAULT, worker.SECONDS_OF_REST]
    assert db.session.scalars(select(Letter.state)).all() == [LetterState.SENT]

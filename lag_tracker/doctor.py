"""Look an installation over: what is in order, what is wrong, and what to do about it."""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from flask import Flask, current_app, url_for
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lag_tracker import create_app
from lag_tracker.calendars.operations import calendars_are_true
from lag_tracker.config import Settings, load_settings
from lag_tracker.database import db
from lag_tracker.errors import BadSetting
from lag_tracker.letters.queries import LETTERS_WAIT, number_overdue
from lag_tracker.paths import STATIC, TEMPLATES, TRANSLATIONS
from lag_tracker.schema import check_database, sqlite_file
from lag_tracker.settings.queries import site_settings
from lag_tracker.site_settings import SITE_SETTINGS

LEAST_FREE_MEGABYTES = 200
EARLIEST_CLOCK = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Finding:
    """What one check found: well with a fact, or not well with a sentence that says what to do."""

    about: str
    is_well: bool
    sentence: str


def examine() -> Iterator[Finding]:
    """Yield one finding per check; without usable settings the checks that need them are left out."""
    yield _python()
    try:
        settings = load_settings()
    except BadSetting as mistake:
        yield Finding("settings", is_well=False, sentence=str(mistake))
        return
    yield Finding("settings", is_well=True, sentence=f"usable, the instance folder is {settings.instance}")
    checks = (_secret, _folder, _disk, _address, _clock, _templates, _translations)
    yield from (check(settings) for check in checks)
    app = create_app(settings)
    with app.app_context():
        yield from _database(settings)
        yield from _answers(app)
        db.engine.dispose()


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    is_well = sys.version_info >= (3, 11)
    return Finding("Python", is_well, found if is_well else f"{found} is too old, install 3.11 or newer")


def _secret(settings: Settings) -> Finding:
    kept = settings.instance / "secret_key"
    if not kept.is_file():
        return Finding("secret key", is_well=True, sentence="comes from the settings")
    mode = stat.S_IMODE(kept.stat().st_mode)
    if mode & 0o077:
        return Finding("secret key", is_well=False, sentence=f"others can read {kept}; run: chmod 600 {kept}")
    return Finding("secret key", is_well=True, sentence=f"{kept} is its owner's alone")


def _folder(settings: Settings) -> Finding:
    is_well = os.access(settings.instance, os.W_OK | os.X_OK)
    advice = f"cannot be written to; give {settings.instance} to the user that runs LAG Tracker"
    return Finding("instance folder", is_well, "can be written to" if is_well else advice)


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.instance).free // 2**20
    is_well = free >= LEAST_FREE_MEGABYTES
    return Finding(
        "disk", is_well, f"{free} MB are free" + ("" if is_well else "; make room or move the instance folder")
    )


def _address(settings: Settings) -> Finding:
    if settings.production and not settings.base_url.startswith("https://"):
        return Finding("address", is_well=False, sentence="BASE_URL must start with https:// on a public server")
    return Finding("address", is_well=True, sentence=settings.address)


def _clock(settings: Settings) -> Finding:
    now = datetime.now(UTC)
    if now < EARLIEST_CLOCK:
        return Finding("clock", is_well=False, sentence=f"the clock says {now:%Y-%m-%d %H:%M} UTC; set it")
    local = now.astimezone(ZoneInfo(settings.time_zone))
    return Finding("clock", is_well=True, sentence=f"{local:%Y-%m-%d %H:%M} in {settings.time_zone}")


def _templates(settings: Settings) -> Finding:
    del settings
    missing = [str(folder) for folder in (TEMPLATES, STATIC) if not any(folder.rglob("*.*"))]
    is_well = not missing
    return Finding(
        "pages and styles", is_well, "found" if is_well else f"{missing[0]} is empty; install the package anew"
    )


def _translations(settings: Settings) -> Finding:
    del settings
    compiled = TRANSLATIONS / "lv" / "LC_MESSAGES" / "messages.mo"
    is_well = compiled.is_file()
    return Finding("Latvian texts", is_well, "found" if is_well else f"{compiled} is missing; run: make messages")


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        wrong = check_database()
    except SQLAlchemyError as refusal:
        reason = (str(getattr(refusal, "orig", refusal)).splitlines() or ["no reason was given"])[0]
        yield Finding("database", is_well=False, sentence=f"cannot be used: {reason}")
        return
    yield from (Finding("database", is_well=False, sentence=sentence) for sentence in wrong)
    if not wrong:
        yield Finding("database", is_well=True, sentence=f"{db.engine.dialect.name}, whole, at this version")
        yield _decided()
        yield _calendars()
        yield _letters()
    if sqlite_file(settings):
        yield _sqlite()


def _decided() -> Finding:
    """Tell where the settings come from that a page can change, too: what is fixed here cannot be changed there."""
    decided = site_settings(db.session()).decided
    given_by = current_app.config["SETTINGS"].given_by
    db.session.rollback()
    sources = {
        name: given_by.get(name) or "page" for name in SITE_SETTINGS if name in given_by or decided[name] is not None
    }
    said = [
        f"{', '.join(names)} from the {source}"
        for source in ("environment", "file", "page")
        if (names := [name.upper() for name, one in sources.items() if one == source])
    ]
    return Finding("site settings", is_well=True, sentence="; ".join(said) or "all by default")


def _calendars() -> Finding:
    is_well = calendars_are_true(db.session())
    db.session.rollback()
    advice = "some months are not what their events say; run: lag-tracker feed rebuild"
    return Finding("calendars", is_well, "their months are what their events say" if is_well else advice)


def _letters() -> Finding:
    """Find whether a worker is at work: one takes every letter within seconds of its time."""
    overdue = number_overdue(db.session(), before=datetime.now(UTC) - LETTERS_WAIT)
    db.session.rollback()
    advice = f"{overdue} should have left by now; start a worker: lag-tracker work"
    return Finding("letters", not overdue, advice if overdue else "none waits for a worker")


def _sqlite() -> Finding:
    with db.engine.connect() as connection:
        mode = connection.scalar(text("PRAGMA journal_mode"))
        keys = connection.scalar(text("PRAGMA foreign_keys"))
    is_well = mode == "wal" and keys == 1
    advice = f"journal mode {mode}, foreign keys {keys}; keep the file on a local disk that allows WAL"
    return Finding("SQLite", is_well, "writes ahead, keeps references" if is_well else advice)


def _answers(app: Flask) -> Iterator[Finding]:
    """Ask the application itself for a page and a feed."""
    with app.test_request_context():
        addresses = {"start page": url_for("overview.start"), "feed": url_for("feeds.everything")}
    for about, address in addresses.items():
        status = app.test_client(use_cookies=False).get(address).status_code
        is_well = status == HTTPStatus.OK
        yield Finding(about, is_well, "is made" if is_well else f"{address} answers {status}; look into the log")

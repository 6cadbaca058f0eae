"""Accounts at a terminal, and how an installation comes by its first administrator."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from lag_tracker.cli import main
from lag_tracker.config import Settings
from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account
from lag_tracker.models.audit import AuditEntry
from lag_tracker.serving import first_administrator
from tests import factories
from tests.visitors import enter_password, hashed, is_in, send, signed_in

ANNA = "anna@example.lv"
Command = Callable[..., Result]


@pytest.fixture
def command(app: Flask, database_url: str, tmp_path: Path) -> Command:
    """Give a function that runs `lag-tracker user` on the database of `app`."""
    settings: Settings = app.config["SETTINGS"]
    environment = {
        "INSTANCE": str(tmp_path),
        "DATABASE_URL": database_url,
        "SECRET_KEY": settings.secret_key,
        "BASE_URL": settings.base_url,
    }

    def run(*arguments: str) -> Result:
        db.session.commit()
        given = dict.fromkeys(os.environ.keys() & {"PORT", "DEMO", "PRODUCTION"}, None)
        return CliRunner().invoke(main, ["user", *arguments], env=given | environment)

    return run


def path_in(told: str) -> str:
    found = re.search(r"https://grupas\.example(/\S+)", told)
    assert found, told
    return found[1]


def accounts() -> list[tuple[str, bool, bool]]:
    db.session.expire_all()
    found = db.session.scalars(select(Account).order_by(Account.email))
    return [(one.email, one.is_administrator, one.active) for one in found]


def test_an_administrator_is_added_and_gets_in_by_the_link(app: Flask, command: Command) -> None:
    told = command("add", "Anna@example.lv", "--administrator")
    assert told.exit_code == 0
    client = app.test_client()
    assert send(client, path_in(told.output)).status_code == 303
    assert is_in(client)
    assert accounts() == [(ANNA, True, True)]


def test_an_account_becomes_an_administrators(app: Flask, command: Command) -> None:
    factories.account(ANNA)
    assert command("add", ANNA).exit_code == 1
    assert command("add", ANNA, "--administrator").exit_code == 0
    assert accounts() == [(ANNA, True, True)]


def test_what_is_no_address_makes_no_account(app: Flask, command: Command) -> None:
    told = command("add", "anna")
    assert (told.exit_code, told.output) == (1, "anna is no e-mail address.\n")
    assert accounts() == []


def test_a_closed_account_is_out_at_once_and_nothing_opens_it(app: Flask, command: Command) -> None:
    account = factories.account(ANNA, password=hashed())
    client = signed_in(app, account)
    link = path_in(command("link", ANNA).output)
    assert command("deactivate", ANNA).exit_code == 0
    assert not is_in(client)
    assert not is_in(enter_password(app, ANNA)[0])
    other = app.test_client()
    send(other, link)
    assert not is_in(other)
    assert command("link", ANNA).exit_code == 1
    assert command("activate", ANNA).exit_code == 0
    assert is_in(enter_password(app, ANNA)[0])


def test_accounts_are_listed(app: Flask, command: Command) -> None:
    factories.account(ANNA, is_administrator=True)
    factories.account("berta@example.lv", active=False)
    lines = command("list").output.splitlines()
    assert lines == [
        "anna@example.lv\tadministrator\tnever signed in",
        "berta@example.lv\t0 groups\tnever signed in\tclosed",
    ]


@pytest.mark.parametrize("deed", ["link", "deactivate", "activate"])
def test_an_account_that_there_is_not_is_named(app: Flask, command: Command, deed: str) -> None:
    told = command(deed, ANNA)
    assert (told.exit_code, told.output) == (1, f"There is no account with the address {ANNA}.\n")


def first(app: Flask) -> str:
    with app.test_request_context():
        return first_administrator(app.config["SETTINGS"], now=utc_now()) or ""


def test_the_first_start_gives_a_link_by_which_an_administrator_is_made(app: Flask) -> None:
    address = first(app)
    file = app.config["SETTINGS"].first_link
    assert file.read_text(encoding="utf-8") == f"{address}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    client = app.test_client()
    path = urlsplit(address).path
    assert send(client, path, email="nav adreses").status_code == 422
    answer = send(client, path, email="Anna@example.lv", way="password")
    assert answer.location == "/konts/parole"
    assert is_in(client)
    assert accounts() == [(ANNA, True, True)]
    assert not file.exists()
    assert app.test_client().get(path).status_code == 410
    assert first(app) == ""


def test_the_link_stays_the_same_until_it_is_used_or_too_old(app: Flask) -> None:
    address = first(app)
    assert first(app) == address
    with time_machine.travel(utc_now() + timedelta(days=8)):
        later = first(app)
        assert later != address
        assert app.test_client().get(urlsplit(address).path).status_code == 410


def test_where_there_is_an_administrator_no_link_is_given(app: Flask) -> None:
    factories.account(ANNA, is_administrator=True)
    db.session.commit()
    assert first(app) == ""
    assert not app.config["SETTINGS"].first_link.exists()


def test_a_closed_administrator_does_not_count(app: Flask) -> None:
    factories.account(ANNA, is_administrator=True, active=False)
    db.session.commit()
    assert first(app)


def test_what_the_command_line_does_to_accounts_is_written_down(app: Flask, command: Command) -> None:
    command("add", ANNA)
    command("deactivate", ANNA)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.noun == "account").order_by(AuditEntry.id)).all()
    assert [(entry.deed.value, entry.account_id, entry.changes.get("active")) for entry in entries] == [
        ("created", None, None),
        ("changed", None, [True, False]),
    ]

"""Administrators look after all accounts, but not after their own."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.account import Account, Role
from lag_tracker.models.audit import AuditEntry
from lag_tracker.models.group import Group
from tests import factories
from tests.reading import links, texts
from tests.visitors import administrator, send, signed_in

PAGE = "/en/accounts"


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def anna(group: Group) -> Account:
    return factories.account("anna@grupas.example", roles={group: Role.MANAGER}, person=factories.person("Anna Liepa"))


@pytest.fixture
def chief(app: Flask, anna: Account) -> FlaskClient:
    return administrator(app)


def account_of(email: str) -> Account:
    db.session.expire_all()
    return db.session.scalars(select(Account).where(Account.email == email)).one()


def test_all_accounts_are_listed_and_the_desk_leads_there(app: Flask, chief: FlaskClient, anna: Account) -> None:
    signed_in(app, anna)
    assert links(chief.get("/en/desk").text)["Accounts"] == PAGE
    page = chief.get(PAGE).text
    assert "Anna Liepa" in texts(page, "strong")
    assert "anna@grupas.example · 1 role in a group · last signed in" in " ".join(page.split())
    deeds = [words for words in links(page) if "Close the account" in words]
    assert deeds == ["Close the account: Anna Liepa"]


def test_a_closed_account_is_out_at_once_until_it_is_opened_again(
    app: Flask, chief: FlaskClient, anna: Account
) -> None:
    member = signed_in(app, anna)
    assert member.get("/en/desk").status_code == 200
    close = f"{PAGE}/{anna.id}/close"
    assert send(chief, close).location == PAGE
    assert member.get("/en/desk").status_code == 303
    assert not account_of("anna@grupas.example").active
    send(chief, close)
    assert account_of("anna@grupas.example").active


def test_an_administrator_is_made_and_unmade_and_that_is_written_down(
    app: Flask, chief: FlaskClient, anna: Account
) -> None:
    member, deed = signed_in(app, anna), f"{PAGE}/{anna.id}/administrator"
    assert member.get(PAGE).status_code == 404
    send(chief, deed)
    assert member.get(PAGE).status_code == 200
    send(chief, deed)
    assert member.get(PAGE).status_code == 404
    changes = db.session.scalars(select(AuditEntry.changes).where(AuditEntry.noun == "account")).all()
    assert [entry["is_administrator"] for entry in changes] == [[False, True], [True, False]]


def test_a_closed_account_is_not_made_an_administrators(chief: FlaskClient, anna: Account) -> None:
    anna.active = False
    db.session.commit()
    answer = send(chief, f"{PAGE}/{anna.id}/administrator")
    assert (answer.status_code, "This account is closed. Open it first." in answer.text) == (409, True)


def test_nobody_locks_themselves_out(chief: FlaskClient) -> None:
    own = db.session.scalars(select(Account.id).where(Account.is_administrator)).one()
    for deed in ("close", "administrator"):
        assert chief.get(f"{PAGE}/{own}/{deed}").status_code == 404

"""Visitors who have signed in, and how they fill in forms: from the page itself, as a browser would."""

import re
import secrets
from functools import cache
from threading import Barrier, Thread
from time import time
from typing import Any

import html5lib
from flask import Flask, current_app
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy import select
from werkzeug.test import TestResponse

from lag_tracker.accounts.queries import token_digest
from lag_tracker.database import db
from lag_tracker.models.account import Account, Role, SignIn
from lag_tracker.models.group import Group
from lag_tracker.models.letter import Letter
from lag_tracker.web.access import TOKEN
from tests import factories

#: Whoever has not answered by then never will.
SECONDS = 60


def signed_in(app: Flask, account: Account) -> FlaskClient:
    """Return a visitor with a cookie of this account, which is committed with all else that waits."""
    token = secrets.token_urlsafe(16)
    db.session.add(account)
    db.session.flush()
    db.session.add(SignIn(account_id=account.id, token_hash=token_digest(token), device="Firefox"))
    db.session.commit()
    client = app.test_client()
    with client.session_transaction(base_url=app.config["SETTINGS"].address) as session:
        session[TOKEN] = token
        session["fs_paa"] = time()
    return client


def manager_of(app: Flask, *groups: Group) -> FlaskClient:
    """Return a visitor who manages these groups."""
    return signed_in(app, factories.account(roles=dict.fromkeys(groups, Role.MANAGER)))


def member_of(app: Flask, *groups: Group) -> FlaskClient:
    """Return a visitor who is a member of these groups."""
    return signed_in(app, factories.account(roles=dict.fromkeys(groups, Role.MEMBER)))


def observer_of(app: Flask, *groups: Group) -> FlaskClient:
    """Return a visitor who reads along in these groups."""
    return signed_in(app, factories.account(roles=dict.fromkeys(groups, Role.OBSERVER)))


def administrator(app: Flask) -> FlaskClient:
    """Return a visitor who may do everything."""
    return signed_in(app, factories.account(is_administrator=True))


def form_of(page: TestResponse, number: int = 0) -> dict[str, list[str]]:
    """Return what a browser would send of a page's form in `main` if nobody touched it; -1 is the last form."""
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    main = next(element for element in tree.iter("main"))
    form = [element for element in main.iter("form") if element.get("method") == "post"][number]
    fields: dict[str, list[str]] = {}
    for element in form.iter():
        name = element.get("name")
        if not name or element.tag not in {"input", "textarea", "select"}:
            continue
        if element.tag == "textarea":
            fields.setdefault(name, []).append((element.text or "").removeprefix("\n"))
        elif element.tag == "select":
            options = list(element.iter("option"))
            chosen = [one for one in options if one.get("selected") is not None] or options[:1]
            fields.setdefault(name, []).extend(one.get("value") or "" for one in chosen)
        elif element.get("type") not in {"checkbox", "radio", "submit"} or element.get("checked") is not None:
            fields.setdefault(name, []).append(element.get("value") or "")
    return fields


def send_at_once(*forms: tuple[FlaskClient, str, dict[str, list[str]]]) -> list[int]:
    """Send filled forms to their addresses at the same moment; return the statuses of the answers, the lowest first."""
    together, statuses = Barrier(len(forms)), []

    def one(client: FlaskClient, address: str, fields: dict[str, list[str]]) -> None:
        together.wait(SECONDS)
        statuses.append(client.post(address, data=fields).status_code)

    threads = [Thread(target=one, args=form) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    return sorted(statuses)


def send(
    client: FlaskClient, address: str, *, number: int = 0, page: TestResponse | None = None, **typed: Any
) -> TestResponse:
    """Open a form, type what is given over what it shows, send it, and return the answer; None leaves a field out.

    `page` is the form as it was opened earlier.
    """
    opened = page or client.get(address)
    assert opened.status_code < 500, opened.status
    fields: dict[str, Any] = form_of(opened, number) | typed
    return client.post(address, data={name: value for name, value in fields.items() if value is not None})


PASSWORD = "garā parole šeit"


@cache
def hashed(password: str = PASSWORD) -> str:
    """Return a password as accounts keep it; hashing is slow on purpose, so each is hashed once for all tests."""
    return str(hash_password(current_app.extensions["security"].password_util.normalize(password)))


def enter_password(
    app: Flask, email: str, password: str = PASSWORD, *, lang: str = "lv"
) -> tuple[FlaskClient, TestResponse]:
    """Sign in at the page as people do; return the visitor and the answer."""
    client = app.test_client()
    address = "/pieteikties" if lang == "lv" else "/en/sign-in"
    return client, send(client, address, email=email, password=password)


def cookie_of(client: FlaskClient) -> str:
    """Return the session cookie of a visitor."""
    found = client.get_cookie("__Host-session", domain="grupas.example")
    return found.value if found else ""


def with_cookie(app: Flask, value: str) -> FlaskClient:
    """Return a visitor with somebody's copied cookie."""
    client = app.test_client()
    client.set_cookie("__Host-session", value, domain="grupas.example", secure=True)
    return client


def is_in(client: FlaskClient) -> bool:
    """Tell whether a visitor gets at pages of an account."""
    return client.get("/konts").status_code == 200


def sign_out(client: FlaskClient) -> TestResponse:
    """Sign out by the button on top of every page."""
    token = form_of(client.get("/konts/parole"))["csrf_token"]
    return client.post("/iziet", data={"csrf_token": token})


def letters() -> list[Letter]:
    """Return the letters of the outbox, the first written first."""
    db.session.expire_all()
    return list(db.session.scalars(select(Letter).order_by(Letter.id)))


def link_in(letter: Letter) -> str:
    """Return the path of the link in a letter, which must begin as the settings say."""
    found = re.search(r"^https://grupas\.example(/\S+)$", letter.text, re.MULTILINE)
    assert found, letter.text
    return found[1]

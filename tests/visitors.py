"""Visitors who have signed in, and how they fill in forms: from the page itself, as a browser would."""

import secrets
from typing import Any

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lag_tracker.accounts.queries import token_digest
from lag_tracker.database import db
from lag_tracker.models.account import Account, Role, SignIn
from lag_tracker.models.group import Group
from lag_tracker.web.access import TOKEN
from tests import factories


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

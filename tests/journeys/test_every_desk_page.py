"""What is true of every page behind a door, seen with a real browser by somebody who may open them all."""

import json
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import Page

from lag_tracker import create_app
from lag_tracker.config import load_settings
from lag_tracker.database import db
from tests.journeys.conftest import running
from tests.journeys.test_every_page import CUT_OFF, SPACE_OUT, SPACED, TOO_WIDE, violations
from tests.test_rights import ADDRESSES, address_of, make_world, methods_of

NARROW = 320
#: Where the browser itself goes on to something else.
LEADS_ON = {"accounts.arrive"}


class Desk(NamedTuple):
    """A running installation with a record of every kind, and the cookie of its administrator."""

    app: Flask
    address: str
    cookie: str


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Start a server over the records of `test_rights.py`."""
    folder = tmp_path_factory.mktemp("desk")
    with running(folder, DEMO="0") as address:
        app = create_app(load_settings({"INSTANCE": str(folder / "instance"), "BASE_URL": address}))
        with app.app_context():
            cookie = make_world(app)["administrator"].get_cookie("session", "127.0.0.1")
            assert cookie is not None
            yield Desk(app, address, cookie.value)
            db.engine.dispose()


@pytest.mark.parametrize("endpoint", sorted(ADDRESSES))
def test_a_page_and_its_mistakes_are_for_everyone_on_a_narrow_phone(desk: Desk, page: Page, endpoint: str) -> None:
    address = desk.address + address_of(desk.app, endpoint, ADDRESSES[endpoint].ours)
    page.context.add_cookies([{"name": "session", "value": desk.cookie, "url": desk.address}])
    page.set_viewport_size({"width": NARROW, "height": 640})
    if "GET" not in methods_of(desk.app, endpoint):
        assert page.request.get(address).status == 405
        return
    answer = page.request.get(address, max_redirects=0)
    if answer.status == 303 or "text/html" not in answer.headers["content-type"]:
        return
    page.goto(address)
    check(page)
    submit = page.locator("main form[method=post] button[type=submit]").first
    if submit.count() and page.locator("main form[method=post] [required]").count():
        page.locator("main form[method=post]").first.evaluate("form => form.noValidate = true")
        submit.click()
        page.wait_for_load_state()
        check(page)


def check(page: Page) -> None:
    """Fail when axe finds something, when something is wider than the window, or when text is cut off."""
    found = violations(page, widths=(NARROW,))
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)
    page.set_viewport_size({"width": NARROW, "height": 640})
    assert page.evaluate(TOO_WIDE) == []
    page.evaluate(SPACE_OUT, SPACED)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(CUT_OFF) == []

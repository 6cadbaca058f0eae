"""Passkeys, as a real browser makes and uses them."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import CDPSession, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from lag_tracker import create_app
from lag_tracker.database import db
from lag_tracker.models.account import Passkey
from tests import factories
from tests.conftest import settings_for
from tests.visitors import PASSWORD, hashed

ANNA, BERTA = "anna@grupas.example", "berta@grupas.example"
#: The address of the second factor, asked for with another's passkey.
FORGED = """async credential => {
    const asked = await (await fetch(location.href, {
        method: 'POST', body: new URLSearchParams(new FormData(document.querySelector('main form')))
    })).text()
    const form = new DOMParser().parseFromString(asked, 'text/html').querySelector('form[data-passkey]')
    const options = JSON.parse(form.dataset.options)
    options.allowCredentials = [{type: 'public-key', id: credential}]
    const passkey = await navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options)
    })
    const answer = new FormData(form)
    answer.set('credential', JSON.stringify(passkey.toJSON()))
    await fetch(form.getAttribute('action'), {method: 'POST', body: new URLSearchParams(answer)})
}"""


@pytest.fixture
def served(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Flask]:
    """Serve an installation with two accounts on this machine; passkeys need an address that a browser trusts."""
    (tmp_path / "lag_tracker.sqlite").write_bytes(migrated_sqlite.read_bytes())
    app = create_app(settings_for(tmp_path))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    object.__setattr__(app.config["SETTINGS"], "base_url", f"http://localhost:{server.server_port}")
    app.config.update(SESSION_COOKIE_NAME="session", SESSION_COOKIE_SECURE=False)
    with app.app_context():
        for email in (ANNA, BERTA):
            factories.account(email, password=hashed())
        db.session.commit()
        Thread(target=server.serve_forever, daemon=True).start()
        yield app
        server.shutdown()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def go(served: Flask, page: Page) -> Callable[[str], None]:
    """Return a function that opens an address."""
    page.set_default_timeout(10_000)
    return lambda path: void(page.goto(served.config["SETTINGS"].address + path))


def void(_answer: Any) -> None:
    """Forget an answer."""


def authenticator(page: Page, kind: str) -> CDPSession:
    """Give the browser a phone ("internal") or a security key ("usb") that always says yes."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": kind,
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devices


def sign_in(page: Page, go: Callable[[str], None], email: str) -> None:
    go("/pieteikties")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_load_state()


def sign_out(page: Page) -> None:
    page.locator(".account-bar button").click()
    expect(page.locator(".account-bar")).to_have_count(0)


def add_passkey(page: Page, go: Callable[[str], None], name: str, usage: str) -> None:
    go("/konts/piekluves-atslegas")
    page.locator("[name=name]").last.fill(name)
    page.locator(f"[name=usage][value={usage}]").check()
    page.locator("main form button").last.click()
    page.locator("form[data-passkey] button").click()
    expect(page.locator("main")).to_contain_text(name)
    expect(page.locator("form[data-passkey]")).to_have_count(0)


def test_a_passkey_signs_in_without_a_password(page: Page, go: Callable[[str], None]) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    authenticator(page, "internal")
    sign_in(page, go, ANNA)
    add_passkey(page, go, "Mans tālrunis", "first")
    sign_out(page)
    go("/pieteikties")
    page.locator("a[href^='/pieteikties/atslega']").click()
    page.locator("main form button").click()
    page.locator("form[data-passkey] button").click()
    expect(page.locator(".account-bar")).to_be_visible()
    go("/konts")
    expect(page.locator("main")).to_contain_text(ANNA)
    assert faults == []


def test_a_passkey_is_asked_for_after_the_password_and_can_be_removed(page: Page, go: Callable[[str], None]) -> None:
    authenticator(page, "usb")
    sign_in(page, go, ANNA)
    add_passkey(page, go, "Drošības atslēga", "secondary")
    sign_out(page)
    sign_in(page, go, ANNA)
    expect(page.locator(".account-bar")).to_have_count(0)
    page.locator("main form button").click()
    page.locator("form[data-passkey] button").click()
    expect(page.locator(".account-bar")).to_be_visible()
    go("/konts/piekluves-atslegas")
    page.locator("main .plain-list button").click()
    expect(page.locator("main .plain-list")).to_have_count(0)


def test_nobody_gets_into_another_account_with_their_own_password_and_its_passkey(
    served: Flask, page: Page, go: Callable[[str], None]
) -> None:
    authenticator(page, "usb")
    for email, name in ((ANNA, "Annas"), (BERTA, "Bertas")):
        sign_in(page, go, email)
        add_passkey(page, go, name, "secondary")
        sign_out(page)
    credential = db.session.scalars(select(Passkey.credential_id).where(Passkey.name == "Annas")).one()
    sign_in(page, go, BERTA)
    page.evaluate(FORGED, base64.urlsafe_b64encode(credential).decode().rstrip("="))
    go("/konts")
    expect(page.locator(".account-bar")).to_have_count(0)
    assert "/pieteikties" in page.url


def test_a_refused_passkey_leaves_a_sentence_that_says_what_to_do(page: Page, go: Callable[[str], None]) -> None:
    authenticator(page, "internal")
    go("/en/sign-in/passkey")
    page.locator("main form button").click()
    page.locator("form[data-passkey] button").click()
    expect(page.locator("form[data-passkey] [role=status]")).to_have_text(
        "No passkey was used. Try once more, or choose another way."
    )

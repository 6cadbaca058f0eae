"""A second factor: codes that work once, recovery codes, and keys that can be changed."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP

from lag_tracker import create_app
from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account
from tests import factories
from tests.conftest import settings_for
from tests.page import CheckingClient
from tests.reading import texts
from tests.visitors import enter_password, hashed, is_in, letters, send

ANNA = "anna@grupas.example"


@pytest.fixture
def anna(app: Flask) -> Account:
    made: Account = factories.account(ANNA, password=hashed())
    db.session.commit()
    return made


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Let the test move the time, so that no code has to be waited for."""
    with time_machine.travel(utc_now(), tick=False) as moving:
        yield moving


def code(key: str) -> str:
    return str(TOTP(key=key).generate(utc_now()).token)


def set_up(client: FlaskClient) -> str:
    """Switch codes on, and return the key that the app was given."""
    page = send(client, "/konts/otrais-faktors", setup="authenticator")
    key = texts(page.text, "code", css_class="key")[0].replace("-", "")
    address = re.search(r'action="(/konts/otrais-faktors/[^"]+)"', page.text)
    assert address
    answer = send(client, address[1], page=page, code=code(key))
    assert (answer.status_code, answer.location) == (303, "/konts")
    return key


def recovery_codes(client: FlaskClient) -> list[str]:
    """Make recovery codes and return them."""
    page = send(client, "/konts/atkopsanas-kodi", generate_new_codes="1")
    return texts(page.text, "code", within="main")


def test_after_the_password_the_code_is_asked_for(app: Flask, anna: Account, clock: time_machine.Traveller) -> None:
    key = set_up(enter_password(app, ANNA)[0])
    clock.shift(timedelta(seconds=30))
    client, answer = enter_password(app, ANNA)
    assert answer.location == "/pieteikties/kods?next=/konts/sakums"
    assert not is_in(client)
    assert send(client, answer.location, code="000000").status_code == 422
    assert not is_in(client)
    assert send(client, answer.location, code=code(key)).location == "/konts/sakums"
    assert is_in(client)


def test_no_code_works_twice(app: Flask, anna: Account, clock: time_machine.Traveller) -> None:
    key = set_up(enter_password(app, ANNA)[0])
    clock.shift(timedelta(seconds=30))
    for status in (303, 422):
        client, answer = enter_password(app, ANNA)
        assert send(client, answer.location, code=code(key)).status_code == status


def test_an_old_code_does_not_work(app: Flask, anna: Account, clock: time_machine.Traveller) -> None:
    key = set_up(enter_password(app, ANNA)[0])
    clock.shift(timedelta(minutes=5))
    old = code(key)
    clock.shift(timedelta(seconds=90))
    client, answer = enter_password(app, ANNA)
    assert send(client, answer.location, code=old).status_code == 422


def test_codes_are_not_guessed(app: Flask, anna: Account, clock: time_machine.Traveller) -> None:
    key = set_up(enter_password(app, ANNA)[0])
    clock.shift(timedelta(seconds=30))
    client, answer = enter_password(app, ANNA)
    assert [send(client, answer.location, code="000000").status_code for _ in range(5)] == [422] * 5
    client, answer = enter_password(app, ANNA)
    refused = send(client, answer.location, code=code(key))
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    clock.shift(timedelta(seconds=61))
    assert send(client, answer.location, code=code(key)).status_code == 303


def test_each_recovery_code_opens_the_account_once(app: Flask, anna: Account, clock: time_machine.Traveller) -> None:
    first, _ = enter_password(app, ANNA)
    set_up(first)
    codes = recovery_codes(first)
    assert len(set(codes)) == 8
    for typed, status in ((codes[0].upper(), 303), (codes[0], 422), (codes[1].replace("-", " "), 303)):
        client, _ = enter_password(app, ANNA)
        assert send(client, "/pieteikties/atkopsanas-kods", code=typed).status_code == status
        assert is_in(client) is (status == 303)
    assert "atlikuši 6 kodi" in first.get("/konts").text


def test_new_recovery_codes_make_the_old_ones_worthless(
    app: Flask, anna: Account, clock: time_machine.Traveller
) -> None:
    first, _ = enter_password(app, ANNA)
    set_up(first)
    old = recovery_codes(first)
    recovery_codes(first)
    client, _ = enter_password(app, ANNA)
    assert send(client, "/pieteikties/atkopsanas-kods", code=old[0]).status_code == 422


def test_neither_keys_nor_recovery_codes_can_be_read_in_the_database(
    app: Flask, anna: Account, clock: time_machine.Traveller
) -> None:
    client, _ = enter_password(app, ANNA)
    key, codes = set_up(client), recovery_codes(client)
    db.session.refresh(anna)
    assert key not in str(anna.tf_totp_secret)
    assert not [one for one in codes if one in str(anna.mf_recovery_codes)]


def test_setting_a_second_factor_up_ends_sign_ins_elsewhere(
    app: Flask, anna: Account, clock: time_machine.Traveller
) -> None:
    here, elsewhere = enter_password(app, ANNA)[0], enter_password(app, ANNA)[0]
    set_up(here)
    assert (is_in(here), is_in(elsewhere)) == (True, False)
    assert [(letter.kind, letter.to_email) for letter in letters()] == [("account_changed", ANNA)]


def test_a_second_factor_is_switched_off_again(app: Flask, anna: Account, clock: time_machine.Traveller) -> None:
    client, _ = enter_password(app, ANNA)
    set_up(client)
    assert send(client, "/konts/otrais-faktors", number=1).status_code == 303
    assert enter_password(app, ANNA)[1].location == "/konts/sakums"


def test_a_wrong_first_code_switches_nothing_on(app: Flask, anna: Account) -> None:
    client, _ = enter_password(app, ANNA)
    page = send(client, "/konts/otrais-faktors", setup="authenticator")
    address = re.search(r'action="(/konts/otrais-faktors/[^"]+)"', page.text)
    assert address
    assert send(client, address[1], page=page, code="000000").location == "/konts/otrais-faktors"
    assert enter_password(app, ANNA)[1].location == "/konts/sakums"


@pytest.mark.parametrize("address", ["/pieteikties/kods", "/pieteikties/atkopsanas-kods", "/pieteikties/veids?next=/"])
def test_the_pages_of_the_second_factor_open_to_nobody_who_has_not_given_the_first(
    app: Flask, anna: Account, address: str
) -> None:
    client = app.test_client()
    assert client.get(address).location in {"/pieteikties", "/pieteikties?next=/"}
    assert not is_in(client)


def test_a_changed_password_leaves_no_half_finished_sign_in(
    app: Flask, anna: Account, clock: time_machine.Traveller
) -> None:
    first, _ = enter_password(app, ANNA)
    key = set_up(first)
    half, answer = enter_password(app, ANNA)
    new = "pavisam cita garā parole"
    send(first, "/konts/parole", password="garā parole šeit", new_password=new, new_password_confirm=new)
    clock.shift(timedelta(seconds=30))
    assert half.get(answer.location).location == "/pieteikties"
    assert key
    assert not is_in(half)


def test_second_factors_outlive_a_changed_secret_key(
    app: Flask, anna: Account, clock: time_machine.Traveller, tmp_path: Path, database_url: str
) -> None:
    client, _ = enter_password(app, ANNA)
    key, codes = set_up(client), recovery_codes(client)
    fallbacks = f"{'m' * 40} {'k' * 40}"
    before = settings_for(tmp_path, database_url=database_url)
    settings = replace(before, secret_key="n" * 40, secret_key_fallbacks=fallbacks)
    rekeyed = create_app(settings)
    rekeyed.test_client_class = CheckingClient
    rekeyed.config["TESTING"] = True
    clock.shift(timedelta(seconds=30))
    for address, typed in (("/pieteikties/kods", code(key)), ("/pieteikties/atkopsanas-kods", codes[0])):
        client, _ = enter_password(rekeyed, ANNA)
        assert send(client, address, code=typed).status_code == 303
        assert is_in(client)
    with rekeyed.app_context():
        db.engine.dispose()

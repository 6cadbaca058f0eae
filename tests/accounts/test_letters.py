"""Links in letters: signing in without a password, a forgotten one, a new address."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from lag_tracker import create_app
from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account
from tests import factories
from tests.conftest import BASE_URL, settings_for
from tests.reading import links, texts
from tests.visitors import (
    PASSWORD,
    cookie_of,
    enter_password,
    form_of,
    hashed,
    is_in,
    letters,
    link_in,
    send,
    signed_in,
)

ANNA = "anna@grupas.example"
NEW = "pavisam cita garā parole"


@pytest.fixture
def anna(app: Flask) -> Account:
    made: Account = factories.account(ANNA, password=hashed())
    db.session.commit()
    return made


def addresses() -> list[str]:
    db.session.expire_all()
    return list(db.session.scalars(select(Account.email).order_by(Account.id)))


def test_a_link_signs_in_once(app: Flask, anna: Account) -> None:
    client, other = app.test_client(), app.test_client()
    assert send(client, "/pieteikties/saite", email=ANNA).location == "/pieteikties"
    link = link_in(letters()[0])
    assert send(client, link).location == "/konts/sakums"
    assert is_in(client)
    assert send(other, link).location == "/pieteikties/saite"
    assert not is_in(other)


def test_opening_a_link_without_pressing_the_button_does_nothing(app: Flask, anna: Account) -> None:
    client = app.test_client()
    send(client, "/pieteikties/saite", email=ANNA)
    link = link_in(letters()[0])
    scanner = app.test_client()
    assert scanner.get(link).status_code == 200
    assert not is_in(scanner)
    assert send(client, link).location == "/konts/sakums"


def test_a_link_is_good_for_half_an_hour(app: Flask, anna: Account) -> None:
    client = app.test_client()
    send(client, "/pieteikties/saite", email=ANNA)
    with time_machine.travel(utc_now() + timedelta(minutes=31)):
        assert send(client, link_in(letters()[0])).location == "/pieteikties/saite"
        assert not is_in(client)


@pytest.mark.parametrize("address", ["/pieteikties/saite", "/parole/aizmirsta"])
def test_an_unknown_address_gets_the_same_answer_and_no_letter(app: Flask, anna: Account, address: str) -> None:
    said = []
    for email in (ANNA, "nav@grupas.example"):
        client = app.test_client()
        answer = send(client, address, email=email)
        page = answer if answer.status_code == 200 else client.get(answer.location)
        said.append((answer.status_code, texts(page.text, "p", within="main")))
    assert said[0] == said[1]
    assert [letter.to_email for letter in letters()] == [ANNA]


@pytest.mark.parametrize("address", ["/pieteikties/saite", "/parole/aizmirsta"])
def test_a_closed_account_gets_no_letter(app: Flask, anna: Account, address: str) -> None:
    anna.active = False
    db.session.commit()
    send(app.test_client(), address, email=ANNA)
    assert letters() == []


@pytest.mark.parametrize("host", ["cits.example", "grupas.example.cits.example"])
def test_links_begin_as_the_settings_say_whatever_host_is_asked(app: Flask, anna: Account, host: str) -> None:
    client = app.test_client()
    fields = form_of(client.get("/parole/aizmirsta")) | {"email": [ANNA]}
    client.set_cookie("__Host-session", cookie_of(client), domain=host, secure=True)
    forged = {"HTTP_HOST": host, "HTTP_X_FORWARDED_HOST": host}
    client.post("/parole/aizmirsta", data=fields, environ_overrides=forged)
    assert link_in(letters()[0]).startswith("/parole/jauna/")


def test_nothing_in_front_puts_its_own_words_into_addresses(
    app: Flask, anna: Account, database_url: str, tmp_path: Path
) -> None:
    behind = create_app(settings_for(tmp_path, database_url=database_url, proxies=1))
    behind.config["TESTING"] = True
    forged = {"X-Forwarded-Host": "cits.example", "X-Forwarded-Prefix": "@cits.example"}
    with behind.app_context():
        client = behind.test_client()
        fields = form_of(client.get("/pieteikties/saite", base_url=BASE_URL)) | {"email": [ANNA]}
        assert client.post("/pieteikties/saite", base_url=BASE_URL, data=fields, headers=forged).status_code == 303
        listed = client.get("/api/v1", base_url=BASE_URL, headers=forged)
        db.engine.dispose()
    letter = letters()[0]
    assert (link_in(letter)[:19], "cits" in letter.text) == ("/pieteikties/saite/", False)
    assert (listed.status_code, "cits" in listed.text) == (200, False)


def test_a_forgotten_password_is_replaced_and_all_sign_ins_end(app: Flask, anna: Account) -> None:
    before, _ = enter_password(app, ANNA)
    client = app.test_client()
    assert send(client, "/parole/aizmirsta", email=ANNA).status_code == 200
    link = link_in(letters()[0])
    assert send(client, link, password="īsa", password_confirm="īsa").status_code == 422
    assert send(client, link, password=NEW, password_confirm=NEW).location == "/pieteikties"
    assert not is_in(client)
    assert not is_in(before)
    assert enter_password(app, ANNA, NEW)[1].status_code == 303
    assert [letter.kind for letter in letters()] == ["new_password", "password_changed"]
    assert client.get(link).location == "/parole/aizmirsta"


def test_a_link_to_a_new_password_ends_after_two_hours(app: Flask, anna: Account) -> None:
    client = app.test_client()
    send(client, "/parole/aizmirsta", email=ANNA)
    with time_machine.travel(utc_now() + timedelta(hours=2, minutes=1)):
        assert client.get(link_in(letters()[0])).location == "/parole/aizmirsta"


def test_an_address_changes_when_the_button_behind_the_link_is_pressed(app: Flask, anna: Account) -> None:
    client, elsewhere = enter_password(app, ANNA)[0], enter_password(app, ANNA)[0]
    send(client, "/konts/e-pasts", email="Anna.Jauna@grupas.example")
    letter = letters()[0]
    assert letter.to_email == "anna.jauna@grupas.example"
    scanner = app.test_client()
    assert scanner.get(link_in(letter)).status_code == 200
    assert addresses() == [ANNA]
    assert send(client, link_in(letter)).status_code == 303
    assert addresses() == ["anna.jauna@grupas.example"]
    assert is_in(client)
    assert not is_in(elsewhere)
    assert [(one.kind, one.to_email) for one in letters()[1:]] == [("address_changed", ANNA)]


def test_links_to_the_old_address_are_worthless_after_the_change(app: Flask, anna: Account) -> None:
    client, _ = enter_password(app, ANNA)
    for address in ("/parole/aizmirsta", "/pieteikties/saite"):
        send(app.test_client(), address, email=ANNA)
    send(client, "/konts/e-pasts", email="anna.jauna@grupas.example")
    reset, link, change = (link_in(letter) for letter in letters())
    send(client, change)
    stranger = app.test_client()
    assert stranger.get(reset).location == "/parole/aizmirsta"
    send(stranger, link)
    assert not is_in(stranger)


def test_nobody_takes_an_address_that_has_an_account_nor_learns_of_it(app: Flask, anna: Account) -> None:
    factories.account("berta@grupas.example")
    db.session.commit()
    client, _ = enter_password(app, ANNA)
    taken, free = (send(client, "/en/account/email", email=f"{who}@grupas.example") for who in ("berta", "cita"))
    assert taken.status_code == free.status_code == 200
    assert [letter.to_email for letter in letters()] == ["cita@grupas.example"]


@pytest.mark.parametrize("address", ["/konts/e-pasts", "/konts/otrais-faktors", "/konts/piekluves-atslegas"])
def test_changes_of_the_account_want_the_password_again_after_a_while(app: Flask, anna: Account, address: str) -> None:
    client, _ = enter_password(app, ANNA)
    later: Any
    with time_machine.travel(utc_now() + timedelta(minutes=31)) as later:
        answer = client.get(address)
        assert answer.location == f"/konts/apstiprinat?next={address}"
        assert send(client, answer.location, password="nepareiza").status_code == 422
        assert send(client, answer.location, password=PASSWORD).location == address
        assert client.get(address).status_code == 200
    assert later is not None


def test_who_has_no_password_chooses_one_only_right_after_signing_in(app: Flask) -> None:
    client = signed_in(app, factories.account(ANNA))  # whom an invitation has just let in
    assert send(client, "/konts/parole", new_password=NEW, new_password_confirm=NEW).location == "/konts/sakums"
    other = signed_in(app, factories.account("berta@grupas.example"))
    with time_machine.travel(utc_now() + timedelta(minutes=31)):
        assert other.get("/konts/parole").location == "/konts/apstiprinat?next=/konts/parole"


def test_who_has_no_password_is_asked_for_none(app: Flask, anna: Account) -> None:
    client = signed_in(app, factories.account("berta@grupas.example"))
    page = client.get("/en/account/confirm").text
    assert 'type="password"' not in page
    assert (links(page)["Get a link by e-mail"], links(page)["Cancel"]) == ("/en/sign-in/link", "/en/account")
    with_password, _ = enter_password(app, ANNA)
    assert 'type="password"' in with_password.get("/en/account/confirm").text

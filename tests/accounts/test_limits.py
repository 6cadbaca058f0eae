"""What may not be tried without end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from lag_tracker.accounts.limits import KEPT, Counted, Limit, note_try
from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account, Attempt
from tests import factories
from tests.reading import texts
from tests.visitors import PASSWORD, enter_password, form_of, hashed, is_in, letters, send

ANNA = "anna@grupas.example"
FIVE = Limit("x", free=5, first_wait=timedelta(minutes=1), longest_wait=timedelta(minutes=15))


@pytest.fixture
def anna(app: Flask) -> Account:
    made: Account = factories.account(ANNA, password=hashed())
    db.session.commit()
    return made


@given(st.integers(0, 10_000))
def test_waits_grow_and_have_an_end(tries: int) -> None:
    assert timedelta() <= FIVE.wait_after(tries) <= FIVE.wait_after(tries + 1) <= timedelta(minutes=15)


def test_each_wait_is_twice_the_one_before() -> None:
    waits = [FIVE.wait_after(tries) for tries in range(4, 9)]
    assert waits == [timedelta(minutes=minutes) for minutes in (0, 1, 2, 4, 8)]
    assert all(a <= b for a, b in pairwise(waits))


@time_machine.travel("2026-12-01T06:20:30Z", tick=False)
def test_after_five_wrong_passwords_the_page_says_when_to_try_again(app: Flask, anna: Account) -> None:
    assert {enter_password(app, ANNA, "nepareiza")[1].status_code for _ in range(5)} == {422}
    client, answer = enter_password(app, ANNA)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert "var mēģināt vēlreiz plkst. 08:22" in texts(answer.text, "p", css_class="lead")[0]
    assert not is_in(client)


def test_a_try_that_is_no_form_is_refused_because_no_limit_would_count_it(app: Flask, anna: Account) -> None:
    client = app.test_client()
    token = form_of(client.get("/pieteikties"))["csrf_token"][0]
    tried = {"email": ANNA, "password": PASSWORD, "csrf_token": token}
    assert client.post("/pieteikties", json=tried).status_code == 415
    assert client.post("/parole/aizmirsta", json=tried).status_code == 415
    assert letters() == []
    assert not is_in(client)


def test_a_wait_ends_by_itself(app: Flask, anna: Account) -> None:
    for _ in range(5):
        enter_password(app, ANNA, "nepareiza")
    with time_machine.travel(utc_now() + timedelta(seconds=61)):
        assert enter_password(app, ANNA)[1].status_code == 303
        assert enter_password(app, ANNA, "nepareiza")[1].status_code == 422


def test_tries_during_a_wait_do_not_make_it_longer(app: Flask, anna: Account) -> None:
    for _ in range(20):
        enter_password(app, ANNA, "nepareiza")
    with time_machine.travel(utc_now() + timedelta(seconds=61)):
        assert enter_password(app, ANNA)[1].status_code == 303


def test_one_accounts_wait_keeps_nobody_else_out(app: Flask, anna: Account) -> None:
    factories.account("berta@grupas.example", password=hashed())
    db.session.commit()
    for _ in range(6):
        enter_password(app, ANNA, "nepareiza")
    assert enter_password(app, "berta@grupas.example")[1].status_code == 303


@pytest.mark.parametrize("spelling", ["ANNA@grupas.example", " anna@GRUPAS.example "])
def test_no_spelling_of_an_address_gets_round_its_limit(app: Flask, anna: Account, spelling: str) -> None:
    for _ in range(5):
        enter_password(app, ANNA, "nepareiza")
    assert enter_password(app, spelling)[1].status_code == 429


def test_nobody_gets_round_the_limit_by_an_account_of_their_own(app: Flask, anna: Account) -> None:
    factories.account("berta@grupas.example", password=hashed())
    db.session.commit()
    for _ in range(5):
        enter_password(app, ANNA, "nepareiza")
        assert enter_password(app, "berta@grupas.example")[1].status_code == 303
    assert enter_password(app, ANNA)[1].status_code == 429


def test_many_accounts_cannot_be_tried_from_one_place(app: Flask) -> None:
    statuses = [enter_password(app, f"{n}@grupas.example", "nepareiza")[1].status_code for n in range(31)]
    assert statuses == [422] * 30 + [429]


def test_the_password_is_guessed_no_faster_on_the_pages_of_the_account(app: Flask, anna: Account) -> None:
    client, _ = enter_password(app, ANNA)
    for address in ("/konts/apstiprinat", "/konts/parole"):
        for _ in range(3):
            answer = send(client, address, password="nepareiza")
    assert answer.status_code == 429
    assert enter_password(app, ANNA)[1].status_code == 429


@pytest.mark.parametrize("address", ["/pieteikties/saite", "/parole/aizmirsta"])
def test_nobodys_mailbox_is_filled(app: Flask, anna: Account, address: str) -> None:
    statuses = [send(app.test_client(), address, email=ANNA).status_code for _ in range(5)]
    assert statuses[3:] == [429, 429]
    assert len(letters()) == 3


def test_links_out_of_letters_are_not_tried_without_end(app: Flask) -> None:
    statuses = [send(app.test_client(), f"/pieteikties/saite/{n}").status_code for n in range(31)]
    assert statuses == [303] * 30 + [429]


def test_of_tries_at_one_moment_no_more_get_through_than_allowed(app: Flask) -> None:
    engine, counted, now = db.engine, [Counted(FIVE, "anna")], utc_now()
    with ThreadPoolExecutor(8) as pool:
        tries = list(pool.map(lambda _: note_try(engine, counted, secret="x", now=now), range(24)))
    assert 1 <= sum(one.not_before is None for one in tries) <= 5


def test_what_is_kept_of_tries_names_nobody_and_goes_after_a_day(app: Flask, anna: Account) -> None:
    enter_password(app, ANNA, "nepareiza")
    kept = db.session.scalars(select(Attempt.counted_by)).all()
    assert len(kept) == 2
    assert not [key for key in kept if "anna" in key or "127" in key or len(key) != 64]
    later = utc_now() + KEPT + timedelta(minutes=1)
    for _ in range(60):
        note_try(db.engine, [Counted(Limit("y", 1000, timedelta(1), timedelta(1)), "z")], secret="x", now=later)
    db.session.expire_all()
    assert db.session.scalar(select(func.count()).where(Attempt.counted_by.in_(kept))) == 0


def test_the_right_password_after_slips_makes_good_for_them(app: Flask, anna: Account) -> None:
    for _ in range(4):
        enter_password(app, ANNA, "nepareiza")
    assert enter_password(app, ANNA, PASSWORD)[1].status_code == 303
    assert {enter_password(app, ANNA, "nepareiza")[1].status_code for _ in range(5)} == {422}

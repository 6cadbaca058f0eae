"""Signing in by password, and sessions that really end."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lag_tracker.accounts.queries import IDLE, LONGEST
from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account, Role, SignIn
from lag_tracker.models.submission import Draft
from lag_tracker.web.access import MOST_DRAFTS
from tests import factories
from tests.reading import links, texts
from tests.visitors import (
    PASSWORD,
    cookie_of,
    enter_password,
    form_of,
    hashed,
    is_in,
    letters,
    manager_of,
    send,
    sign_out,
    signed_in,
    with_cookie,
)

WRONG = "Pieteikties neizdevās: e-pasta adrese, parole vai kods nav pareizs."
ANNA = "anna@grupas.example"


@pytest.fixture
def anna(app: Flask) -> Account:
    made: Account = factories.account(ANNA, password=hashed())
    db.session.commit()
    return made


def test_a_member_signs_in_with_address_and_password(app: Flask, anna: Account) -> None:
    client, answer = enter_password(app, "ANNA@grupas.example")
    assert (answer.status_code, answer.location) == (303, "/konts/sakums")
    assert client.get(answer.location).location == "/mana-lapa"
    assert client.get("/mana-lapa").status_code == 200


def test_a_manager_arrives_at_the_desk_in_the_language_of_the_page(app: Flask) -> None:
    factories.account("vadiba@grupas.example", password=hashed(), roles={factories.group(): Role.MANAGER})
    db.session.commit()
    client, answer = enter_password(app, "vadiba@grupas.example", lang="en")
    assert client.get(answer.location).location == "/en/desk"


@pytest.mark.parametrize(("email", "password"), [(ANNA, "nepareiza parole"), ("nav@grupas.example", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_are_answered_alike(
    app: Flask, anna: Account, email: str, password: str
) -> None:
    client, answer = enter_password(app, email, password)
    assert answer.status_code == 422
    assert texts(answer.text, "li", within="main")[0] == WRONG
    assert form_of(answer)["email"] == [email]
    assert "value" not in str(form_of(answer)["password"])
    assert not is_in(client)


def test_a_closed_account_gets_nobody_in(app: Flask, anna: Account) -> None:
    client, _ = enter_password(app, ANNA)
    anna.active = False
    db.session.commit()
    assert not is_in(client)
    assert enter_password(app, ANNA)[1].status_code == 422


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("a\x00b@x.lv", "x"),
        (ANNA, "p\x00q"),
        (ANNA, "p" * 500_000),
        ("x" * 5000 + "@x.lv", "y"),
        ("<script>@x.lv", "y"),
        (f"{ANNA}\r\nBcc: z@z.lv", "y"),
    ],
)
def test_odd_input_is_refused_like_a_wrong_password(app: Flask, anna: Account, email: str, password: str) -> None:
    client, answer = enter_password(app, email, password)
    assert answer.status_code == 422
    assert not is_in(client)


def test_no_token_in_address_header_or_body_signs_anybody_in(app: Flask, anna: Account) -> None:
    client = app.test_client()
    token = {"auth_token": "x"}
    assert client.get("/konts", query_string=token, headers={"Authentication-Token": "x"}).status_code == 303
    assert client.post("/pieteikties", json={"email": ANNA, "password": PASSWORD}).status_code == 415
    assert not is_in(client)


def test_the_sign_in_form_needs_its_token(app: Flask, anna: Account) -> None:
    client = app.test_client()
    client.get("/pieteikties")
    answer = client.post("/pieteikties", data={"email": ANNA, "password": PASSWORD})
    assert answer.status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize("next_address", ["/grupas", "/en/topics?x=1"])
def test_signing_in_leads_back_to_where_one_wanted_to_go(app: Flask, anna: Account, next_address: str) -> None:
    client = app.test_client()
    page = client.get("/pieteikties", query_string={"next": next_address})
    answer = send(client, "/pieteikties", page=page, email=ANNA, password=PASSWORD)
    assert answer.location == next_address


@pytest.mark.parametrize(
    "foreign",
    [
        "https://cits.example",
        "//cits.example",
        "/\\cits.example",
        "\\\\cits.example",
        "/\\/cits.example",
        "javascript:alert(1)",
        " //cits.example",
        "/\t/cits.example",
        "/x\\y",
        "https://grupas.example/grupas",
        "grupas",
    ],
)
def test_signing_in_leads_nowhere_else(app: Flask, anna: Account, foreign: str) -> None:
    client = app.test_client()
    assert client.get("/pieteikties", query_string={"next": foreign}).status_code == 400
    answer = send(client, "/pieteikties", email=ANNA, password=PASSWORD, next=foreign)
    assert answer.status_code == 400
    assert not is_in(client)


def test_a_copied_cookie_is_dead_after_signing_out(app: Flask, anna: Account) -> None:
    client, _ = enter_password(app, ANNA)
    copy = cookie_of(client)
    assert is_in(with_cookie(app, copy))
    assert sign_out(client).status_code == 303
    assert not is_in(client)
    assert not is_in(with_cookie(app, copy))


def test_signing_in_leaves_nothing_of_the_session_before(app: Flask, anna: Account) -> None:
    client = app.test_client()
    page = client.get("/pieteikties")
    before = cookie_of(client)
    send(client, "/pieteikties", page=page, email=ANNA, password=PASSWORD)
    assert is_in(client)
    assert not is_in(with_cookie(app, before))
    with client.session_transaction(base_url="https://grupas.example") as session:
        assert set(session) <= {"sign_in", "fs_paa", "_flashes", "_permanent", "csrf_token"}


def test_a_session_ends_when_it_is_not_used(app: Flask, anna: Account) -> None:
    client, _ = enter_password(app, ANNA)
    with time_machine.travel(utc_now() + IDLE + timedelta(minutes=1)):
        assert not is_in(client)


def test_a_session_that_is_used_ends_after_the_longest_time(app: Flask, anna: Account) -> None:
    client, _ = enter_password(app, ANNA)
    begun, step = utc_now(), IDLE - timedelta(minutes=1)
    for number in range(1, int(LONGEST / step) + 1):
        with time_machine.travel(begun + number * step):
            assert is_in(client)
    with time_machine.travel(begun + LONGEST + timedelta(minutes=1)):
        assert not is_in(client)


def test_a_new_password_ends_all_other_sign_ins(app: Flask, anna: Account) -> None:
    here, elsewhere = enter_password(app, ANNA)[0], enter_password(app, ANNA)[0]
    before = cookie_of(here)
    new = "pavisam cita garā parole"
    answer = send(here, "/konts/parole", password=PASSWORD, new_password=new, new_password_confirm=new)
    assert (answer.status_code, answer.location) == (303, "/konts")
    assert is_in(here)
    assert not is_in(elsewhere)
    assert not is_in(with_cookie(app, before))
    assert [(letter.kind, letter.to_email) for letter in letters()] == [("password_changed", ANNA)]
    assert enter_password(app, ANNA)[1].status_code == 422
    assert enter_password(app, ANNA, new)[1].status_code == 303


@pytest.mark.parametrize(
    ("password", "new", "again"),
    [
        ("nepareiza", "pavisam cita garā parole", "pavisam cita garā parole"),
        (PASSWORD, PASSWORD, PASSWORD),
        (PASSWORD, "īsa", "īsa"),
        (PASSWORD, "pavisam cita garā parole", "vēl cita garā parole"),
        (PASSWORD, "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa"),
        (PASSWORD, ANNA, ANNA),
        (PASSWORD, "pavisam\x00cita garā parole", "pavisam\x00cita garā parole"),
        (PASSWORD, "ā" * 200, "ā" * 200),
    ],
)
def test_a_bad_new_password_changes_nothing(app: Flask, anna: Account, password: str, new: str, again: str) -> None:
    client, _ = enter_password(app, ANNA)
    answer = send(client, "/konts/parole", password=password, new_password=new, new_password_confirm=again)
    assert answer.status_code == 422
    assert "Kļūda:" in answer.text
    assert enter_password(app, ANNA)[1].status_code == 303


def test_somebody_sees_their_sign_ins_and_ends_one(app: Flask, anna: Account) -> None:
    phone = app.test_client()
    android = "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"
    phone.environ_base["HTTP_USER_AGENT"] = android
    send(phone, "/pieteikties", email=ANNA, password=PASSWORD)
    client, _ = enter_password(app, ANNA)
    page = client.get("/en/account/sign-ins")
    assert "Firefox, Android" in texts(page.text, "strong", within="main")
    assert send(client, "/en/account/sign-ins", page=page).status_code == 303
    assert not is_in(phone)
    assert is_in(client)


def test_nobody_ends_the_sign_ins_of_others(app: Flask, anna: Account) -> None:
    client, _ = enter_password(app, ANNA)
    stranger = manager_of(app, factories.group())
    page = stranger.get("/konts/e-pasts")
    number = db.session.scalar(select(SignIn.id).where(SignIn.account_id == anna.id))
    answer = stranger.post(
        "/konts/pieteiksanas", data={"csrf_token": form_of(page)["csrf_token"][0], "number": str(number)}
    )
    assert answer.status_code == 303
    assert is_in(client)


def test_signing_out_everywhere_ends_every_sign_in(app: Flask, anna: Account) -> None:
    here, elsewhere = enter_password(app, ANNA)[0], enter_password(app, ANNA)[0]
    assert send(here, "/konts/pieteiksanas/beigt-visas").location == "/pieteikties"
    assert not is_in(here)
    assert not is_in(elsewhere)


def test_the_public_finds_the_way_in_on_every_page(client: FlaskClient) -> None:
    assert links(client.get("/").text, "nav")["Pieteikties"] == "/pieteikties"
    assert links(client.get("/en/topics").text, "nav")["Sign in"] == "/en/sign-in"


def test_no_password_is_kept_that_was_sent_after_the_session_ended(app: Flask) -> None:
    client = signed_in(app, factories.account("anna@grupas.example", password=hashed()))
    form = form_of(client.get("/konts/parole"))
    db.session.execute(update(SignIn).values(ended_at=utc_now()))
    db.session.commit()
    typed = {"password": PASSWORD, "new_password": "zaļa pļava aiz upes", "new_password_confirm": "zaļa pļava aiz upes"}
    assert client.post("/konts/parole", data=form | typed).status_code == 401
    assert db.session.scalars(select(Draft)).all() == []


def test_of_what_was_sent_after_the_session_ended_only_the_last_twenty_are_kept(app: Flask) -> None:
    client = manager_of(app, factories.group(slug="kekava"))
    form = form_of(client.get("/grupas/kekava/temati/jauns"))
    db.session.execute(update(SignIn).values(ended_at=utc_now()))
    db.session.commit()
    for number in range(MOST_DRAFTS + 2):
        assert client.post("/grupas/kekava/temati/jauns", data=form | {"title_lv": f"Nr. {number}"}).status_code == 401
    kept = db.session.scalars(select(Draft).order_by(Draft.id)).all()
    assert [draft.fields["title_lv"] for draft in kept] == [[f"Nr. {number}"] for number in range(2, MOST_DRAFTS + 2)]

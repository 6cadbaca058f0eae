"""People read what became of their own account, and nobody else's."""

import json
import re
from datetime import timedelta
from hashlib import sha256

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient
from webauthn.helpers import bytes_to_base64url

from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account, Role
from lag_tracker.models.group import Group
from tests import factories
from tests.accounts.test_second_factor import recovery_codes, set_up
from tests.page import CheckingClient
from tests.reading import links, texts
from tests.visitors import enter_password, hashed, letters, link_in, send, signed_in

ANNA, PAGE = "anna@grupas.example", "/en/account/history"
CHIEF = "chief@grupas.example"


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    db.session.commit()
    return made


@pytest.fixture
def anna(app: Flask, group: Group) -> Account:
    person = factories.person("Anna Bērziņa")
    made: Account = factories.account(ANNA, password=hashed(), person=person, roles={group: Role.MEMBER})
    db.session.commit()
    return made


@pytest.fixture
def chief(app: Flask) -> FlaskClient:
    return signed_in(
        app,
        factories.account(CHIEF, is_administrator=True, person=factories.person("Ilze Kalna", name_is_public=False)),
    )


def deeds(client: FlaskClient) -> list[tuple[str, str]]:
    """Return who did what on the page of somebody's account, the newest first."""
    page = client.get(PAGE).text
    said = [words for words in texts(page, "p", within="section") if " – " in words]
    return list(zip(texts(page, "strong", within="section"), said, strict=True))


def make_passkey(client: FlaskClient, name: str) -> None:
    """Add a passkey as a browser does, with a key made here and no word on who made it (attestation "none")."""
    page = send(client, "/en/account/passkeys", name=name, usage="secondary")
    found = re.search(r'data-options="([^"]+)"', page.text)
    assert found
    options = json.loads(found[1].replace("&#34;", '"'))
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    key = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
    host, number = sha256(options["rp"]["id"].encode()).digest(), name.encode().ljust(16)
    # User present and verified, with a key: flags, counter, model of the device, length and number of the key, key.
    authenticator = host + b"\x45" + bytes(4) + bytes(16) + len(number).to_bytes(2) + number + cbor2.dumps(key)
    told = {"type": "webauthn.create", "challenge": options["challenge"], "origin": "https://grupas.example"}
    answer = {
        "id": bytes_to_base64url(number),
        "rawId": bytes_to_base64url(number),
        "type": "public-key",
        "response": {
            "clientDataJSON": bytes_to_base64url(json.dumps(told).encode()),
            "attestationObject": bytes_to_base64url(
                cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": authenticator})
            ),
            "transports": ["internal"],
        },
        "extensions": "{}",
    }
    address = re.search(r'action="(/en/account/passkeys/[^"]+)"', page.text)
    assert address
    assert send(client, address[1], page=page, credential=json.dumps(answer)).status_code == 303


def test_the_page_of_the_account_leads_to_its_history(app: Flask, anna: Account) -> None:
    client, _ = enter_password(app, ANNA)
    assert links(client.get("/en/account").text)["Changes and sign-ins"] == PAGE
    page = client.get(PAGE).text
    assert texts(page, "h2", within="main") == ["Changes", "Sign-ins"]
    assert "Nothing has been changed yet." in texts(page, "p")


def test_what_others_did_to_an_account_stands_there_without_their_names(
    app: Flask, anna: Account, chief: FlaskClient, group: Group
) -> None:
    client, number = signed_in(app, anna), anna.id
    send(chief, f"/en/groups/kekava/roles/{number}", role="manager")
    send(chief, f"/en/accounts/{number}/administrator")
    chief.get(f"/en/people/{anna.person_id}/data")
    who = "A manager or an administrator"
    assert deeds(client) == [
        (who, "Person – list exported"),
        (who, "Account – changed"),
        (who, "Role in a group – changed"),
    ]
    page = client.get(PAGE).text
    assert texts(page, "dd")[-2:] == ["after: Ķekavas vietējā rīcības grupa", "before: member after: manager"]
    told = client.get("/mana-lapa/dati.json")
    for shown in (page, told.text, client.get("/en/my-page/data").text):
        assert ("Ilze" in shown, CHIEF in shown) == (False, False)
    noted = [row for row in (told.json or {})["rows"] if row["table"] == "audit_entry"]
    assert [(row["noun"], row.get("account_id")) for row in noted] == [
        ("group_role", None),
        ("account", None),
        ("person", None),
    ]
    assert deeds(chief) == []


def test_an_invitation_taken_up_stands_there_from_the_letter_on(app: Flask, chief: FlaskClient, group: Group) -> None:
    send(chief, "/en/groups/kekava/roles/invite", name="Jānis Kalniņš", email="janis@x.example", role="member")
    invited = app.test_client()
    assert isinstance(invited, CheckingClient)
    send(invited, link_in(letters()[-1]), way="letters")
    own, others = "Jānis Kalniņš", "A manager or an administrator"
    assert sorted(deeds(invited)) == [
        (others, "Invitation – created"),
        (others, "Person – created"),
        (own, "Account – changed"),
        (own, "Invitation – changed"),
        (own, "Role in a group – created"),
        ("The program or an account that is gone", "Account – created"),
    ]
    assert CHIEF not in invited.get(PAGE).text


def test_passkeys_that_are_added_and_taken_away_stand_there_and_in_the_record(
    app: Flask, anna: Account, chief: FlaskClient
) -> None:
    client = signed_in(app, anna)
    for name in ("tālrunis", "dators"):
        make_passkey(client, name)
    page = client.get("/en/account/passkeys")
    assert send(client, "/en/account/passkeys/remove", page=page, name="dators").status_code == 303
    own = "Anna Bērziņa"
    assert deeds(client) == [
        (own, "Passkey – erased"),
        (own, "Passkey – created"),
        (own, "Passkey – created"),
    ]
    everything = chief.get("/en/changes?noun=passkey").text
    assert texts(everything, "strong") == [own] * 3
    for shown in (everything, client.get(PAGE).text):
        assert ("tālrunis" in shown.split("<ol")[1], "dators" in shown) == (False, False)


def test_a_second_factor_stands_there_from_its_setting_up_to_the_recovery_code(app: Flask, anna: Account) -> None:
    client, _ = enter_password(app, ANNA)
    set_up(client)
    codes = recovery_codes(client)
    lost, answer = enter_password(app, ANNA)
    assert answer.location.startswith("/pieteikties/kods")
    assert send(lost, "/pieteikties/atkopsanas-kods", code=codes[0]).status_code == 303
    page = lost.get(PAGE).text
    assert {who for who, _ in deeds(lost)} == {"Anna Bērziņa"}
    assert texts(page, "dt") == ["Recovery codes", "Recovery codes", "Key of the second factor", "Second factor"]
    assert texts(page, "dd")[-1] == "after: code from an app"
    assert not [code for code in codes if code in page]


def test_sign_ins_stand_there_after_they_ended(app: Flask, anna: Account) -> None:
    here, elsewhere = enter_password(app, ANNA)[0], enter_password(app, ANNA)[0]
    send(elsewhere, "/en/account/sign-ins", page=elsewhere.get("/en/account/sign-ins"))
    page = here.get(PAGE) if here.get(PAGE).status_code == 200 else elsewhere.get(PAGE)
    lines = [words for words in texts(page.text, "p", within="main") if words.startswith("signed in ")]
    assert ["ended" in words for words in lines] == [False, True]


def test_nobody_reads_of_an_account_that_had_the_number_before(app: Flask, anna: Account, chief: FlaskClient) -> None:
    number = anna.id
    send(chief, f"/en/accounts/{number}/administrator")
    send(chief, f"/en/people/{anna.person_id}/erase")
    db.session.expire_all()
    assert db.session.get(Account, number) is None
    later = utc_now() + timedelta(seconds=1)
    heir = signed_in(app, factories.account("cits@grupas.example", id=number, created_at=later))
    assert deeds(heir) == []

"""Signing in by another service: only who is known or invited, and only by an address that it has verified."""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from time import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask, jsonify, redirect, request
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import select
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from lag_tracker import create_app
from lag_tracker.database import db
from lag_tracker.models.account import Account, GroupRole, Role
from lag_tracker.models.audit import AuditEntry
from lag_tracker.models.invitation import Invitation
from tests import factories
from tests.conftest import settings_for
from tests.page import CheckingClient
from tests.reading import links, texts
from tests.visitors import hashed, is_in

ANNA = "anna@grupas.example"


class Provider:
    """An OpenID Connect service of twenty lines. `claims` is what it says of whoever signs in; `key` signs it."""

    def __init__(self) -> None:
        self.key = self.shown_key = RSAKey.generate_key(2048, parameters={"kid": "1"})
        self.claims: dict[str, Any] = {"email": ANNA, "email_verified": True}
        self.codes: dict[str, Any] = {}
        app = Flask("provider")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self.configuration)
        app.add_url_rule("/authorize", view_func=self.authorize)
        app.add_url_rule("/token", view_func=self.token, methods=["POST"])
        app.add_url_rule("/jwks", view_func=self.keys)
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def configuration(self) -> Any:
        """Tell what is where."""
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        return jsonify(
            issuer=self.issuer,
            id_token_signing_alg_values_supported=["RS256"],
            **{name: f"{self.issuer}/{path}" for name, path in places.items()},
        )

    def authorize(self) -> Any:
        """Sign in whoever comes, and send them back."""
        code = secrets.token_urlsafe()
        self.codes[code] = request.args
        return redirect(f"{request.args['redirect_uri']}?code={code}&state={request.args['state']}")

    def token(self) -> Any:
        """Hand out what was asked for, to who began it (RFC 7636)."""
        asked, now = self.codes.pop(request.form["code"]), int(time())
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]
        said = {"iss": self.issuer, "aud": "lag", "sub": "1", "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        token = jwt.encode({"alg": "RS256", "kid": "1"}, said | self.claims, self.key)
        return jsonify(access_token="x", token_type="Bearer", expires_in=300, id_token=token)

    def keys(self) -> Any:
        """Show the key that signatures are checked by."""
        return jsonify(keys=[self.shown_key.as_dict(private=False)])


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.server.shutdown()


@pytest.fixture
def served(app: Flask, provider: Provider, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Return the application over the database of `app`, with the service set."""
    settings = settings_for(
        tmp_path,
        database_url=database_url,
        oidc_issuer=provider.issuer,
        oidc_client_id="lag",
        oidc_client_secret="s" * 40,
        oidc_name="Novada konts",
    )
    made = create_app(settings)
    made.config["TESTING"] = True
    made.test_client_class = CheckingClient
    yield made
    with made.app_context():
        db.engine.dispose()


def come_back(client: FlaskClient, begin: str = "/pieteikties/cits") -> TestResponse:
    """Go to the service, sign in there, come back."""
    db.session.commit()
    away = client.get(begin)
    back = requests.get(str(away.location), allow_redirects=False, timeout=10).headers["Location"]
    assert back.startswith("https://grupas.example/oidc?")
    return client.get(back.removeprefix("https://grupas.example"))


def said(client: FlaskClient, answer: TestResponse) -> str:
    return texts(client.get(answer.location).text, "p", css_class="refused")[0]


def test_who_has_an_account_signs_in_by_the_service(served: Flask) -> None:
    factories.account(ANNA)
    client = served.test_client()
    way = links(client.get("/en/sign-in?next=/en/groups").text)["Sign in with Novada konts"]
    assert come_back(client, way).location == "/en/groups"
    assert is_in(client)


def test_the_address_counts_however_it_is_spelt(served: Flask, provider: Provider) -> None:
    factories.account(ANNA)
    provider.claims["email"] = "Anna@Grupas.example"
    client = served.test_client()
    assert come_back(client).location == "/konts/sakums"
    assert is_in(client)


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_is_not_verified_opens_nothing(served: Flask, provider: Provider, verified: Any) -> None:
    factories.account(ANNA)
    provider.claims["email_verified"] = verified
    client = served.test_client()
    assert come_back(client).location == "/pieteikties"
    assert not is_in(client)


def test_who_is_neither_known_nor_invited_is_told_so(served: Flask) -> None:
    client = served.test_client()
    answer = come_back(client, "/en/sign-in/elsewhere")
    assert said(client, answer).startswith("This address has neither an account nor an invitation here.")
    assert not is_in(client)
    assert db.session.scalars(select(Account)).all() == []


def test_who_is_invited_has_accepted_by_signing_in(served: Flask) -> None:
    group = factories.group()
    factories.invitation(group, ANNA, role=Role.MANAGER)
    client = served.test_client()
    assert come_back(client).location == "/konts/sakums"
    assert is_in(client)
    db.session.expire_all()
    assert db.session.scalars(select(GroupRole.role)).all() == [Role.MANAGER]
    assert "group_role" in db.session.scalars(select(AuditEntry.noun)).all()


def test_a_closed_account_stays_closed(served: Flask) -> None:
    factories.account(ANNA, active=False)
    # Nor does it open for an invitation.
    factories.invitation(factories.group(), ANNA, role=Role.MANAGER)
    client = served.test_client()
    assert come_back(client).location == "/pieteikties"
    assert not is_in(client)
    db.session.expire_all()
    assert db.session.scalars(select(Invitation.accepted_at)).all() == [None]


def test_what_another_key_has_signed_opens_nothing(served: Flask, provider: Provider) -> None:
    factories.account(ANNA)
    provider.shown_key = RSAKey.generate_key(2048, parameters={"kid": "1"})
    client = served.test_client()
    assert come_back(client).location == "/pieteikties"
    assert not is_in(client)


@pytest.mark.parametrize(
    "forged", [{"aud": "cits"}, {"iss": "https://cits.example"}, {"nonce": "x"}, {"exp": 1_000_000_000}]
)
def test_what_was_said_to_others_opens_nothing(served: Flask, provider: Provider, forged: dict[str, Any]) -> None:
    factories.account(ANNA)
    provider.claims |= forged
    client = served.test_client()
    assert come_back(client).location == "/pieteikties"
    assert not is_in(client)


@pytest.mark.parametrize("answer", ["?code=x&state=y", "", "?error=access_denied&state=y"])
def test_an_answer_that_nobody_asked_for_opens_nothing(served: Flask, answer: str) -> None:
    client = served.test_client()
    assert client.get(f"/oidc{answer}").location == "/pieteikties"
    assert not is_in(client)


def test_a_service_that_is_away_is_said_plainly(served: Flask, provider: Provider) -> None:
    provider.server.shutdown()
    provider.server.server_close()
    client = served.test_client()
    answer = client.get("/en/sign-in/elsewhere")
    assert answer.status_code == 303
    assert said(client, answer).startswith("Signing in there did not work.")


def test_the_second_factor_is_asked_for_all_the_same(served: Flask) -> None:
    factories.account(ANNA, tf_primary_method="authenticator", tf_totp_secret="x", password=hashed())
    client = served.test_client()
    assert urlsplit(come_back(client).location or "").path == "/pieteikties/kods"
    assert not is_in(client)


def test_without_a_service_there_is_no_such_way(app: Flask) -> None:
    client = app.test_client()
    assert [client.get(path).status_code for path in ("/pieteikties/cits", "/oidc")] == [404, 404]
    assert "Novada konts" not in client.get("/pieteikties").text

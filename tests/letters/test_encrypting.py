"""What leaves the machine is encrypted as far as the mail server can, and always before a password is said."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from sqlalchemy import select

from lag_tracker.database import db, utc_now
from lag_tracker.letters import post
from lag_tracker.models.letter import Letter, LetterState
from lag_tracker.worker import send_due_letters
from tests import factories
from tests.mail_server import MailServer, mail_server

pytestmark = pytest.mark.sqlite_only


def certificate(folder: Path, *, address: str) -> Path:
    """Write a certificate for an address, with its key, into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(utc_now() - timedelta(days=1))
        .not_valid_after(utc_now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(serialization.Encoding.PEM, *form)
    )
    return file


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the test's own server for one on another machine."""
    monkeypatch.setattr(post, "OWN_MACHINE", set())


@pytest.fixture
def vouched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return what a server proves itself by; this machine trusts the certificate."""
    file = certificate(tmp_path, address="127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


@pytest.fixture
def guarded(vouched: ssl.SSLContext, elsewhere: None) -> Iterator[MailServer]:
    with mail_server(tls_context=vouched, require_starttls=True, auth_required=True) as running:
        yield running


def send(app: Flask, address: str) -> Letter:
    factories.letter()
    db.session.commit()
    with app.test_request_context():
        settings = replace(app.config["SETTINGS"], mail_server=address, mail_sender="grupas@grupas.example")
        send_due_letters(settings)
    return db.session.scalars(select(Letter)).one()


def test_a_password_is_said_once_the_connection_is_encrypted(app: Flask, guarded: MailServer) -> None:
    letter = send(app, guarded.address.replace("//", "//grupas:parole%40@"))
    assert (letter.state, guarded.signed_in) == (LetterState.SENT, [("grupas", "parole@")])


def test_a_letter_is_encrypted_where_the_server_can(app: Flask, vouched: ssl.SSLContext, elsewhere: None) -> None:
    with mail_server(tls_context=vouched, require_starttls=True) as server:
        assert send(app, server.address).state is LetterState.SENT


def test_a_server_that_nobody_vouches_for_gets_neither_letter_nor_password(
    app: Flask, guarded: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    letter = send(app, guarded.address.replace("//", "//grupas:parole%40@"))
    assert (letter.state, guarded.signed_in, guarded.letters) == (LetterState.WAITING, [], [])
    assert "certificate verify failed" in (letter.last_error or "")


def test_an_address_with_smtps_is_encrypted_from_the_first_byte(app: Flask, vouched: ssl.SSLContext) -> None:
    with mail_server(ssl_context=vouched) as server:
        assert send(app, server.address.replace("smtp:", "smtps:")).state is LetterState.SENT
        assert len(server.letters) == 1

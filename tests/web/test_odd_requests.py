"""Requests that no browser makes: refused in a word, and nothing secret of them is written down."""

import logging

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from lag_tracker.web.events import path_without_secrets

SECRET = "/kalendari/privati/abcdefghijklmnopqrstuvwxyz234567.ics"
pytestmark = pytest.mark.sqlite_only


@pytest.mark.parametrize("host", ["a..b", ".a", "a..b:8000", f"{'a' * 64}.example"])
@pytest.mark.parametrize("path", ["/", "/en/nav", SECRET, "/api/v1"])
def test_a_host_that_no_name_can_be_is_refused(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture, host: str, path: str
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    caplog.set_level(logging.DEBUG)
    answer = client.get(path, environ_overrides={"HTTP_HOST": host})
    assert (answer.status_code, answer.mimetype, caplog.text) == (400, "text/plain", "")


@pytest.mark.parametrize("host", ["grupas.example", "grupas.example.", "127.0.0.1:8000", "[::1]:8000", "a" * 63, ""])
def test_a_host_that_a_name_can_be_is_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/", environ_overrides={"HTTP_HOST": host}).status_code == 200


@pytest.mark.parametrize("query", ["q=\udcff", "\udcff"])
@pytest.mark.parametrize("path", ["/", "/meklet", "/mana-lapa", "/konts", "/nav"])
def test_a_query_in_unreadable_bytes_is_refused(client: FlaskClient, path: str, query: str) -> None:
    raw = query.encode("utf-8", "surrogateescape").decode("latin-1")
    answer = client.get(path, environ_overrides={"QUERY_STRING": raw})
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (SECRET, "/kalendari/privati/….ics"),
        ("/kalendari/privati/abc/def", "/kalendari/…"),
        ("/abcdefghijk", "/…"),
        ("/grupas", "/grupas"),
    ],
)
def test_of_an_address_that_leads_nowhere_only_its_beginning_is_written_down(
    app: Flask, path: str, written: str
) -> None:
    with app.test_request_context(path, base_url="https://grupas.example"):
        assert (path_without_secrets(), request.path) == (written, path)

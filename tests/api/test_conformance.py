"""The interface against its own description, by a tool that tries what nobody would think of."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from werkzeug.test import Client

from lag_tracker.api.description import describe
from tests.api.conftest import make_open_group
from tests.api.walking import everything
from tests.conftest import BASE_URL, application

EXAMPLES = 30


class Served:
    """The application as a server has it: each request has a context of its own."""

    app: Flask

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request, unpacked: the tool says that it takes gzip, but does not unpack it."""
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        with self.app.app_context():
            return self.app(environ, start_response)


SERVED = Served()
schema = schemathesis.openapi.from_dict(json.loads(describe("Grupas", f"{BASE_URL}/api")))
schema.app = SERVED


@pytest.fixture(scope="module", autouse=True)
def app(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Serve one application to all: nothing here changes a record."""
    folder = tmp_path_factory.mktemp("described")
    shutil.copy(migrated_sqlite, folder)
    with application(folder, "") as app:
        make_open_group()
        SERVED.app = app
        yield app


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=timedelta(seconds=5),
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_asked_the_answer_is_as_described(case: schemathesis.Case) -> None:
    case.call_and_validate()


def test_the_description_that_is_served_is_the_one_that_was_tried() -> None:
    served = json.loads(Client(SERVED).get("/api/v1/openapi.json").text)
    assert served["paths"] == schema.raw_schema["paths"]


def test_every_record_there_is_has_the_described_shape() -> None:
    client, checked = Client(SERVED), 0
    for path, place in everything(client):
        schema[path]["GET"].validate_response(schemathesis.Response.from_any(client.get(place)))
        checked += 1
    assert checked == 22

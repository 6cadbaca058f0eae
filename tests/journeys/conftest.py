"""The application as it really runs, with the demonstration, for a real browser to visit."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import select

from lag_tracker import create_app
from lag_tracker.config import load_settings
from lag_tracker.database import db
from lag_tracker.models.account import Role
from lag_tracker.models.group import Group
from tests import factories, visitors
from tests.plugin_browser import find_browser, give_up

#: Tries to reach the started server, half a second each.
TRIES = 180


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the site keeps its data."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="session")
def site(site_folder: Path) -> Iterator[str]:
    """Start `lag-tracker run` over an empty folder, as `make run` does; yield its address."""
    with running(site_folder) as address:
        yield address


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[str]:
    """Run `lag-tracker run` over the folder "instance" in `folder`; what it says stands in the file "said" there."""
    if find_browser() is None:
        give_up("no Chromium or Chrome found: install the package chromium to run the browser tests")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    environment = {"INSTANCE": str(folder / "instance"), "PORT": address.rpartition(":")[2], "BASE_URL": address}
    with (folder / "said").open("w") as said:
        server = subprocess.Popen(
            [sys.executable, "-m", "lag_tracker", "run"],
            env=os.environ | environment | settings,
            stdout=said,
            stderr=said,
        )
        try:
            wait_for(address, server, folder / "said")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_for(address: str, server: subprocess.Popen[bytes], said: Path) -> None:
    """Return once the server answers; fail with what it said when it gave up."""
    for _ in range(TRIES):
        try:
            with urlopen(f"{address}/readyz", timeout=30):  # noqa: S310 -- our own server
                return
        except OSError:
            try:
                server.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                continue
            break
    pytest.fail(f"The application did not start:\n{said.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def fetch(site: str) -> Callable[..., str]:
    """Return a function that gives the text of an answer without a browser."""

    def fetched(path: str, **headers: str) -> str:
        request = Request(path if path.startswith("http") else site + path, headers=headers)  # noqa: S310 -- our own server
        try:
            with urlopen(request, timeout=60) as answer:  # noqa: S310
                return str(answer.read().decode())
        except HTTPError as error:
            return str(error.read().decode())

    return fetched


@pytest.fixture(scope="session")
def in_english(fetch: Callable[..., str]) -> Callable[[str], str]:
    """Return a function from a page's Latvian address to its English one, as the page itself tells it."""

    def english(path: str) -> str:
        found = re.search(r'<link rel="alternate" hreflang="en" href="([^"]+)"', fetch(path))
        return found[1].replace("&amp;", "&") if found else f"/en{path}"

    return english


@pytest.fixture
def sign_in(site: str, site_folder: Path, context: BrowserContext) -> Callable[..., None]:
    """Return a function that lets the browser come as somebody with a role in some groups, by a cookie made beside."""
    settings = load_settings({"INSTANCE": str(site_folder / "instance"), "BASE_URL": site})
    app = create_app(settings)

    def signed_in(role: Role, *slugs: str) -> None:
        with app.app_context():
            groups = list(db.session.scalars(select(Group).where(Group.slug.in_(slugs))))
            client = visitors.signed_in(
                app, factories.account(f"{uuid4()}@grupas.example", roles=dict.fromkeys(groups, role))
            )
            cookie = client.get_cookie("session", "127.0.0.1")
            db.engine.dispose()
        assert cookie is not None
        context.add_cookies([{"name": "session", "value": cookie.value, "url": site}])

    return signed_in


@pytest.fixture
def visit(page: Page, site: str) -> Callable[[str], Page]:
    """Return a function that opens an address and gives the page."""
    page.set_default_timeout(10_000)

    def visited(path: str) -> Page:
        page.goto(path if path.startswith("http") else site + path)
        return page

    return visited

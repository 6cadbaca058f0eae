"""Starts the system's own Chromium for the browser tests, so that no browser has to be downloaded.

A test that asks for `page` (or any other browser fixture of pytest-playwright) is marked `browser` by itself. Without a
browser on the machine such tests are skipped with the reason, but in CI (environment variable `CI`) they fail.
"""

import os
import shutil
from pathlib import Path
from typing import Any, NoReturn

import pytest

# The one without windows does the same with a third of the work.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing but this machine can be reached: a page that asks another host for something is seen to fail.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


def find_browser() -> Path | None:
    """Find the first known browser of the machine."""
    found = (shutil.which(name) for name in BROWSERS)
    return next((Path(path) for path in found if path), None)


def give_up(reason: str) -> NoReturn:
    """Skip the test for `reason`, or fail it in CI, where nothing may be skipped."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason} (in CI this is a failure)", pytrace=False)
    pytest.skip(reason)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests before `-m` chooses among the marks."""
    for item in items:
        if "playwright" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the system's browser, and as root without its sandbox, which root cannot have."""
    browser = find_browser()
    if browser is None:
        give_up("no Chromium or Chrome found: install the package chromium to run the browser tests")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": str(browser), "args": [*ARGUMENTS, *sandbox]}

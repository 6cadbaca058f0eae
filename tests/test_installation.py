"""The lock files and the script that installs them."""

import json
import re
import subprocess
import tomllib
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked(file: str) -> dict[str, str]:
    """Read a lock file: the name of each package with all that is pinned for it, hashes included."""
    entries = re.split(r"\n(?=\S)", (ROOT / file).read_text(encoding="utf-8").strip())
    return {re.split(r"[=\[]", entry)[0]: entry for entry in entries}


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ]", requirement)[0] for requirement in requirements}


def test_the_lock_holds_every_package_the_application_asks_for() -> None:
    optional = [name for extra in PROJECT["project"]["optional-dependencies"].values() for name in extra]
    assert names(PROJECT["project"]["dependencies"] + optional) - locked("requirements.txt").keys() == set()


def test_the_test_lock_holds_every_package_the_tests_ask_for() -> None:
    assert names(PROJECT["dependency-groups"]["dev"]) - locked("requirements-dev.txt").keys() == set()


def test_the_tests_run_with_the_very_packages_the_application_runs_with() -> None:
    tested = locked("requirements-dev.txt")
    application = locked("requirements.txt")
    assert {name: tested.get(name) for name in application} == application


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_has_hashes_and_no_address(file: str) -> None:
    entries = locked(file).values()
    assert [entry for entry in entries if "--hash=sha256:" not in entry or "://" in entry] == []


def test_the_scripts_that_tests_get_with_npm_are_locked_by_digests_without_an_address() -> None:
    locked = json.loads((ROOT / "tests/calendars/clients/package-lock.json").read_text(encoding="utf-8"))
    packages = [package for name, package in locked["packages"].items() if name]
    assert packages != []
    assert [one for one in packages if not one["integrity"].startswith("sha512-") or "resolved" in one] == []


@pytest.mark.parametrize("arguments", [[], ["tests"]])
def test_setup_refuses_what_it_does_not_know(arguments: list[str]) -> None:
    answer = subprocess.run(["sh", ROOT / "scripts/setup", *arguments], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (2, "usage: scripts/setup run|test\n")


def test_the_command_is_installed_with_the_version_of_the_project() -> None:
    assert version("lag-tracker") == PROJECT["project"]["version"]
    assert [command.value for command in entry_points(name="lag-tracker")] == ["lag_tracker.cli:main"]

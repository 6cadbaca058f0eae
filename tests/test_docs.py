"""The documents say what is so: settings, commands, targets and links exist."""

import re
from dataclasses import MISSING, fields
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest

from lag_tracker.cli import main
from lag_tracker.config import Settings
from lag_tracker.labels import label
from lag_tracker.models.group import GroupKind
from lag_tracker.models.meeting import MeetingState, Mode
from lag_tracker.models.network import PartnerRole

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
TEXTS = {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in DOCUMENTS}
HOSTS = ("example.lv", "example.org", "localhost", "127.0.0.1")
#: Defaults that a person reads more easily in words, or that are made at the start.
IN_WORDS = {"instance", "secret_key", "database_url", "base_url"}
#: All settings; besides them it is known where each comes from.
SETTINGS = [one for one in fields(Settings) if one.name != "given_by"]
PICTURES_KILOBYTES, PICTURE_KILOBYTES = 1500, 150

every_document = pytest.mark.parametrize("name", TEXTS)


def code_of(name: str) -> list[str]:
    """Return what stands in a document as code, within a line or as an indented block."""
    return re.findall(r"`([^`\n]+)`", TEXTS[name]) + re.findall(r"(?m)^ {4,}(\S.*)$", TEXTS[name])


def commands(group: click.Group, before: str = "") -> set[str]:
    """Return the commands below `group`, each with the words that come before it."""
    found = set()
    for name, command in group.commands.items():
        found |= commands(command, f"{before}{name} ") if isinstance(command, click.Group) else {before + name}
    return found


def documented_settings() -> dict[str, str]:
    table = TEXTS["docs/deploy.md"].partition("\n## Settings\n")[2]
    return dict(re.findall(r"(?m)^\| `([A-Z_]+)` \| ([^|]*?) ?\|", table))


def test_every_setting_is_in_the_table_and_no_other() -> None:
    assert sorted(documented_settings()) == sorted(one.name.upper() for one in SETTINGS)


def test_the_table_tells_the_defaults() -> None:
    defaults = {one.name: one.default for one in SETTINGS if one.name not in IN_WORDS}
    assert MISSING not in defaults.values()
    written = {name: int(value) if isinstance(value, bool) else value for name, value in defaults.items()}
    expected = {name.upper(): f"`{value}`" if value != "" else "" for name, value in written.items()}
    assert {name: default for name, default in documented_settings().items() if name in expected} == expected


@every_document
def test_every_target_of_make_that_is_named_exists(name: str) -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    assert {target for code in code_of(name) for target in re.findall(r"^make ([a-z-]+)", code)} - targets == set()


@every_document
def test_every_command_that_is_named_exists(name: str) -> None:
    known = commands(main)
    named = {words for code in code_of(name) for words in re.findall(r"^(?:\S*/)?lag-tracker ([a-z].*)", code)}
    assert {words for words in named if not any(f"{words} ".startswith(f"{one} ") for one in known)} == set()


@every_document
def test_every_link_leads_somewhere(name: str) -> None:
    folder = (ROOT / name).parent
    links = re.findall(r"\]\(([^)#][^)]*)\)", TEXTS[name])
    assert [link for link in links if not (folder / link.partition("#")[0]).is_file()] == []


@every_document
def test_every_link_to_a_part_of_a_document_leads_to_a_heading(name: str) -> None:
    wrong = []
    for file, part in re.findall(r"\]\(([^)#]*)#([^)]+)\)", TEXTS[name]):
        target = (ROOT / name).parent / file if file else ROOT / name
        headings = re.findall(r"(?m)^#+ (.+)$", target.read_text(encoding="utf-8"))
        if part not in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}:
            wrong.append(f"{file}#{part}")
    assert wrong == []


@every_document
def test_a_document_names_no_host_but_examples(name: str) -> None:
    hosts = {urlsplit(url).hostname or "" for url in re.findall(r"https?://[^\s)`\"'>]+", TEXTS[name])}
    assert {host for host in hosts if host and not host.endswith(HOSTS)} == set()


@every_document
def test_a_document_names_no_folder_of_somebodys_machine(name: str) -> None:
    assert re.findall(r"(?<![\w.])/(?:home|root|Users|work)/\S*", TEXTS[name]) == []


def test_the_files_that_the_architecture_names_exist() -> None:
    named = set(re.findall(r"`((?:lag_tracker|tests|templates|static|docs|bench)/[\w./]+)`", "".join(TEXTS.values())))
    assert {path for path in named if not (ROOT / path).exists() and path != "docs/benchmarks.md"} == set()


@pytest.mark.parametrize("choices", [GroupKind, MeetingState, Mode, PartnerRole])
def test_the_glossary_has_the_latvian_words_of_the_interface(choices: type[StrEnum]) -> None:
    words = {label(choice, "lv") for choice in choices if choice.value != "other"}
    assert {word for word in words if word not in TEXTS["docs/glossary.md"]} == set()


def test_the_pictures_of_the_readme_are_small() -> None:
    sizes = {file.name: file.stat().st_size / 1000 for file in (ROOT / "docs" / "screenshots").iterdir()}
    assert {name: size for name, size in sizes.items() if size > PICTURE_KILOBYTES} == {}
    assert sum(sizes.values()) < PICTURES_KILOBYTES


def test_the_readme_shows_every_picture_there_is() -> None:
    shown = set(re.findall(r"\(docs/screenshots/([^)]+)\)", TEXTS["README.md"]))
    assert shown == {file.name for file in (ROOT / "docs" / "screenshots").iterdir()}


def test_the_change_log_tells_of_the_version_that_is_built() -> None:
    version = re.findall(r'(?m)^version = "([^"]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))[0]
    assert re.findall(r"(?m)^## (\d+\.\d+\.\d+)", TEXTS["CHANGELOG.md"])[0] == version

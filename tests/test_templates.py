"""Templates: none is left unused, none holds a script or style, and every text has its Latvian."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader, nodes

from lag_tracker.paths import CHECKOUT, TEMPLATES, TRANSLATIONS

CATALOGUE = TRANSLATIONS / "lv" / "LC_MESSAGES" / "messages.po"
INLINE = re.compile(r"<style|\son[a-z]+=\"|\sstyle=\"|<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)")


def templates() -> list[str]:
    """Return the names of all templates."""
    return sorted(str(file.relative_to(TEMPLATES)) for file in TEMPLATES.rglob("*.*") if file.is_file())


def test_no_template_holds_an_inline_script_or_style() -> None:
    assert [name for name in templates() if INLINE.search((TEMPLATES / name).read_text(encoding="utf-8"))] == []


def test_what_stands_in_a_row_stands_within_its_item() -> None:
    # An item of a list lays its parts out one below the other, whatever else it is called.
    in_row = re.compile(r'<li class="[^"]*\brow\b')
    assert [name for name in templates() if in_row.search((TEMPLATES / name).read_text(encoding="utf-8"))] == []


def test_every_template_is_used() -> None:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n"], autoescape=True)
    used = set()
    for name in templates():
        tree = environment.parse((TEMPLATES / name).read_text(encoding="utf-8"))
        for kind in (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport):
            for node in tree.find_all(kind):
                named = getattr(node, "template", None)
                used.add(named.value if isinstance(named, nodes.Const) else None)
    places = [*(CHECKOUT / "lag_tracker").rglob("*.py"), *TEMPLATES.rglob("*.html")]
    code = "".join(file.read_text(encoding="utf-8") for file in places)
    bilingual = {name for name in templates() if re.search(r"\.(lv|en)\.html$", name)}
    assert [name for name in templates() if name not in used | bilingual and f'"{name}"' not in code] == []


def test_every_passage_written_out_exists_in_both_languages() -> None:
    lv = {name.removesuffix(".lv.html") for name in templates() if name.endswith(".lv.html")}
    en = {name.removesuffix(".en.html") for name in templates() if name.endswith(".en.html")}
    assert lv == en


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Collect the texts of code and templates anew."""
    file = tmp_path_factory.mktemp("texts") / "messages.pot"
    command = [
        sys.executable,
        "-m",
        "babel.messages.frontend",
        "extract",
        "-k",
        "lazy",
        "-F",
        "pyproject.toml",
        "-o",
        str(file),
        "lag_tracker",
        "templates",
    ]
    subprocess.run(command, check=True, cwd=CHECKOUT, capture_output=True)
    return file


def test_every_text_of_the_interface_has_its_latvian(extracted: Path) -> None:
    with extracted.open("rb") as file:
        wanted = {message.id for message in read_po(file) if message.id}
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="lv")
    translated = {m.id for m in catalogue if m.id and not m.fuzzy and all(m.string or ())}
    assert sorted(map(str, wanted - translated)) == []


def test_the_catalogue_holds_no_text_that_is_not_used(extracted: Path) -> None:
    with extracted.open("rb") as file:
        wanted = {message.id for message in read_po(file) if message.id}
    with CATALOGUE.open("rb") as file:
        have = {message.id for message in read_po(file, locale="lv") if message.id}
    assert sorted(map(str, have - wanted)) == []


def test_the_catalogue_counts_as_latvian_does() -> None:
    with CATALOGUE.open("rb") as file:
        assert read_po(file, locale="lv").plural_forms == (
            "nplurals=3; plural=(n%10==0 || n%100>=11 && n%100<=19 ? 0 : n%10==1 && n%100!=11 ? 1 : 2);"
        )


def test_translations_keep_the_places_for_values() -> None:
    place = re.compile(r"%\((\w+)\)[sd]")
    with CATALOGUE.open("rb") as file:
        wrong = [
            message.id
            for message in read_po(file, locale="lv")
            if message.id
            and not message.pluralizable
            and set(place.findall(str(message.id))) != set(place.findall(str(message.string)))
        ]
    assert wrong == []

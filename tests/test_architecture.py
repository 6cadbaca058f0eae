"""The shape of the code: which way imports point, which files a feature has, and how large things are."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "lag_tracker"
FEATURE_FILES = {"__init__", "operations", "queries", "forms", "views"}
EXTRA_FILES = {
    # What managers ask while they write.
    "agenda": {"managed"},
    "attendance": {"managed"},
    "decisions": {"managed"},
    "actions": {"managed"},
    # The events and bodies of feeds, without Flask; and pages beside the views that send feeds.
    "calendars": {
        "entries",
        "deadlines",
        "audiences",
        "feeds",
        "plans",
        "segments",
        "bodies",
        "gathered",
        "selections",
        "files",
        "pages",
    },
    # What a secret address opens.
    "private_feeds": {"bodies"},
    # What a list shows of a meeting; what its managers ask about it; and when it may be.
    "meetings": {"rows", "managed", "moments"},
    # What managers ask; the table of states; two that become one; and the pages on which initiatives are written.
    "initiatives": {"managed", "moves", "merging", "pages"},
    # The extension behind signing in, and its pages by what they are about; how often something may be tried.
    "accounts": {"security", "setup", "parts", "limits", "second_factor", "passkeys", "profile", "directory", "oidc"},
    # What records say to whom, what somebody seeks, and the index between the two.
    "search": {"documents", "audiences", "rows", "index", "sought", "matches"},
    # What programs are told, in shapes; where; what they may ask for; and how that is described.
    "api": {"shapes", "proceedings", "places", "records", "narrowing", "sorts", "description"},
    # What each list holds as a table, how its cells are written, and the lists of people.
    "exports": {"tables", "contacts", "columns", "pages"},
    # What is written down, who may read of it, and what it is called.
    "audit": {"scope", "readers", "words"},
    # How what is kept about somebody is read, and by what a person is found in texts.
    "privacy": {"traces", "words"},
    # A letter as an e-mail message, and how it leaves.
    "letters": {"messages", "post"},
    # What the configuration of the server says, in words.
    "settings": {"server"},
    # Letters to those who are invited to a meeting.
    "replies": {"letters"},
    "demonstration": set(),
}
SHARED = {"models", "web", "migrations", "translations", "demonstration"}
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "misc", "manager", "service", "handler", "handlers"}


def modules() -> Iterator[tuple[str, Path]]:
    """Yield each module's dotted name and file, migrations aside."""
    for file in sorted(PACKAGE.rglob("*.py")):
        if "versions" not in file.parts:
            parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), file


def imports(file: Path, known: set[str]) -> set[str]:
    """Return the modules of ours that a file imports when it is loaded, and not only for its types."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "lag_tracker":
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in known else node.module)
    return found


#: How far up a module stands. It may import from layers below its own, and from its own as long as no circle forms.
LAYERS = {
    "errors": 0,
    "paths": 0,
    "latvian": 0,
    "zones": 0,
    "mail_settings": 0,
    "site_settings": 0,
    "release": 0,
    "secret_key": 5,
    "sheets": 10,
    "config": 10,
    "database": 20,
    "models": 30,
    "labels": 35,
    "slugs": 35,
    "words": 35,
    "derived": 55,
    "web": 60,
}
LAYERS_IN_A_FEATURE = {
    "queries": 40,
    "feeds": 40,
    "entries": 40,
    "deadlines": 40,
    "audiences": 40,
    "index": 40,
    "documents": 40,
    "sought": 40,
    "matches": 40,
    "plans": 40,
    "segments": 40,
    "rows": 40,
    "messages": 40,
    "post": 40,
    "letters": 65,
    "words": 65,
    "managed": 40,
    "readers": 40,
    "scope": 40,
    "bodies": 50,
    "gathered": 50,
    "selections": 50,
    "files": 50,
    "moments": 50,
    "moves": 50,
    "merging": 50,
    "operations": 50,
    "limits": 50,
    "parts": 72,
    "security": 75,
    "setup": 72,
    "second_factor": 80,
    "passkeys": 80,
    "profile": 80,
    "directory": 80,
    "oidc": 80,
    "shapes": 42,
    "proceedings": 43,
    "server": 65,
    "narrowing": 45,
    "places": 65,
    "records": 66,
    "sorts": 70,
    "description": 72,
    "columns": 65,
    "tables": 70,
    "contacts": 70,
    "forms": 70,
    "views": 80,
    "pages": 80,
}


def layer(module: str) -> int:
    """Return the layer of a module by its name, or by its folder's."""
    parts = module.split(".")[1:]
    if not parts:
        return 90
    if parts[0] in LAYERS:
        return LAYERS[parts[0]]
    if parts[0] == "demonstration":
        return 50
    return LAYERS_IN_A_FEATURE.get(parts[-1], 95 if len(parts) == 1 else 30)


ALL = dict(modules())


@pytest.mark.parametrize("module", sorted(ALL))
def test_imports_point_one_way(module: str) -> None:
    upward = {other for other in imports(ALL[module], set(ALL)) if layer(other) > layer(module)}
    assert upward == set()


def test_no_imports_form_a_circle() -> None:
    graph = {
        module: imports(file, set(ALL)) - {module, "lag_tracker.models", "lag_tracker"} for module, file in ALL.items()
    }
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path, module))
        if module not in done:
            for other in graph.get(module, set()):
                visit(other, (*path, module))
            done.add(module)

    for module in graph:
        visit(module, ())


def test_a_feature_has_only_the_agreed_files() -> None:
    strangers = [
        str(file.relative_to(PACKAGE))
        for folder in PACKAGE.iterdir()
        if folder.is_dir() and folder.name not in SHARED and folder.name != "__pycache__"
        for file in folder.glob("*.py")
        if file.stem not in FEATURE_FILES | EXTRA_FILES.get(folder.name, set())
    ]
    assert strangers == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [module for module in ALL if set(module.split(".")) & FORBIDDEN_NAMES] == []


def test_modules_and_functions_keep_their_sizes() -> None:
    too_long = []
    for module, file in ALL.items():
        text = file.read_text(encoding="utf-8")
        if len(text.splitlines()) > LONGEST_MODULE:
            too_long.append(f"{module}: {len(text.splitlines())} lines")
        too_long += [
            f"{module}.{node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
        ]
    assert too_long == []


def test_no_open_ends_are_left_in_the_code() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "X" * 3 + ":")
    root = PACKAGE.parent
    files = [
        file
        for folder in ("lag_tracker", "templates", "static", "tests")
        for file in (root / folder).rglob("*")
        if file.suffix in {".py", ".html", ".css", ".js"} and "__pycache__" not in file.parts
    ]
    assert [str(file) for file in files if any(word in file.read_text(encoding="utf-8") for word in words)] == []

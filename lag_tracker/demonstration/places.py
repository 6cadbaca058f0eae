"""Read YAML into plain lists, records and text, and know the place of each: line, column and path."""

from typing import Any

import yaml

from lag_tracker.errors import FactsRefused

Path = tuple[str | int, ...]

NULL_TAG = "tag:yaml.org,2002:null"
STANDARD_TAGS = "tag:yaml.org,2002:"


class Mistakes:
    """Gathers mistakes and knows the line and column of every value."""

    def __init__(self) -> None:
        self.places: dict[Path, yaml.Mark] = {}
        self.found: list[tuple[int, int, str]] = []

    def add(self, path: Path, sentence: str, *, mark: yaml.Mark | None = None) -> None:
        nearest = path
        while mark is None:
            mark = self.places.get(nearest)
            nearest = nearest[:-1]
        where = f"line {mark.line + 1}, column {mark.column + 1}"
        self.found.append((mark.line, mark.column, _printable(f"{where}, {_in_words(path)}{sentence}")))

    def sentences(self) -> list[str]:
        return [sentence for _line, _column, sentence in sorted(dict.fromkeys(self.found))]


class _Loader(yaml.SafeLoader):
    """Composes nodes and refuses aliases, with which a short file can name endless text."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(
                problem="aliases are not used here, write the value out", problem_mark=event.start_mark
            )
        return super().compose_node(parent, index)


def read_yaml(content: bytes, mistakes: Mistakes) -> dict[str, Any]:
    """Return the records of a file; a scalar stays the text that was typed, so that the country NO is no truth value.

    Notes the places of all values in `mistakes`; raises FactsRefused when the file is no YAML at all.
    """
    return _plain_mapping(_compose(content), (), mistakes)


def _compose(content: bytes) -> yaml.MappingNode:
    try:
        loader = _Loader(content.decode("utf-8-sig"))
        node = loader.get_single_node()
    except UnicodeDecodeError as mistake:
        line = content.count(b"\n", 0, mistake.start) + 1
        raise FactsRefused([f"line {line}: the file is not written in UTF-8"]) from None
    except yaml.reader.ReaderError as mistake:
        line = content.decode("utf-8-sig")[: mistake.position].count("\n") + 1
        raise FactsRefused([f"line {line}: there is a character that cannot be shown"]) from None
    except yaml.MarkedYAMLError as mistake:
        mark = mistake.problem_mark or mistake.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "line 1"
        problem = _printable(str(mistake.problem or mistake.context))
        raise FactsRefused([f"{place}: this is not well-formed YAML: {problem}"]) from None
    except (yaml.YAMLError, ValueError):
        raise FactsRefused(["line 1: this is not well-formed YAML"]) from None
    except RecursionError:
        raise FactsRefused(["line 1: lists or records are nested too deeply"]) from None
    if not isinstance(node, yaml.MappingNode):
        raise FactsRefused(["line 1: the file must hold sections such as sources: or meetings:"])
    return node


def _plain(node: yaml.Node, path: Path, mistakes: Mistakes) -> Any:
    mistakes.places[path] = node.start_mark
    if not node.tag.startswith(STANDARD_TAGS):
        mistakes.add(path, f"the mark {node.tag} has no meaning here")
    if isinstance(node, yaml.MappingNode):
        return _plain_mapping(node, path, mistakes)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*path, number), mistakes) for number, child in enumerate(node.value)]
    is_null = isinstance(node, yaml.ScalarNode) and node.tag == NULL_TAG and node.style is None
    return None if is_null else node.value


def _plain_mapping(node: yaml.MappingNode, path: Path, mistakes: Mistakes) -> dict[str, Any]:
    mistakes.places[path] = node.start_mark
    found: dict[str, Any] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if not name:
            mistakes.add(path, "the name of a field must be one word", mark=key.start_mark)
        elif name in found:
            mistakes.add((*path, name), "this field is given twice", mark=key.start_mark)
        else:
            found[name] = _plain(value, (*path, name), mistakes)
    return found


def _in_words(path: Path) -> str:
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return f"{words}: " if words else ""


def _printable(text: str) -> str:
    """Return the text as any terminal can show it; a name in the file may hold what would move the cursor."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)

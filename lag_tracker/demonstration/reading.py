"""Read a file of facts: from text to checked records, or to a list of all its mistakes, each with its place."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from lag_tracker.demonstration.facts import SECTIONS, DecisionFacts, MeetingFacts
from lag_tracker.demonstration.places import Mistakes, Path, read_yaml
from lag_tracker.demonstration.shapes import Cite, GroupFacts, NetworkFacts, Record, Shape, parts, references
from lag_tracker.errors import FactsRefused

LONGEST_SHOWN = 60

#: What pydantic calls a mistake, and how we say it; `{value}` is what the file holds.
SENTENCES = {
    "missing": "this field is missing",
    "string_pattern_mismatch": "{value} is not written as keys and slugs are: small letters a to z, digits and hyphens",
    "string_too_long": "this text is too long, {max_length} letters are the most",
    "enum": "{value} is not one of {expected}",
    "tuple_type": "this must be a list",
    "model_type": "this must be a record with named fields",
    "too_short": "this list is empty",
    "greater_than_equal": "{value} is too small",
}


@dataclass(frozen=True)
class Known:
    """What the database holds already: the keys of each section, and whose slug is whose (section -> slug -> key)."""

    keys: Mapping[str, set[str]] = field(default_factory=dict)
    slugs: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """The checked records of a file, by section and key."""

    records: dict[str, dict[str, Record]]

    def section(self, name: str) -> list[Record]:
        """Return the records of one section, in the order of the file."""
        return list(self.records.get(name, {}).values())

    def __len__(self) -> int:
        return sum(len(section) for section in self.records.values())


def read_facts(content: bytes, *, known: Known | None = None) -> Facts:
    """Return the records of a file; raise FactsRefused with all mistakes when there is one.

    `known` tells what the database holds, so that a file may refer to records loaded before.
    """
    mistakes = Mistakes()
    data = read_yaml(content, mistakes)
    records = _shaped(data, mistakes)
    declared = {name: set((known or Known()).keys.get(name, ())) | _declared(data, name) for name in SECTIONS}
    _check_references(records, declared, mistakes)
    _check_within(records, mistakes)
    _check_slugs(records, known or Known(), mistakes)
    if mistakes.found:
        raise FactsRefused(mistakes.sentences())
    return Facts({name: {record.key: record for _index, record in found} for name, found in records.items()})


def _shaped(data: dict[str, Any], mistakes: Mistakes) -> dict[str, list[tuple[int, Record]]]:
    """Return the well-shaped records of each section with their number, and note what is wrong with the others."""
    for name in set(data) - set(SECTIONS):
        mistakes.add((name,), f"there is no such section{_did_you_mean(name, SECTIONS)}")
    records: dict[str, list[tuple[int, Record]]] = {}
    for name, shape in SECTIONS.items():
        section = data.get(name)
        records[name] = []
        if section is not None and not isinstance(section, list):
            mistakes.add((name,), "this must be a list of records")
            continue
        for number, given in enumerate(section or []):
            try:
                records[name].append((number, shape.model_validate(given)))
            except ValidationError as invalid:
                _note_invalid(invalid, (name, number), shape, mistakes)
    return records


def _note_invalid(invalid: ValidationError, start: Path, shape: type[Shape], mistakes: Mistakes) -> None:
    for error in invalid.errors(include_url=False):
        path = (*start, *error["loc"])
        # A list whose only items are wrong counts as empty, too, which would be one mistake told twice.
        if error["type"] == "too_short" and error["input"]:
            continue
        if error["type"] == "extra_forbidden":
            names = _shape_at(shape, error["loc"][:-1]).model_fields
            sentence = f"there is no such field{_did_you_mean(str(path[-1]), names)}"
        elif error["type"] == "value_error":
            shown = f"{_shown(error['input'])} " if isinstance(error["input"], str) else "this "
            sentence = shown + str(error["ctx"]["error"])
        else:
            values = {"value": _shown(error["input"])} | error.get("ctx", {})
            sentence = SENTENCES.get(error["type"], error["msg"]).format(**values)
        mistakes.add(path, sentence)


def _shape_at(shape: type[Shape], path: Path) -> type[Shape]:
    for part in path:
        shape = parts(shape).get(part, shape) if isinstance(part, str) else shape
    return shape


def _declared(data: dict[str, Any], name: str) -> set[str]:
    """Return the keys of a section, those of badly shaped records too, so that one mistake is not told twice."""
    section = data.get(name)
    rows = section if isinstance(section, list) else []
    return {row["key"] for row in rows if isinstance(row, dict) and isinstance(row.get("key"), str)}


def _walk(shape: Shape, path: Path) -> Iterator[tuple[Path, Shape]]:
    """Yield the shape and all shapes inside it, each with its path."""
    yield path, shape
    for name in type(shape).model_fields:
        value = getattr(shape, name)
        if isinstance(value, tuple):
            for number, child in enumerate(value):
                if isinstance(child, Shape):
                    yield from _walk(child, (*path, name, number))


def _check_references(
    records: dict[str, list[tuple[int, Record]]], declared: dict[str, set[str]], mistakes: Mistakes
) -> None:
    for name, found in records.items():
        seen: set[str] = set()
        for number, record in found:
            if record.key in seen:
                mistakes.add((name, number, "key"), f"{_shown(record.key)} is the key of an earlier record too")
            seen.add(record.key)
            for path, shape in _walk(record, (name, number)):
                _check_keys(shape, path, declared, mistakes)


def _check_keys(shape: Shape, path: Path, declared: dict[str, set[str]], mistakes: Mistakes) -> None:
    for name, section in references(shape).items():
        value = getattr(shape, name)
        several = isinstance(value, tuple)
        keys = value if several else (value,) if value else ()
        for number, key in enumerate(keys):
            place = (*path, name, number) if several else (*path, name)
            if key not in declared[section]:
                close = _did_you_mean(key, declared[section])
                mistakes.add(place, f"no record of {section} has the key {_shown(key)}{close}")
            elif key in keys[:number]:
                mistakes.add(place, f"{_shown(key)} stands in this list twice")


def _check_within(records: dict[str, list[tuple[int, Record]]], mistakes: Mistakes) -> None:
    """Check what one record says about others."""
    meetings = {record.key: record for _number, record in records["meetings"]}
    parents = {record.key: record.parent for _number, record in records["groups"] if isinstance(record, GroupFacts)}
    for name, found in records.items():
        for number, record in found:
            path: Path = (name, number)
            _check_cites(record, path, mistakes)
            if isinstance(record, NetworkFacts):
                _check_once([partner.municipality for partner in record.partners], (*path, "partners"), mistakes)
            elif isinstance(record, GroupFacts):
                _check_group(record, path, parents, mistakes)
            elif isinstance(record, MeetingFacts):
                _check_meeting(record, path, mistakes)
            elif isinstance(record, DecisionFacts) and record.agenda_item:
                meeting = meetings.get(record.meeting)
                if isinstance(meeting, MeetingFacts) and record.agenda_item > len(meeting.agenda):
                    mistakes.add((*path, "agenda_item"), f"the meeting's agenda has no item {record.agenda_item}")


def _check_cites(record: Record, start: Path, mistakes: Mistakes) -> None:
    for path, shape in _walk(record, start):
        cites = getattr(shape, "cites", ())
        _check_once([f"{cite.source} {cite.aspect}".strip() for cite in cites], (*path, "cites"), mistakes)
        for number, cite in enumerate(cites):
            told = type(shape).model_fields.keys() & shape.fills.__table__.columns.keys()
            if isinstance(cite, Cite) and cite.aspect and cite.aspect not in told:
                mistakes.add((*path, "cites", number, "aspect"), f"{_shown(cite.aspect)} is no field of this record")


def _check_once(keys: list[str], path: Path, mistakes: Mistakes) -> None:
    for number, key in enumerate(keys):
        if key in keys[:number]:
            mistakes.add((*path, number), f"{_shown(key)} stands in this list twice")


def _check_group(group: GroupFacts, path: Path, parents: dict[str, str | None], mistakes: Mistakes) -> None:
    above, ancestor = {group.key}, group.parent
    while ancestor and ancestor not in above:
        above.add(ancestor)
        ancestor = parents.get(ancestor)
    if ancestor == group.key:
        mistakes.add((*path, "parent"), "a group cannot stand above itself")
    people = {member.person for member in group.members}
    for number, member in enumerate(group.members):
        if member.substitute_for and (member.substitute_for not in people or member.substitute_for == member.person):
            mistakes.add((*path, "members", number, "substitute_for"), "this must be another member of the group")


def _check_meeting(meeting: MeetingFacts, path: Path, mistakes: Mistakes) -> None:
    speakers = [speaker.person for speaker in meeting.speakers]
    _check_once(speakers, (*path, "speakers"), mistakes)
    for item_number, item in enumerate(meeting.agenda):
        for number, person in enumerate(item.presenters):
            if person not in speakers:
                place = (*path, "agenda", item_number, "presenters", number)
                mistakes.add(place, f"{_shown(person)} is not among the speakers of the meeting")


def _check_slugs(records: dict[str, list[tuple[int, Record]]], known: Known, mistakes: Mistakes) -> None:
    for name, found in records.items():
        taken: dict[str, str | None] = dict(known.slugs.get(name, {}))
        for number, record in found:
            slug = getattr(record, "slug", None)
            if slug and taken.setdefault(slug, record.key) != record.key:
                mistakes.add((name, number, "slug"), f"{_shown(slug)} is the address of another record")


def _did_you_mean(word: str, words: Iterable[str]) -> str:
    close = get_close_matches(word, list(words), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _shown(value: Any) -> str:
    text = str(value)
    return f'"{text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"}"'

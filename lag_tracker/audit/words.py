"""How a record of changes is read: columns in words, values as people say them, numbers as names."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from babel.dates import get_timezone_location
from sqlalchemy import Enum, Table

from lag_tracker.audit.queries import Turn
from lag_tracker.audit.scope import ALWAYS_TOLD, COUNT, LIST
from lag_tracker.database import Base
from lag_tracker.labels import label
from lag_tracker.models.audit import AuditEntry, Deed
from lag_tracker.models.bilingual import Bilingual, Text
from lag_tracker.web.clock import clock_time
from lag_tracker.web.formatting import short_date
from lag_tracker.words import column_words

_LISTS: dict[str, Bilingual] = {
    "accounts": Bilingual("konti", "accounts"),
    "attendance": Bilingual("klātesošie", "attendance"),
    "comments": Bilingual("komentāri", "comments"),
    "letters": Bilingual("nenosūtītās vēstules", "letters that could not be sent"),
    "members": Bilingual("dalībnieki", "members"),
    "own_data": Bilingual("viss, kas glabājas par personu", "all that is kept about a person"),
    "people": Bilingual("personas", "people"),
    "proposals": Bilingual("priekšlikumi", "proposals"),
    "roles": Bilingual("tiesības un uzaicinājumi", "roles and invitations"),
}
#: Text in a column that is no sentence of anybody's -> its words.
_CODES: dict[str, dict[str, Bilingual]] = {
    LIST: _LISTS,
    "language": {"lv": Bilingual("latviešu", "Latvian"), "en": Bilingual("angļu", "English")},
    "tf_primary_method": {"authenticator": Bilingual("kods no lietotnes", "code from an app")},
    "usage": {
        "first": Bilingual("lai pieteiktos", "to sign in"),
        "secondary": Bilingual("kā otrais faktors", "as second factor"),
    },
}
_YES, _NO = Bilingual("jā", "yes"), Bilingual("nē", "no")


class ShownChange(NamedTuple):
    """One column that changed; before and after are None where the values say something about a person."""

    column: str
    before: list[Text] | None
    after: list[Text] | None


def referred_table(noun: str, column: str) -> str | None:
    """Return the table that a column's numbers are of, None when they are no numbers of records."""
    table: Table = Base.metadata.tables[noun]
    if column in {COUNT, LIST}:
        return None
    if column not in table.c:
        return {"presenters": "speaker"}.get(column, column.removesuffix("s").removesuffix("_id"))
    return next((key.column.table.name for key in table.c[column].foreign_keys), None)


def referred(entries: Iterable[AuditEntry]) -> dict[str, set[int]]:
    """Return the records that changes refer to and that entries are about: table -> ids."""
    found: dict[str, set[int]] = {}
    for entry in entries:
        if entry.is_of_one:
            found.setdefault(entry.noun, set()).add(entry.record_id)
        for column, values in entry.changes.items():
            table = referred_table(entry.noun, column)
            if table and values:
                found.setdefault(table, set()).update(_numbers(values[0]) + _numbers(values[1]))
    return found


def _numbers(value: Any) -> list[int]:
    return value if isinstance(value, list) else [] if value is None else [value]


def holder_of_link(entry: AuditEntry) -> int | None:
    """Return the person who made a change by a personal link: whose answer it is, or who changed themselves."""
    if entry.deed is not Deed.BY_LINK:
        return None
    return entry.record_id if entry.noun == "person" else entry.changes.get("person_id", [None])[0]


def names_then(
    entry: AuditEntry, names: dict[tuple[str, int], Text], turns: dict[tuple[str, int], Turn]
) -> dict[tuple[str, int], Text]:
    """Return those names that are of records which had their numbers when the entry was written."""
    return {key: name for key, name in names.items() if key not in turns or turns[key].is_of_same(entry)}


def shown_changes(entry: AuditEntry, names: dict[tuple[str, int], Text], lang: str) -> list[ShownChange]:
    """Return an entry's changes in words, in the order of their columns' words; `names` are those of `referred`."""
    found = []
    for column, values in entry.changes.items():
        words = column_words(column, lang, noun=entry.noun)
        if values is None:
            found.append(ShownChange(words, None, None))
        elif values[0] != values[1] or (entry.noun, column) in ALWAYS_TOLD:
            before, after = (value_in_words(entry.noun, column, value, names, lang) for value in values)
            before = [] if before == after else before
            found.append(ShownChange(words, before, after))
    return sorted(found)


def value_in_words(noun: str, column: str, value: Any, names: dict[tuple[str, int], Text], lang: str) -> list[Text]:
    """Return a value as people say it, each part with its language; empty when there is none."""
    table = referred_table(noun, column)
    if value is None or value in ([], ""):
        return []
    if table:
        return [names.get((table, number), Text(f"#{number}", lang)) for number in _numbers(value)]
    # The texts of both languages stand in columns of their own.
    spoken = column[-2:] if column.endswith(("_lv", "_en")) else lang
    return [Text(_one_in_words(noun, column, value, lang), spoken)]


def _one_in_words(noun: str, column: str, value: Any, lang: str) -> str:
    if isinstance(value, bool):
        return (_YES if value else _NO).read_in(lang).words
    said = _CODES.get(column, {}).get(value)
    if said or column in {COUNT, LIST}:
        return said.read_in(lang).words if said else str(value)
    if column == "time_zone":
        return get_timezone_location(value, locale=lang, return_city=True)
    kind = Base.metadata.tables[noun].c[column].type
    if isinstance(kind, Enum) and kind.enum_class and issubclass(kind.enum_class, StrEnum):
        return label(kind.enum_class(value), lang)
    return _moment(value, lang) if isinstance(value, str) else str(value)


def _moment(value: str, lang: str) -> str:
    """Return a stored day or instant as people write it; any other text as it is."""
    if not (value[:4].isdigit() and value[4:5] == "-"):
        return value
    try:
        return short_date(date.fromisoformat(value), lang) if len(value) == len("2027-03-15") else clock_time(value)
    except ValueError:
        return value

"""How what is kept about somebody is read: columns and choices in words, days and times as people write them."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any

from lag_tracker.audit.words import referred_table, value_in_words
from lag_tracker.models.bilingual import Bilingual, Text
from lag_tracker.privacy.queries import Kept
from lag_tracker.words import column_words, noun_words

#: Text in a column that is no sentence of anybody's -> its words.
_CODES: dict[tuple[str, str], Bilingual] = {
    (column, code): Bilingual(lv, en)
    for column, code, lv, en in (
        ("device_type", "single_device", "viena ierīce", "one device"),
        ("device_type", "multi_device", "vairākas ierīces", "several devices"),
        ("kind", "account_changed", "par izmaiņu kontā", "about a change of the account"),
        ("kind", "address_changed", "par e-pasta maiņu", "about a new e-mail address"),
        ("kind", "new_address", "jaunās adreses apstiprināšana", "confirming a new address"),
        ("kind", "new_password", "jaunas paroles izvēle", "choosing a new password"),
        ("kind", "password_changed", "par paroles maiņu", "about a new password"),
        ("kind", "sign_in_link", "saite, ar ko pieteikties", "link to sign in"),
        ("kind", "invitation", "uzaicinājums pievienoties", "invitation to join"),
        ("kind", "proposal_answered", "atbilde uz priekšlikumu", "answer to a proposal"),
        ("kind", "meeting_invitation", "uzaicinājums uz sanāksmi", "invitation to a meeting"),
        ("kind", "meeting_moved", "sanāksme pārcelta", "meeting moved"),
        ("kind", "meeting_cancelled", "sanāksme atcelta", "meeting cancelled"),
        ("kind", "meeting_restored", "sanāksme tomēr notiks", "meeting restored"),
        ("kind", "meeting_reminder", "atgādinājums par sanāksmi", "reminder of a meeting"),
    )
}


def records_named(rows: Iterable[Kept]) -> dict[str, set[int]]:
    """Return the records that rows refer to and that changes in them are about: table -> ids.

    Accounts are left out: who else signs in is nothing that the reader is told.
    """
    found: dict[str, set[int]] = {}
    for kept in rows:
        for column, value in kept.values.items():
            table = referred_table(kept.noun, column)
            if table and table != "account":
                found.setdefault(table, set()).add(value)
        if kept.noun == "audit_entry" and kept.values["noun"] != "account" and kept.values["record_id"]:
            found.setdefault(kept.values["noun"], set()).add(kept.values["record_id"])
    return found


def kept_in_words(kept: Kept, names: dict[tuple[str, int], Text], lang: str) -> list[tuple[str, list[Text]]]:
    """Return a row's columns and values in words, each part with its language; `names` are those of `records_named`."""
    rows = ((column, _said(kept, column, value, names, lang)) for column, value in kept.values.items())
    return [(column_words(column, lang, noun=kept.noun), words) for column, words in rows if column != "id" and words]


def _said(kept: Kept, column: str, value: Any, names: dict[tuple[str, int], Text], lang: str) -> list[Text]:
    if (column, value if isinstance(value, str) else "") in _CODES:
        return [_CODES[column, value].read_in(lang)]
    if kept.noun == "audit_entry" and column == "noun":
        return [Text(noun_words(value, lang), lang)]
    if kept.noun == "audit_entry" and column == "record_id":
        # An entry about many records names none.
        return [names.get((kept.values["noun"], value), Text(f"#{value}", lang))] if value else []
    if isinstance(value, dict):
        words = _of_form(value) if kept.noun == "draft" else sorted(column_words(one, lang) for one in value)
        return [Text(one, lang) for one in words]
    if isinstance(value, bytes):
        return [Text("…", lang)]
    plain = value.isoformat() if isinstance(value, date) else value.value if isinstance(value, StrEnum) else value
    return value_in_words(kept.noun, column, plain, names, lang)


def _of_form(fields: dict[str, Any]) -> list[str]:
    """Return what was typed into a form, without the names that its fields have inside."""
    values = [one for given in fields.values() for one in (given if isinstance(given, list) else [given])]
    return [str(one) for one in values if one]

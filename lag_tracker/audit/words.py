"""How a record of changes is read: nouns and columns in words, values as people say them, numbers as names."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Enum, Table

from lag_tracker.database import Base
from lag_tracker.labels import label
from lag_tracker.models.audit import AuditEntry
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.web.clock import clock_time
from lag_tracker.web.formatting import short_date

_NOUNS: dict[str, Bilingual] = {
    "account": Bilingual("konts", "account"),
    "action": Bilingual("uzdevums", "action"),
    "agenda_item": Bilingual("darba kārtības punkts", "agenda item"),
    "attendance": Bilingual("dalība sanāksmē", "attendance"),
    "citation": Bilingual("atsauce uz avotu", "citation"),
    "comment": Bilingual("komentārs", "comment"),
    "decision": Bilingual("lēmums", "decision"),
    "group": Bilingual("grupa", "group"),
    "group_role": Bilingual("tiesības grupā", "role in a group"),
    "initiative": Bilingual("iniciatīva", "initiative"),
    "initiative_state_change": Bilingual("iniciatīvas stāvokļa maiņa", "change of an initiative's state"),
    "invitation": Bilingual("uzaicinājums", "invitation"),
    "meeting": Bilingual("sanāksme", "meeting"),
    "meeting_group": Bilingual("sanāksmes rīkotāja", "group of a meeting"),
    "meeting_link": Bilingual("sanāksmes saite", "link of a meeting"),
    "membership": Bilingual("dalība grupā", "membership"),
    "milestone": Bilingual("termiņš", "milestone"),
    "municipality": Bilingual("pašvaldība", "municipality"),
    "network": Bilingual("tīkls", "network"),
    "organisation": Bilingual("organizācija", "organisation"),
    "partnership": Bilingual("partnerība", "partnership"),
    "person": Bilingual("persona", "person"),
    "proposal": Bilingual("priekšlikums", "proposal"),
    "source": Bilingual("avots", "source"),
    "speaker": Bilingual("runātājs", "speaker"),
    "theme": Bilingual("tēma", "theme"),
    "topic": Bilingual("temats", "topic"),
}

#: Column, without the language behind it -> its words.
_COLUMNS: dict[str, Bilingual] = {
    name: Bilingual(lv, en)
    for name, lv, en in (
        ("accepted_at", "pieņemts", "accepted"),
        ("account", "konts", "account"),
        ("active", "darbojas", "active"),
        ("affiliation", "amats un iestāde", "affiliation"),
        ("agenda_item", "darba kārtības punkts", "agenda item"),
        ("answer", "atbilde", "answer"),
        ("answered_at", "atbildēts", "answered"),
        ("applies_to", "uz ko attiecas", "applies to"),
        ("approved_on", "apstiprināts", "approved"),
        ("archived_at", "arhivēts", "archived"),
        ("aspect", "fakts", "fact"),
        ("audience", "kam redzams", "who may read it"),
        ("author_name", "autors", "author"),
        ("body", "iestāde", "body"),
        ("cancelled_at", "atcelts", "cancelled"),
        ("cancelled_reason", "atcelšanas iemesls", "reason of the cancellation"),
        ("changed_on", "diena", "day"),
        ("collaborators", "sadarbības partneri", "collaborators"),
        ("confirmed_at", "adrese apstiprināta", "address confirmed"),
        ("contact_email", "grupas e-pasts", "office address"),
        ("country", "valsts", "country"),
        ("date_certainty", "vai datums ir norādīts", "certainty of the date"),
        ("date_precision", "datuma precizitāte", "precision of the date"),
        ("decision", "lēmums", "decision"),
        ("department", "struktūrvienība", "department"),
        ("dissolved_on", "darbību beidza", "dissolved"),
        ("due_on", "termiņš", "due"),
        ("duration_minutes", "ilgums minūtēs", "minutes"),
        ("edited_on", "labots", "edited"),
        ("email", "e-pasts", "e-mail"),
        ("ends_at_time", "beigas", "end"),
        ("ends_on", "pēdējā diena", "last day"),
        ("erased_at", "dzēsts", "erased"),
        ("expires_at", "derīgs līdz", "valid until"),
        ("focus", "vietējais uzsvars", "local focus"),
        ("formed_on", "izveidota", "formed"),
        ("from_on", "no", "from"),
        ("given_at", "piešķirts", "given"),
        ("group", "grupa", "group"),
        ("head_count", "dalībnieku skaits", "head-count"),
        ("initiative", "iniciatīva", "initiative"),
        ("initiatives", "iniciatīvas", "initiatives"),
        ("invited_at", "uzaicināts", "invited"),
        ("invited_by", "uzaicināja", "invited by"),
        ("is_administrator", "administrators", "administrator"),
        ("is_for_administrator", "administratora uzaicinājums", "invitation of an administrator"),
        ("is_guest", "viesis", "guest"),
        ("is_permanent", "pastāvīga grupa", "standing group"),
        ("is_sample", "paraugs", "sample"),
        ("join_audience", "kam redzama pieslēgšanās saite", "who sees the joining link"),
        ("join_url", "pieslēgšanās saite", "joining link"),
        ("kind", "veids", "kind"),
        ("kind_certainty", "vai veids ir norādīts", "certainty of the kind"),
        ("label", "grupas pašas apzīmējums", "the group's own word"),
        ("language", "valoda", "language"),
        ("meeting", "sanāksme", "meeting"),
        ("meetings", "sanāksmes", "meetings"),
        ("member_group", "grupa, kas ir dalībniece", "member group"),
        ("merged_into", "apvienota ar", "merged into"),
        ("method", "lemšanas veids", "method"),
        ("milestone", "termiņš", "milestone"),
        ("minutes_state", "protokols", "minutes"),
        ("mode", "norises veids", "mode"),
        ("mode_certainty", "vai norises veids ir norādīts", "certainty of the mode"),
        ("municipality", "pašvaldība", "municipality"),
        ("name", "nosaukums", "name"),
        ("name_is_public", "vārds redzams visiem", "name shown to everyone"),
        ("network", "tīkls", "network"),
        ("networks", "tīkli", "networks"),
        ("note", "piezīme", "note"),
        ("number", "numurs", "number"),
        ("official_name", "oficiālais nosaukums", "official name"),
        ("ordinal", "kārtas numurs", "place in the series"),
        ("ordinal_certainty", "vai kārtas numurs ir norādīts", "certainty of the place in the series"),
        ("organisation", "organizācija", "organisation"),
        ("organisation_is_public", "organizācija redzama visiem", "organisation shown to everyone"),
        ("organiser", "rīkotājs", "organiser"),
        ("outcome", "iznākums", "outcome"),
        ("parent", "augstākā grupa", "parent group"),
        ("participants", "dalībnieki", "participants"),
        ("partnership", "partnerība", "partnership"),
        ("passage", "vieta avotā", "passage"),
        ("person", "persona", "person"),
        ("phone", "tālrunis", "phone"),
        ("place", "vieta", "place"),
        ("position", "vieta pēc kārtas vai amats", "position"),
        ("presence", "klātbūtne", "presence"),
        ("presenters", "ziņotāji", "presenters"),
        ("programme", "programma", "programme"),
        ("proposer", "ierosinātājs", "proposer"),
        ("proposer_email", "ierosinātāja e-pasts", "proposer's e-mail"),
        ("proposer_name", "ierosinātāja vārds", "proposer's name"),
        ("published_on", "publicēts", "published"),
        ("publisher", "izdevējs", "publisher"),
        ("read_minutes", "lasīšanas laiks minūtēs", "minutes to read"),
        ("reason", "iemesls", "reason"),
        ("replied_at", "atbildēts", "answered"),
        ("reply", "atbilde uz uzaicinājumu", "answer to the invitation"),
        ("responsible", "atbildīgais", "responsible"),
        ("role", "loma", "role"),
        ("role_certainty", "vai loma ir norādīta", "certainty of the role"),
        ("sector", "sektors", "sector"),
        ("series", "sērija", "series"),
        ("source", "avots", "source"),
        ("split_from", "atdalīta no", "split from"),
        ("starts_at_time", "sākums", "start"),
        ("starts_on", "diena", "day"),
        ("state", "stāvoklis", "state"),
        ("substitute_for", "aizstāj", "substitute for"),
        ("summary", "kopsavilkums", "summary"),
        ("takes_public_comments", "komentēt var visi", "open to everyone's comments"),
        ("takes_public_proposals", "ierosināt var visi", "open to everyone's proposals"),
        ("tasks", "uzdevumi", "tasks"),
        ("text", "teksts", "text"),
        ("tf_primary_method", "otrais faktors", "second factor"),
        ("theme", "tēma", "theme"),
        ("themes", "tēmas", "themes"),
        ("tier", "loks", "tier"),
        ("time_zone", "laika josla", "time zone"),
        ("title", "nosaukums", "title"),
        ("topic", "temats", "topic"),
        ("until_on", "līdz", "until"),
        ("url", "adrese", "address"),
        ("votes_abstained", "atturas", "abstained"),
        ("votes_against", "pret", "against"),
        ("votes_for", "par", "for"),
        ("wants_letters", "vēlas saņemt vēstules", "wants letters"),
        ("website", "tīmekļa vietne", "website"),
        ("withdrawn_at", "atsaukts", "withdrawn"),
    )
}
_YES, _NO = Bilingual("jā", "yes"), Bilingual("nē", "no")
_IN = {"lv": Bilingual("latviski", "in Latvian"), "en": Bilingual("angliski", "in English")}


class ShownChange(NamedTuple):
    """One column that changed; before and after are None where the values say something about a person."""

    column: str
    before: str | None
    after: str | None


def noun_words(noun: str, lang: str) -> str:
    """Return what a table's records are called."""
    return _NOUNS[noun].read_in(lang).words


def column_words(column: str, lang: str) -> str:
    """Return what a column is called, with the language of its text; raise KeyError for one without words."""
    base, _, ending = column.rpartition("_")
    if ending in _IN and base in _COLUMNS:
        return f"{_COLUMNS[base].read_in(lang).words} ({_IN[ending].read_in(lang).words})"
    return _COLUMNS[column if column in _COLUMNS else column.removesuffix("_id")].read_in(lang).words


def referred_table(noun: str, column: str) -> str | None:
    """Return the table that a column's numbers are of, None when they are no numbers of records."""
    table: Table = Base.metadata.tables[noun]
    if column not in table.c:
        return {"presenters": "speaker"}.get(column, column.removesuffix("s"))
    return next((key.column.table.name for key in table.c[column].foreign_keys), None)


def referred(entries: Iterable[AuditEntry]) -> dict[str, set[int]]:
    """Return the records that changes refer to and that entries are about: table -> ids."""
    found: dict[str, set[int]] = {}
    for entry in entries:
        found.setdefault(entry.noun, set()).add(entry.record_id)
        for column, values in entry.changes.items():
            table = referred_table(entry.noun, column)
            if table and values:
                found.setdefault(table, set()).update(_numbers(values[0]) + _numbers(values[1]))
    return found


def _numbers(value: Any) -> list[int]:
    return value if isinstance(value, list) else [] if value is None else [value]


def shown_changes(entry: AuditEntry, names: dict[tuple[str, int], str], lang: str) -> list[ShownChange]:
    """Return an entry's changes in words, in the order of their columns' words; `names` are those of `referred`."""
    found = []
    for column, values in entry.changes.items():
        words = column_words(column, lang)
        if values is None:
            found.append(ShownChange(words, None, None))
        else:
            before, after = (_said(entry.noun, column, value, names, lang) for value in values)
            found.append(ShownChange(words, before, after))
    return sorted(found)


def _said(noun: str, column: str, value: Any, names: dict[tuple[str, int], str], lang: str) -> str:
    """Return a value as people say it; empty when there is none."""
    table = referred_table(noun, column)
    if value is None or value == []:
        return ""
    if table:
        return ", ".join(names.get((table, number), f"#{number}") for number in _numbers(value))
    if isinstance(value, bool):
        return (_YES if value else _NO).read_in(lang).words
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

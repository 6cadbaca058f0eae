"""What may stand in a list of members: columns by their names in both languages, cells read like fields of forms."""

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Any

from flask import request
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from wtforms import FileField, HiddenField
from wtforms import Form as PlainForm
from wtforms.validators import StopValidation

from lag_tracker.errors import RuleBroken
from lag_tracker.imports.queries import Entry, Planned
from lag_tracker.labels import label
from lag_tracker.latvian import fold
from lag_tracker.models.bilingual import LANGUAGES, Bilingual
from lag_tracker.models.group import MemberRole, Tier
from lag_tracker.models.organisation import Sector
from lag_tracker.sheets import Table, unquoted
from lag_tracker.web.fields import ChoiceField, DayField, LineField, MailField, PhoneField, lazy, not_before
from lag_tracker.web.formatting import phone_number, plain, short_date
from lag_tracker.web.forms import Form
from lag_tracker.web.language import reading_language

ENDS_EARLY = lazy("The membership cannot end before it began; check the two days.")
#: Column -> what its head may say, in small letters and without accents.
HEADS = {
    "name": ("vards un uzvards", "vards uzvards", "vards, uzvards", "dalibnieks", "loceklis", "name and surname",
             "full name", "name", "member"),
    "given_name": ("vards", "given name", "first name"),
    "surname": ("uzvards", "surname", "last name", "family name"),
    "organisation": ("organizacija", "iestade", "parstav", "parstaveta organizacija", "organisation", "organization",
                     "represents"),
    "sector": ("sektors", "sector"),
    "position": ("amats", "ienemamais amats", "position", "job title"),
    "email": ("e-pasts", "epasts", "e-pasta adrese", "e-mail", "email", "e-mail address"),
    "phone": ("talrunis", "talruna numurs", "talr.", "tel.", "phone", "phone number", "telephone"),
    "tier": ("vieta grupa", "loks", "place in the group", "tier"),
    "role": ("amats grupa", "loma", "pienakumi", "office", "role"),
    "from_on": ("no", "kops", "sakums", "dalibnieks kops", "dalibnieks vai dalibniece kops", "since", "from",
                "member since"),
    "until_on": ("lidz", "beigas", "dalibnieks lidz", "dalibnieks vai dalibniece lidz", "until", "to", "member until"),
}  # fmt: skip
#: Short words for choices, besides the labels that pages show.
SHORT: dict[type[StrEnum], dict[str, StrEnum]] = {
    Sector: {"publiskais": Sector.PUBLIC, "publisks": Sector.PUBLIC, "privatais": Sector.PRIVATE,
             "privats": Sector.PRIVATE, "pilsoniskais": Sector.CIVIC, "nevalstiskais": Sector.CIVIC,
             "nvo": Sector.CIVIC, "ngo": Sector.CIVIC, "zinasanu": Sector.KNOWLEDGE, "zinatne": Sector.KNOWLEDGE},
    Tier: {"plasaka grupa": Tier.WIDER, "noverotajs": Tier.OBSERVER, "noverotaja": Tier.OBSERVER},
    MemberRole: {"koordinators": MemberRole.COORDINATOR, "koordinatore": MemberRole.COORDINATOR,
                 "vaditajs": MemberRole.CHAIR, "vaditaja": MemberRole.CHAIR, "priekssedetajs": MemberRole.CHAIR,
                 "priekssedetaja": MemberRole.CHAIR, "sekretars": MemberRole.SECRETARY,
                 "sekretare": MemberRole.SECRETARY, "loceklis": MemberRole.MEMBER, "locekle": MemberRole.MEMBER,
                 "dalibnieks": MemberRole.MEMBER, "dalibniece": MemberRole.MEMBER, "eksperts": MemberRole.EXPERT,
                 "eksperte": MemberRole.EXPERT},
}  # fmt: skip


class SheetField(FileField):
    """A file with a table; `data` is what was sent, or None."""

    look = "file"

    def __init__(self, words: Any = None, **given: Any) -> None:
        """Make a field by which a browser shows tables only."""
        super().__init__(words, render_kw={"accept": ".csv,.xlsx"}, **given)

    def words(self) -> str:
        """Return nothing: a file cannot be put back into a form."""
        return ""


class UploadForm(Form):
    """A file with a list of members."""

    file = SheetField(lazy("File"))

    @property
    def content(self) -> bytes:
        """The bytes that were sent."""
        sent = request.files.get("file")
        return sent.read() if sent else b""

    def validate_file(self, _field: FileField) -> None:
        """Refuse to go on without a file."""
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise StopValidation(gettext("Choose a file."))


class ConfirmForm(Form):
    """The yes to a plan; `digest` says which plan was seen."""

    digest = HiddenField()

    @property
    def typed(self) -> list[Any]:
        """Nothing is typed here."""
        return []


class RowForm(PlainForm):
    """One row, its cells read like the fields of the form that adds a single member."""

    name = LineField(longest=200)
    organisation = LineField()
    sector = ChoiceField(of=Sector, empty="")
    position = LineField()
    email = MailField()
    phone = PhoneField(longest=40)
    tier = ChoiceField(of=Tier, empty="")
    role = ChoiceField(of=MemberRole, empty="")
    from_on = DayField()
    until_on = DayField(validators=[not_before("from_on", ENDS_EARLY)])


def columns_of(table: Table) -> dict[int, str]:
    """Return which column of a list holds what, by its first row that is not empty; of two alike the first counts.

    Raises RuleBroken where nobody's name could be found.
    """
    found: dict[int, str] = {}
    for number, words in enumerate(next(filter(None, table))):
        said = " ".join(fold(unquoted(words)).replace(":", " ").replace("*", " ").split())
        column = next((name for name, heads in HEADS.items() if said in heads), None)
        if column and column not in found.values():
            found[number] = column
    if "surname" not in found.values():
        # Who writes the whole name into one column often calls it just that.
        found = {number: "name" if name == "given_name" else name for number, name in found.items()}
    if not {"name", "surname", "organisation"} & set(found.values()):
        raise RuleBroken(
            gettext("The first row must name the columns, such as “Name and surname” and “Organisation”."),
            about="file",
        )
    return found


def unread_heads(table: Table) -> list[str]:
    """Return the heads of columns that are left out."""
    head = next(filter(None, table))
    known = columns_of(table)
    return [words for number, words in enumerate(head) if words and number not in known]


def entries_of(table: Table) -> Iterator[Entry]:
    """Yield the rows under the head, each with its mistakes."""
    columns = columns_of(table)
    head = next(number for number, row in enumerate(table) if row)
    for line, row in enumerate(table[head + 1 :], head + 2):
        cells = {columns[number]: unquoted(cell) for number, cell in enumerate(row) if number in columns}
        if any(cells.values()):
            yield _entry(line, cells)


def _entry(line: int, cells: dict[str, str]) -> Entry:
    whole = " ".join(part for part in (cells.pop("given_name", ""), cells.pop("surname", "")) if part)
    cells["name"] = whole or _in_order(cells.get("name", ""))
    for name, of in (("sector", Sector), ("tier", Tier), ("role", MemberRole)):
        cells[name] = _choice(of, cells.get(name, ""))
    form = RowForm(MultiDict({name: value for name, value in cells.items() if value}))
    entry = Entry(line)
    if not form.validate():
        entry.mistakes = [f"{_heading(field.name)}: {field.errors[0]}" for field in form if field.errors]
    for field in form:
        setattr(entry, field.name, field.data or None)
    if not (entry.name or entry.organisation):
        entry.mistakes.append(gettext("Enter a name, or an organisation that is a member itself."))
    return entry


def _in_order(name: str) -> str:
    """Return "Anna Bērziņa" for "Bērziņa, Anna"."""
    surname, comma, given = name.partition(",")
    return f"{given.strip()} {surname.strip()}" if comma else name


def _choice(of: type[StrEnum], typed: str) -> str:
    """Return the value of the choice that the words mean; the words themselves when they mean none."""
    said = re.sub(r"\s+", " ", fold(typed))
    for choice in of:
        if said in {choice.value, *(fold(label(choice, lang)) for lang in LANGUAGES)}:
            return choice.value
    short = SHORT[of].get(said)
    return short.value if short else typed


def _heading(column: str) -> str:
    headings = {
        "name": gettext("Name and surname"), "organisation": gettext("Organisation"), "sector": gettext("Sector"),
        "position": gettext("Position"), "email": gettext("E-mail address"), "phone": gettext("Phone number"),
        "tier": gettext("Place in the group"), "role": gettext("Office"), "from_on": gettext("Member since"),
        "until_on": gettext("Member until"),
    }  # fmt: skip
    return headings[column]


def shown_changes(row: Planned) -> list[tuple[str, str, str]]:
    """Return what a row changes, as people read it: heading, before, after."""
    return [(_heading(name), _shown(before), _shown(after)) for name, (before, after) in row.changes.items()]


def _shown(value: Any) -> str:
    if isinstance(value, StrEnum):
        return label(value, reading_language())
    if isinstance(value, date):
        return short_date(value)
    return plain(value) if isinstance(value, Bilingual) else phone_number(value) if value else ""


def example() -> Table:
    """Return a list as it may look, in the language being read: its head, and two invented members."""
    lang = reading_language()
    columns = ("name", "organisation", "sector", "position", "email", "phone", "tier", "role", "from_on")
    anna = [gettext("Anna Example"), gettext("Example association"), label(Sector.CIVIC, lang)]
    john = [gettext("John Example"), gettext("Example school"), label(Sector.PUBLIC, lang)]
    return [
        [_heading(name) for name in columns],
        [*anna, gettext("Chair of the board"), "anna@example.lv", "+371 26 123 456", label(Tier.CORE, lang),
         label(MemberRole.CHAIR, lang), "2026-09-01"],
        [*john, gettext("Teacher"), "janis@example.lv", "", label(Tier.WIDER, lang), label(MemberRole.MEMBER, lang),
         ""],
    ]  # fmt: skip

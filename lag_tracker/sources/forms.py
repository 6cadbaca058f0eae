"""What may be written about a source, and for what it may be cited."""

from collections.abc import Iterable
from typing import Any, cast

from flask_babel import gettext
from wtforms import SelectField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # the types are of an older WTForms
from wtforms.validators import StopValidation

from lag_tracker.sources.operations import SourceWords
from lag_tracker.web.fields import (
    AddressField,
    DayField,
    LineField,
    Needed,
    NumberField,
    RecordField,
    lazy,
    not_before,
    one_of_two,
)
from lag_tracker.web.forms import Form, RecordForm
from lag_tracker.web.language import reading_language
from lag_tracker.words import column_words

TITLE_NEEDED = lazy("Enter the title in Latvian or in English.")
EDITED_EARLY = lazy("It cannot be edited before it was published; check the two days.")
#: The single facts that pages give a source for, beside whole records.
ASPECTS: dict[str, tuple[str, ...]] = {
    "group": ("name_lv", "formed_on", "dissolved_on"),
    "network": ("name", "official_name", "kind", "approved_on", "starts_on", "ends_on"),
    "partnership": ("role", "body_lv", "focus_lv"),
}


class SourceForm(RecordForm):
    """A public page or paper."""

    publisher = LineField(lazy("Publisher"), [Needed(lazy("Enter who published it."))])
    department = LineField(lazy("Department"))
    title_lv = LineField(lazy("Title in Latvian"), [one_of_two("title_lv", "title_en", TITLE_NEEDED)], longest=500)
    title_en = LineField(lazy("Title in English"), longest=500)
    url = AddressField(lazy("Address on the web"), longest=1000)
    published_on = DayField(lazy("Published on"))
    edited_on = DayField(lazy("Edited on"), [not_before("published_on", EDITED_EARLY)])
    read_minutes = NumberField(lazy("Minutes to read"), least=1, most=600)

    @property
    def source_words(self) -> SourceWords:
        """What was filled in."""
        return cast("SourceWords", self.values)


class AspectField(SelectField):
    """A whole record, or one of the facts on its page; `data` is the column, empty for the whole record."""

    look = "choice"

    def __init__(self, words: Any = None, **given: Any) -> None:
        """Make a field whose facts `offer` gives later."""
        super().__init__(words, validate_choice=False, default="", **given)
        self.aspects: tuple[str, ...] = ()

    def offer(self, aspects: Iterable[str]) -> None:
        """Offer these columns."""
        self.aspects = tuple(aspects)

    def iter_choices(self) -> Any:
        """Yield the facts in the language being read."""
        yield Choice("", gettext("The whole record"), not self.data, {})
        for aspect in self.aspects:
            yield Choice(aspect, fact_words(aspect), aspect == self.data, {})

    def has_groups(self) -> bool:
        """Tell that the facts stand in one list."""
        return False

    def pre_validate(self, _form: Any) -> None:
        """Refuse what is not offered."""
        if self.data and self.data not in self.aspects:
            raise StopValidation(gettext("Choose one of the list."))

    def words(self) -> str:
        """Return the fact in words."""
        return fact_words(self.data or "")


def fact_words(aspect: str) -> str:
    """Return what a source is cited for, in words."""
    if not aspect:
        return gettext("The whole record")
    words = column_words(aspect.removesuffix("_lv"), reading_language())
    return words[0].upper() + words[1:]


class CitationForm(Form):
    """A source for a record, and where in it."""

    source_id = RecordField(lazy("Source"))
    aspect = AspectField(lazy("Which fact it backs"))
    passage = LineField(lazy("Where in the source"))

"""Fields to choose in: among the choices of a noun, among records, or yes and no."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, ClassVar

from flask_babel import gettext
from markupsafe import Markup
from wtforms import (  # type: ignore[attr-defined]  # the types are of an older WTForms
    BooleanField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
)
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # the same
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from lag_tracker.labels import label
from lag_tracker.models.bilingual import Text
from lag_tracker.web.formatting import said
from lag_tracker.web.language import reading_language

#: No record has a number of more digits; longer ones would not fit the database.
LONGEST_NUMBER = 9


def _read_number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER else None


class ChoiceField(SelectField):
    """One of the choices of a noun, by its label; `data` is the choice, or None."""

    look = "choice"

    def __init__(
        self,
        words: Any = None,
        validators: Any = (),
        *,
        of: type[StrEnum],
        empty: Any = None,
        among: Iterable[StrEnum] | None = None,
        **given: Any,
    ) -> None:
        """Offer the choices of `of`, or those `among` it; `empty` is the words for none, when none is allowed."""
        super().__init__(words, validators, validate_choice=False, **given)
        self.of, self.empty, self.among = of, empty, list(among or of)

    def iter_choices(self) -> Any:
        """Yield the choices in the language being read."""
        lang = reading_language()
        if self.empty is not None:
            yield Choice("", str(self.empty), self.data is None, {})
        for choice in self.among:
            words = label(choice, lang)
            yield Choice(choice.value, words[0].upper() + words[1:], choice == self.data, {})

    def has_groups(self) -> bool:
        """Tell that the choices stand in one list."""
        return False

    def process_data(self, value: Any) -> None:
        """Take the record's choice."""
        self.data = value

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the choice, or complain about one that there is not."""
        typed = valuelist[0] if valuelist else ""
        if not typed:
            self.data = None
        elif typed in {choice.value for choice in self.among}:
            self.data = self.of(typed)
        else:
            self.data = None
            raise ValueError(gettext("Choose one of the list."))

    def pre_validate(self, _form: Any) -> None:
        """Refuse none where one is needed."""
        if self.data is None and self.empty is None and not self.process_errors:
            raise StopValidation(gettext("Choose one of the list."))

    def words(self) -> str:
        """Return the choice's label."""
        return label(self.data, reading_language()) if self.data else ""


def _spoken(name: str | Text) -> Text:
    return name if isinstance(name, Text) else Text(name, reading_language())


class RecordField(SelectField):
    """One of the records that the page offers, by its id; `data` is the id, or None."""

    look = "choice"

    def __init__(self, words: Any = None, validators: Any = (), *, empty: Any = None, **given: Any) -> None:
        """Make a field whose records `offer` gives later; `empty` is the words for none, when none is allowed."""
        super().__init__(words, validators, validate_choice=False, **given)
        self.empty = empty
        self.records: dict[int, Text] = {}

    def offer(self, records: Iterable[tuple[int, str | Text]]) -> None:
        """Offer these records: id and name, with its language where that may not be the page's."""
        self.records = {number: _spoken(name) for number, name in records}

    def iter_choices(self) -> Any:
        """Yield what is offered."""
        if self.empty is not None or self.data is None:
            yield Choice("", str(self.empty or gettext("Choose …")), self.data is None, {})
        for number, name in self.records.items():
            foreign = {} if name.lang == reading_language() else {"lang": name.lang}
            yield Choice(str(number), name.words, number == self.data, foreign)

    def has_groups(self) -> bool:
        """Tell that the records stand in one list."""
        return False

    def process_data(self, value: Any) -> None:
        """Take the record's id."""
        self.data = value

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the id; whether it is offered is asked when all is known."""
        self.data = _read_number(valuelist[0]) if valuelist else None

    def pre_validate(self, _form: Any) -> None:
        """Refuse what is not offered: a form's numbers are never trusted."""
        if self.data is None and self.empty is None:
            raise StopValidation(gettext("Choose one of the list."))
        if self.data is not None and self.data not in self.records:
            raise StopValidation(gettext("Choose one of the list."))

    def words(self) -> str:
        """Return the record's name, marked with its language."""
        return said(self.records[self.data]) if self.data in self.records else ""


class RecordsField(SelectMultipleField):
    """Any of the records that the page offers, as boxes to tick; `data` is the list of ids, in the order offered."""

    look = "boxes"
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, words: Any = None, validators: Any = (), **given: Any) -> None:
        """Make a field whose records `offer` gives later."""
        super().__init__(words, validators, validate_choice=False, coerce=int, choices=[], **given)
        self.records: dict[int, Text] = {}

    def offer(self, records: Iterable[tuple[int, str | Text]]) -> None:
        """Offer these records: id and name, with its language where that may not be the page's."""
        self.records = {number: _spoken(name) for number, name in records}
        self.choices = [SelectChoice(number, said(name)) for number, name in self.records.items()]

    @property
    def chosen(self) -> list[int]:
        """The ids that are ticked."""
        return self.data or []

    def process_data(self, value: Any) -> None:
        """Take the ids, or the records themselves."""
        self.data = [getattr(one, "id", one) for one in value or []]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the ids; whether they are offered is asked when all is known."""
        self.data = [number for number in map(_read_number, valuelist) if number is not None]

    def pre_validate(self, _form: Any) -> None:
        """Refuse what is not offered: a form's numbers are never trusted."""
        if set(self.data or []) - self.records.keys():
            raise StopValidation(gettext("Choose from the list."))

    def words(self) -> str:
        """Return the names, with commas, each marked with its language."""
        return Markup(", ").join(said(self.records[number]) for number in self.chosen if number in self.records)


class LanguageField(SelectField):
    """One of the languages that letters and pages come in; `data` is its two letters."""

    look = "choice"
    NAMES: ClassVar = {"lv": "latviešu", "en": "English"}

    def __init__(self, words: Any = None, **given: Any) -> None:
        """Make a field that offers each language by its own name."""
        super().__init__(words, validate_choice=False, default="lv", **given)

    def iter_choices(self) -> Any:
        """Yield the languages."""
        for code, name in self.NAMES.items():
            yield Choice(code, name, code == self.data, {"lang": code})

    def has_groups(self) -> bool:
        """Tell that the languages stand in one list."""
        return False

    def pre_validate(self, _form: Any) -> None:
        """Refuse what is not offered."""
        if self.data not in self.NAMES:
            raise StopValidation(gettext("Choose one of the list."))

    def words(self) -> str:
        """Return the language's name."""
        return self.NAMES.get(self.data or "", "")


class TickField(BooleanField):
    """A box to tick."""

    look = "tick"

    def words(self) -> str:
        """Return yes or no."""
        return gettext("yes") if self.data else gettext("no")

"""Fields of forms: each reads what a person typed, and says in one sentence what to do when it cannot.

Every field has a `look`, by which the page chooses how to draw it, and `words()`: its value as a person reads it.
"""

from lag_tracker.web.fields.checks import Needed, clean, lazy, not_before, one_of_two
from lag_tracker.web.fields.choices import ChoiceField, LanguageField, RecordField, RecordsField, TickField
from lag_tracker.web.fields.moments import ClockField, DayField, NumberField, RoughDayField, ZoneField, read_day
from lag_tracker.web.fields.text import (
    AddressField,
    LineField,
    LinesField,
    MailField,
    NamedField,
    PhoneField,
    TextField,
    read_phone,
)

__all__ = [
    "AddressField",
    "ChoiceField",
    "ClockField",
    "DayField",
    "LanguageField",
    "LineField",
    "LinesField",
    "MailField",
    "NamedField",
    "Needed",
    "NumberField",
    "PhoneField",
    "RecordField",
    "RecordsField",
    "RoughDayField",
    "TextField",
    "TickField",
    "ZoneField",
    "clean",
    "lazy",
    "not_before",
    "one_of_two",
    "read_day",
    "read_phone",
]

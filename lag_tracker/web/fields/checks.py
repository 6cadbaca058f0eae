"""What makes typed text fit to be kept, and checks that forms share."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext
from wtforms import Field
from wtforms.validators import StopValidation, ValidationError

_LINE_ENDS = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")


def clean(text: str) -> str:
    """Return text as it is kept: composed letters, plain line ends, no control characters, no blanks around it."""
    text = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text))
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs"}).strip()


def lazy(words: str) -> Any:
    """Return words that are put into the reader's language when a form is shown, not when it is declared."""
    return lazy_gettext(words)


class Needed:
    """Refuses an empty field with a sentence of its own; the page marks the field as required."""

    field_flags = {"required": True}  # noqa: RUF012 -- the name and form that WTForms reads

    def __init__(self, message: Any) -> None:
        """Keep the sentence that says what to enter."""
        self.message = message

    def __call__(self, _form: Any, field: Field) -> None:
        """Stop at an empty field."""
        if field.process_errors:
            raise StopValidation  # what could not be read was said already
        if field.data in (None, "", []):
            raise StopValidation(str(self.message))


def one_of_two(first: str, second: str, message: Any) -> Callable[[Any, Field], None]:
    """Return a check for the field `first`: it or the field `second` must be filled in, as a name in one language."""

    def check(form: Any, _field: Field) -> None:
        if not form[first].data and not form[second].data:
            raise ValidationError(str(message))

    return check


def not_before(first: str, message: Any) -> Callable[[Any, Field], None]:
    """Return a check for the last day of something: it may not come before the day in the field `first`."""

    def check(form: Any, field: Field) -> None:
        if field.data and form[first].data and field.data < form[first].data:
            raise ValidationError(str(message))

    return check

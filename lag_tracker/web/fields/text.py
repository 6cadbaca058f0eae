"""Fields for words: a line, a text, a list of lines, an address, an e-mail address."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import StopValidation

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.web.fields.checks import clean
from lag_tracker.web.formatting import phone_number, plain

#: The longest text that any field takes, in characters; minutes of a long meeting are a fifth of it.
LONGEST_TEXT = 50_000
MOST_LINES = 200
#: Signs that people put between the digits of a phone number.
_BETWEEN_DIGITS = re.compile(r"[\s()./\-\u2010-\u2015\u00a0]")
#: The international form of E.164: no country's code begins with a nought, and no number has more than 15 digits.
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_LATVIAN = re.compile(r"\d{8}", re.ASCII)


class LineField(StringField):
    """One line of text; empty becomes None."""

    look = "line"

    def __init__(self, words: Any = None, validators: Any = (), *, longest: int = 300, **given: Any) -> None:
        """Make a field that takes up to `longest` characters."""
        super().__init__(words, validators, **given)
        self.longest = longest

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep what was typed, on one line."""
        typed = clean(valuelist[0]) if valuelist else ""
        self.data = " ".join(typed.split()) or None

    def pre_validate(self, _form: Any) -> None:
        """Refuse what is too long to be kept."""
        if self.data and len(self.data) > self.longest:
            raise StopValidation(gettext("This may hold %(most)d characters; shorten it.", most=self.longest))

    def words(self) -> str:
        """Return the value as a person reads it."""
        return str(self.data or "")


class NamedField(LineField):
    """A record by its name, typed or picked from those that `offer` gives; `data` is the name, or None."""

    look = "named"

    def __init__(self, words: Any = None, validators: Any = (), **given: Any) -> None:
        """Make a field without names to pick from."""
        super().__init__(words, validators, **given)
        self.names: list[str] = []

    def offer(self, names: Iterable[str]) -> None:
        """Let the browser offer these names while somebody types."""
        self.names = list(dict.fromkeys(names))

    def process_data(self, value: Any) -> None:
        """Take the name, or the record itself."""
        name = getattr(value, "name", value)
        self.data = (plain(name) if isinstance(name, Bilingual) else name) or None


class TextField(TextAreaField):
    """Text of several lines; empty becomes None."""

    look = "text"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep what was typed, with its lines."""
        self.data = (clean(valuelist[0]) if valuelist else "") or None

    def pre_validate(self, _form: Any) -> None:
        """Refuse what is too long to be kept."""
        if self.data and len(self.data) > LONGEST_TEXT:
            raise StopValidation(gettext("This may hold %(most)d characters; shorten it.", most=LONGEST_TEXT))

    def words(self) -> str:
        """Return the value as a person reads it."""
        return str(self.data or "")


class LinesField(TextField):
    """A list, one entry a line; `data` is the list."""

    data: Any

    def __init__(self, words: Any = None, validators: Any = (), *, longest: int = 500, **given: Any) -> None:
        """Make a field whose lines take up to `longest` characters each."""
        super().__init__(words, validators, **given)
        self.longest = longest

    def _value(self) -> str:
        return "\n".join(self.data or [])

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the lines that are not empty."""
        typed = clean(valuelist[0]) if valuelist else ""
        self.data = [" ".join(line.split()) for line in typed.split("\n") if line.strip()]

    def pre_validate(self, _form: Any) -> None:
        """Refuse more than can be kept, naming the line."""
        for number, line in enumerate(self.data or [], 1):
            if len(line) > self.longest:
                raise StopValidation(
                    gettext(
                        "Line %(number)d may hold %(most)d characters; shorten it.", number=number, most=self.longest
                    )
                )
        if len(self.data or []) > MOST_LINES:
            raise StopValidation(gettext("At most %(most)d lines fit here.", most=MOST_LINES))

    def words(self) -> str:
        """Return the lines as a person reads them."""
        return self._value()


class AddressField(LineField):
    """The address of a page elsewhere; only http and https."""

    look = "address"

    def __init__(self, words: Any = None, validators: Any = (), *, longest: int = 1000, **given: Any) -> None:
        """Make a field that takes as long an address as is kept."""
        super().__init__(words, validators, longest=longest, **given)

    def pre_validate(self, form: Any) -> None:
        """Refuse what no browser should follow."""
        super().pre_validate(form)
        if self.data and not is_web_address(self.data):
            raise StopValidation(gettext("Enter an address that begins with https:// or http://."))


def is_web_address(typed: str) -> bool:
    """Tell whether it is an address of the web that may stand in a link."""
    try:
        parts = urlsplit(typed)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"[\s\"<>\\^`{|}]", typed)


class MailField(EmailField):
    """An e-mail address; `data` is None when empty, and its domain in small letters."""

    look = "mail"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep what was typed, on one line."""
        self.data = (" ".join(clean(valuelist[0]).split()) if valuelist else "") or None

    def pre_validate(self, _form: Any) -> None:
        """Refuse what no letter could be sent to; whether somebody reads it there is not asked."""
        if self.data:
            try:
                self.data = validate_email(self.data, check_deliverability=False).normalized
            except EmailNotValidError:
                raise StopValidation(gettext("Enter an e-mail address such as vards@example.lv.")) from None

    def words(self) -> str:
        """Return the address."""
        return str(self.data or "")


class PhoneField(LineField):
    """A phone number, typed as 26 123 456 or +371 26123456; `data` is the form of E.164, +37126123456, or None."""

    look = "phone"

    def _value(self) -> str:
        return phone_number(self.data) or ""

    def pre_validate(self, _form: Any) -> None:
        """Bring the number into the international form; refuse what is none."""
        if self.data:
            number = read_phone(self.data)
            if number is None:
                raise StopValidation(gettext("Enter a phone number such as +371 26 123 456."))
            self.data = number

    def words(self) -> str:
        """Return the number as people read it."""
        return phone_number(self.data)


def read_phone(typed: str) -> str | None:
    """Return a number in the international form, None when it is none; eight digits alone are a Latvian number."""
    number = _BETWEEN_DIGITS.sub("", typed)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    if _LATVIAN.fullmatch(number):
        number = f"+371{number}"
    return number if _E164.fullmatch(number) else None

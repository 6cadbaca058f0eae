"""Which settings can be decided on a page, and what may stand in them: one rule for the server's start and the page."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email

#: For how many days something may be kept; 0 is for good.
LEAST_DAYS, MOST_DAYS = 0, 36500
CONFORMITIES = ("full", "partial", "none")
#: Text -> how many characters it may have.
LONGEST = {
    "site_name": 100,
    "operator": 300,
    "contact_email": 254,
    "data_protection_contact": 300,
    "accessibility_assessor": 300,
}
TERMS = (
    "keep_traces_days",
    "keep_invitations_days",
    "keep_contacts_days",
    "keep_attendance_days",
    "keep_changes_days",
)
#: In the order of the page.
SITE_SETTINGS = (
    "site_name",
    "operator",
    "contact_email",
    "data_protection_contact",
    "accessibility_assessed_on",
    "accessibility_assessor",
    "accessibility_status",
    *TERMS,
)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """For how many days things are kept; 0 keeps them for good."""

    #: Sign-ins that ended, letters that were sent, links and drafts that nobody came back to.
    traces: int
    #: Invitations after they ran out.
    invitations: int
    #: E-mail and phone of people who left every group and were not heard of since, and names left without an account.
    contacts: int
    #: Names in the attendance of a meeting, after which the people are only counted.
    attendance: int
    #: The record of changes.
    changes: int


class Mistake(StrEnum):
    """What is wrong with a value; pages say it in words of their own."""

    TOO_LONG = "too long"
    NOT_ONE_LINE = "not one line"
    NO_ADDRESS = "no address"
    NO_DAY = "no day"
    NO_CHOICE = "no choice"
    OUT_OF_BOUNDS = "out of bounds"


def mistake_in(name: str, value: str | int) -> Mistake | None:
    """Return what keeps a value from being that of the setting; empty text is right everywhere, and means the default.

    A day is text such as 2026-03-15.
    """
    if name in TERMS:
        is_right = isinstance(value, int) and LEAST_DAYS <= value <= MOST_DAYS
        return None if is_right else Mistake.OUT_OF_BOUNDS
    return _mistake_in_text(name, str(value)) if value else None


def _mistake_in_text(name: str, text: str) -> Mistake | None:
    if not text.isprintable():
        return Mistake.NOT_ONE_LINE
    if len(text) > LONGEST.get(name, len(text)):
        return Mistake.TOO_LONG
    if name == "contact_email" and not _is_address(text):
        return Mistake.NO_ADDRESS
    if name == "accessibility_assessed_on" and not _is_day(text):
        return Mistake.NO_DAY
    return Mistake.NO_CHOICE if name == "accessibility_status" and text not in CONFORMITIES else None


def _is_address(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


#: What is wrong -> how it is said at the start.
_SENTENCES = {
    Mistake.TOO_LONG: "{name} may hold {longest} characters at most.",
    Mistake.NOT_ONE_LINE: "{name} holds a line break or another sign that cannot be printed. Take it out.",
    Mistake.NO_ADDRESS: "{name} must be an e-mail address such as grupas@example.lv, not {value!r}.",
    Mistake.NO_DAY: "{name} must be a day such as 2026-03-15.",
    Mistake.NO_CHOICE: '{name} must be "full", "partial" or "none".',
    Mistake.OUT_OF_BOUNDS: f"{{name}} must be between {LEAST_DAYS} and {MOST_DAYS}, not {{value}}.",
}


def sentence_about(mistake: Mistake, name: str, value: str | int) -> str:
    """Return what is wrong with a setting, as the terminal says it."""
    return _SENTENCES[mistake].format(name=name.upper(), value=value, longest=LONGEST.get(name))

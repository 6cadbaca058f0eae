"""A letter as an e-mail message. No Flask, no database, no clock."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any, NamedTuple

from email_validator import EmailNotValidError, validate_email

from lag_tracker.models.letter import Letter

#: Kinds of letters that a person may ask not to get; all others are part of signing in or of an answer asked for.
ABOUT_MEETINGS = frozenset(
    {"meeting_invitation", "meeting_moved", "meeting_cancelled", "meeting_restored", "meeting_reminder"}
)


class Written(NamedTuple):
    """What a letter says, and to whom, as it was taken out of the outbox."""

    id: int
    tries: int
    kind: str
    to_email: str
    person_id: int | None
    language: str
    subject: str
    text: str
    calendar: bytes | None
    message_id: str
    created_at: datetime


#: The columns of a letter in the order of `Written`.
COLUMNS: tuple[Any, ...] = tuple(getattr(Letter, name) for name in Written._fields)


def as_message(letter: Written, *, sender: str, opt_out: str = "") -> EmailMessage:
    """Return the message that a mail server takes; raise ValueError when nobody could be sent such a one.

    `opt_out` is the address of the page by which the receiver asks for no more such letters; their mail program may
    send that page's form itself (RFC 2369, 3.2; RFC 8058, 3.1).
    """
    message = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = receiver(letter.to_email)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = letter.message_id
    # Programs that answer letters by themselves leave this one alone (RFC 3834, 2).
    message["Auto-Submitted"] = "auto-generated"
    if opt_out:
        message["List-Unsubscribe"] = f"<{opt_out}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text, cte="quoted-printable")
    message["Content-Language"] = letter.language
    if letter.calendar:
        _attach_calendar(message, letter)
    return message


def _attach_calendar(message: EmailMessage, letter: Written) -> None:
    # Without METHOD it is a file to open, and no program answers it on the receiver's behalf (RFC 6047, 2.4).
    message.add_attachment(
        letter.calendar,
        maintype="text",
        subtype="calendar",
        params={"charset": "utf-8"},
        filename="meeting.ics" if letter.language == "en" else "sanaksme.ics",
    )


def receiver(address: str) -> Address:
    """Return an address as mail servers take it: the domain in ASCII, wherever the part before it allows that."""
    try:
        found = validate_email(address, check_deliverability=False)
    except EmailNotValidError as mistake:
        raise ValueError(str(mistake)) from mistake
    username, _, domain = (found.ascii_email or found.normalized).rpartition("@")
    return Address(username=username, domain=domain)

"""What may stand in the settings of mail."""

from email.utils import getaddresses
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email


def is_mail_server(address: str) -> bool:
    """Tell whether it is the address of a mail server, with a user name and password or without."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and parts.path in {"", "/"}
        usable = usable and not parts.query and not parts.fragment and parts.port != 0
    except ValueError:
        return False
    # The way in which Python signs in to mail servers knows no other letters.
    return usable and unquote(parts.netloc).isascii()


def is_sender(text: str) -> bool:
    """Tell whether it is one e-mail address, with a name before it or without, on one line."""
    found = getaddresses([text])
    try:
        validate_email(found[0][1], check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return False
    return len(found) == 1 and text.isprintable() and found[0][1].isascii()

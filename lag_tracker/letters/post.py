"""How letters leave: through a mail server, or, where none is set, into a folder."""

import os
import smtplib
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTPUTF8
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from lag_tracker.config import Settings
from lag_tracker.letters.messages import receiver

#: A server that keeps silent for longer is taken to be away.
SECONDS_TO_ANSWER = 30
#: Connections to these never leave the machine, and their servers rarely have a certificate that anyone vouches for.
OWN_MACHINE = {"localhost", "127.0.0.1", "::1"}
READY, LEAST_PERMANENT = 220, 500


class Refused(Exception):
    """No further try would help; the message is what the mail server answered."""


class NotNow(Exception):
    """The letter could not be handed over this time; the message says why."""


#: Hands over a message; the number is the letter's. Raises Refused or NotNow.
Post: TypeAlias = Callable[[int, EmailMessage], None]


def letter_folder(settings: Settings) -> Path:
    """Return the folder into which letters go where no mail server is set."""
    return settings.instance / "letters"


def delete_files_to(folder: Path, *, addresses: Iterable[str], numbers: Iterable[int] = ()) -> int:
    """Delete the letters in the folder that are to one of the addresses, or have one of the numbers."""
    to, names = {_as_written(one) for one in addresses}, {_name(number) for number in numbers}
    doomed = [file for file in folder.glob("*.eml") if file.name in names or _receivers(file) & to]
    for file in doomed:
        file.unlink(missing_ok=True)
    return len(doomed)


def delete_files_before(folder: Path, moment: datetime) -> int:
    """Delete the letters in the folder that were written before a moment."""
    doomed = [file for file in folder.glob("*.eml") if file.stat().st_mtime < moment.timestamp()]
    for file in doomed:
        file.unlink(missing_ok=True)
    return len(doomed)


def _name(number: int) -> str:
    return f"{number:08d}.eml"


def _as_written(address: str) -> str:
    """Return an address as it stands in a letter, in small letters."""
    try:
        return receiver(address).addr_spec.casefold()
    except ValueError:
        # No letter can have been written to it; nor can a file be found by it.
        return address.casefold()


def _receivers(file: Path) -> set[str]:
    with file.open("rb") as opened:
        message = BytesParser(policy=SMTPUTF8).parse(opened, headersonly=True)
    return {one.addr_spec.casefold() for header in message.get_all("To", []) for one in header.addresses}


@contextmanager
def open_post(settings: Settings) -> Iterator[Post]:
    """Give the way in which letters leave by these settings, and close it afterwards."""
    if not settings.mail_server:
        yield _Folder(letter_folder(settings))
        return
    server = _Server(settings)
    try:
        yield server
    finally:
        server.close()


class _Folder:
    """A folder of letters, one file each; nobody but its owner may look into it, because links in letters are keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, number: int, message: EmailMessage) -> None:
        """Write the letter down; written twice, it is still one file."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = self.folder / f".{number}.{os.getpid()}"
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(message.as_bytes(policy=SMTPUTF8))
            unfinished.replace(self.folder / _name(number))
        except OSError as refusal:
            raise NotNow(f"The folder of letters cannot be written to: {refusal}.") from refusal


class _Server:
    """A mail server. The connection is kept for further letters, and made anew after anything went wrong."""

    def __init__(self, settings: Settings) -> None:
        self.address = urlsplit(settings.mail_server)
        self.own_name = urlsplit(settings.address).hostname or "localhost"
        self.connection: smtplib.SMTP | None = None

    def __call__(self, number: int, message: EmailMessage) -> None:
        """Hand the letter over."""
        del number
        try:
            connection = self.connection = self.connection or self._connected()
            connection.send_message(message)
        except (smtplib.SMTPException, OSError, ValueError) as fault:
            self.close()
            raise _meaning(fault) from fault

    def close(self) -> None:
        """Say goodbye, as far as anybody listens."""
        connection, self.connection = self.connection, None
        if connection is not None:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()

    def _connected(self) -> smtplib.SMTP:
        try:
            return self._connect()
        except (smtplib.SMTPException, OSError, ValueError) as fault:
            # Whatever a server says before it has heard of a letter is no verdict on the letter.
            raise NotNow(f"The mail server cannot be used: {_words(fault)}") from fault

    def _connect(self) -> smtplib.SMTP:
        host, user = self.address.hostname or "", unquote(self.address.username or "")
        connection: smtplib.SMTP
        if self.address.scheme == "smtps":
            port, vouched = self.address.port or 465, ssl.create_default_context()
            connection = smtplib.SMTP_SSL(host, port, self.own_name, timeout=SECONDS_TO_ANSWER, context=vouched)
        else:
            connection = smtplib.SMTP(host, self.address.port or 587, self.own_name, timeout=SECONDS_TO_ANSWER)
        try:
            self._introduce(connection, host, user)
        except BaseException:
            connection.close()
            raise
        return connection

    def _introduce(self, connection: smtplib.SMTP, host: str, user: str) -> None:
        """Encrypt what leaves the machine where the server can, and always before a password; then sign in."""
        connection.ehlo()
        is_readable = self.address.scheme == "smtp" and host not in OWN_MACHINE
        if is_readable and (user or connection.has_extn("starttls")):
            code, answer = connection.starttls(context=ssl.create_default_context())
            if code != READY:
                raise smtplib.SMTPResponseException(code, answer)
            connection.ehlo()
        if user:
            connection.login(user, unquote(self.address.password or ""))


def _meaning(fault: Exception) -> Refused | NotNow:
    """Return what a fault means for the letter that was being handed over."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(fault.recipients.values()))
        return _by_code(code, words)
    if isinstance(fault, smtplib.SMTPDataError):
        return _by_code(fault.smtp_code, fault.smtp_error)
    if isinstance(fault, smtplib.SMTPNotSupportedError | ValueError):
        # The address has letters that this server knows no way to write, or the message could not be written at all.
        return Refused(_words(fault))
    return NotNow(_words(fault))


def _by_code(code: int, answer: bytes | str) -> Refused | NotNow:
    """Return the meaning of a server's answer (RFC 5321, 4.2.1): what begins with 5 is for ever."""
    words = f"{code} {answer.decode('utf-8', 'replace') if isinstance(answer, bytes) else answer}"
    return Refused(words) if code >= LEAST_PERMANENT else NotNow(words)


def _words(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        answer = fault.smtp_error
        return f"{fault.smtp_code} {answer.decode('utf-8', 'replace') if isinstance(answer, bytes) else answer}"
    return str(fault) or type(fault).__name__

"""A real mail server for tests, which keeps what it is sent and answers as it is told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from threading import Condition
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class MailServer:
    """A mail server; `port` is where it listens, `letters` are those it took, in order."""

    def __init__(self) -> None:
        self.port = 0
        self.letters: list[EmailMessage] = []
        #: Who each was sent to, in the same order.
        self.receivers: list[str] = []
        #: Answers to give, the first to the first letter and so on; afterwards every letter is taken.
        self.answers: list[str] = []
        #: Addresses that it refuses, with what it says.
        self.refuses: dict[str, str] = {}
        self.signed_in: list[tuple[str, str]] = []
        self._came = Condition()

    @property
    def address(self) -> str:
        """What the setting `mail_server` is for this server."""
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, receiver: str) -> list[EmailMessage]:
        """Return what was sent to one address."""
        return [letter for letter, to in zip(self.letters, self.receivers, strict=True) if to == receiver]

    def wait_for(self, number: int, *, seconds: float = 60) -> list[EmailMessage]:
        """Return the letters once there are so many; fail when they do not come."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.letters) >= number, seconds), f"{len(self.letters)} came"
        return self.letters

    async def handle_RCPT(  # noqa: N802 -- the name and signature that the server calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a receiver, or refuse."""
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- as above
        """Keep the letter, or answer what the test wants."""
        if self.answers and not (answer := self.answers.pop(0)).startswith("2"):
            return answer
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        with self._came:
            self.letters.append(message_from_bytes(content, EmailMessage, policy=SMTPUTF8))
            self.receivers.append(envelope.rcpt_tos[0])
            self._came.notify_all()
        return "250 OK"

    def authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        """Let in whoever knows the password "parole@"."""
        assert isinstance(data, LoginPassword)
        self.signed_in.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password.decode() == "parole@", handled=False)


class _Controller(Controller):
    """Listens on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # it listens by now
        super()._trigger_server()


@contextmanager
def mail_server(**given: Any) -> Iterator[MailServer]:
    """Run a mail server of this machine for as long as the block lasts; `given` goes to aiosmtpd."""
    server = MailServer()
    if given.get("auth_required"):
        given["authenticator"] = server.authenticate
    controller = _Controller(server, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True, **given)
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        controller.stop()

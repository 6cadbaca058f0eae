"""Parts of Flask-Security that work otherwise here: its letters, passwords, codes and passkeys."""

from typing import Any, cast

import segno
from flask import current_app
from flask_babel import gettext
from flask_security import MailUtil, PasswordUtil, Totp, UserMixin, WebauthnUtil
from flask_security.mail_util import EmailValidateException
from flask_security.utils import get_message
from passlib.totp import TOTP, AppWallet, TotpMatch
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from lag_tracker.accounts.queries import normal_address
from lag_tracker.models.account import Account
from lag_tracker.web.language import reading_language
from lag_tracker.web.letters import send_letter

#: Fewer different signs are a pattern and not a password.
FEWEST_SIGNS = 5
#: Kind of letter -> its template.
LETTERS = {
    "new_password": "accounts/letters/new_password.txt",
    "password_changed": "accounts/letters/password_changed.txt",
    "new_address": "accounts/letters/new_address.txt",
}


class Letters(MailUtil):
    """Its letters go into our outbox, in our words, in the transaction of what they tell about."""

    def send_mail(  # noqa: PLR0917 -- the extension's signature
        self,
        template: str,
        subject: str,  # noqa: ARG002 -- the template begins with it
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],  # noqa: ARG002 -- the outbox knows the sender
        body: str | None,  # noqa: ARG002 -- written here, with its subject
        html: str | None,  # noqa: ARG002 -- letters are plain text
        **given: Any,
    ) -> None:
        """Write the letter."""
        account: Account = given["user"]
        send_letter(
            LETTERS[template],
            kind=template,
            to_email=str(recipient),
            language=reading_language(),
            person_id=account.person_id,
            link=given.get("link") or given.get("reset_link"),
            within=given.get("within"),
        )

    def normalize(self, email: str) -> str:
        """Return the address in small letters; never ask the network whether somebody reads letters there."""
        found = normal_address(email)
        if not found:
            raise EmailValidateException(get_message("INVALID_EMAIL_ADDRESS")[0])
        return found

    def validate(self, email: str) -> str:
        """Return the same."""
        return self.normalize(email)


class Passwords(PasswordUtil):
    """Long ones, of whatever kind; only what everybody would try first is refused."""

    def validate(self, password: str, is_register: bool, **given: Any) -> tuple[list[str] | None, str]:  # noqa: FBT001 -- the extension's signature
        """Return what is wrong with a new password, and the password as it is hashed."""
        wrong, normal = super().validate(password, is_register, **given)
        account = given.get("user")
        is_address = account is not None and normal.lower() in account.email
        if not wrong and (len(set(normal.lower())) < FEWEST_SIGNS or is_address):
            wrong = [gettext("This would be guessed at once. Take several words that do not belong together.")]
        return wrong, normal


class Codes(Totp):
    """Codes that work once, and whose secrets stay readable after the secret key was changed."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        """Lock new secrets with the first of the keys, and open old ones with that which locked them."""
        super().__init__(secrets, issuer)
        self._wallet = AppWallet(secrets, default_tag=next(iter(secrets)))
        self.rename(issuer)

    def rename(self, issuer: str) -> None:
        """Let apps that show codes call the site so from now on."""
        self._totp = TOTP.using(issuer=issuer, wallet=self._wallet)

    def get_last_counter(self, user: UserMixin) -> int | None:
        """Return the half minute of the last code."""
        return cast("Account", user).tf_last_counter

    def set_last_counter(self, user: UserMixin, tmatch: TotpMatch) -> None:
        """Keep the half minute of this code."""
        cast("Account", user).tf_last_counter = tmatch.counter

    def generate_qrcode(self, username: str, totp: str) -> str:
        """Return the picture that an app scans, on white also where the page is dark."""
        picture: str = segno.make(self.get_totp_uri(username, totp)).svg_data_uri(scale=5, light="#fff")
        return picture


class Passkeys(WebauthnUtil):
    """Passkeys of any device, also of those built into it, which the extension would shut out."""

    def origin(self) -> str:
        """Return the address that people use, whatever host the request names."""
        return str(current_app.config["SETTINGS"].address)

    def authenticator_selection(self, user: UserMixin, usage: str) -> AuthenticatorSelectionCriteria:  # noqa: ARG002 -- the extension's signature
        """Ask for a fingerprint or the like where the passkey is to stand for a password, too."""
        is_first = usage == "first"
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED if is_first else ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED
            if is_first
            else UserVerificationRequirement.PREFERRED,
        )

    def user_verification(self, user: UserMixin | None, usage: list[str]) -> UserVerificationRequirement:  # noqa: ARG002 -- the same
        """Demand the same when it is used."""
        return UserVerificationRequirement.PREFERRED if "secondary" in usage else UserVerificationRequirement.REQUIRED

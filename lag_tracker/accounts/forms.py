"""The forms of signing in: those of Flask-Security, as our pages show them and with what they leave out."""

from typing import Any

from flask import request, session, url_for
from flask_security import forms as extension
from flask_security.change_email import ChangeEmailForm as ExtensionChangeEmailForm
from flask_security.proxies import _security
from flask_security.recovery_codes import MfRecoveryCodesForm, MfRecoveryForm
from flask_security.tf_plugin import TwoFactorSelectForm
from flask_security.utils import get_message
from flask_security.webauthn import (
    WebAuthnDeleteForm,
    WebAuthnRegisterForm,
    WebAuthnSigninForm,
    WebAuthnSigninResponseForm,
    WebAuthnVerifyForm,
)
from wtforms import (  # type: ignore[attr-defined]  # the types are of an older WTForms
    Field,
    HiddenField,
    RadioField,
    SelectChoice,
    SubmitField,
)
from wtforms.csrf.core import CSRFTokenField
from wtforms.validators import StopValidation

from lag_tracker.web.fields import MailField, Needed, lazy
from lag_tracker.web.forms import Form, page_too_old

#: Argon2 takes 4096 bytes at most; nobody types a quarter of that.
LONGEST_PASSWORD_BYTES = 1024
PASSWORDS = {"password", "password_confirm", "new_password", "new_password_confirm"}


class Shown:
    """What our pages ask of a form."""

    errors: Any
    form_errors: Any
    __iter__: Any
    __contains__: Any

    @property
    def typed(self) -> list[Field]:
        """The fields that somebody fills in, in their order."""
        return [field for field in self if not isinstance(field, HiddenField | SubmitField | CSRFTokenField)]

    @property
    def objections(self) -> list[str]:
        """What is wrong with the form as a whole, one sentence each."""
        too_old = [page_too_old()] if "csrf_token" in self.errors else []
        return list(dict.fromkeys([*map(str, self.form_errors), *too_old]))

    @property
    def has_mistakes(self) -> bool:
        """Whether the page must say that something is wrong."""
        return bool(self.objections or any(field.errors for field in self.typed))


class Hashable(Shown):
    """A form whose passwords can be compared and hashed."""

    def validate(self, extra_validators: Any = None, **given: Any) -> bool:
        """Bring passwords into the form that is hashed, and refuse what the hash cannot take: it would fail."""
        passwords = [field for field in self if field.name in PASSWORDS]
        for field in passwords:
            field.data = _security.password_util.normalize(field.data or "")
        checks = {field.name: [_refuse_unhashable] for field in passwords}
        return bool(super().validate(extra_validators=checks | (extra_validators or {}), **given))  # type: ignore[misc]  # of the form that this is mixed into


def _refuse_unhashable(_form: Any, field: Field) -> None:
    if len(field.data.encode(errors="replace")) > LONGEST_PASSWORD_BYTES or "\0" in field.data:
        raise StopValidation(get_message("INVALID_PASSWORD")[0])


class SignInForm(Hashable, extension.LoginForm):
    """E-mail address and password. Nothing keeps anyone signed in beyond the sign-in that can be ended."""

    remember = None  # type: ignore[assignment]  # takes the field out

    def __init__(self, *given: Any, **named: Any) -> None:
        """Fill in where to go on, because the extension would take the whole address of this page."""
        super().__init__(*given, **named)
        self.next.data = self.next.data or url_for("accounts.arrive")


class ConfirmForm(Hashable, extension.VerifyForm):
    """The password once more."""

    def __init__(self, *given: Any, **named: Any) -> None:
        """Fill in where to go on."""
        super().__init__(*given, **named)
        self.next.data = self.next.data or url_for("accounts.account")


class ForgottenForm(Shown, extension.ForgotPasswordForm):
    """The address to which a link is sent."""


class NewPasswordForm(Hashable, extension.ResetPasswordForm):
    """A new password in place of a forgotten one."""


class ChangePasswordForm(Hashable, extension.ChangePasswordForm):
    """A new password in place of a known one, or a first one."""


class ChangeEmailForm(Shown, ExtensionChangeEmailForm):
    """A new address."""


class SetUpForm(Shown, extension.TwoFactorSetupForm):
    """Whether there shall be a second factor."""

    # The extension's own fields offer their choices in a way that WTForms gives up.
    setup = RadioField(choices=[SelectChoice("authenticator"), SelectChoice("disable")], validate_choice=False)


class RescueForm(Shown, extension.TwoFactorRescueForm):
    """What somebody does who has no second factor at hand; our page says it in words."""

    help_setup = RadioField(choices=[SelectChoice("help")])


class CodeForm(Shown, extension.TwoFactorVerifyCodeForm):
    """A code from the app."""


class WayForm(Shown, TwoFactorSelectForm):
    """Which of several second factors."""


class RecoveryCodesForm(Shown, MfRecoveryCodesForm):
    """New recovery codes."""


class RecoveryCodeForm(Shown, MfRecoveryForm):
    """A recovery code."""

    def validate(self, extra_validators: Any = None, **given: Any) -> bool:
        """Take the code as people write it: with capitals, with blanks."""
        self.code.data = "-".join((self.code.data or "").strip().lower().split())
        return bool(super().validate(extra_validators=extra_validators, **given))


class PasskeyForm(Shown, WebAuthnRegisterForm):
    """A new passkey: its name, and what for."""

    usage = RadioField(choices=[SelectChoice("first"), SelectChoice("secondary")], default="secondary")

    def __init__(self, *given: Any, **named: Any) -> None:
        """Offer what most people want, a sign-in without a password."""
        super().__init__(*given, **named)
        if request.method == "GET":
            self.usage.data = "first"


class PasskeyRemovalForm(Shown, WebAuthnDeleteForm):
    """A passkey that shall go."""


class PasskeySignInForm(Shown, WebAuthnSigninForm):
    """The beginning of a sign-in by passkey."""


class PasskeyConfirmForm(Shown, WebAuthnVerifyForm):
    """The beginning of a confirmation by passkey."""


class PasskeyAnswerForm(Shown, WebAuthnSigninResponseForm):
    """What a passkey answered."""

    def validate(self, extra_validators: Any = None, **given: Any) -> bool:
        """Refuse somebody else's passkey as a second factor: the extension would sign in its owner."""
        if not super().validate(extra_validators=extra_validators, **given):
            return False
        is_owner = not self.is_secondary or self.user.fs_uniquifier == session.get("tf_user_id")  # type: ignore[union-attr]  # super() has found one
        if not self.user.is_active or not is_owner:  # type: ignore[union-attr]  # the same
            self.credential.errors = [get_message("WEBAUTHN_MISMATCH_USER_HANDLE")[0]]
            return False
        return True


class LinkForm(Form):
    """The address to which a link is sent that signs in."""

    email = MailField(lazy("E-mail address"), [Needed(lazy("Enter your e-mail address."))])


#: Name that the extension knows the form by -> the form.
FORMS: dict[str, Any] = {
    "login_form": SignInForm,
    "verify_form": ConfirmForm,
    "forgot_password_form": ForgottenForm,
    "reset_password_form": NewPasswordForm,
    "change_password_form": ChangePasswordForm,
    "change_email_form": ChangeEmailForm,
    "two_factor_setup_form": SetUpForm,
    "two_factor_rescue_form": RescueForm,
    "two_factor_verify_code_form": CodeForm,
    "two_factor_select_form": WayForm,
    "mf_recovery_codes_form": RecoveryCodesForm,
    "mf_recovery_form": RecoveryCodeForm,
    "wan_register_form": PasskeyForm,
    "wan_delete_form": PasskeyRemovalForm,
    "wan_signin_form": PasskeySignInForm,
    "wan_verify_form": PasskeyConfirmForm,
    "wan_signin_response_form": PasskeyAnswerForm,
}

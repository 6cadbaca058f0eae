"""Pages of passkeys (W3C Web Authentication): instead of a password, or after it."""

from typing import Any

from flask_security import webauthn as extension

from lag_tracker.accounts.security import blueprint
from lag_tracker.web.access import Access
from lag_tracker.web.limits import takes_key
from lag_tracker.web.routes import DEED, FORM, page


@page(blueprint, lv="/konts/piekluves-atslegas", en="/account/passkeys", access=Access.ACCOUNT, methods=FORM)
def wan_register() -> Any:
    """Show somebody's passkeys, and begin to add one."""
    return extension.webauthn_register()


@page(
    blueprint,
    lv="/konts/piekluves-atslegas/<token>",
    en="/account/passkeys/<token>",
    access=Access.ACCOUNT,
    methods=DEED,
)
def wan_register_response(token: str) -> Any:
    """Take the passkey that the browser made."""
    return extension.webauthn_register_response(token)


@page(
    blueprint, lv="/konts/piekluves-atslegas/nonemt", en="/account/passkeys/remove", access=Access.ACCOUNT, methods=DEED
)
def wan_delete() -> Any:
    """Remove a passkey."""
    return extension.webauthn_delete()


@page(blueprint, lv="/pieteikties/atslega", en="/sign-in/passkey", access=Access.PUBLIC, methods=FORM)
def wan_signin() -> Any:
    """Begin a sign-in by passkey, or ask for one as the second factor."""
    return extension.webauthn_signin()


@page(blueprint, lv="/pieteikties/atslega/<token>", en="/sign-in/passkey/<token>", access=Access.PUBLIC, methods=DEED)
@takes_key
def wan_signin_response(token: str) -> Any:
    """Take what the passkey answered."""
    return extension.webauthn_signin_response(token)


@page(blueprint, lv="/konts/apstiprinat/atslega", en="/account/confirm/passkey", access=Access.ACCOUNT, methods=FORM)
def wan_verify() -> Any:
    """Begin to confirm by passkey that it is still the same person."""
    return extension.webauthn_verify()


@page(
    blueprint,
    lv="/konts/apstiprinat/atslega/<token>",
    en="/account/confirm/passkey/<token>",
    access=Access.ACCOUNT,
    methods=DEED,
)
@takes_key
def wan_verify_response(token: str) -> Any:
    """Take what the passkey answered."""
    return extension.webauthn_verify_response(token)

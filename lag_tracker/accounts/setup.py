"""What of Flask-Security is used, how, with which pages and words, and what locks second factors."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

from lag_tracker.config import Settings
from lag_tracker.database import utc_now
from lag_tracker.paths import TRANSLATIONS

SHORTEST_PASSWORD = 12
RECOVERY_CODES = 8
#: A link in a letter works so long; a change that could lock its owner out wants a sign-in no older than that.
LINK_LASTS = timedelta(hours=2)
FRESH_FOR = timedelta(minutes=30)

#: Its name for a page -> our template.
TEMPLATES = {
    "SECURITY_LOGIN_USER_TEMPLATE": "accounts/sign_in.html",
    "SECURITY_VERIFY_TEMPLATE": "accounts/confirm.html",
    "SECURITY_FORGOT_PASSWORD_TEMPLATE": "accounts/forgotten.html",
    "SECURITY_RESET_PASSWORD_TEMPLATE": "accounts/new_password.html",
    "SECURITY_CHANGE_PASSWORD_TEMPLATE": "accounts/change_password.html",
    "SECURITY_CHANGE_EMAIL_TEMPLATE": "accounts/change_email.html",
    "SECURITY_TWO_FACTOR_VERIFY_CODE_TEMPLATE": "accounts/code.html",
    "SECURITY_TWO_FACTOR_SETUP_TEMPLATE": "accounts/second_factor.html",
    "SECURITY_TWO_FACTOR_SELECT_TEMPLATE": "accounts/way.html",
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES_TEMPLATE": "accounts/recovery_codes.html",
    "SECURITY_MULTI_FACTOR_RECOVERY_TEMPLATE": "accounts/recovery_code.html",
    "SECURITY_WAN_REGISTER_TEMPLATE": "accounts/passkeys.html",
    "SECURITY_WAN_SIGNIN_TEMPLATE": "accounts/passkey.html",
    "SECURITY_WAN_VERIFY_TEMPLATE": "accounts/passkey_confirm.html",
    "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET": "new_password",
    "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": "password_changed",
    "SECURITY_EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": "password_changed",
    "SECURITY_CHANGE_EMAIL_EMAIL_TEMPLATE": "new_address",
}
#: Its words where they would tell who has an account, or have a mistake.
WORDS = {
    "SECURITY_MSG_PASSWORD_RESET_REQUEST": (
        "If that email address is in our system, you will receive an email describing how to reset your password.",
        "info",
    ),
    "SECURITY_MSG_INVALID_INPUT_LENGTH": ("Value entered must be less than %(length)s characters", "error"),
}
#: What of the extension is used, and how.
SETTINGS = {
    "SECURITY_BLUEPRINT_NAME": "accounts",
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_SINGLE_HASH": {"argon2"},
    # What signed links hold; the default takes so long that answers would tell known addresses from others.
    "SECURITY_HASHING_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_LENGTH_MIN": SHORTEST_PASSWORD,
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": RECOVERY_CODES,
    "SECURITY_RECOVERABLE": True,
    "SECURITY_RESET_PASSWORD_WITHIN": LINK_LASTS,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_CHANGE_EMAIL": True,
    "SECURITY_CHANGE_EMAIL_WITHIN": LINK_LASTS,
    "SECURITY_TWO_FACTOR": True,
    "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
    "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
    "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
    "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "accounts.account",
    "SECURITY_WEBAUTHN": True,
    # Composed letters, as everything here is kept.
    "SECURITY_INPUT_NORMALIZE_FORM": "NFC",
    # Else a page would tell which addresses have accounts.
    "SECURITY_WAN_ALLOW_USER_HINTS": False,
    "SECURITY_WAN_ALLOW_AS_VERIFY": ["first", "secondary"],
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_EMAIL_PLAINTEXT": False,
    "SECURITY_EMAIL_HTML": False,
    "SECURITY_FRESHNESS": FRESH_FOR,
    "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(minutes=10),
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_DATETIME_FACTORY": utc_now,
    "SECURITY_JOIN_USER_ROLES": False,
    "SECURITY_DEFAULT_REMEMBER_ME": False,
    "SECURITY_CLI_USERS_NAME": None,
    "SECURITY_CLI_ROLES_NAME": None,
    "SECURITY_I18N_DIRNAME": [str(TRANSLATIONS)],
    "SECURITY_POST_LOGIN_VIEW": "accounts.arrive",
    "SECURITY_POST_CHANGE_VIEW": "accounts.account",
    "SECURITY_POST_VERIFY_VIEW": "accounts.account",
    "SECURITY_POST_CHANGE_EMAIL_VIEW": "accounts.arrive",
    "SECURITY_CHANGE_EMAIL_ERROR_VIEW": "accounts.arrive",
}


def derived_key(secret: str, purpose: str) -> bytes:
    """Return 32 bytes that only who knows the secret key can work out, for one purpose."""
    return hashlib.sha256(f"{purpose}\0{secret}".encode()).digest()


def _keys(settings: Settings) -> dict[str, Any]:
    """Return what locks second factors: the first key locks new ones, earlier keys open old ones."""
    secrets = [settings.secret_key, *settings.earlier_secret_keys]
    return {
        "SECURITY_TOTP_SECRETS": {
            # A name that stays the same when keys are added before it.
            derived_key(secret, "totp name").hex()[:12]: base64.b64encode(derived_key(secret, "totp")).decode()
            for secret in secrets
        },
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [
            base64.urlsafe_b64encode(derived_key(secret, "recovery codes")) for secret in secrets
        ],
        # Demanded, and in play nowhere: argon2 salts each password by itself.
        "SECURITY_PASSWORD_SALT": "argon2 salts by itself",
    }


def security_settings(settings: Settings) -> dict[str, Any]:
    """Return the extension's settings."""
    return {
        **SETTINGS,
        **TEMPLATES,
        **WORDS,
        **_keys(settings),
        **names_for_devices(settings),
    }


def names_for_devices(settings: Settings) -> dict[str, Any]:
    """Return what apps with codes and keepers of passkeys call the site.

    An address of a code's secret has a colon behind the name, so there is none in it.
    """
    return {
        "SECURITY_TOTP_ISSUER": " ".join(settings.site_name.replace(":", " ").split()) or Settings.site_name,
        "SECURITY_WAN_RP_NAME": settings.site_name,
    }

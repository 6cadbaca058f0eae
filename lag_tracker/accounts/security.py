"""Flask-Security inside this application: what it does, under our addresses and with our pages.

Passwords, second factors, passkeys and signed links are its work. Who is asking is known in one place only,
`web/access.py`; the extension asks there, too.
"""

import base64
import hashlib
from datetime import timedelta
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext
from flask_security import (
    Security,
    SQLAlchemyUserDatastore,
    change_email_confirmed,
    password_reset,
    tf_disabled,
    tf_profile_changed,
    user_authenticated,
    wan_deleted,
    wan_registered,
)
from wtforms import Form as BaseForm

from lag_tracker.accounts.forms import FORMS
from lag_tracker.accounts.operations import begin_sign_in, device_of, end_sign_in, end_sign_ins, void_links
from lag_tracker.accounts.parts import Codes, Letters, Passkeys, Passwords
from lag_tracker.config import Settings
from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account, Passkey
from lag_tracker.paths import TRANSLATIONS
from lag_tracker.web.access import TOKEN, current_account, current_sign_in, forget_who_asks
from lag_tracker.web.events import note_event
from lag_tracker.web.letters import send_letter

blueprint = Blueprint("accounts", __name__)

SHORTEST_PASSWORD = 12
RECOVERY_CODES = 8
#: A link in a letter works so long; a change that could lock its owner out wants a sign-in no older than that.
LINK_LASTS = timedelta(hours=2)
FRESH_FOR = timedelta(minutes=30)
FOUND, SEE_OTHER = 302, 303

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


def _configuration(settings: Settings) -> dict[str, Any]:
    """Return the extension's settings."""
    return {
        **SETTINGS,
        **TEMPLATES,
        **WORDS,
        **_keys(settings),
        "SECURITY_TOTP_ISSUER": settings.site_name,
        "SECURITY_WAN_RP_NAME": settings.site_name,
    }


def init_security(app: Flask) -> None:
    """Set the extension up; its pages stand in the modules beside this one."""
    settings: Settings = app.config["SETTINGS"]
    app.config.update(_configuration(settings))
    before, after = list(app.before_request_funcs.get(None, [])), list(app.after_request_funcs.get(None, []))
    contexts = list(app.template_context_processors[None])
    security = Security(
        app,
        SQLAlchemyUserDatastore(db, Account, None, Passkey),  # type: ignore[arg-type]  # without roles of its own
        register_blueprint=False,
        render_template=_render,  # type: ignore[arg-type]  # a whole answer serves as well as its text
        mail_util_cls=Letters,
        password_util_cls=Passwords,
        totp_cls=Codes,
        webauthn_util_cls=Passkeys,
        **FORMS,
    )
    # What it would run at every request, public pages included: a cookie of its own, an identity, the reader loaded.
    app.before_request_funcs[None], app.after_request_funcs[None] = before, after
    app.template_context_processors[None] = contexts
    security.want_json(lambda _request: False)
    security.unauthn_handler(_sign_in_first)
    security.reauthn_handler(_confirm_first)
    security.login_manager.user_loader(_who_asks)
    security.login_manager.request_loader(_who_asks)
    _listen(app)


def _listen(app: Flask) -> None:
    """Follow what the extension does with what only we know of: sign-ins that end, and letters about changes."""
    user_authenticated.connect(_begin, app)
    password_reset.connect(_end_everywhere, app)
    change_email_confirmed.connect(_tell_old_address, app)
    for change in (tf_profile_changed, tf_disabled, wan_registered, wan_deleted):
        change.connect(_tell_of_change, app)


def _who_asks(_key: Any) -> Account | None:
    """Tell the extension who is asking, and how long ago they proved it."""
    account = current_account()
    if account is not None:
        g.fs_authn_via = "session"
        g.fs_paa = session.get("fs_paa", 0)
    return account


def _begin(_app: Flask, user: Account, authn_via: list[str] | None = None, **_rest: Any) -> None:
    """Begin a sign-in with a session that holds nothing of the one before; a new password ends all others."""
    now, earlier = utc_now(), current_sign_in()
    if authn_via == ["change"]:
        end_sign_ins(user, session=db.session(), now=now)
    elif earlier is not None:
        end_sign_in(earlier, now=now)
    proved_at, said = session["fs_paa"], session.get("_flashes", [])
    session.clear()
    g.pop("csrf_token", None)
    session.update({"fs_paa": proved_at, "_flashes": said})
    device = device_of(request.user_agent.string)
    session[TOKEN] = begin_sign_in(user, session=db.session(), device=device, now=now)
    session.permanent = True
    forget_who_asks()
    note_event("signed_in", account=user.id, by=authn_via or ["second factor"])


def _end_everywhere(_app: Flask, user: Account, **_rest: Any) -> None:
    end_sign_ins(user, session=db.session(), now=utc_now())
    note_event("password_reset", account=user.id)


def _end_elsewhere(user: Account) -> None:
    """End the sign-ins on other devices, after a change by which their owner may have shut somebody out."""
    here = current_sign_in()
    but = here if here and here.account_id == user.id else None
    end_sign_ins(user, session=db.session(), now=utc_now(), but=but)
    note_event("account_changed", account=user.id, page=request.endpoint)


def _tell_of_change(_app: Flask, user: Account, **_rest: Any) -> None:
    """Tell the owner that passkeys or the second factor are others now; they may have to shut somebody out."""
    _end_elsewhere(user)
    send_letter(
        "accounts/letters/account_changed.txt",
        kind="account_changed",
        to_email=user.email,
        language=user.language,
        person_id=user.person_id,
    )


def _tell_old_address(_app: Flask, user: Account, old_email: str, **_rest: Any) -> None:
    """Tell who reads the old address, and make links worthless that were sent there."""
    _end_elsewhere(user)
    void_links(user, session=db.session())
    send_letter(
        "accounts/letters/address_changed.txt",
        kind="address_changed",
        to_email=old_email,
        language=user.language,
        person_id=user.person_id,
    )


def _render(template: str, **given: Any) -> Response:
    """Return a page of the extension, with the status that says whether its form has mistakes."""
    has_mistakes = any(form.errors for form in given.values() if isinstance(form, BaseForm))
    return make_response(render_template(template, **given), 422 if has_mistakes else 200)


def _sign_in_first(_mechanisms: Any = None, _headers: Any = None) -> Any:
    return redirect(url_for("accounts.login", next=_here()), 303)


def _confirm_first(_within: Any, _grace: Any) -> Any:
    flash(gettext("Before you change this, show once more that it is you."), "info")
    return redirect(url_for("accounts.verify", next=_here()), 303)


def _here() -> str | None:
    return request.full_path.removesuffix("?") if request.method == "GET" else None


def is_local(address: str) -> bool:
    """Tell whether an address is a path of this site, however a browser may read it."""
    begins_well = address.startswith("/") and address[1:2] not in {"/", "\\"}
    return begins_well and address.isprintable() and "\\" not in address


@blueprint.before_request
def refuse_foreign_ways() -> None:
    """Lead on to pages of this site only."""
    for values in (request.args, request.form):
        if not all(is_local(address) for address in values.getlist("next") if address):
            abort(400)


@blueprint.after_request
def keep_to_oneself(response: Response) -> Response:
    """Keep these pages out of every cache, and let a browser go on with GET after each form."""
    response.headers["Cache-Control"] = "private, no-store"
    if request.method == "POST" and response.status_code == FOUND:
        response.status_code = SEE_OTHER
    return response

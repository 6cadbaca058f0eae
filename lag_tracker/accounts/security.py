"""Flask-Security inside this application: what it does, under our addresses and with our pages.

Passwords, second factors, passkeys and signed links are its work. Who is asking is known in one place only,
`web/access.py`; the extension asks there, too.
"""

from functools import partial
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
from lag_tracker.accounts.setup import names_for_devices, security_settings
from lag_tracker.audit.operations import act_as
from lag_tracker.config import Settings
from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account, Passkey
from lag_tracker.web.access import TOKEN, current_account, current_sign_in, forget_who_asks
from lag_tracker.web.events import note_event
from lag_tracker.web.letters import send_letter
from lag_tracker.web.settings import when_settings_change

blueprint = Blueprint("accounts", __name__)

FOUND, SEE_OTHER = 302, 303


def init_security(app: Flask) -> None:
    """Set the extension up; its pages stand in the modules beside this one."""
    settings: Settings = app.config["SETTINGS"]
    app.config.update(security_settings(settings))
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
    when_settings_change(app, partial(_rename, app))
    _listen(app)


def _rename(app: Flask, settings: Settings) -> None:
    """Call the site by its new name towards devices that are set up from now on."""
    app.config.update(names_for_devices(settings))
    app.extensions["security"].totp_factory.rename(app.config["SECURITY_TOTP_ISSUER"])


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
    act_as(db.session(), user.id)
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
    act_as(db.session(), user.id)
    note_event("signed_in", account=user.id, by=authn_via or ["second factor"])


def _end_everywhere(_app: Flask, user: Account, **_rest: Any) -> None:
    act_as(db.session(), user.id)
    end_sign_ins(user, session=db.session(), now=utc_now())
    note_event("password_reset", account=user.id)


def _end_elsewhere(user: Account) -> None:
    """End the sign-ins on other devices, after a change by which their owner may have shut somebody out."""
    act_as(db.session(), user.id)
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
    """Lead on to pages of this site only, and take forms only: limits look at what a form says."""
    if request.is_json:
        abort(415)
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

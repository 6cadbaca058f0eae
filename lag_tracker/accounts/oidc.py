"""Signing in by another service, such as the municipality's own, where one is set (OpenID Connect Core 1.0)."""

from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, abort, current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext
from joserfc.errors import JoseError
from requests import RequestException

from lag_tracker.accounts.queries import find_account, normal_address
from lag_tracker.accounts.security import blueprint
from lag_tracker.accounts.views import enter
from lag_tracker.audit.operations import act_as_program
from lag_tracker.config import Settings
from lag_tracker.database import db, utc_now
from lag_tracker.invitations.operations import take_up
from lag_tracker.invitations.queries import invitations_of
from lag_tracker.models.account import Account
from lag_tracker.web.access import Access
from lag_tracker.web.events import note_event
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import address, page

#: What the session holds while somebody is away at the service: the library's own notes, and ours.
NOTES, WAY_BACK = "_state_oidc_", "oidc_way_back"
SECONDS_TO_ANSWER = 10


@page(blueprint, lv="/pieteikties/cits", en="/sign-in/elsewhere", access=Access.PUBLIC)
def start_oidc() -> Any:
    """Send somebody to the service to sign in there."""
    for note in [name for name in session if name.startswith(NOTES)]:
        session.pop(note)
    session[WAY_BACK] = [reading_language(), request.args.get("next") or url_for(".arrive")]
    try:
        return _service().authorize_redirect(url_for(".oidc_answer", _external=True))
    except RequestException as refusal:
        note_event("refused", page=request.endpoint, reason=type(refusal).__name__)
        return _back(_did_not_work())


@address(blueprint, "/oidc", access=Access.PUBLIC)
def oidc_answer() -> Any:
    """Take back who was sent there. The service knows one address to come back to, so it belongs to no language."""
    g.lang, then = session.pop(WAY_BACK, ["lv", "/"])
    try:
        claims = _service().authorize_access_token().get("userinfo") or {}
    except (OAuthError, JoseError, RequestException) as refusal:
        note_event("refused", page=request.endpoint, reason=type(refusal).__name__)
        return _back(_did_not_work())
    account = _account_of(claims)
    if account is None:
        note_event("refused", page=request.endpoint, reason="not invited")
        return _back(gettext("This address has neither an account nor an invitation here. Ask your group's manager."))
    answer = enter(account, by="oidc", then=then)
    db.session.commit()
    return answer


def _service() -> Any:
    return current_app.extensions.get("oidc") or abort(404)


def _did_not_work() -> str:
    return gettext("Signing in there did not work. Try once more, or choose another way.")


def _back(sentence: str) -> Any:
    flash(sentence, "error")
    return redirect(url_for(".login"), 303)


def _account_of(claims: dict[str, Any]) -> Account | None:
    """Return the account with the address that the service has verified, made now for somebody who is invited."""
    email = normal_address(str(claims.get("email") or ""))
    # The text "true" is what some services send for an address that anybody may have typed in.
    if not email or claims.get("email_verified") is not True:
        return None
    session, now = db.session(), utc_now()
    found = find_account(session, email)
    if found is not None and not found.active:
        return None
    for invitation in invitations_of(session, email, now=now):
        act_as_program(session)
        invitation.accepted_at = now
        take_up(invitation, session=session, now=now)
    return find_account(session, email)


def init_oidc(app: Flask) -> None:
    """Learn of the service, if the settings name one; it is asked for nothing before somebody signs in by it."""
    settings: Settings = app.config["SETTINGS"]
    if not settings.oidc_issuer:
        return
    services = OAuth(app)
    app.extensions["oidc"] = services.register(
        "oidc",
        server_metadata_url=f"{settings.oidc_issuer}/.well-known/openid-configuration",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        client_kwargs={
            "scope": "openid email",
            "code_challenge_method": "S256",
            "timeout": SECONDS_TO_ANSWER,
        },
    )

"""Who is asking, and whether they may open a page. Records are then loaded through what they may see and change."""

from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from functools import wraps
from typing import Any

from flask import (
    Flask,
    Request,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from lag_tracker.accounts.queries import find_sign_in, former_account
from lag_tracker.audit.operations import ACTOR, act_as, act_as_visitor, forget_actor
from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account, SignIn
from lag_tracker.models.submission import LONGEST_PATH, Draft
from lag_tracker.models.visibility import PUBLIC, Viewer

#: Name in the signed cookie of the secret that stands for a sign-in.
TOKEN = "sign_in"  # noqa: S105 -- a name, no secret
#: A sign-in's last use is written down at most so often.
SIGHT_KEPT_SECONDS = 300
#: What a browser sends with a form that is no part of what somebody typed.
NOT_TYPED = {"csrf_token", "submission"}
#: Pages with passwords and codes, of which nothing is kept.
NEVER_KEPT = {"accounts"}
#: Drafts that are kept for one account; then the oldest goes.
MOST_DRAFTS = 20


class Access(StrEnum):
    """Who may open an address. A record's own rule comes on top: a stranger to its group gets 404."""

    PUBLIC = "public"
    #: Anyone who has signed in.
    ACCOUNT = "account"
    #: Whoever takes part in any group.
    MEMBER = "member"
    #: Whoever manages any group.
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


_OPENS: dict[Access, Callable[[Viewer], bool]] = {
    Access.PUBLIC: lambda _viewer: True,
    Access.ACCOUNT: lambda _viewer: True,
    Access.MEMBER: lambda viewer: viewer.is_administrator or bool(viewer.takes_part_in),
    Access.MANAGER: lambda viewer: viewer.is_manager,
    Access.ADMINISTRATOR: lambda viewer: viewer.is_administrator,
}


def current_sign_in() -> SignIn | None:
    """Return the sign-in of who is asking; without a cookie neither the session nor the database is touched."""
    if "sign_in" not in g:
        g.sign_in = _read_sign_in()
    found: SignIn | None = g.sign_in
    return found


def current_account() -> Account | None:
    """Return the account of who is asking, with its roles and its person; None when nobody has signed in."""
    found = current_sign_in()
    return found.account if found else None


def signed_in_account() -> Account:
    """Return the account of who is asking, on pages that only open to those who have signed in."""
    return current_account() or abort(404)


def viewer() -> Viewer:
    """Return what who is asking may see and change."""
    if "viewer" not in g:
        account = current_account()
        g.viewer = account.viewer if account else PUBLIC
    found: Viewer = g.viewer
    return found


def act_by_link() -> None:
    """Have what this request changes written down as done by a personal link, unless an account does it."""
    if current_account() is None:
        db.session().info[ACTOR] = None


def act_without_account() -> None:
    """Have what this request makes written down as sent in by a visitor, unless an account does it."""
    if current_account() is None:
        act_as_visitor(db.session())


def forget_who_asks() -> None:
    """Read the account anew at the next question, because what was read went with its transaction."""
    # The last is a note that Flask-Login keeps of what it was told.
    for note in ("sign_in", "viewer", "_login_user"):
        g.pop(note, None)
    forget_actor(db.session())


def read_as_nobody() -> None:
    """Answer the rest of the request as to somebody who has not signed in, without the database, which may be away."""
    with suppress(SQLAlchemyError):
        db.session.rollback()
    forget_who_asks()
    g.sign_in, g.viewer = None, PUBLIC


def _token() -> str | None:
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return None
    token = session.get(TOKEN)
    return token if isinstance(token, str) else None


def _read_sign_in() -> SignIn | None:
    token, now = _token(), utc_now()
    found = find_sign_in(db.session(), token, now=now) if token else None
    if found:
        # Whatever this request changes is written down as done by this account.
        act_as(db.session(), found.account_id)
    if found and (now - found.seen_at).total_seconds() > SIGHT_KEPT_SECONDS:
        _note_sight(found)
    return found


def _note_sight(found: SignIn) -> None:
    """Write down that a sign-in was used, apart from the page's own transaction."""
    with db.engine.begin() as connection:
        connection.execute(SignIn.__table__.update().where(SignIn.id == found.id).values(seen_at=utc_now()))  # type: ignore[attr-defined]


def guarded(view: Callable[..., Any], access: Access) -> Callable[..., Any]:
    """Return the view behind its door: who has not signed in is asked to, and who has no right is told of nothing."""
    if access is Access.PUBLIC:
        return view

    @wraps(view)
    def opened(**values: Any) -> Any:
        if current_account() is None:
            return _ask_to_sign_in()
        if not _OPENS[access](viewer()):
            abort(404)
        return view(**values)

    return opened


def _ask_to_sign_in() -> Any:
    """Lead to signing in and back here; what a form brought is kept when it can be told whose it is."""
    here = request.full_path.removesuffix("?")
    if request.method == "GET":
        return redirect(url_for("accounts.login", next=here), 303)
    draft = _keep_draft()
    back = f"{request.path}?draft={draft.id}" if draft else request.path
    return make_response(render_template("errors/signed_out.html", back=back, is_kept=draft is not None), 401)


def _keep_draft() -> Draft | None:
    token = _token()
    owner = former_account(db.session(), token) if token else None
    typed = {name: values for name, values in request.form.to_dict(flat=False).items() if name not in NOT_TYPED}
    has_form = len(request.path) <= LONGEST_PATH
    if owner is None or not typed or not has_form or request.blueprint in NEVER_KEPT:
        return None
    draft = Draft(account_id=owner, path=request.path, fields=typed)
    db.session.add(draft)
    db.session.flush()
    newest = select(Draft.id).where(Draft.account_id == owner).order_by(Draft.id.desc()).limit(MOST_DRAFTS)
    db.session.execute(delete(Draft).where(Draft.account_id == owner, Draft.id.not_in(newest)))
    db.session.commit()
    return draft


def _keep_private(response: Response) -> Response:
    """Keep pages made for one person out of every cache."""
    if response.mimetype == "text/html" and not response.cache_control.public:
        response.vary.add("Cookie")
    if g.get("sign_in") is not None or g.get("is_private"):
        response.headers["Cache-Control"] = "private, no-store"
    return response


class QuietSessions(SecureCookieSessionInterface):
    """Sessions that leave no trace in answers to people who have none: no cookie, and no `Vary` for one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the session from its cookie; without one there is nothing to check and no need for keys."""
        has_cookie = self.get_cookie_name(app) in request.cookies
        return super().open_session(app, request) if has_cookie else self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Answer as if there were no sessions where none came and none was begun."""
        if session.modified or self.get_cookie_name(app) in request.cookies:
            super().save_session(app, session, response)


def init_access(app: Flask) -> None:
    """Let templates ask who is reading, and keep what they read private."""
    is_https = app.config["SETTINGS"].address.startswith("https://")
    app.config.update(
        # The prefix binds the cookie to this host and to https (RFC 6265bis, 4.1.3.2).
        SESSION_COOKIE_NAME="__Host-session" if is_https else "session",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    app.session_interface = QuietSessions()
    app.context_processor(lambda: {"viewer": viewer(), "account": current_account()})
    app.before_request(forget_who_asks)
    app.after_request(_keep_private)

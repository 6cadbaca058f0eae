"""What happens to accounts."""

import re
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from flask_babel import gettext
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from lag_tracker.accounts.queries import token_digest
from lag_tracker.audit.operations import note_signed_out
from lag_tracker.errors import RuleBroken
from lag_tracker.models.account import Account, SignIn, SignInLink
from lag_tracker.models.calendar_token import CalendarToken

#: A link that signs somebody in works so long.
LINK_LASTS = timedelta(minutes=30)
#: Words in a browser's name of itself -> what people call it; the first that fits counts.
_BROWSERS = (
    (r"Edg(A|iOS)?/", "Edge"),
    (r"OPR/", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"(Firefox|FxiOS)/", "Firefox"),
    (r"(Chrome|CriOS)/", "Chrome"),
    (r"Safari/", "Safari"),
)
_SYSTEMS = (
    (r"Android", "Android"),
    (r"iPhone", "iPhone"),
    (r"iPad", "iPad"),
    (r"Windows", "Windows"),
    (r"Mac OS X", "macOS"),
    (r"Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """Return what somebody signs in with, such as "Firefox, Android", as far as the browser tells."""
    found = [
        next((name for pattern, name in table if re.search(pattern, user_agent)), "") for table in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, found))


def begin_sign_in(account: Account, *, session: Session, device: str, now: datetime) -> str:
    """Note that somebody signed in, and return the secret for their cookie, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(account_id=account.id, token_hash=token_digest(token), device=device, signed_in_at=now, seen_at=now)
    )
    return token


def end_sign_in(sign_in: SignIn, *, now: datetime) -> None:
    """End a signing in: its cookie opens nothing any more, wherever a copy of it may be."""
    sign_in.ended_at = now


def end_sign_ins(account: Account, *, session: Session, now: datetime, but: SignIn | None = None) -> None:
    """End all of an account's sign-ins on all devices, except `but`."""
    ended: Any = session.execute(
        update(SignIn)
        .where(SignIn.account_id == account.id, SignIn.ended_at.is_(None))
        .where(SignIn.id != (but.id if but else 0))
        .values(ended_at=now)
    )
    note_signed_out(session, account.id, number=ended.rowcount)


def make_sign_in_link(account: Account, *, session: Session, until: datetime) -> str:
    """Make a link that signs an account in, once, and return its secret part, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    session.add(SignInLink(account_id=account.id, token_hash=token_digest(token), expires_at=until))
    return token


def use_sign_in_link(session: Session, token: str, *, now: datetime) -> Account | None:
    """Use a link up and return its account; None when it was used before, has expired, or the account is closed.

    One statement decides, so that of two clicks at once only one gets in.
    """
    used = session.scalar(
        update(SignInLink)
        .where(SignInLink.token_hash == token_digest(token), SignInLink.used_at.is_(None), SignInLink.expires_at > now)
        .values(used_at=now)
        .returning(SignInLink.account_id)
    )
    found = session.get(Account, used) if used is not None else None
    return found if found is not None and found.active else None


def void_links(account: Account, *, session: Session) -> None:
    """Make worthless whatever was made for an account so far: links in letters, sign-ins that are half done."""
    account.fs_uniquifier = uuid4().hex
    session.execute(delete(SignInLink).where(SignInLink.account_id == account.id))


def make_account(email: str, *, session: Session, language: str, now: datetime) -> Account:
    """Make an account for a normal address; its owner signs in by links until they choose something else."""
    account = Account(email=email, language=language, confirmed_at=now)
    session.add(account)
    return account


def close_account(account: Account, *, session: Session, now: datetime) -> None:
    """Close an account: its sign-ins and private feeds end, and no password, passkey or link opens it."""
    account.active = False
    end_sign_ins(account, session=session, now=now)
    void_links(account, session=session)
    session.execute(
        update(CalendarToken)
        .where(CalendarToken.account_id == account.id, CalendarToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def appoint(account: Account) -> None:
    """Make an account an administrator's."""
    if not account.active:
        raise RuleBroken(gettext("This account is closed. Open it first."))
    account.is_administrator = True


def dismiss(account: Account) -> None:
    """Take the rights of an administrator from an account; the roles it has in groups stay."""
    account.is_administrator = False


def reopen_account(account: Account) -> None:
    """Let a closed account be signed in to again."""
    account.active = True

"""Questions about accounts."""

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lag_tracker.models.account import Account, SignIn

#: A sign-in ends by itself when nothing was done for so long, and at the latest after `LONGEST`.
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=30)


def token_digest(token: str) -> str:
    """Return what is kept of a secret: who reads the database cannot sign in by it."""
    return sha256(token.encode()).hexdigest()


def find_sign_in(session: Session, token: str, *, now: datetime) -> SignIn | None:
    """Return the sign-in that a cookie's secret stands for, with account, roles and person; None once it has ended."""
    return session.scalars(
        select(SignIn)
        .join(SignIn.account)
        .where(
            SignIn.token_hash == token_digest(token),
            SignIn.ended_at.is_(None),
            SignIn.seen_at > now - IDLE,
            SignIn.signed_in_at > now - LONGEST,
            Account.active,
        )
        .options(
            joinedload(SignIn.account).selectinload(Account.group_roles),
            joinedload(SignIn.account).joinedload(Account.person),
        )
    ).one_or_none()


def former_account(session: Session, token: str) -> int | None:
    """Return the account that a cookie's secret stood for, even when the sign-in has ended by now."""
    return session.scalar(select(SignIn.account_id).where(SignIn.token_hash == token_digest(token)))

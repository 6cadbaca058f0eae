"""Questions about accounts."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lag_tracker.models.account import Account, GroupRole, Passkey, SignIn
from lag_tracker.models.audit import AuditEntry, Deed
from lag_tracker.models.invitation import Invitation
from lag_tracker.models.person import Person

#: A sign-in ends by itself when nothing was done for so long, and at the latest after `LONGEST`.
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=30)


def token_digest(token: str) -> str:
    """Return what is kept of a secret: who reads the database cannot sign in by it."""
    return sha256(token.encode()).hexdigest()


def normal_address(typed: str) -> str:
    """Return an e-mail address as accounts hold it, in small letters; "" when no letter could be sent to it.

    Two spellings of one mailbox must not be two accounts, although RFC 5321, 2.4 would allow it.
    """
    try:
        found = validate_email(typed.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        return ""
    return found.lower()


def find_account(session: Session, email: str) -> Account | None:
    """Return the account with this address, however it is spelt."""
    return session.scalars(select(Account).where(Account.email == normal_address(email))).one_or_none()


def find_sign_in(session: Session, token: str, *, now: datetime) -> SignIn | None:
    """Return the sign-in that a cookie's secret stands for, with account, roles and person; None once it has ended."""
    return session.scalars(
        select(SignIn)
        .join(SignIn.account)
        .where(
            SignIn.token_hash == token_digest(token),
            *_is_open(now),
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


def account_with_passkeys(session: Session, account_id: int) -> Account:
    """Return an account with its passkeys."""
    return session.scalars(
        select(Account).where(Account.id == account_id).options(selectinload(Account.webauthn))
    ).one()


def open_sign_ins(session: Session, account_id: int, *, now: datetime) -> list[SignIn]:
    """Return the sign-ins of an account that still open something, the last used first."""
    return list(
        session.scalars(
            select(SignIn)
            .where(SignIn.account_id == account_id, *_is_open(now))
            .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
        )
    )


def _is_open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return SignIn.ended_at.is_(None), SignIn.seen_at > now - IDLE, SignIn.signed_in_at > now - LONGEST


class AccountRow(NamedTuple):
    """An account with its person and roles, and when it signed in last."""

    account: Account
    signed_in_at: datetime | None

    @property
    def roles(self) -> int:
        """In how many groups it may do something."""
        return len(self.account.group_roles)

    @property
    def may(self) -> set[str]:
        """What it may do, in any group or everywhere: values of `Role`, "administrator", or "nothing"."""
        found = {one.role.value for one in self.account.group_roles}
        return found | ({"administrator"} if self.account.is_administrator else set()) or {"nothing"}


def all_accounts(session: Session) -> list[AccountRow]:
    """Return all accounts by address, in two statements."""
    last = select(func.max(SignIn.signed_in_at)).where(SignIn.account_id == Account.id).correlate(Account)
    found = session.execute(
        select(Account, last.scalar_subquery())
        .options(joinedload(Account.person), selectinload(Account.group_roles))
        .order_by(Account.email)
    )
    return [AccountRow(*row) for row in found]


def find_account_of_others(session: Session, number: int, *, own: int) -> Account | None:
    """Return the account of this number with its person; None when there is none, or when it is one's own."""
    found = select(Account).where(Account.id == number, Account.id != own).options(joinedload(Account.person))
    return session.scalars(found).one_or_none()


def has_administrator(session: Session) -> bool:
    """Tell whether anybody can sign in who may do everything."""
    found = session.scalar(select(Account.id).where(Account.is_administrator, Account.active).limit(1))
    return found is not None


def what_became_of(account: Account | None, person: Person | None) -> ColumnElement[bool]:
    """Return the condition under which an entry of the record of changes is about an account, or the person it is of.

    A database may give the number of what was deleted to another, so what is older than the account is left out.
    """
    return or_(*(_about_account(account) if account else ()), *(_about_person(person) if person else ()))


def _about_account(account: Account) -> tuple[ColumnElement[bool], ...]:
    of_account = AuditEntry.noun.in_([Account.__tablename__, GroupRole.__tablename__])
    is_later = AuditEntry.done_at >= account.created_at
    invited = exists().where(
        Invitation.id == AuditEntry.record_id,
        Invitation.email == account.email,
        Invitation.created_at <= AuditEntry.done_at,
    )
    return (
        and_(of_account, AuditEntry.record_id == account.id, is_later),
        and_(AuditEntry.noun == Passkey.__tablename__, _tells("user_id", account.id), is_later),
        and_(AuditEntry.noun == Invitation.__tablename__, invited),
    )


def _about_person(person: Person) -> tuple[ColumnElement[bool], ...]:
    own = and_(AuditEntry.noun == Person.__tablename__, AuditEntry.record_id == person.id)
    former = select(func.max(AuditEntry.id)).where(own, AuditEntry.deed == Deed.ERASED).scalar_subquery()
    return (
        and_(own, AuditEntry.id > func.coalesce(former, 0)),
        and_(AuditEntry.noun == Invitation.__tablename__, tells_of(person)),
    )


def tells_of(person: Person) -> ColumnElement[bool]:
    """Return the condition under which an entry of the record of changes names a person as somebody it concerns."""
    return _tells("person_id", person.id)


def _tells(column: str, number: int) -> ColumnElement[bool]:
    """Return whether an entry has this number as what a column was before or after."""
    return or_(*(AuditEntry.changes[column, place].as_integer() == number for place in (0, 1)))


def history_of(session: Session, account: Account, *, limit: int) -> list[AuditEntry]:
    """Return what became of an account and its person, the newest first; needs the person loaded."""
    about = select(AuditEntry).where(what_became_of(account, account.person))
    who = joinedload(AuditEntry.account).joinedload(Account.person)
    return list(session.scalars(about.options(who).order_by(AuditEntry.id.desc()).limit(limit)))


def last_sign_ins(session: Session, account_id: int, *, limit: int) -> list[SignIn]:
    """Return when and by which device an account was signed in to, ended or not, the newest first."""
    own = select(SignIn).where(SignIn.account_id == account_id)
    return list(session.scalars(own.order_by(SignIn.signed_in_at.desc(), SignIn.id.desc()).limit(limit)))

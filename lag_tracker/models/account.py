"""Accounts: who may sign in, by what, and what they may do in which group."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from flask_security import UserMixin, WebAuthnMixin
from sqlalchemy import JSON, ForeignKey, LargeBinary, String, false
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base, utc_now
from lag_tracker.models.group import Group
from lag_tracker.models.person import Person
from lag_tracker.models.traits import PERSONAL, one_of
from lag_tracker.models.visibility import Viewer


class Role(StrEnum):
    """What somebody may do in a group: a manager writes, a member takes part, an observer reads along."""

    MANAGER = "manager"
    MEMBER = "member"
    OBSERVER = "observer"


class Account(UserMixin, Base):
    """Somebody who may sign in. Most people on record have none."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True, info=PERSONAL)
    #: Hashed with argon2; None for who signs in by a letter or a passkey only.
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    #: Stands for the account in signed cookies and links; a new one makes all of them worthless.
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=lambda: uuid4().hex)
    confirmed_at: Mapped[datetime | None]
    #: Second factor: the way chosen, and the secret that its codes come from.
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    #: Number of the half minute of the last code that was accepted, so that no code works twice.
    tf_last_counter: Mapped[int | None]
    #: Codes for the day the second factor is lost, each good once.
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON()))
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(  # type: ignore[assignment]  # the mixin knows no None
        String(64), unique=True
    )
    is_administrator: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: The language of letters and of the first page after signing in.
    language: Mapped[str] = mapped_column(String(2), default="lv")
    #: The person on record that this account is.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    group_roles: Mapped[list["GroupRole"]] = relationship(
        back_populates="account",
        foreign_keys="GroupRole.account_id",
        lazy="raise_on_sql",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    #: Under the name that Flask-Security looks for; its views load it by themselves.
    webauthn: Mapped[list["Passkey"]] = relationship(  # type: ignore[assignment]  # a list of a subclass
        back_populates="user", cascade="all, delete-orphan", passive_deletes=True
    )

    def __init__(self, **given: Any) -> None:
        """Make an account; Flask-Security always gives `roles`, of which rights here know nothing."""
        given.pop("roles", None)
        super().__init__(**given)

    @property
    def viewer(self) -> Viewer:
        """What the account may see and change; needs `group_roles` loaded."""
        by_role = {role: frozenset(one.group_id for one in self.group_roles if one.role is role) for role in Role}
        takes_part_in = by_role[Role.MANAGER] | by_role[Role.MEMBER]
        return Viewer(
            belongs_to=takes_part_in | by_role[Role.OBSERVER],
            takes_part_in=takes_part_in,
            manages=by_role[Role.MANAGER],
            is_administrator=self.is_administrator,
        )


class Passkey(WebAuthnMixin, Base):
    """A passkey (W3C WebAuthn) that an account may sign in with, or use as its second factor."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON()))
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(String(255))
    create_datetime: Mapped[datetime] = mapped_column(default=utc_now)
    lastuse_datetime: Mapped[datetime] = mapped_column(default=utc_now)
    #: The name its owner gave it.
    name: Mapped[str] = mapped_column(String(64), info=PERSONAL)
    #: "first" or "secondary": whether it signs in by itself or after a password.
    usage: Mapped[str] = mapped_column(String(64))

    user: Mapped[Account] = relationship(back_populates="webauthn", lazy="raise_on_sql")


class GroupRole(Base):
    """What an account may do in a group."""

    __tablename__ = "group_role"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[Role] = mapped_column(one_of(Role))
    given_at: Mapped[datetime] = mapped_column(default=utc_now)

    account: Mapped[Account] = relationship(back_populates="group_roles", lazy="raise_on_sql")
    group: Mapped[Group] = relationship(lazy="raise_on_sql")


class SignIn(Base):
    """One signing in, on one device. The cookie is worth nothing once the row has ended."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    #: SHA-256 of the secret in the cookie.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    signed_in_at: Mapped[datetime] = mapped_column(default=utc_now)
    #: Kept to the minute or so, not to the click.
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None]
    #: What it was done with, in words for its owner, such as "Firefox, Android".
    device: Mapped[str] = mapped_column(String(120), info=PERSONAL)

    account: Mapped[Account] = relationship(lazy="raise_on_sql")


class SignInLink(Base):
    """A link sent by letter that signs in its receiver, once and soon."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    #: SHA-256 of the secret in the link.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Attempt(Base):
    """One try at something that is limited, such as a password; kept until it no longer counts."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Digest of what is limited and for whom; neither an address nor a name can be read from it.
    counted_by: Mapped[str] = mapped_column(String(64), index=True)
    tried_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)

"""Invitations to take part in a group with an account."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base, utc_now
from lag_tracker.models.account import Account, Role
from lag_tracker.models.group import Group
from lag_tracker.models.person import Person
from lag_tracker.models.traits import PERSONAL, one_of


class Invitation(Base):
    """A single-use link, sent by letter, that gives its receiver an account, or a role in one more group."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the secret in the link.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254), index=True, info=PERSONAL)
    language: Mapped[str] = mapped_column(String(2), default="lv")
    #: The person on record whom the account is for.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    #: None for the invitation of an administrator.
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role | None] = mapped_column(one_of(Role))
    is_for_administrator: Mapped[bool] = mapped_column(default=False)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    group: Mapped[Group | None] = relationship(lazy="raise_on_sql")
    invited_by: Mapped[Account | None] = relationship(lazy="raise_on_sql")

    def is_open(self, now: datetime) -> bool:
        """Tell whether the link still works at `now`."""
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at

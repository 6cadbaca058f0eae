"""Tokens of private calendar feeds: each opens one feed of one account, and nothing else."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base, utc_now
from lag_tracker.models.account import Account
from lag_tracker.models.group import Group
from lag_tracker.models.traits import PERSONAL, one_of


class FeedKind(StrEnum):
    """What a private feed shows."""

    #: Meetings of the groups somebody takes part in, as members see them, and those they are invited to.
    MINE = "mine"
    #: All of one group, as far as somebody may read it there.
    GROUP = "group"
    #: The groups somebody manages, drafts included.
    MANAGED = "managed"
    #: What somebody has to do by when.
    DEADLINES = "deadlines"


class CalendarClient(StrEnum):
    """What kind of program fetches a feed."""

    GOOGLE = "google"
    APPLE = "apple"
    OUTLOOK = "outlook"
    THUNDERBIRD = "thunderbird"
    DAVX5 = "davx5"
    OTHER = "other"


class CalendarToken(Base):
    """A secret address of a private feed. What it opens is asked of its account's roles at every fetch."""

    __tablename__ = "calendar_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    kind: Mapped[FeedKind] = mapped_column(one_of(FeedKind))
    #: The group of a feed of one group, else None.
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    #: What its owner calls it, such as the program it is for.
    name: Mapped[str] = mapped_column(String(100), info=PERSONAL)
    #: SHA-256 of the secret in the address.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=utc_now)
    #: Kept to the hour or so, not to the fetch.
    last_fetched_at: Mapped[datetime | None]
    #: What fetched it then.
    client: Mapped[CalendarClient | None] = mapped_column(one_of(CalendarClient), info=PERSONAL)
    revoked_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(lazy="raise_on_sql")
    group: Mapped[Group | None] = relationship(lazy="raise_on_sql")

"""Who changed what and when."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base, utc_now
from lag_tracker.models.account import Account
from lag_tracker.models.group import Group
from lag_tracker.models.traits import one_of


class Deed(StrEnum):
    """What was done to a record."""

    CREATED = "created"
    #: Made by somebody without an account, by a form that is open to everybody.
    SENT_IN = "sent_in"
    CHANGED = "changed"
    #: Changed by whoever holds a personal link, such as the one in a letter, without an account.
    BY_LINK = "by_link"
    ERASED = "erased"
    EXPORTED = "exported"
    #: All sign-ins of an account were ended at once, or all but the one by which it was done.
    SIGNED_OUT = "signed_out"
    #: Taken away or emptied together with a person's data.
    FORGOTTEN = "forgotten"
    #: Taken away or emptied because it was kept for as long as the settings allow.
    EXPIRED = "expired"


#: Deeds by which a number came to a record.
MADE = (Deed.CREATED, Deed.SENT_IN)
#: The groups whose managers may read an entry.
audit_group = Table(
    "audit_group",
    Base.metadata,
    Column("audit_entry_id", ForeignKey("audit_entry.id", ondelete="CASCADE"), primary_key=True),
    Column("group_id", ForeignKey("group.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class AuditEntry(Base):
    """One deed of one person, or of the program itself, on one record. Entries are added and never changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_record", "noun", "record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    done_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    #: None for the program itself and the command line, for personal links, or when the account is gone.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    deed: Mapped[Deed] = mapped_column(one_of(Deed))
    #: The table of the record, such as "meeting".
    noun: Mapped[str] = mapped_column(String(40))
    #: 0 where something was done to several records at once.
    record_id: Mapped[int]
    #: Column -> [before, after]; columns about persons stand here with no values.
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    account: Mapped[Account | None] = relationship(lazy="raise_on_sql")
    groups: Mapped[list[Group]] = relationship(secondary=audit_group, lazy="raise_on_sql")

    @property
    def is_of_one(self) -> bool:
        """Tell whether it speaks of one record, and not of several at once."""
        return self.record_id != 0

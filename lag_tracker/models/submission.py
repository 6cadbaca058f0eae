"""Forms that were sent: each makes one change however often it arrives, and none is lost on an ended session."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lag_tracker.database import Base, utc_now
from lag_tracker.models.traits import PERSONAL

#: No address of a form is longer.
LONGEST_PATH = 500


class Submission(Base):
    """A form that was accepted; a second click with the same key is led to what the first one made."""

    __tablename__ = "submission"

    #: Made with the empty form.
    key: Mapped[str] = mapped_column(String(43), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    #: Address of what it made.
    result: Mapped[str] = mapped_column(String(500))
    accepted_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)


class Draft(Base):
    """What somebody had typed when it could not be accepted yet, such as after the session ended."""

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    #: Address of the form.
    path: Mapped[str] = mapped_column(String(LONGEST_PATH))
    #: Field name -> values, as the browser sent them.
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, info=PERSONAL)
    saved_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)

"""Comments on meetings and initiatives."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base, utc_now
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.person import Person
from lag_tracker.models.traits import PERSONAL, Audience, Identified, Revised, one_of


class CommentState(StrEnum):
    """Whether a comment is shown; one by the public waits for a manager."""

    WAITING = "waiting"
    SHOWN = "shown"
    HIDDEN = "hidden"


class Comment(Identified, Revised, Base):
    """What somebody says about a meeting or an initiative."""

    __tablename__ = "comment"
    __table_args__ = (CheckConstraint("(meeting_id IS NULL) <> (initiative_id IS NULL)", name="on_one_record"),)

    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    initiative_id: Mapped[int | None] = mapped_column(ForeignKey("initiative.id", ondelete="CASCADE"), index=True)
    #: The member who says it; None for the public, or after the person was erased.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    #: What a commenter without an account called themselves.
    author_name: Mapped[str | None] = mapped_column(String(200), info=PERSONAL)
    text: Mapped[str]
    #: The language it was written in.
    language: Mapped[str] = mapped_column(String(2))
    #: Members may speak among themselves; what the public says is for everyone.
    audience: Mapped[Audience] = mapped_column(one_of(Audience), default=Audience.MEMBERS)
    state: Mapped[CommentState] = mapped_column(one_of(CommentState), default=CommentState.WAITING, index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    changed_at: Mapped[datetime | None]

    meeting: Mapped[Meeting | None] = relationship(lazy="raise_on_sql")
    initiative: Mapped[Initiative | None] = relationship(lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")

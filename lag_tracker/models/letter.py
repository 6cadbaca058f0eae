"""The outbox: letters are written in the transaction of what they tell about, and sent afterwards."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base, utc_now
from lag_tracker.models.group import Group
from lag_tracker.models.person import Person
from lag_tracker.models.traits import PERSONAL, one_of


class LetterState(StrEnum):
    """How far a letter is; one that could not be sent in all its tries has failed and waits for a person."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Letter(Base):
    """An e-mail to one receiver."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_due", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: What it is about, such as "invitation" or "meeting_moved".
    kind: Mapped[str] = mapped_column(String(40))
    #: Emptied when it was sent, where it was left for this letter only.
    to_email: Mapped[str] = mapped_column(String(254), info=PERSONAL)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    #: The group whose managers see when it fails.
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id", ondelete="SET NULL"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(String(300), info=PERSONAL)
    #: Emptied when it was sent: it may hold a link that is a key.
    text: Mapped[str] = mapped_column(info=PERSONAL)
    #: A calendar file to go with it.
    calendar: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: What makes it the one and only, such as "moved/12/3/45"; a second letter with the same one is never written.
    once: Mapped[str | None] = mapped_column(String(120), unique=True)
    #: Message-ID (RFC 5322, 3.6.4), made once, so that a letter sent twice after a crash is seen as one.
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    state: Mapped[LetterState] = mapped_column(one_of(LetterState), default=LetterState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    #: When it is to be tried next. Whoever tries it puts this ahead first, so that no other sends it meanwhile.
    due_at: Mapped[datetime] = mapped_column(default=utc_now)
    #: What the mail server answered last.
    last_error: Mapped[str | None] = mapped_column(String(500), info=PERSONAL)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    sent_at: Mapped[datetime | None]

    group: Mapped[Group | None] = relationship(lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")

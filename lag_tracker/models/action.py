"""Actions: who does what by when."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.decision import Decision
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.person import Person
from lag_tracker.models.traits import Audience, Identified, Revised, one_of


class ActionState(StrEnum):
    """How far an action is."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DROPPED = "dropped"


class Action(Identified, Revised, Base):
    """A task that a meeting gave to somebody."""

    __tablename__ = "action"
    __table_args__ = (CheckConstraint("text_lv IS NOT NULL OR text_en IS NOT NULL", name="has_text"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id", ondelete="SET NULL"), index=True)
    initiative_id: Mapped[int | None] = mapped_column(ForeignKey("initiative.id", ondelete="SET NULL"), index=True)
    text_lv: Mapped[str | None]
    text_en: Mapped[str | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    #: Who answers for it, where that is a body and not a person on record.
    responsible: Mapped[str | None] = mapped_column(String(300))
    #: Whether everyone may read that: words may name people, too.
    responsible_is_public: Mapped[bool] = mapped_column(default=False)
    due_on: Mapped[date | None]
    state: Mapped[ActionState] = mapped_column(one_of(ActionState), default=ActionState.OPEN)
    audience: Mapped[Audience] = mapped_column(one_of(Audience), default=Audience.PUBLIC)
    #: Whether it was made public, by approved minutes or by a public source, to those whom it is meant for.
    is_published: Mapped[bool] = mapped_column(default=False)

    meeting: Mapped[Meeting] = relationship(back_populates="actions", lazy="raise_on_sql")
    decision: Mapped[Decision | None] = relationship(lazy="raise_on_sql")
    initiative: Mapped[Initiative | None] = relationship(lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def text(self) -> Bilingual:
        """What is to be done, in both languages."""
        return Bilingual(self.text_lv, self.text_en)

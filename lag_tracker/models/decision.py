"""Decisions of meetings."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.topic import Topic
from lag_tracker.models.traits import Identified, Revised, one_of


class DecisionMethod(StrEnum):
    """How it was decided; "not stated" where the record does not say, for no vote is ever invented."""

    CONSENSUS = "consensus"
    VOTE = "vote"
    NOT_STATED = "not_stated"


class Decision(Identified, Revised, Base):
    """What a meeting decided, numbered per leading group and year."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("text_lv IS NOT NULL OR text_en IS NOT NULL", name="has_text"),
        CheckConstraint("method = 'vote' OR (votes_for IS NULL AND votes_against IS NULL)", name="votes_need_vote"),
        # News has those that were published last.
        Index("ix_decision_published", "published_on", "id"),
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    agenda_item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id", ondelete="SET NULL"), index=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id", ondelete="SET NULL"), index=True)
    initiative_id: Mapped[int | None] = mapped_column(ForeignKey("initiative.id", ondelete="SET NULL"), index=True)
    #: Number within the leading group's year; None when the source gives none.
    number: Mapped[int | None]
    text_lv: Mapped[str | None]
    text_en: Mapped[str | None]
    method: Mapped[DecisionMethod] = mapped_column(one_of(DecisionMethod), default=DecisionMethod.NOT_STATED)
    votes_for: Mapped[int | None]
    votes_against: Mapped[int | None]
    votes_abstained: Mapped[int | None]
    #: The day it was made public, by approved minutes or by a public source; before that only members read it.
    published_on: Mapped[date | None]

    meeting: Mapped[Meeting] = relationship(back_populates="decisions", lazy="raise_on_sql")
    agenda_item: Mapped[AgendaItem | None] = relationship(lazy="raise_on_sql")
    topic: Mapped[Topic | None] = relationship(lazy="raise_on_sql")
    initiative: Mapped[Initiative | None] = relationship(lazy="raise_on_sql")

    @property
    def text(self) -> Bilingual:
        """The decision's wording, in both languages."""
        return Bilingual(self.text_lv, self.text_en)

"""Initiatives, and every state they have been in."""

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group
from lag_tracker.models.person import Person
from lag_tracker.models.theme import Theme
from lag_tracker.models.topic import Topic
from lag_tracker.models.traits import (
    Addressed,
    Archivable,
    Certainty,
    Identified,
    Precision,
    Revised,
    RoughDay,
    Stamped,
    Titled,
    one_of,
)

if TYPE_CHECKING:
    from lag_tracker.models.meeting import Meeting


class InitiativeState(StrEnum):
    """Where an initiative stands, in the order of its life."""

    PROPOSED = "proposed"
    UNDER_DISCUSSION = "under_discussion"
    ACCEPTED = "accepted"
    TESTING = "testing"
    IN_PLAN = "in_plan"
    UNDER_WAY = "under_way"
    DONE = "done"
    DECLINED = "declined"
    PARKED = "parked"


STATES_WITH_REASON = frozenset({InitiativeState.DECLINED, InitiativeState.PARKED})

#: Meetings that discussed an initiative without an agenda item of its own.
initiative_meeting = Table(
    "initiative_meeting",
    Base.metadata,
    Column("initiative_id", ForeignKey("initiative.id", ondelete="CASCADE"), primary_key=True),
    Column("meeting_id", ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Initiative(Identified, Addressed, Titled, Stamped, Revised, Archivable, Base):
    """Something proposed to a group."""

    __tablename__ = "initiative"

    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id", ondelete="SET NULL"), index=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id", ondelete="SET NULL"), index=True)
    #: Who proposed it, when that is a person on record; named in public only with their consent.
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    #: The initiative that this one became part of; its own page then leads there.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("initiative.id", ondelete="SET NULL"), index=True)
    #: The initiative that this one was split off from.
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("initiative.id", ondelete="SET NULL"), index=True)
    #: The present state; the last row of the history says the same.
    state: Mapped[InitiativeState] = mapped_column(
        one_of(InitiativeState), default=InitiativeState.PROPOSED, index=True
    )

    group: Mapped[Group] = relationship(lazy="raise_on_sql")
    proposer: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    merged_into: Mapped["Initiative | None"] = relationship(
        foreign_keys=[merged_into_id], remote_side="Initiative.id", lazy="raise_on_sql"
    )
    split_from: Mapped["Initiative | None"] = relationship(
        foreign_keys=[split_from_id], remote_side="Initiative.id", lazy="raise_on_sql"
    )
    theme: Mapped[Theme | None] = relationship(lazy="raise_on_sql")
    topic: Mapped[Topic | None] = relationship(lazy="raise_on_sql")
    history: Mapped[list["InitiativeStateChange"]] = relationship(
        back_populates="initiative",
        lazy="raise_on_sql",
        order_by="InitiativeStateChange.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    meetings: Mapped[list["Meeting"]] = relationship(
        secondary=initiative_meeting, back_populates="initiatives", lazy="raise_on_sql"
    )


class InitiativeStateChange(Identified, Base):
    """One step of an initiative: the state it came to, when, why, and at which meeting."""

    __tablename__ = "initiative_state_change"
    __table_args__ = (
        CheckConstraint(
            "state NOT IN ('declined', 'parked') OR reason_lv IS NOT NULL OR reason_en IS NOT NULL", name="has_reason"
        ),
    )

    initiative_id: Mapped[int] = mapped_column(ForeignKey("initiative.id", ondelete="CASCADE"), index=True)
    #: Order among the initiative's steps, from 1.
    position: Mapped[int]
    state: Mapped[InitiativeState] = mapped_column(one_of(InitiativeState))
    changed_on: Mapped[date | None]
    date_precision: Mapped[Precision] = mapped_column(one_of(Precision), default=Precision.DAY)
    date_certainty: Mapped[Certainty] = mapped_column(one_of(Certainty), default=Certainty.STATED)
    reason_lv: Mapped[str | None]
    reason_en: Mapped[str | None]
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="SET NULL"), index=True)

    initiative: Mapped[Initiative] = relationship(back_populates="history", lazy="raise_on_sql")
    meeting: Mapped["Meeting | None"] = relationship(lazy="raise_on_sql")

    @property
    def reason(self) -> Bilingual:
        """Why the initiative came to this state, in both languages."""
        return Bilingual(self.reason_lv, self.reason_en)

    @property
    def since(self) -> RoughDay:
        """When the initiative came to this state."""
        return RoughDay(self.changed_on, self.date_precision)

    @property
    def revision(self) -> int:
        """That of the initiative, which rises whenever one of its steps is changed."""
        return self.initiative.revision

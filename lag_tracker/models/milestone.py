"""Milestones: deadlines and phases of networks and groups."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group
from lag_tracker.models.network import Network
from lag_tracker.models.traits import Archivable, Dated, Identified, Revised, Stamped, Titled, one_of


class MilestoneKind(StrEnum):
    """A deadline falls on its last day; a phase lasts from its first day to its last."""

    DEADLINE = "deadline"
    PHASE = "phase"


class Milestone(Identified, Titled, Dated, Stamped, Revised, Archivable, Base):
    """A deadline or phase. A deadline's day is `starts_on`. Put away, it stands in no calendar."""

    __tablename__ = "milestone"
    __table_args__ = (CheckConstraint("network_id IS NOT NULL OR group_id IS NOT NULL", name="has_owner"),)

    kind: Mapped[MilestoneKind] = mapped_column(one_of(MilestoneKind), default=MilestoneKind.DEADLINE)
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    #: Whom it binds, in words, such as "every partner".
    applies_to_lv: Mapped[str | None] = mapped_column(String(300))
    applies_to_en: Mapped[str | None] = mapped_column(String(300))
    #: Identity in calendars, made once and never changed (RFC 5545, 3.8.4.7).
    uid: Mapped[str] = mapped_column(String(200), unique=True)

    network: Mapped[Network | None] = relationship(lazy="raise_on_sql")
    group: Mapped[Group | None] = relationship(lazy="raise_on_sql")

    @property
    def applies_to(self) -> Bilingual:
        """Whom it binds, in both languages."""
        return Bilingual(self.applies_to_lv, self.applies_to_en)

"""Programmes and their networks, and who takes part in them."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base, SortKey
from lag_tracker.latvian import sort_key
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.theme import Theme, network_theme
from lag_tracker.models.traits import Addressed, Archivable, Certainty, Identified, Revised, one_of


class NetworkKind(StrEnum):
    """The programme's kinds of networks."""

    ACTION_PLANNING = "action_planning"
    IMPLEMENTATION = "implementation"
    TRANSFER = "transfer"
    INNOVATION_TRANSFER = "innovation_transfer"
    OTHER = "other"


class PartnerRole(StrEnum):
    """What a municipality does in a network."""

    LEAD = "lead"
    PARTNER = "partner"
    PRACTICE_GIVER = "practice_giver"
    WORKS_WITH = "works_with"


class Programme(Identified, Base):
    """A funding programme such as URBACT III or LEADER."""

    __tablename__ = "programme"

    name: Mapped[str] = mapped_column(String(200))
    website: Mapped[str | None] = mapped_column(String(500))


class Network(Identified, Addressed, Revised, Archivable, Base):
    """One project of a programme, in which municipalities work together."""

    __tablename__ = "network"

    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id", ondelete="SET NULL"))
    #: The name as the source prints it.
    name: Mapped[str] = mapped_column(String(200))
    #: The programme's own spelling, where the printed one differs.
    official_name: Mapped[str | None] = mapped_column(String(200))
    name_sort: Mapped[str] = mapped_column(SortKey(), index=True)
    kind: Mapped[NetworkKind] = mapped_column(one_of(NetworkKind))
    kind_certainty: Mapped[Certainty] = mapped_column(one_of(Certainty), default=Certainty.STATED)
    summary_lv: Mapped[str | None]
    summary_en: Mapped[str | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    approved_on: Mapped[date | None]
    #: Bodies that work with the network without being partners.
    collaborators_lv: Mapped[str | None]
    collaborators_en: Mapped[str | None]
    website: Mapped[str | None] = mapped_column(String(500))

    programme: Mapped[Programme | None] = relationship(lazy="raise_on_sql")
    themes: Mapped[list[Theme]] = relationship(secondary=network_theme, lazy="raise_on_sql", order_by=Theme.name_sort)
    partnerships: Mapped[list["Partnership"]] = relationship(
        back_populates="network", lazy="raise_on_sql", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def summary(self) -> Bilingual:
        """What the network is about, in both languages."""
        return Bilingual(self.summary_lv, self.summary_en)

    @property
    def collaborators(self) -> Bilingual:
        """Bodies that work with the network, in both languages."""
        return Bilingual(self.collaborators_lv, self.collaborators_en)


class Partnership(Identified, Revised, Base):
    """A municipality's part in a network: its role, the body that takes part, and what it works on."""

    __tablename__ = "partnership"
    __table_args__ = (UniqueConstraint("network_id", "municipality_id"),)

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id", ondelete="CASCADE"), index=True)
    role: Mapped[PartnerRole] = mapped_column(one_of(PartnerRole))
    role_certainty: Mapped[Certainty] = mapped_column(one_of(Certainty), default=Certainty.STATED)
    body_lv: Mapped[str | None] = mapped_column(String(300))
    body_en: Mapped[str | None] = mapped_column(String(300))
    focus_lv: Mapped[str | None]
    focus_en: Mapped[str | None]

    network: Mapped[Network] = relationship(back_populates="partnerships", lazy="raise_on_sql")
    municipality: Mapped[Municipality] = relationship(back_populates="partnerships", lazy="raise_on_sql")

    @property
    def body(self) -> Bilingual:
        """The department or body that takes part, in both languages."""
        return Bilingual(self.body_lv, self.body_en)

    @property
    def focus(self) -> Bilingual:
        """What the municipality works on in the network, in both languages."""
        return Bilingual(self.focus_lv, self.focus_en)


@event.listens_for(Network, "before_insert")
@event.listens_for(Network, "before_update")
def _keep_name_sort(_mapper: Any, _connection: Any, network: Network) -> None:
    network.name_sort = sort_key(network.name)[:400]

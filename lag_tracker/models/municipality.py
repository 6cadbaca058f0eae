"""Municipalities and planning regions."""

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base
from lag_tracker.models.traits import Addressed, Archivable, Identified, Named, Revised, one_of

if TYPE_CHECKING:
    from lag_tracker.models.group import Group
    from lag_tracker.models.network import Partnership


class MunicipalityKind(StrEnum):
    """What kind of territory it is."""

    MUNICIPALITY = "municipality"
    PLANNING_REGION = "planning_region"


class Municipality(Identified, Addressed, Named, Revised, Archivable, Base):
    """A municipality or planning region that takes part in networks and sets up groups."""

    __tablename__ = "municipality"

    kind: Mapped[MunicipalityKind] = mapped_column(one_of(MunicipalityKind), default=MunicipalityKind.MUNICIPALITY)
    #: Two capital letters of ISO 3166-1.
    country: Mapped[str] = mapped_column(String(2), default="LV")
    website: Mapped[str | None] = mapped_column(String(500))

    groups: Mapped[list["Group"]] = relationship(back_populates="municipality", lazy="raise_on_sql")
    partnerships: Mapped[list["Partnership"]] = relationship(back_populates="municipality", lazy="raise_on_sql")

"""Organisations whom members and guests represent."""

from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from lag_tracker.database import Base
from lag_tracker.models.traits import Archivable, Identified, Named, Revised, one_of


class Sector(StrEnum):
    """The side of society an organisation stands for; LEADER limits each to 49 % of the votes."""

    PUBLIC = "public"
    PRIVATE = "private"
    CIVIC = "civic"
    KNOWLEDGE = "knowledge"


class Organisation(Identified, Named, Revised, Archivable, Base):
    """An organisation; a record and not a text, so that sectors and presence can be counted."""

    __tablename__ = "organisation"

    sector: Mapped[Sector | None] = mapped_column(one_of(Sector))
    website: Mapped[str | None]

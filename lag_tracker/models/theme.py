"""Themes of networks and initiatives."""

from sqlalchemy import Column, ForeignKey, Table

from lag_tracker.database import Base
from lag_tracker.models.traits import Addressed, Identified, Named


class Theme(Identified, Addressed, Named, Base):
    """A field of work such as green mobility or social inclusion."""

    __tablename__ = "theme"


network_theme = Table(
    "network_theme",
    Base.metadata,
    Column("network_id", ForeignKey("network.id", ondelete="CASCADE"), primary_key=True),
    Column("theme_id", ForeignKey("theme.id", ondelete="CASCADE"), primary_key=True, index=True),
)

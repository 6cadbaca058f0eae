"""Topics: subjects that a group keeps coming back to."""

from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base
from lag_tracker.models.group import Group
from lag_tracker.models.traits import Addressed, Archivable, Identified, Revised, Stamped, Titled, one_of


class TopicState(StrEnum):
    """Whether a group still works on a topic."""

    OPEN = "open"
    CLOSED = "closed"


class Topic(Identified, Addressed, Titled, Stamped, Revised, Archivable, Base):
    """A subject of a group; agenda items may be about it, so it shows every meeting that discussed it."""

    __tablename__ = "topic"

    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    state: Mapped[TopicState] = mapped_column(one_of(TopicState), default=TopicState.OPEN)

    group: Mapped[Group] = relationship(lazy="raise_on_sql")

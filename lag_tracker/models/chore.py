"""Chores: what workers do now and then."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lag_tracker.database import Base


class Chore(Base):
    """Something that one worker does for all, such as forgetting what is old. Who takes it puts `due_at` ahead."""

    __tablename__ = "chore"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    due_at: Mapped[datetime]

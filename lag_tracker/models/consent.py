"""Consents: what a person agreed to, when, and in which words."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lag_tracker.database import Base, utc_now
from lag_tracker.models.traits import one_of


class ConsentPurpose(StrEnum):
    """What a consent is for."""

    PUBLIC_NAME = "public_name"


class Consent(Base):
    """A consent given or taken back; rows are added and never changed (Regulation (EU) 2016/679, art. 7(1))."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[ConsentPurpose] = mapped_column(one_of(ConsentPurpose))
    is_given: Mapped[bool]
    #: The words that were agreed to.
    wording: Mapped[str] = mapped_column(String(1000))
    decided_at: Mapped[datetime] = mapped_column(default=utc_now)

"""What search looks through: one entry per record, with the words as they are looked for."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lag_tracker.database import Base
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.traits import Audience, one_of


class Subject(StrEnum):
    """What kind of record an entry leads to."""

    MEETING = "meeting"
    TOPIC = "topic"
    INITIATIVE = "initiative"
    DECISION = "decision"
    GROUP = "group"
    NETWORK = "network"
    MUNICIPALITY = "municipality"


class SearchEntry(Base):
    """A record as search finds it. The index itself is `search_index` (FTS5) on SQLite and `vector` on PostgreSQL."""

    __tablename__ = "search_entry"
    __table_args__ = (
        UniqueConstraint("subject", "subject_id"),
        Index("ix_search_entry_newest", "happened_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[Subject] = mapped_column(one_of(Subject))
    subject_id: Mapped[int]
    slug: Mapped[str] = mapped_column(String(120))
    audience: Mapped[Audience] = mapped_column(one_of(Audience))
    #: The day by which results are sorted, newest first; 0001-01-01 when the record has none.
    happened_on: Mapped[date]
    title_lv: Mapped[str | None] = mapped_column(String(500))
    title_en: Mapped[str | None] = mapped_column(String(500))
    #: The passages that were indexed, one a line, to show where the words were found.
    passages_lv: Mapped[str]
    passages_en: Mapped[str]

    @property
    def title(self) -> Bilingual:
        """The record's title, in both languages."""
        return Bilingual(self.title_lv, self.title_en)

"""What search looks through: records as each audience reads them, with the words they are found by."""

from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, ColumnElement, Integer, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from lag_tracker.database import Base
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.traits import Audience, Precision, one_of
from lag_tracker.models.visibility import Viewer

# SQLite's INTEGER holds 64 bits and, as a primary key, is the row's own place in the file.
PLACE = BigInteger().with_variant(Integer(), "sqlite")


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
    """A record as search finds it for an audience that reads more of it than a wider one.

    The index itself is `search_index` (FTS5) on SQLite and `vector` on PostgreSQL; it says for whom of which groups.
    """

    __tablename__ = "search_entry"
    __table_args__ = (UniqueConstraint("subject", "subject_id", "audience"),)

    #: The day's number times 2**32, plus a number of the record's own: walked backwards, it gives the newest first.
    id: Mapped[int] = mapped_column(PLACE, primary_key=True, autoincrement=False)
    subject: Mapped[Subject] = mapped_column(one_of(Subject))
    subject_id: Mapped[int]
    audience: Mapped[Audience] = mapped_column(one_of(Audience))
    #: Words of the titles with their accents, each between spaces, by which the best are told from the good.
    title_words: Mapped[str]
    #: The stems and the folded words of the titles, each between spaces.
    title_keys: Mapped[str]
    #: Words of the passages with their accents, each between spaces.
    body_words: Mapped[str]
    #: Of the record's page; a decision is on its meeting's page.
    slug: Mapped[str] = mapped_column(String(120))
    #: The day of what happened on one, shown and sorted by; None sorts last.
    happened_on: Mapped[date | None]
    date_precision: Mapped[Precision] = mapped_column(one_of(Precision))
    title_lv: Mapped[str | None] = mapped_column(String(500))
    title_en: Mapped[str | None] = mapped_column(String(500))
    #: What the record says, a passage a line, to show where the words were found.
    passages_lv: Mapped[str]
    passages_en: Mapped[str]

    @property
    def title(self) -> Bilingual:
        """The record's title, in both languages."""
        return Bilingual(self.title_lv, self.title_en)

    @property
    def passages(self) -> Bilingual:
        """What the record says, in both languages."""
        return Bilingual(self.passages_lv, self.passages_en)


def visible_entries(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition that a SearchEntry is of a kind that `viewer` reads in some group or other.

    It stands behind the index, which says in which: were that ever wrong, the public would still read nothing.
    """
    if viewer.is_manager:
        return true()
    return SearchEntry.audience != Audience.MANAGERS if viewer.belongs_to else SearchEntry.audience == Audience.PUBLIC

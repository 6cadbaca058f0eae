"""Sources, and which facts come from them."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.traits import Archivable, Identified, Revised

CITING = ("municipality", "network", "partnership", "group", "person", "meeting", "decision", "initiative", "milestone")


class Source(Identified, Revised, Archivable, Base):
    """A public page or paper that facts come from."""

    __tablename__ = "source"

    publisher: Mapped[str] = mapped_column(String(300))
    #: The publisher's department that signed it.
    department: Mapped[str | None] = mapped_column(String(300))
    title_lv: Mapped[str | None] = mapped_column(String(500))
    title_en: Mapped[str | None] = mapped_column(String(500))
    published_on: Mapped[date | None]
    edited_on: Mapped[date | None]
    url: Mapped[str | None] = mapped_column(String(1000))
    #: Minutes that the source itself says it takes to read.
    read_minutes: Mapped[int | None]

    @property
    def issued_by(self) -> Bilingual:
        """Publisher and department, taken to be in the languages that the title is in."""
        name = f"{self.publisher}, {self.department}" if self.department else self.publisher
        return Bilingual(name if self.title_lv or not self.title_en else None, name if self.title_en else None)

    @property
    def title(self) -> Bilingual:
        """The source's own title, in both languages."""
        return Bilingual(self.title_lv, self.title_en)


class Citation(Identified, Base):
    """One record's fact and the source it comes from; `aspect` names the column when it is not the whole record."""

    __tablename__ = "citation"
    __table_args__ = (
        CheckConstraint(
            " + ".join(f"CASE WHEN {noun}_id IS NULL THEN 0 ELSE 1 END" for noun in CITING) + " = 1",
            name="cites_for_one",
        ),
        UniqueConstraint("source_id", "aspect", *[f"{noun}_id" for noun in CITING], name="uq_citation_fact"),
    )

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    #: Name of the column that the source backs, such as "starts_on"; empty when it backs the whole record.
    aspect: Mapped[str] = mapped_column(String(60), default="")
    #: Where in the source, in words.
    passage: Mapped[str | None] = mapped_column(String(300))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id", ondelete="CASCADE"), index=True)
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), index=True)
    partnership_id: Mapped[int | None] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"), index=True)
    initiative_id: Mapped[int | None] = mapped_column(ForeignKey("initiative.id", ondelete="CASCADE"), index=True)
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestone.id", ondelete="CASCADE"), index=True)

    source: Mapped[Source] = relationship(lazy="raise_on_sql")

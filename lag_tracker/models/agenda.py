"""Agenda items, the speakers of a meeting, and who presents what."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.person import Person
from lag_tracker.models.topic import Topic
from lag_tracker.models.traits import Audience, Identified, Revised, one_of

agenda_presenter = Table(
    "agenda_presenter",
    Base.metadata,
    Column("agenda_item_id", ForeignKey("agenda_item.id", ondelete="CASCADE"), primary_key=True),
    Column("speaker_id", ForeignKey("speaker.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Speaker(Identified, Base):
    """A person who speaks at a meeting, with the affiliation they had then."""

    __tablename__ = "speaker"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    #: Order among the meeting's speakers, from 1.
    position: Mapped[int]
    affiliation_lv: Mapped[str | None] = mapped_column(String(300))
    affiliation_en: Mapped[str | None] = mapped_column(String(300))

    meeting: Mapped[Meeting] = relationship(back_populates="speakers", lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    @property
    def affiliation(self) -> Bilingual:
        """The office and organisation at the time, in both languages."""
        return Bilingual(self.affiliation_lv, self.affiliation_en)


class AgendaItem(Identified, Revised, Base):
    """One numbered item of a meeting's agenda."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        CheckConstraint("title_lv IS NOT NULL OR title_en IS NOT NULL", name="has_title"),
        CheckConstraint("duration_minutes IS NULL OR duration_minutes > 0", name="lasts"),
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    #: Order on the agenda and the number shown, from 1.
    position: Mapped[int]
    title_lv: Mapped[str | None] = mapped_column(String(500))
    title_en: Mapped[str | None] = mapped_column(String(500))
    text_lv: Mapped[str | None]
    text_en: Mapped[str | None]
    duration_minutes: Mapped[int | None]
    audience: Mapped[Audience] = mapped_column(one_of(Audience), default=Audience.PUBLIC)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id", ondelete="SET NULL"), index=True)
    initiative_id: Mapped[int | None] = mapped_column(ForeignKey("initiative.id", ondelete="SET NULL"), index=True)

    meeting: Mapped[Meeting] = relationship(back_populates="agenda", lazy="raise_on_sql")
    topic: Mapped[Topic | None] = relationship(lazy="raise_on_sql")
    initiative: Mapped[Initiative | None] = relationship(lazy="raise_on_sql")
    presenters: Mapped[list[Speaker]] = relationship(
        secondary=agenda_presenter, lazy="raise_on_sql", order_by=Speaker.position
    )

    @property
    def title(self) -> Bilingual:
        """What is to be talked about, in both languages."""
        return Bilingual(self.title_lv, self.title_en)

    @property
    def text(self) -> Bilingual:
        """More about the item, in both languages."""
        return Bilingual(self.text_lv, self.text_en)

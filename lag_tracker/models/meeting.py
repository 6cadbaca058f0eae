"""Meetings: when, where, whose, and in what state."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base, utc_now
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative, initiative_meeting
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network
from lag_tracker.models.traits import (
    Addressed,
    Archivable,
    Audience,
    Certainty,
    Dated,
    Identified,
    Revised,
    Stamped,
    Titled,
    one_of,
)

if TYPE_CHECKING:
    from lag_tracker.models.action import Action
    from lag_tracker.models.agenda import AgendaItem, Speaker
    from lag_tracker.models.attendance import Attendance
    from lag_tracker.models.decision import Decision


class MeetingKind(StrEnum):
    """What kind of coming together it is."""

    LOCAL_GROUP = "local_group"
    CORE_GROUP = "core_group"
    JOINT = "joint"
    STEERING = "steering"
    TRANSNATIONAL = "transnational"
    KICK_OFF = "kick_off"
    PUBLIC_EVENT = "public_event"
    WORKSHOP = "workshop"
    TRAINING = "training"
    STUDY_VISIT = "study_visit"
    BILATERAL_CALL = "bilateral_call"
    GENERAL_ASSEMBLY = "general_assembly"
    OTHER = "other"


class Mode(StrEnum):
    """How people come together."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    HYBRID = "hybrid"


class MeetingState(StrEnum):
    """The state of a meeting; a draft is seen by the managers alone."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    HELD = "held"
    CANCELLED = "cancelled"


class MinutesState(StrEnum):
    """How far the minutes are."""

    NONE = "none"
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"


class LinkKind(StrEnum):
    """What a link of a meeting leads to."""

    RECORDING = "recording"
    VIDEO = "video"
    DOCUMENT = "document"
    PRESENTATION = "presentation"
    MINUTES = "minutes"


meeting_network = Table(
    "meeting_network",
    Base.metadata,
    Column("meeting_id", ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True),
    Column("network_id", ForeignKey("network.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class MeetingSeries(Identified, Base):
    """Meetings that were planned together by a rule. It is no recurrence rule: each meeting goes its own way."""

    __tablename__ = "meeting_series"

    #: How the days were found, such as "monthly", in the words of the form that made them.
    rule: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class MeetingGroup(Base):
    """A group that holds a meeting; position 1 leads."""

    __tablename__ = "meeting_group"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True)
    #: A group that has met stays on record: without it nobody could tell who held the meeting.
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="RESTRICT"), primary_key=True, index=True)
    position: Mapped[int]

    meeting: Mapped["Meeting"] = relationship(back_populates="meeting_groups", lazy="raise_on_sql")
    group: Mapped[Group] = relationship(lazy="raise_on_sql")


class Meeting(Identified, Addressed, Titled, Dated, Stamped, Revised, Archivable, Base):
    """A meeting of one or several groups, or an event of a network. Times are wall-clock times in `time_zone`."""

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR starts_on IS NOT NULL AND ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint(
            "starts_at_time IS NULL OR starts_on IS NOT NULL AND date_precision = 'day'", name="time_has_day"
        ),
        CheckConstraint("ends_at_time IS NULL OR starts_at_time IS NOT NULL", name="end_has_start"),
        # Lists walk along date and time; the number makes the order total, so that pages never repeat or skip a row.
        Index("ix_meeting_chronological", "starts_on", "starts_at_time", "id"),
        # Those of several days, which are few: the ones under way are found without walking through the past.
        Index(
            "ix_meeting_lasting",
            "ends_on",
            "starts_on",
            "id",
            sqlite_where=text("ends_on IS NOT NULL"),
            postgresql_where=text("ends_on IS NOT NULL"),
        ),
    )

    kind: Mapped[MeetingKind] = mapped_column(one_of(MeetingKind))
    #: Place in its series, as in "3rd transnational meeting".
    ordinal: Mapped[int | None]
    ordinal_certainty: Mapped[Certainty] = mapped_column(one_of(Certainty), default=Certainty.STATED)
    #: Wall-clock time; None when only the day is known, which is not midnight.
    starts_at_time: Mapped[time | None]
    ends_at_time: Mapped[time | None]
    time_zone: Mapped[str] = mapped_column(String(60), default="Europe/Riga")
    mode: Mapped[Mode | None] = mapped_column(one_of(Mode))
    mode_certainty: Mapped[Certainty] = mapped_column(one_of(Certainty), default=Certainty.STATED)
    place_lv: Mapped[str | None] = mapped_column(String(300))
    place_en: Mapped[str | None] = mapped_column(String(300))
    #: Address to join by; who may see it is `join_audience`.
    join_url: Mapped[str | None] = mapped_column(String(1000))
    join_audience: Mapped[Audience] = mapped_column(one_of(Audience), default=Audience.MEMBERS)
    state: Mapped[MeetingState] = mapped_column(one_of(MeetingState), default=MeetingState.SCHEDULED)
    cancelled_at: Mapped[datetime | None]
    cancelled_reason_lv: Mapped[str | None]
    cancelled_reason_en: Mapped[str | None]
    audience: Mapped[Audience] = mapped_column(one_of(Audience), default=Audience.PUBLIC)
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id", ondelete="SET NULL"), index=True)
    #: Who took part, in words, where the source does not name them one by one.
    participants_lv: Mapped[str | None]
    participants_en: Mapped[str | None]
    #: Plain head-count of a public event.
    head_count: Mapped[int | None]
    #: What came of it, in a paragraph.
    outcome_lv: Mapped[str | None]
    outcome_en: Mapped[str | None]
    note_lv: Mapped[str | None]
    note_en: Mapped[str | None]
    minutes_state: Mapped[MinutesState] = mapped_column(one_of(MinutesState), default=MinutesState.NONE)
    #: The series it was made in; each meeting of a series is one of its own.
    series_id: Mapped[int | None] = mapped_column(ForeignKey("meeting_series.id", ondelete="SET NULL"), index=True)
    #: Identity in calendars, made once and never changed (RFC 5545, 3.8.4.7).
    uid: Mapped[str] = mapped_column(String(200), unique=True)

    meeting_groups: Mapped[list[MeetingGroup]] = relationship(
        back_populates="meeting",
        lazy="raise_on_sql",
        order_by=MeetingGroup.position,
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    networks: Mapped[list[Network]] = relationship(
        secondary=meeting_network, lazy="raise_on_sql", order_by=Network.name_sort
    )
    organiser: Mapped[Municipality | None] = relationship(lazy="raise_on_sql")
    initiatives: Mapped[list[Initiative]] = relationship(
        secondary=initiative_meeting, back_populates="meetings", lazy="raise_on_sql", order_by=Initiative.title_sort
    )
    agenda: Mapped[list["AgendaItem"]] = relationship(
        back_populates="meeting",
        lazy="raise_on_sql",
        order_by="AgendaItem.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    speakers: Mapped[list["Speaker"]] = relationship(
        back_populates="meeting",
        lazy="raise_on_sql",
        order_by="Speaker.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    attendances: Mapped[list["Attendance"]] = relationship(
        back_populates="meeting", lazy="raise_on_sql", cascade="all, delete-orphan", passive_deletes=True
    )
    decisions: Mapped[list["Decision"]] = relationship(
        back_populates="meeting",
        lazy="raise_on_sql",
        order_by="Decision.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    actions: Mapped[list["Action"]] = relationship(
        back_populates="meeting",
        lazy="raise_on_sql",
        order_by="Action.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    links: Mapped[list["MeetingLink"]] = relationship(
        back_populates="meeting",
        lazy="raise_on_sql",
        order_by="MeetingLink.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @property
    def groups(self) -> list[Group]:
        """The groups that hold the meeting, the leading one first."""
        return [link.group for link in self.meeting_groups]

    @property
    def last_day(self) -> date | None:
        """The last day, itself included."""
        return self.ends_on or self.starts_on

    @property
    def is_cancelled(self) -> bool:
        """Whether the meeting was called off."""
        return self.state is MeetingState.CANCELLED

    @property
    def place(self) -> Bilingual:
        """Where it is, in both languages."""
        return Bilingual(self.place_lv, self.place_en)

    @property
    def participants(self) -> Bilingual:
        """Who took part, in words, in both languages."""
        return Bilingual(self.participants_lv, self.participants_en)

    @property
    def outcome(self) -> Bilingual:
        """What came of it, in both languages."""
        return Bilingual(self.outcome_lv, self.outcome_en)

    @property
    def note(self) -> Bilingual:
        """A remark on the record, in both languages."""
        return Bilingual(self.note_lv, self.note_en)

    @property
    def cancelled_reason(self) -> Bilingual:
        """Why the meeting was called off, in both languages."""
        return Bilingual(self.cancelled_reason_lv, self.cancelled_reason_en)


class MeetingLink(Identified, Base):
    """A recording, video or document of a meeting, at its own address."""

    __tablename__ = "meeting_link"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    kind: Mapped[LinkKind] = mapped_column(one_of(LinkKind))
    url: Mapped[str] = mapped_column(String(1000))
    title_lv: Mapped[str | None] = mapped_column(String(300))
    title_en: Mapped[str | None] = mapped_column(String(300))
    audience: Mapped[Audience] = mapped_column(one_of(Audience), default=Audience.PUBLIC)

    meeting: Mapped[Meeting] = relationship(back_populates="links", lazy="raise_on_sql")

    @property
    def title(self) -> Bilingual:
        """What the link leads to, in both languages."""
        return Bilingual(self.title_lv, self.title_en)

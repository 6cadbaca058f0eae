"""What feeds are made of: one stored event per record and language, the calendars it stands in, and their months."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lag_tracker.database import Base
from lag_tracker.models.traits import one_of

#: Begins the keys of calendars that only private feeds read.
PRIVATE = "private:"


class EventAudience(StrEnum):
    """For whose eyes an event was written; of several events of one record the last of these says the most."""

    PUBLIC = "public"
    #: Who was invited to a meeting, whether or not they belong to a group.
    GUESTS = "guests"
    MEMBERS = "members"
    MANAGERS = "managers"
    #: Who has to do a task.
    DOER = "doer"


ONE_RECORD = (
    "CASE WHEN meeting_id IS NULL THEN 0 ELSE 1 END + CASE WHEN milestone_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN action_id IS NULL THEN 0 ELSE 1 END = 1"
)


class CalendarEntry(Base):
    """A record's calendar event in one language, for one audience, as the bytes that feeds send.

    It is written at each change and read by feeds. An event that is no longer to be seen stands in no calendar and has
    no bytes, but its row stays: when the record comes back, its sequence must not fall and its last change not go back.
    """

    __tablename__ = "calendar_entry"
    __table_args__ = (
        UniqueConstraint("meeting_id", "lang", "audience", name="uq_calendar_entry_meeting"),
        UniqueConstraint("milestone_id", "lang", "audience", name="uq_calendar_entry_milestone"),
        UniqueConstraint("action_id", "lang", "audience", name="uq_calendar_entry_action"),
        CheckConstraint(ONE_RECORD, name="of_one_record"),
        Index(
            "ix_calendar_entry_kept",
            "kept_until",
            sqlite_where=text("kept_until IS NOT NULL"),
            postgresql_where=text("kept_until IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # No foreign keys: an entry outlives its record until the calendars it stood in were told that it is gone.
    meeting_id: Mapped[int | None]
    milestone_id: Mapped[int | None]
    action_id: Mapped[int | None]
    audience: Mapped[EventAudience] = mapped_column(
        one_of(EventAudience), default=EventAudience.PUBLIC, server_default=EventAudience.PUBLIC.value
    )
    lang: Mapped[str] = mapped_column(String(2))
    #: The whole VEVENT, folded and ended as RFC 5545 wants it.
    event: Mapped[bytes] = mapped_column(LargeBinary)
    #: Digest of all that the event shows, without its stamps: a change of it is a change of the event.
    content_digest: Mapped[str] = mapped_column(String(64))
    #: Digest of time, place and state alone: a change of it raises the sequence.
    schedule_digest: Mapped[str] = mapped_column(String(64))
    sequence: Mapped[int] = mapped_column(default=0)
    #: Last change of what the event shows.
    changed_at: Mapped[datetime]
    #: Zone that the event's times name, whose rules the feed must then carry; empty for whole days and times in UTC.
    time_zone: Mapped[str] = mapped_column(String(60))
    starts_on: Mapped[date]
    #: Last day on which an ordinary feed still shows the event: a year after its end.
    shown_until: Mapped[date]
    #: Last day on which any feed shows it: 60 days after a cancellation, else None.
    kept_until: Mapped[date | None]


class CalendarListing(Base):
    """An event stands in a calendar. A calendar's key is such as "all", "group:12" or "private:members:12"."""

    __tablename__ = "calendar_listing"
    __table_args__ = (Index("ix_calendar_listing_walk", "calendar_key", "lang", "starts_on", "entry_id"),)

    calendar_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    entry_id: Mapped[int] = mapped_column(
        ForeignKey("calendar_entry.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    lang: Mapped[str] = mapped_column(String(2))
    starts_on: Mapped[date]


class CalendarSegment(Base):
    """The events of one calendar, language and month, joined in their order; cancelled ones are not among them.

    Written in the transaction that changes one of the events, always as a whole; a month without events has no row.
    """

    __tablename__ = "calendar_segment"

    calendar_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    lang: Mapped[str] = mapped_column(String(2), primary_key=True)
    #: First day of the month in which the events start.
    month: Mapped[date] = mapped_column(primary_key=True)
    #: Digest of the bytes.
    digest: Mapped[str] = mapped_column(String(32))
    #: Zones that the events' times name, with spaces between them.
    zones: Mapped[str]
    # The last column: SQLite keeps long bytes apart and need not pass over them to read what stands before.
    events: Mapped[bytes] = mapped_column(LargeBinary)


class CalendarVersion(Base):
    """When a calendar last changed. The change of a record and the rise of this number are one transaction."""

    __tablename__ = "calendar_version"

    calendar_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    #: Whole seconds since 1970, in UTC; of two changes within a second the later has the next one. Never falls.
    version: Mapped[int] = mapped_column(BigInteger, default=0)


class CalendarFeed(Base):
    """An address book: which calendar was last found at the address of a feed.

    By it a record is found at the address it had before it was renamed, and what is gone is told from what never was.
    """

    __tablename__ = "calendar_feed"

    #: What the address asks for, such as "group/kekava|lv|recent".
    feed_key: Mapped[str] = mapped_column(String(160), primary_key=True)
    calendar_key: Mapped[str] = mapped_column(String(60))


class CalendarFormat(Base):
    """What the stored events were written with; one row at most. Another software or address writes them anew."""

    __tablename__ = "calendar_format"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    #: Sequence of new events: raised whenever a backup was set back, because subscribers may have seen them before.
    first_sequence: Mapped[int] = mapped_column(default=0, server_default="0")

"""Who was invited to a meeting and who came."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.person import Person
from lag_tracker.models.traits import Identified, one_of


class Reply(StrEnum):
    """The answer to an invitation."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class Presence(StrEnum):
    """Whether somebody came."""

    PRESENT = "present"
    EXCUSED = "excused"
    ABSENT = "absent"


class Attendance(Identified, Base):
    """A person's, or an organisation's, part in one meeting. It stays when the member leaves or is erased."""

    __tablename__ = "attendance"
    # Rows without a person, of which there may be many, are all different to both databases.
    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    #: None when only the organisation is known, or after the person was erased.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    #: On whose behalf.
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    reply: Mapped[Reply | None] = mapped_column(one_of(Reply))
    presence: Mapped[Presence | None] = mapped_column(one_of(Presence))
    #: When the letter with the invitation was put in the post.
    invited_at: Mapped[datetime | None]
    #: When the person last answered.
    replied_at: Mapped[datetime | None]
    is_guest: Mapped[bool] = mapped_column(default=False)
    #: True for a person whose name has been kept here for long enough; they are still counted.
    is_nameless: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: False where a membership that is another now, or gone, kept the organisation to itself.
    organisation_is_public: Mapped[bool] = mapped_column(default=True, server_default=true())

    meeting: Mapped[Meeting] = relationship(back_populates="attendances", lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")

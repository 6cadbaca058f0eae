"""Proposals: what members and the public would like a group to take up; a manager reads each first."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base, utc_now
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.person import Person
from lag_tracker.models.topic import Topic
from lag_tracker.models.traits import PERSONAL, Identified, Revised, one_of


class ProposalKind(StrEnum):
    """What it is to become."""

    INITIATIVE = "initiative"
    TOPIC = "topic"
    AGENDA_ITEM = "agenda_item"


class ProposalState(StrEnum):
    """Whether a manager has answered."""

    WAITING = "waiting"
    TAKEN_UP = "taken_up"
    REFUSED = "refused"


class Proposal(Identified, Revised, Base):
    """A proposal to a group, for its managers' eyes until one of them takes it up."""

    __tablename__ = "proposal"

    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ProposalKind] = mapped_column(one_of(ProposalKind))
    #: The meeting whose agenda it is meant for.
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(500))
    text: Mapped[str | None]
    #: The language it was written in.
    language: Mapped[str] = mapped_column(String(2))
    #: The member who proposes; None for the public.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    #: What a proposer without an account wrote, if anything; erased with the answer.
    proposer_name: Mapped[str | None] = mapped_column(String(200), info=PERSONAL)
    proposer_email: Mapped[str | None] = mapped_column(String(254), info=PERSONAL)
    state: Mapped[ProposalState] = mapped_column(one_of(ProposalState), default=ProposalState.WAITING, index=True)
    #: The manager's answer, in words.
    answer: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    answered_at: Mapped[datetime | None]
    #: What it became.
    initiative_id: Mapped[int | None] = mapped_column(ForeignKey("initiative.id", ondelete="SET NULL"), index=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id", ondelete="SET NULL"), index=True)
    agenda_item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id", ondelete="SET NULL"), index=True)

    group: Mapped[Group] = relationship(lazy="raise_on_sql")
    meeting: Mapped[Meeting | None] = relationship(lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    initiative: Mapped[Initiative | None] = relationship(lazy="raise_on_sql")
    topic: Mapped[Topic | None] = relationship(lazy="raise_on_sql")

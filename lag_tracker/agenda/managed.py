"""Questions that managers ask about an agenda while they write it."""

from collections.abc import Sequence
from datetime import date, time
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lag_tracker.agenda.queries import clocks
from lag_tracker.models.agenda import AgendaItem, Speaker, agenda_presenter
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.person import Person
from lag_tracker.models.topic import Topic, TopicState
from lag_tracker.zones import elapsed_minutes

#: More are not offered to choose among.
MOST_CHOICES = 500


class Lengths(NamedTuple):
    """How long the items last together, and how long the meeting does; None where it is not known."""

    items: int
    #: Items whose length nobody said.
    unknown: int
    meeting: int | None

    @property
    def free(self) -> int | None:
        """Minutes that are left; below zero those that are missing."""
        return None if self.meeting is None else self.meeting - self.items


def items_of(session: Session, meeting_id: int) -> list[AgendaItem]:
    """Return all items of an agenda in their order, with presenters, topics and initiatives."""
    return list(
        session.scalars(
            select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting_id)
            .options(
                selectinload(AgendaItem.presenters).joinedload(Speaker.person),
                joinedload(AgendaItem.topic),
                joinedload(AgendaItem.initiative),
            )
            .order_by(AgendaItem.position, AgendaItem.id)
        )
    )


def starts_of(items: Sequence[AgendaItem], meeting: Meeting) -> list[time | None]:
    """Return when each item begins, as far as it is known."""
    return clocks([item.duration_minutes for item in items], meeting.starts_at_time)


def lengths_of(items: Sequence[AgendaItem], meeting: Meeting) -> Lengths:
    """Return how long the items last beside the meeting, in minutes that really pass."""
    lasting = [item.duration_minutes for item in items]
    whole = None
    first, last = meeting.starts_on or date(2000, 1, 1), meeting.last_day or date(2000, 1, 1)
    if meeting.starts_at_time and meeting.ends_at_time and first == last:
        whole = elapsed_minutes(first, meeting.starts_at_time, last, meeting.ends_at_time, meeting.time_zone)
    return Lengths(sum(filter(None, lasting)), lasting.count(None), whole)


def last_position(session: Session, meeting_id: int) -> int:
    """Return the number of the last item of an agenda, 0 when it is empty."""
    return session.scalar(select(func.max(AgendaItem.position)).where(AgendaItem.meeting_id == meeting_id)) or 0


def topics_to_choose(session: Session, groups: Sequence[Group], *, chosen: int | None) -> Sequence[Topic]:
    """Return the open topics of these groups, and the one chosen already, in the Latvian alphabet."""
    offered: ColumnElement[bool] = Topic.group_id.in_([group.id for group in groups])
    offered &= (Topic.state == TopicState.OPEN) & Topic.archived_at.is_(None)
    found = select(Topic).where(or_(offered, Topic.id == chosen)).order_by(Topic.title_sort, Topic.id)
    return session.scalars(found.limit(MOST_CHOICES)).all()


def initiatives_to_choose(session: Session, groups: Sequence[Group], *, chosen: int | None) -> Sequence[Initiative]:
    """Return the initiatives of these groups, and the one chosen already, in the Latvian alphabet."""
    offered: ColumnElement[bool] = Initiative.group_id.in_([group.id for group in groups])
    offered &= Initiative.archived_at.is_(None) & Initiative.merged_into_id.is_(None)
    found = select(Initiative).where(or_(offered, Initiative.id == chosen)).order_by(Initiative.title_sort)
    return session.scalars(found.limit(MOST_CHOICES)).all()


def people_to_present(session: Session, meeting: Meeting, *, day: date) -> Sequence[Person]:
    """Return who may present an item: the meeting's speakers, and the members of its groups on a day, by name."""
    speaking = select(Speaker.person_id).where(Speaker.meeting_id == meeting.id)
    members = select(Membership.person_id).where(
        Membership.group_id.in_([link.group_id for link in meeting.meeting_groups]),
        or_(Membership.until_on.is_(None), Membership.until_on >= day),
    )
    found = select(Person).where(or_(Person.id.in_(speaking), Person.id.in_(members)), Person.erased_at.is_(None))
    return session.scalars(found.order_by(Person.name_sort, Person.id).limit(MOST_CHOICES)).all()


def speakers_at(session: Session, meeting_id: int) -> dict[int, Speaker]:
    """Return the speakers of a meeting by the ids of their persons."""
    found = session.scalars(select(Speaker).where(Speaker.meeting_id == meeting_id).order_by(Speaker.position))
    return {speaker.person_id: speaker for speaker in found}


def presents_elsewhere(session: Session, speaker: Speaker, item: AgendaItem) -> bool:
    """Tell whether a speaker presents another item than this one."""
    others = select(agenda_presenter.c.agenda_item_id).where(
        agenda_presenter.c.speaker_id == speaker.id, agenda_presenter.c.agenda_item_id != item.id
    )
    return session.scalar(others.limit(1)) is not None

"""Who may see and change what: one rule in one place, which pages, lists, search, exports and feeds all ask.

Each condition is built once for each kind of viewer, because building one takes longer than asking the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from lag_tracker.models.action import Action
from lag_tracker.models.agenda import AgendaItem, Speaker
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingLink, MeetingState, MinutesState
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.person import Person
from lag_tracker.models.topic import Topic
from lag_tracker.models.traits import Audience

_kept = lru_cache(maxsize=2000)
_FOR_ALL = frozenset({Audience.PUBLIC})


@dataclass(frozen=True)
class Viewer:
    """Somebody who reads, and may write: what they may do in which groups. Equal rights make equal viewers."""

    #: Groups whose papers for members they read, by whatever role.
    belongs_to: frozenset[int] = frozenset()
    #: Groups where they may propose, comment and answer: those where they are more than an observer.
    takes_part_in: frozenset[int] = frozenset()
    manages: frozenset[int] = frozenset()
    is_administrator: bool = False

    def may_manage(self, groups: Iterable[int]) -> bool:
        """Tell whether they may change what belongs to one of these groups."""
        return self.is_administrator or not self.manages.isdisjoint(groups)

    def may_manage_all(self, groups: Iterable[int]) -> bool:
        """Tell whether they may change what belongs to every one of these groups."""
        return self.is_administrator or self.manages.issuperset(groups)

    def belongs_to_one(self, groups: Iterable[int]) -> bool:
        """Tell whether they read the members' papers of one of these groups."""
        return self.is_administrator or not self.belongs_to.isdisjoint(groups)

    def takes_part(self, groups: Iterable[int]) -> bool:
        """Tell whether they may propose, comment and answer in one of these groups."""
        return self.is_administrator or not self.takes_part_in.isdisjoint(groups)

    def audiences_in(self, groups: Iterable[int], *, is_invited: bool = False) -> frozenset[Audience]:
        """Return for whom things may be meant that they see in what these groups hold, as when they are invited."""
        numbers = list(groups)
        if self.may_manage(numbers):
            return frozenset(Audience)
        return frozenset(Audience) - {Audience.MANAGERS} if is_invited or self.belongs_to_one(numbers) else _FOR_ALL

    @property
    def is_manager(self) -> bool:
        """Whether they manage any group, or everything."""
        return self.is_administrator or bool(self.manages)


#: Who has not signed in, and who has but belongs to no group.
PUBLIC = Viewer()


@_kept
def changeable_groups(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may change a Group, and what belongs to it."""
    return true() if viewer.is_administrator else Group.id.in_(viewer.manages)


@_kept
def changeable_meetings(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may change a Meeting: they manage one of its groups."""
    return true() if viewer.is_administrator else held_by(Meeting.id, viewer.manages)


@_kept
def visible_groups(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see a Group."""
    if viewer.is_administrator:
        return true()
    own = [Group.id.in_(groups) for groups in (viewer.belongs_to, viewer.manages) if groups]
    return or_(Group.audience == Audience.PUBLIC, *own)


@_kept
def visible_meetings(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see a Meeting.

    The public sees those for everyone that are no drafts, were not put away, and are held by no hidden group. Members
    of one of its groups also see those for members, and managers all of their groups'.
    """
    if viewer.is_administrator:
        return true()
    hidden = aliased(Group)
    held_by_hidden = exists(
        select(1)
        .select_from(MeetingGroup)
        .join(hidden, hidden.id == MeetingGroup.group_id)
        .where(MeetingGroup.meeting_id == Meeting.id, hidden.audience != Audience.PUBLIC)
        .correlate(Meeting)
    )
    is_out = (Meeting.state != MeetingState.DRAFT) & Meeting.archived_at.is_(None)
    ways: list[ColumnElement[bool]] = [(Meeting.audience == Audience.PUBLIC) & is_out & ~held_by_hidden]
    if viewer.belongs_to:
        ways.append((Meeting.audience != Audience.MANAGERS) & is_out & held_by(Meeting.id, viewer.belongs_to))
    if viewer.manages:
        ways.append(held_by(Meeting.id, viewer.manages))
    return or_(*ways)


@_kept
def listed_meetings(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which lists show a Meeting to `viewer`: it is visible and was not put away."""
    visible = visible_meetings(viewer)
    return visible if viewer == PUBLIC else visible & Meeting.archived_at.is_(None)


def held_by(meeting_id: InstrumentedAttribute[Any], groups: frozenset[int]) -> ColumnElement[bool]:
    """Return the condition that one of `groups` holds the meeting that a column names."""
    holder = aliased(MeetingGroup)
    return exists(
        select(1)
        .select_from(holder)
        .where(holder.meeting_id == meeting_id, holder.group_id.in_(groups))
        .correlate_except(holder)
    )


def _for_audience(
    audience: InstrumentedAttribute[Audience], meeting_id: InstrumentedAttribute[int], viewer: Viewer
) -> ColumnElement[bool]:
    """Return the condition for a part of a meeting that has an audience of its own."""
    if viewer.is_administrator:
        return true()
    ways: list[ColumnElement[bool]] = [audience == Audience.PUBLIC]
    if viewer.belongs_to:
        ways.append((audience == Audience.MEMBERS) & held_by(meeting_id, viewer.belongs_to))
    if viewer.manages:
        ways.append(held_by(meeting_id, viewer.manages))
    return or_(*ways)


@_kept
def visible_agenda_items(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see an AgendaItem of a meeting that they may see."""
    return _for_audience(AgendaItem.audience, AgendaItem.meeting_id, viewer)


@_kept
def visible_links(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see a MeetingLink of a meeting that they may see."""
    return _for_audience(MeetingLink.audience, MeetingLink.meeting_id, viewer)


@_kept
def visible_actions(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see an Action of a meeting that they may see.

    It comes out with the minutes, as decisions do, to those whom it is meant for.
    """
    if viewer.is_administrator:
        return true()
    return _came_out(Action.is_published.is_(True), Action.meeting_id, viewer) & doable_actions(viewer)


@_kept
def doable_actions(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see an Action that is theirs to do, of a meeting that they may see.

    They need not wait for the minutes.
    """
    return _for_audience(Action.audience, Action.meeting_id, viewer)


def _came_out(
    is_published: ColumnElement[bool], meeting_id: InstrumentedAttribute[int], viewer: Viewer
) -> ColumnElement[bool]:
    """Return the condition for what waits for the minutes of its meeting, for anybody but an administrator.

    Members also see what is in minutes that they are asked to review, and managers what is still being written.
    """
    ways: list[ColumnElement[bool]] = [is_published]
    if viewer.belongs_to:
        minutes = aliased(Meeting)
        states = [MinutesState.IN_REVIEW, MinutesState.APPROVED]
        is_ready = exists(
            select(1).where(minutes.id == meeting_id, minutes.minutes_state.in_(states)).correlate_except(minutes)
        )
        ways.append(is_ready & held_by(meeting_id, viewer.belongs_to))
    if viewer.manages:
        ways.append(held_by(meeting_id, viewer.manages))
    return or_(*ways)


@_kept
def visible_decisions(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see a Decision: its meeting is visible, and it is published.

    Before it is, those see it who see the minutes.
    """
    if viewer.is_administrator:
        return true()
    meeting = exists(select(1).where(Meeting.id == Decision.meeting_id, visible_meetings(viewer)).correlate(Decision))
    return _came_out(Decision.published_on.is_not(None), Decision.meeting_id, viewer) & meeting


#: For whom what came of a meeting is written, by its minutes: what came of an old meeting may stand without any.
OUTCOME_FOR = {
    MinutesState.NONE: Audience.PUBLIC,
    MinutesState.DRAFT: Audience.MANAGERS,
    MinutesState.IN_REVIEW: Audience.MEMBERS,
    MinutesState.APPROVED: Audience.PUBLIC,
}


def readable_outcome(meeting: Meeting, *, viewer: Viewer) -> Bilingual:
    """Return what came of a Meeting that `viewer` may see and whose groups are at hand; nothing where it is kept back.

    While its minutes are a draft it is for managers, in review for members, too; otherwise for everyone.
    """
    groups = [link.group_id for link in meeting.meeting_groups]
    may_read = OUTCOME_FOR[meeting.minutes_state] in viewer.audiences_in(groups)
    return meeting.outcome if may_read else Bilingual(None, None)


@_kept
def visible_topics(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see a Topic: its group is visible."""
    return exists(select(1).where(Group.id == Topic.group_id, visible_groups(viewer)).correlate(Topic))


@_kept
def visible_initiatives(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see an Initiative: its group is visible."""
    return exists(select(1).where(Group.id == Initiative.group_id, visible_groups(viewer)).correlate(Initiative))


@_kept
def visible_milestones(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see a Milestone: it is a network's, or its group is visible.

    Nobody sees one that was put away, but on the page where it is changed.
    """
    group = exists(select(1).where(Group.id == Milestone.group_id, visible_groups(viewer)).correlate(Milestone))
    return Milestone.archived_at.is_(None) & (Milestone.group_id.is_(None) | group)


@_kept
def named_at(viewer: Viewer, meeting_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may read a Person's name in what belongs to a meeting.

    Everyone reads the names of those who agreed to it; who belongs to one of the meeting's groups reads all of them.
    `meeting_id` is the column that names the meeting.
    """
    if viewer.is_administrator:
        return true()
    ways: list[ColumnElement[bool]] = [Person.name_is_public.is_(True)]
    if viewer.belongs_to:
        ways.append(held_by(meeting_id, viewer.belongs_to))
    return or_(*ways)


@_kept
def named_in_group(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may read a Person's name in a Membership."""
    if viewer.is_administrator:
        return true()
    is_public = Person.name_is_public.is_(True)
    return or_(is_public, Membership.group_id.in_(viewer.belongs_to)) if viewer.belongs_to else is_public


@_kept
def readable_people(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may read all of a Person, e-mail and phone included.

    A manager reads those who are or were in their groups, came to one of their meetings, or spoke there.
    """
    if viewer.is_administrator:
        return Person.erased_at.is_(None)
    member, came, spoke = aliased(Membership), aliased(Attendance), aliased(Speaker)
    belongs = exists(select(1).where(member.person_id == Person.id, member.group_id.in_(viewer.manages)))
    attended = exists(select(1).where(came.person_id == Person.id, held_by(came.meeting_id, viewer.manages)))
    talked = exists(select(1).where(spoke.person_id == Person.id, held_by(spoke.meeting_id, viewer.manages)))
    ways = (one.correlate(Person) for one in (belongs, attended, talked))
    return Person.erased_at.is_(None) & or_(*ways)

"""Who may see what: one rule in one place, which pages, lists, search and feeds all ask.

Each condition is built once for each viewer, because building one takes longer than asking the database.
"""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingLink, MeetingState
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.topic import Topic
from lag_tracker.models.traits import Audience


@dataclass(frozen=True)
class Viewer:
    """Somebody who reads. Nobody has signed in yet, so there is one kind: the public."""


PUBLIC = Viewer()


@cache
def visible_groups(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see a Group."""
    del viewer
    return Group.audience == Audience.PUBLIC


@cache
def visible_meetings(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see a Meeting: public, no draft, and none of its groups hidden."""
    del viewer
    hidden = aliased(Group)
    held_by_hidden = exists(
        select(1)
        .select_from(MeetingGroup)
        .join(hidden, hidden.id == MeetingGroup.group_id)
        .where(MeetingGroup.meeting_id == Meeting.id, hidden.audience != Audience.PUBLIC)
        .correlate(Meeting)
    )
    return (Meeting.audience == Audience.PUBLIC) & (Meeting.state != MeetingState.DRAFT) & ~held_by_hidden


@cache
def visible_agenda_items(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see an AgendaItem of a meeting that they may see."""
    del viewer
    return AgendaItem.audience == Audience.PUBLIC


@cache
def visible_links(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see a MeetingLink of a meeting that they may see."""
    del viewer
    return MeetingLink.audience == Audience.PUBLIC


@cache
def visible_decisions(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see a Decision: published, and its meeting visible."""
    meeting = exists(select(1).where(Meeting.id == Decision.meeting_id, visible_meetings(viewer)).correlate(Decision))
    return Decision.published_on.is_not(None) & meeting


@cache
def visible_topics(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see a Topic: its group is visible."""
    return exists(select(1).where(Group.id == Topic.group_id, visible_groups(viewer)).correlate(Topic))


@cache
def visible_initiatives(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see an Initiative: its group is visible."""
    return exists(select(1).where(Group.id == Initiative.group_id, visible_groups(viewer)).correlate(Initiative))


@cache
def visible_milestones(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may see a Milestone: it is a network's, or its group is visible."""
    group = exists(select(1).where(Group.id == Milestone.group_id, visible_groups(viewer)).correlate(Milestone))
    return Milestone.group_id.is_(None) | group

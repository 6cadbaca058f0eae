"""Who may read and hide which Comment: the part of `visibility.py` that is about what people say."""

from functools import lru_cache

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import aliased

from lag_tracker.models.comment import Comment, CommentState
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import MeetingGroup
from lag_tracker.models.traits import Audience
from lag_tracker.models.visibility import Viewer, held_by

_kept = lru_cache(maxsize=2000)


@_kept
def visible_comments(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may read a Comment on a record that they may see.

    Members read what is said in their groups, managers also what waits and what was hidden. The public reads what is
    for everyone where the leading group is open to everyone's comments.
    """
    if viewer.is_administrator:
        return true()
    is_shown = Comment.state == CommentState.SHOWN
    ways: list[ColumnElement[bool]] = [is_shown & (Comment.audience == Audience.PUBLIC) & _on_open_record()]
    if viewer.belongs_to:
        ways.append(is_shown & (Comment.audience != Audience.MANAGERS) & _said_in(viewer.belongs_to))
    if viewer.manages:
        ways.append(_said_in(viewer.manages))
    return or_(*ways)


@_kept
def changeable_comments(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` may show or hide a Comment: they manage one of the record's groups."""
    return true() if viewer.is_administrator else _said_in(viewer.manages)


def _said_in(groups: frozenset[int]) -> ColumnElement[bool]:
    """Return the condition that a comment is on a meeting or an initiative of one of these groups."""
    initiatives = select(Initiative.id).where(Initiative.group_id.in_(groups))
    return or_(Comment.initiative_id.in_(initiatives), held_by(Comment.meeting_id, groups))


def _on_open_record() -> ColumnElement[bool]:
    """Return the condition that a comment is on a record whose leading group hears everyone."""
    leading = aliased(Group)
    is_open = (leading.audience == Audience.PUBLIC) & leading.takes_public_comments
    initiatives = select(Initiative.id).join(leading, leading.id == Initiative.group_id).where(is_open)
    meetings = (
        select(MeetingGroup.meeting_id)
        .join(leading, leading.id == MeetingGroup.group_id)
        .where(MeetingGroup.position == 1, is_open)
    )
    return or_(Comment.initiative_id.in_(initiatives), Comment.meeting_id.in_(meetings))

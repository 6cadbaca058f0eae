"""Questions about comments."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from lag_tracker.models.comment import Comment, CommentState
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting, MeetingGroup
from lag_tracker.models.person import Person
from lag_tracker.models.traits import Audience
from lag_tracker.models.visibility import Viewer
from lag_tracker.models.visibility_of_comments import changeable_comments, visible_comments

MOST_SHOWN = 500
#: Whoever said it may mend it for so long.
MENDED_WITHIN = timedelta(minutes=15)
#: The same words within so long are the same comment.
REMEMBERED = timedelta(days=30)


class CommentRow(NamedTuple):
    """A comment as pages show it."""

    id: int
    #: None where the reader may not know it.
    name: str | None
    is_by_member: bool
    text: str
    language: str
    created_at: datetime
    is_mended: bool
    state: CommentState
    audience: Audience
    person_id: int | None
    #: Whether its author may still mend it.
    is_fresh: bool


class Discussion(NamedTuple):
    """What is said about a record, and what its reader may do there."""

    rows: Sequence[CommentRow]
    #: Everybody may comment.
    is_open: bool
    takes_part: bool
    manages: bool

    def __bool__(self) -> bool:
        """Tell whether there is anything to show."""
        return bool(self.rows) or self.is_open or self.takes_part


def is_open(groups: Sequence[Group]) -> bool:
    """Tell whether the leading one of these groups hears everyone."""
    return bool(groups) and groups[0].takes_public_comments and groups[0].audience is Audience.PUBLIC


def comments_on_meeting(session: Session, meeting: Meeting, *, viewer: Viewer, now: datetime) -> Discussion:
    """Return what is said about a meeting, whose groups are loaded; see `_discussion`."""
    return _discussion(session, meeting.groups, Comment.meeting_id == meeting.id, viewer, now)


def comments_on_initiative(session: Session, initiative: Initiative, *, viewer: Viewer, now: datetime) -> Discussion:
    """Return what is said about an initiative, whose group is loaded; see `_discussion`.

    Once it became part of another one, people go on talking there.
    """
    talk = _discussion(session, [initiative.group], Comment.initiative_id == initiative.id, viewer, now)
    return talk if initiative.merged_into_id is None else talk._replace(is_open=False, takes_part=False)


def _discussion(
    session: Session, groups: Sequence[Group], only: ColumnElement[bool], viewer: Viewer, now: datetime
) -> Discussion:
    """Return the discussion of a record in one statement, or in none where there can be none for `viewer`."""
    numbers = [group.id for group in groups]
    reads_names, hears_all = viewer.belongs_to_one(numbers), is_open(groups)
    rows: list[CommentRow] = []
    if reads_names or hears_all or viewer.may_manage(numbers):
        found = session.execute(
            select(Comment, Person.name, Person.name_is_public)
            .outerjoin(Person, Person.id == Comment.person_id)
            .where(only, visible_comments(viewer))
            .order_by(Comment.id)
            .limit(MOST_SHOWN)
        )
        rows = [_row(one, name if reads_names or public else None, now) for one, name, public in found]
    return Discussion(rows, hears_all, viewer.takes_part(numbers), viewer.may_manage(numbers))


def _row(comment: Comment, name: str | None, now: datetime) -> CommentRow:
    return CommentRow(
        comment.id,
        name or comment.author_name,
        comment.person_id is not None,
        comment.text,
        comment.language,
        comment.created_at,
        comment.changed_at is not None,
        comment.state,
        comment.audience,
        comment.person_id,
        now - comment.created_at < MENDED_WITHIN,
    )


def was_said(
    session: Session, record: Meeting | Initiative, *, text: str, person_id: int | None, now: datetime
) -> bool:
    """Tell whether the same words were sent lately about the same record, by the same member or by the public.

    The public (`person_id` is None) is told only of what was for everyone: what members say is not to be guessed.
    """
    about = Comment.meeting_id if isinstance(record, Meeting) else Comment.initiative_id
    same = select(func.count(Comment.id)).where(
        about == record.id,
        Comment.text == text,
        Comment.person_id == person_id,
        Comment.created_at > now - REMEMBERED,
    )
    if person_id is None:
        same = same.where(Comment.audience == Audience.PUBLIC)
    return bool(session.scalar(same))


def own_comment(session: Session, number: int, *, person_id: int | None) -> Comment | None:
    """Return a comment of this person with the record it is on and its groups."""
    if person_id is None:
        return None
    found = _with_record().where(Comment.id == number, Comment.person_id == person_id)
    return session.scalars(found).one_or_none()


def changeable_comment(session: Session, number: int, *, viewer: Viewer) -> Comment | None:
    """Return a comment with the record it is on, if `viewer` may show and hide it."""
    return session.scalars(_with_record().where(Comment.id == number, changeable_comments(viewer))).one_or_none()


def waiting_comments(session: Session, *, viewer: Viewer) -> Sequence[Comment]:
    """Return the comments that wait for `viewer` to read them, the oldest first, with the records they are on."""
    waiting = _with_record().where(Comment.state == CommentState.WAITING, changeable_comments(viewer))
    return session.scalars(waiting.order_by(Comment.id).limit(MOST_SHOWN)).all()


def _with_record() -> Select[Comment]:
    return select(Comment).options(
        joinedload(Comment.initiative).joinedload(Initiative.group),
        joinedload(Comment.meeting).selectinload(Meeting.meeting_groups).joinedload(MeetingGroup.group),
    )

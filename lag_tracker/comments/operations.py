"""What happens to comments."""

from datetime import datetime

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.comments.queries import MENDED_WITHIN, was_said
from lag_tracker.errors import RuleBroken
from lag_tracker.models.comment import Comment, CommentState
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.person import Person
from lag_tracker.models.traits import Audience


def say_as_member(
    record: Meeting | Initiative,
    *,
    session: Session,
    person: Person | None,
    text: str,
    language: str,
    audience: Audience,
    now: datetime,
) -> Comment:
    """Let a member say something about a record; it is shown at once, to whom they chose."""
    if person is None:
        raise RuleBroken(
            gettext("Your account is not tied to a person on record yet. Ask a manager of the group for it.")
        )
    comment = _said(record, session, person_id=person.id, text=text, language=language, now=now)
    comment.person_id, comment.audience, comment.state = person.id, audience, CommentState.SHOWN
    session.add(comment)
    return comment


def say_as_anybody(
    record: Meeting | Initiative, *, session: Session, name: str | None, text: str, language: str, now: datetime
) -> Comment:
    """Let somebody without an account say something about a record; a manager reads it before others do."""
    comment = _said(record, session, person_id=None, text=text, language=language, now=now)
    comment.author_name, comment.audience, comment.state = name, Audience.PUBLIC, CommentState.WAITING
    session.add(comment)
    return comment


def _said(
    record: Meeting | Initiative, session: Session, *, person_id: int | None, text: str, language: str, now: datetime
) -> Comment:
    if isinstance(record, Initiative) and record.merged_into_id is not None:
        raise RuleBroken(gettext("This initiative became part of another one. Write your comment there."))
    if was_said(session, record, text=text, person_id=person_id, now=now):
        raise RuleBroken(gettext("This was sent already, in the same words."))
    about = {"meeting_id": record.id} if isinstance(record, Meeting) else {"initiative_id": record.id}
    return Comment(text=text, language=language, created_at=now, **about)


def mend(comment: Comment, *, text: str, audience: Audience, now: datetime) -> None:
    """Let its author write a comment anew while nobody can have built on it."""
    if now - comment.created_at >= MENDED_WITHIN:
        raise RuleBroken(gettext("A comment can be changed for fifteen minutes. Write another one to add something."))
    if comment.state is not CommentState.SHOWN:
        raise RuleBroken(gettext("A manager of the group has hidden this comment."))
    comment.text, comment.audience, comment.changed_at = text, audience, now


def show(comment: Comment) -> None:
    """Let a comment be read by those it is for."""
    comment.state = CommentState.SHOWN


def hide(comment: Comment) -> None:
    """Take a comment out of sight; managers still see that it was there."""
    comment.state = CommentState.HIDDEN

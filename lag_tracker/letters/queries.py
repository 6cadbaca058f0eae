"""Questions about letters."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, joinedload

from lag_tracker.models.letter import Letter, LetterState
from lag_tracker.models.person import Person
from lag_tracker.models.visibility import Viewer

MOST_LETTERS = 500
#: A letter that has waited for so long after its time was taken by no worker.
LETTERS_WAIT = timedelta(minutes=30)


def unsent_letters(session: Session) -> list[Letter]:
    """Return the letters that wait or have failed, the oldest first."""
    unsent = select(Letter).where(Letter.state != LetterState.SENT).order_by(Letter.id)
    return list(session.scalars(unsent.limit(MOST_LETTERS)))


def number_overdue(session: Session, *, before: datetime) -> int:
    """Return how many letters were due before that instant and were taken by no worker."""
    overdue = select(func.count(Letter.id)).where(Letter.state == LetterState.WAITING, Letter.due_at < before)
    return session.scalar(overdue) or 0


def failed_letters(session: Session, *, viewer: Viewer) -> list[Letter]:
    """Return the letters that could not be sent and that `viewer` answers for, the newest first, with their groups."""
    failed = select(Letter).where(_failed(viewer)).options(joinedload(Letter.group), joinedload(Letter.person))
    return list(session.scalars(failed.order_by(Letter.id.desc()).limit(MOST_LETTERS)))


def failed_letter(session: Session, number: int, *, viewer: Viewer) -> Letter | None:
    """Return a letter that could not be sent, if `viewer` answers for it."""
    return session.scalars(select(Letter).where(Letter.id == number, _failed(viewer))).one_or_none()


def receiver(session: Session, number: int | None) -> Person | None:
    """Return the person whom letters go to, None when there is none any more."""
    return session.scalars(select(Person).where(Person.id == number, Person.erased_at.is_(None))).one_or_none()


def _failed(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition that a letter has failed, and is of a group that `viewer` manages; all for administrators.

    Letters of no group, such as those about signing in, are the administrators'.
    """
    own = true() if viewer.is_administrator else Letter.group_id.in_(viewer.manages)
    return (Letter.state == LetterState.FAILED) & own

"""What happens to chores."""

from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lag_tracker.models.chore import Chore


def take_chore(session: Session, name: str, *, now: datetime, pause: timedelta) -> bool:
    """Tell whether a chore is due; if so it is taken, and due for nobody until `pause` has passed.

    Commit before doing it, so that no other worker waits or does it, too. What goes wrong then waits for the next time.
    """
    # One that is due later than now and a pause was taken by a clock that went wrong, and must not wait for it.
    is_due = or_(Chore.due_at <= now, Chore.due_at > now + pause)
    taken = session.execute(
        update(Chore)
        .where(Chore.name == name, is_due)
        .values(due_at=now + pause)
        .returning(Chore.name)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return taken is not None or _begin(session, name, now + pause)


def _begin(session: Session, name: str, due_at: datetime) -> bool:
    """Write down a chore that was never done; of two who do so at the same moment one succeeds."""
    if session.get(Chore, name) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(Chore(name=name, due_at=due_at))
    except IntegrityError:
        return False
    return True

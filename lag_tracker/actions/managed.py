"""Questions that managers ask while they write actions down."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lag_tracker.models.action import Action


def actions_at(session: Session, meeting_id: int) -> Sequence[Action]:
    """Return all actions that a meeting gave, with who answers for them and what they follow from."""
    return session.scalars(
        select(Action)
        .where(Action.meeting_id == meeting_id)
        .options(joinedload(Action.person), joinedload(Action.decision), joinedload(Action.initiative))
        .order_by(Action.id)
    ).all()

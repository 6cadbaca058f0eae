"""Questions about the links of a meeting."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lag_tracker.models.meeting import MeetingLink


def links_at(session: Session, meeting_id: int) -> Sequence[MeetingLink]:
    """Return all links of a meeting in the order they were added."""
    return session.scalars(
        select(MeetingLink).where(MeetingLink.meeting_id == meeting_id).order_by(MeetingLink.id)
    ).all()

"""Questions about meetings that were planned together."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingState
from lag_tracker.models.visibility import Viewer, changeable_meetings

#: What may still be changed together.
AHEAD = (MeetingState.DRAFT, MeetingState.SCHEDULED)


def announced_among(meetings: Sequence[Meeting]) -> list[Meeting]:
    """Return those of `meetings` that people know of, and that can therefore be called off."""
    return [meeting for meeting in meetings if meeting.state is MeetingState.SCHEDULED]


def this_and_later(session: Session, meeting: Meeting, *, viewer: Viewer) -> list[Meeting]:
    """Return a meeting and those after it in its series that `viewer` may change and that are still to be held."""
    later = (Meeting.series_id == meeting.series_id) & (Meeting.starts_on > meeting.starts_on)
    still_ahead = later & Meeting.state.in_(AHEAD) & Meeting.archived_at.is_(None)
    return list(
        session.scalars(
            select(Meeting)
            .where(changeable_meetings(viewer), or_(Meeting.id == meeting.id, still_ahead))
            .options(
                selectinload(Meeting.meeting_groups).joinedload(MeetingGroup.group), selectinload(Meeting.networks)
            )
            .order_by(Meeting.starts_on, Meeting.id)
        )
    )

"""Questions that managers ask while they write decisions down."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lag_tracker.decisions.queries import decisions_of_year
from lag_tracker.models.decision import Decision
from lag_tracker.models.meeting import Meeting, MeetingGroup


def decisions_at(session: Session, meeting_id: int) -> list[Decision]:
    """Return all decisions of a meeting by number, with what they are about."""
    found = session.scalars(
        select(Decision)
        .where(Decision.meeting_id == meeting_id)
        .options(joinedload(Decision.agenda_item), joinedload(Decision.topic), joinedload(Decision.initiative))
        .order_by(Decision.number.is_(None), Decision.number, Decision.id)
    )
    return list(found)


def is_number_taken(session: Session, number: int, *, meeting: Meeting) -> bool:
    """Tell whether a decision bears this number already, of the meeting's leading group and year."""
    if not meeting.meeting_groups or meeting.starts_on is None:
        return False
    leading = meeting.meeting_groups[0].group_id
    led = select(MeetingGroup.meeting_id).where(MeetingGroup.group_id == leading, MeetingGroup.position == 1)
    found = select(Decision.id).join(Meeting, Meeting.id == Decision.meeting_id)
    year = decisions_of_year(meeting.starts_on.year)
    found = found.where(Meeting.id.in_(led), year, Decision.number == number)
    return session.scalars(found.limit(1)).first() is not None

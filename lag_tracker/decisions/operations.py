"""What happens to decisions."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from lag_tracker.database import take_turns
from lag_tracker.decisions.queries import last_number
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.decision import Decision
from lag_tracker.models.meeting import Meeting


def record_decisions(
    meeting: Meeting, *, session: Session, texts: Iterable[Bilingual], published_on: date | None = None
) -> list[Decision]:
    """Write down what a meeting decided, numbered on from the last decision of its leading group in that year.

    Without a group or a year there are no numbers. `published_on` is the day they are made public, None for later.
    """
    number = _next_number(session, meeting)
    decisions = []
    for place, text in enumerate(texts):
        decisions.append(
            Decision(
                meeting=meeting,
                number=None if number is None else number + place,
                text_lv=text.lv,
                text_en=text.en,
                published_on=published_on,
            )
        )
    session.add_all(decisions)
    return decisions


def _next_number(session: Session, meeting: Meeting) -> int | None:
    if not meeting.meeting_groups or meeting.starts_on is None:
        return None
    # Two who write at the same time would else find the same number free.
    take_turns(session.connection(), "decisions")
    return last_number(session, meeting.meeting_groups[0].group.id, meeting.starts_on.year) + 1

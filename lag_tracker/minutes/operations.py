"""What happens to minutes."""

from datetime import date

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.actions.managed import actions_at
from lag_tracker.actions.operations import publish_actions
from lag_tracker.database import take_turns
from lag_tracker.decisions.managed import decisions_at
from lag_tracker.decisions.operations import publish_decisions
from lag_tracker.errors import RuleBroken
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.meeting import Meeting, MeetingState, MinutesState

#: State of minutes -> the states that they may come to from it.
MOVES: dict[MinutesState, frozenset[MinutesState]] = {
    MinutesState.NONE: frozenset({MinutesState.DRAFT, MinutesState.IN_REVIEW, MinutesState.APPROVED}),
    MinutesState.DRAFT: frozenset({MinutesState.IN_REVIEW, MinutesState.APPROVED}),
    MinutesState.IN_REVIEW: frozenset({MinutesState.DRAFT, MinutesState.APPROVED}),
    MinutesState.APPROVED: frozenset({MinutesState.IN_REVIEW}),
}


def write_minutes(meeting: Meeting, *, outcome: Bilingual) -> None:
    """Write down what came of a meeting; its minutes are a draft from the first word on.

    What stood there before without minutes stays public: what everyone has read cannot be unread.
    """
    _check_held(meeting)
    is_begun = bool(outcome and not meeting.outcome)
    meeting.outcome_lv, meeting.outcome_en = outcome
    if is_begun and meeting.minutes_state is MinutesState.NONE:
        meeting.minutes_state = MinutesState.DRAFT


def bring_minutes_to(meeting: Meeting, state: MinutesState, *, session: Session, today: date) -> None:
    """Let the minutes come to another state; approval publishes the meeting's decisions and actions.

    Taking an approval back leaves them public: what everyone has read cannot be unread. What came of the meeting
    is kept back again while it is mended.
    """
    _check_held(meeting)
    if state not in MOVES[meeting.minutes_state]:
        raise RuleBroken(gettext("Somebody has changed the state of the minutes meanwhile. Look at their page again."))
    meeting.minutes_state = state
    if state is MinutesState.APPROVED:
        # Whoever adds one in this moment either did so before, or finds the minutes approved.
        take_turns(session.connection(), "decisions")
        publish_decisions(decisions_at(session, meeting.id), today=today)
        publish_actions(actions_at(session, meeting.id))


def _check_held(meeting: Meeting) -> None:
    if meeting.state is not MeetingState.HELD:
        raise RuleBroken(gettext("Only a meeting that was held has minutes. Say first, on its page, that it was held."))

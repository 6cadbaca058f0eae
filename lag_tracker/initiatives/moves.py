"""From which state an initiative may come to which, and what its history must say."""

from datetime import date, datetime

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.errors import RuleBroken
from lag_tracker.initiatives.operations import touch
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.initiative import STATES_WITH_REASON, Initiative, InitiativeState, InitiativeStateChange
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.traits import Certainty, Precision, RoughDay

_PROPOSED = InitiativeState.PROPOSED
_DISCUSSED = InitiativeState.UNDER_DISCUSSION
_ACCEPTED = InitiativeState.ACCEPTED
_TESTING = InitiativeState.TESTING
_IN_PLAN = InitiativeState.IN_PLAN
_UNDER_WAY = InitiativeState.UNDER_WAY
_DONE = InitiativeState.DONE
_DECLINED = InitiativeState.DECLINED
_PARKED = InitiativeState.PARKED

#: State -> the states that may follow it, the likeliest first. Groups leave steps out, so ways forward are wide; what
#: ended is taken up again by speaking about it.
MOVES: dict[InitiativeState, tuple[InitiativeState, ...]] = {
    _PROPOSED: (_DISCUSSED, _ACCEPTED, _TESTING, _IN_PLAN, _UNDER_WAY, _DECLINED, _PARKED),
    _DISCUSSED: (_ACCEPTED, _TESTING, _IN_PLAN, _UNDER_WAY, _DECLINED, _PARKED),
    _ACCEPTED: (_TESTING, _IN_PLAN, _UNDER_WAY, _DONE, _DISCUSSED, _DECLINED, _PARKED),
    _TESTING: (_IN_PLAN, _UNDER_WAY, _DONE, _ACCEPTED, _DISCUSSED, _DECLINED, _PARKED),
    _IN_PLAN: (_UNDER_WAY, _TESTING, _DONE, _DISCUSSED, _DECLINED, _PARKED),
    _UNDER_WAY: (_DONE, _IN_PLAN, _DECLINED, _PARKED),
    _DONE: (_UNDER_WAY,),
    _DECLINED: (_PROPOSED, _DISCUSSED),
    _PARKED: (_PROPOSED, _DISCUSSED, _ACCEPTED, _TESTING, _IN_PLAN, _UNDER_WAY, _DECLINED),
}


def move_initiative(
    initiative: Initiative,
    *,
    to: InitiativeState,
    since: RoughDay,
    reason: Bilingual,
    meeting: Meeting | None,
    today: date,
) -> InitiativeStateChange:
    """Bring an initiative to another state; without a day it is the day of the meeting that did so.

    Needs the history loaded.
    """
    if initiative.merged_into_id is not None:
        raise RuleBroken(gettext("This initiative became part of another one, so it cannot go on by itself."))
    if to not in MOVES[initiative.state]:
        raise RuleBroken(gettext("An initiative cannot come to this state from the one it is in."), about="to")
    last = initiative.history[-1] if initiative.history else None
    step = InitiativeStateChange(position=last.position + 1 if last else 1, state=to)
    _write(step, since=since, reason=reason, meeting=meeting, today=today, earlier=last, later=None)
    initiative.history.append(step)
    initiative.state = to
    return step


def correct_step(
    step: InitiativeStateChange,
    *,
    since: RoughDay,
    reason: Bilingual,
    meeting: Meeting | None,
    today: date,
    now: datetime,
) -> None:
    """Write down anew when, why and at which meeting an initiative came to a state. Needs its history loaded."""
    history = step.initiative.history
    place = history.index(step)
    earlier = history[place - 1] if place else None
    later = history[place + 1] if place + 1 < len(history) else None
    _write(step, since=since, reason=reason, meeting=meeting, today=today, earlier=earlier, later=later)
    touch(step.initiative, now)


def undo_last_step(initiative: Initiative, *, session: Session, now: datetime) -> None:
    """Take back the last change of state, as if it had never been; the record of changes keeps it.

    Needs the history loaded. The first step cannot be taken back, because an initiative is always in some state.
    """
    if len(initiative.history) < 2:  # noqa: PLR2004 -- the last one and the one to go back to
        raise RuleBroken(gettext("This is the first step of the initiative; there is none to go back to."))
    session.delete(initiative.history.pop())
    initiative.state = initiative.history[-1].state
    touch(initiative, now)


def _write(
    step: InitiativeStateChange,
    *,
    since: RoughDay,
    reason: Bilingual,
    meeting: Meeting | None,
    today: date,
    earlier: InitiativeStateChange | None,
    later: InitiativeStateChange | None,
) -> None:
    if step.state in STATES_WITH_REASON and not reason:
        raise RuleBroken(
            gettext("Say why: those who proposed it, and who vote next time, will want to know."), about="reason_lv"
        )
    if since.first is None and meeting is not None:
        known = meeting.starts_on is not None
        since = RoughDay(meeting.starts_on, meeting.date_precision if known else Precision.UNKNOWN)
    _check_day(since, today=today, earlier=earlier, later=later)
    if step.since != since:
        # Whatever was worked out from a source, this was typed by somebody who knows.
        step.changed_on, step.date_precision = since
        step.date_certainty = Certainty.STATED
    step.reason_lv, step.reason_en = reason
    step.meeting = meeting


def _check_day(
    since: RoughDay,
    *,
    today: date,
    earlier: InitiativeStateChange | None,
    later: InitiativeStateChange | None,
) -> None:
    if RoughDay(today, Precision.DAY).is_before(since):
        raise RuleBroken(gettext("This day is still to come. Write down what has happened already."), about="since")
    if earlier is not None and since.is_before(earlier.since):
        raise RuleBroken(
            gettext("This is earlier than the step before it. Choose a later day, or correct that step."), about="since"
        )
    if later is not None and later.since.is_before(since):
        raise RuleBroken(
            gettext("This is later than the step after it. Choose an earlier day, or correct that step."), about="since"
        )

"""Putting a held meeting on record, with all that came of it."""

from collections.abc import Sequence
from datetime import date, time
from typing import TypedDict

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.agenda.operations import in_language, put_on_agenda
from lag_tracker.attendance.operations import note_guests, note_present
from lag_tracker.decisions.operations import record_decisions
from lag_tracker.errors import RuleBroken
from lag_tracker.meetings.moments import Moment
from lag_tracker.meetings.operations import begin_meeting
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import Meeting, MeetingKind, MeetingState, MinutesState, Mode
from lag_tracker.models.traits import Precision


class HeldMeeting(TypedDict):
    """What somebody writes about a meeting that was held; texts are in one language, lists one entry a line."""

    starts_on: date | None
    date_precision: Precision
    starts_at_time: time | None
    ends_at_time: time | None
    kind: MeetingKind
    title: str | None
    mode: Mode | None
    place: str | None
    agenda: list[str]
    guests: list[str]
    head_count: int | None
    decisions: list[str]
    publish: bool


def log_meeting(
    groups: Sequence[Group],
    *,
    session: Session,
    held: HeldMeeting,
    present: Sequence[Membership],
    lang: str,
    today: date,
    time_zone: str,
    uid_domain: str,
) -> Meeting:
    """Put a meeting that was held on record: its agenda, who came, and what it decided.

    `lang` is the language that the texts are in. Decisions are published `today` or wait for the minutes.
    """
    if held["starts_on"] and held["starts_on"] > today:
        raise RuleBroken(gettext("That day is still to come. Plan the meeting instead."), about="starts_on")
    meeting = begin_meeting(
        groups,
        session=session,
        state=MeetingState.HELD,
        moment=Moment(
            held["starts_on"], None, held["date_precision"], held["starts_at_time"], held["ends_at_time"], time_zone
        ),
        kind=held["kind"],
        title=in_language(held["title"], lang),
        mode=held["mode"],
        place=in_language(held["place"], lang),
        uid_domain=uid_domain,
    )
    meeting.head_count = held["head_count"]
    put_on_agenda(meeting, session=session, lines=held["agenda"], lang=lang)
    note_present(meeting, session=session, memberships=present)
    note_guests(meeting, session=session, lines=held["guests"], groups=groups)
    texts = [in_language(text, lang) for text in held["decisions"]]
    record_decisions(meeting, session=session, texts=texts, published_on=today if held["publish"] else None)
    if texts and not held["publish"]:
        meeting.minutes_state = MinutesState.DRAFT
    return meeting

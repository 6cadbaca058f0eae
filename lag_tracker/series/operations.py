"""What happens to several meetings at once."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypedDict

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.attendance.operations import expect_members
from lag_tracker.errors import RuleBroken
from lag_tracker.meetings.moments import Moment, checked, moment_of, set_moment
from lag_tracker.meetings.operations import begin_meeting, cancel_meeting
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import Meeting, MeetingKind, MeetingSeries, MeetingState, Mode
from lag_tracker.models.network import Network
from lag_tracker.models.rhythm import Rhythm, Weekday
from lag_tracker.models.traits import Audience, Precision

#: What several meetings may be given together, besides their hours.
SHARED = ("title_lv", "title_en", "kind", "mode", "place_lv", "place_en", "join_url", "join_audience")


class SeriesPlan(TypedDict):
    """What all meetings of a series have in common."""

    kind: MeetingKind
    title_lv: str | None
    title_en: str | None
    mode: Mode | None
    place_lv: str | None
    place_en: str | None
    join_url: str | None
    join_audience: Audience
    audience: Audience
    state: MeetingState


def make_series(
    groups: Sequence[Group],
    *,
    session: Session,
    rhythm: Rhythm,
    moments: Sequence[Moment],
    plan: SeriesPlan,
    networks: Sequence[Network],
    invited: Sequence[Membership],
    uid_domain: str,
) -> list[Meeting]:
    """Plan a meeting at each of these moments; each is a meeting of its own, with its own identity in calendars."""
    check_moments(moments)
    series = MeetingSeries(rule=str(rhythm))
    session.add(series)
    session.flush()
    meetings = []
    for moment in moments:
        meeting = begin_meeting(
            groups,
            session=session,
            state=plan["state"],
            moment=moment,
            kind=plan["kind"],
            title=Bilingual(plan["title_lv"], plan["title_en"]),
            mode=plan["mode"],
            place=Bilingual(plan["place_lv"], plan["place_en"]),
            uid_domain=uid_domain,
        )
        meeting.audience, meeting.series_id = plan["audience"], series.id
        meeting.join_url, meeting.join_audience = plan["join_url"], plan["join_audience"]
        meeting.networks = list(networks)
        expect_members(meeting, session=session, memberships=invited)
        session.flush()
        meetings.append(meeting)
    return meetings


def change_together(
    meetings: Sequence[Meeting], *, words: Mapping[str, Any], weekday: Weekday | None, today: date, now: datetime
) -> int:
    """Give meetings what of `words` differs from the first of them; return how many were changed.

    What somebody changed on a later one alone stays, unless the same thing is changed now. With a `weekday` each moves
    to that day of its own week.
    """
    this = meetings[0]
    new = {name: value for name, value in words.items() if value != getattr(this, name)}
    hours = {name: value for name, value in new.items() if name in Moment._fields}
    before = [moment_of(meeting) for meeting in meetings]
    moments = [_on_weekday(moment, weekday, today=today)._replace(**hours) for moment in before]
    check_moments(moments)
    is_moved = moments != before
    for meeting, moment in zip(meetings, moments, strict=True):
        if is_moved:
            set_moment(meeting, moment)
        for name in new.keys() & set(SHARED):
            setattr(meeting, name, new[name])
        if new or is_moved:
            meeting.changed_at = now
    return len(meetings) if new or is_moved else 0


def _on_weekday(moment: Moment, weekday: Weekday | None, *, today: date) -> Moment:
    """Return the moment on another day of its week; one of which no more than the month is known stays."""
    if weekday is None or moment.starts_on is None or moment.date_precision is not Precision.DAY:
        return moment
    shift = timedelta(days=weekday.number - moment.starts_on.weekday())
    if shift and moment.starts_on + shift < today:
        raise RuleBroken(gettext("In the first of these weeks that day is over already."), about="weekday")
    last = moment.ends_on + shift if moment.ends_on else None
    return moment._replace(starts_on=moment.starts_on + shift, ends_on=last)


def cancel_together(meetings: Sequence[Meeting], *, reason: Bilingual, now: datetime) -> None:
    """Call meetings off, all for the same reason; drafts, of which nobody was told, are not among them."""
    if not meetings:
        raise RuleBroken(gettext("These meetings are drafts, so nobody knows of them. Archive them instead."))
    for meeting in meetings:
        cancel_meeting(meeting, reason=reason, now=now)


def check_moments(moments: Sequence[Moment]) -> None:
    """Say on which day it is that something is wrong with the hours."""
    for moment in moments:
        try:
            checked(moment)
        except RuleBroken as refusal:
            day = f"{moment.starts_on:%d.%m.%Y}." if moment.starts_on else ""
            told = gettext("On %(day)s: %(sentence)s", day=day, sentence=str(refusal))
            raise RuleBroken(told, about=refusal.about) from None

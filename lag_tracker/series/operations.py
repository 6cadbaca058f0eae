"""What happens to several meetings at once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, TypedDict, TypeVar

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.attendance.operations import expect_members
from lag_tracker.errors import RuleBroken
from lag_tracker.meetings.moments import Moment, checked, moment_of
from lag_tracker.meetings.operations import Move, begin_meeting, cancel_meeting, change_meeting, check_whose
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import Meeting, MeetingKind, MeetingSeries, MeetingState, Mode
from lag_tracker.models.network import Network
from lag_tracker.models.rhythm import Rhythm, Weekday
from lag_tracker.models.traits import Audience, Precision
from lag_tracker.models.visibility import Viewer

#: What several meetings may be given together, besides their hours and whose they are.
SHARED = ("title_lv", "title_en", "kind", "mode", "place_lv", "place_en", "join_url", "join_audience", "audience")
T = TypeVar("T")


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


class _Whose(TypedDict):
    """Whose one of the meetings is to be."""

    groups: Sequence[Group]
    networks: Sequence[Network]
    #: Whether whoever changes them manages all groups that hold the meeting now.
    manages_all: bool


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
    meetings: Sequence[Meeting],
    *,
    words: Mapping[str, Any],
    weekday: Weekday | None,
    groups: Sequence[Group],
    networks: Sequence[Network],
    viewer: Viewer,
    today: date,
    now: datetime,
) -> list[tuple[Meeting, Move | None]]:
    """Give meetings what differs from the first of them; return those that were changed, and what the invited learn.

    What somebody changed on a later one alone stays, unless the same thing is changed now. With a `weekday` each moves
    to that day of its own week. `groups`, of which the first leads, and `networks` are those of the first meeting: each
    other one is given those that are new there, and loses those that are gone. As for each meeting alone, who does not
    manage all its groups may neither let another one lead nor show it to more people: RuleBroken.
    """
    this = meetings[0]
    new = {name: value for name, value in words.items() if value != getattr(this, name)}
    hours = {name: value for name, value in new.items() if name in Moment._fields}
    before = [moment_of(meeting) for meeting in meetings]
    moments = [_on_weekday(moment, weekday, today=today)._replace(**hours) for moment in before]
    check_moments(moments)
    if not new and moments == before and list(groups) == this.groups and set(networks) == set(this.networks):
        return []
    together = []
    for meeting, moment in zip(meetings, moments, strict=True):
        with _named_by(moment):
            whose = _whose(meeting, this, groups, networks, viewer)
            together.append((meeting, moment, whose))
            check_whose(meeting, audience=new.get("audience", meeting.audience), **whose)
    shared = {name: value for name, value in new.items() if name in SHARED}
    return [
        (meeting, change_meeting(meeting, words=shared, moment=moment, today=today, now=now, **whose))
        for meeting, moment, whose in together
    ]


def _whose(
    meeting: Meeting, this: Meeting, groups: Sequence[Group], networks: Sequence[Network], viewer: Viewer
) -> _Whose:
    """Return whose a meeting is to be when `this` one is to be these groups' and networks'."""
    carried, leading = _carried(meeting.groups, this.groups, groups), list(groups[:1])
    if leading != this.groups[:1]:
        carried = leading + [group for group in carried if group not in leading]
    shared = _carried(meeting.networks, this.networks, networks)
    if shared and meeting.groups and not carried and not viewer.is_administrator:
        raise RuleBroken(gettext("It would belong to no group any more, and you could not change it."), about="others")
    manages_all = viewer.may_manage_all(group.id for group in meeting.groups)
    return {"groups": carried, "networks": shared, "manages_all": manages_all}


def _carried(own: Sequence[T], before: Sequence[T], after: Sequence[T]) -> list[T]:
    """Return what a meeting has of its own, without what is gone `after` and with what is new there."""
    kept = [one for one in own if one in after or one not in before]
    return kept + [one for one in after if one not in before and one not in kept]


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
        with _named_by(moment):
            checked(moment)


@contextmanager
def _named_by(moment: Moment) -> Iterator[None]:
    """Say of which day's meeting it is that a rule is broken."""
    try:
        yield
    except RuleBroken as refusal:
        day = f"{moment.starts_on:%d.%m.%Y}." if moment.starts_on else ""
        told = gettext("On %(day)s: %(sentence)s", day=day, sentence=str(refusal))
        raise RuleBroken(told, about=refusal.about) from None

"""What happens to meetings."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import uuid4

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.errors import RuleBroken
from lag_tracker.labels import meeting_title
from lag_tracker.meetings.moments import Moment, moment_of, set_moment
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind, MeetingState, MinutesState, Mode
from lag_tracker.models.network import Network
from lag_tracker.models.traits import Audience, Precision
from lag_tracker.slugs import free_slug

NOTHING = Bilingual(None, None)


def begin_meeting(
    groups: Sequence[Group],
    *,
    session: Session,
    state: MeetingState,
    moment: Moment,
    kind: MeetingKind,
    title: Bilingual,
    mode: Mode | None = None,
    place: Bilingual = NOTHING,
    uid_domain: str,
) -> Meeting:
    """Give groups one more meeting, the first of them leading.

    `uid_domain` ends its identity in calendars (RFC 7986, 5.3: a random part is unique without telling anything).
    """
    meeting = Meeting(
        state=state,
        kind=kind,
        title_lv=title.lv,
        title_en=title.en,
        mode=mode,
        place_lv=place.lv,
        place_en=place.en,
        uid=f"{uuid4().hex}@{uid_domain}",
    )
    set_moment(meeting, moment)
    meeting.slug = free_slug(session, Meeting, _words_for_address(meeting))
    set_groups(meeting, groups)
    session.add(meeting)
    return meeting


def set_groups(meeting: Meeting, groups: Sequence[Group]) -> None:
    """Write down which groups hold a meeting, the first of them leading."""
    kept = {link.group_id: link for link in meeting.meeting_groups}
    links = [kept.get(group.id) or MeetingGroup(group=group) for group in groups]
    for position, link in enumerate(links, 1):
        link.position = position
    meeting.meeting_groups = links


def _words_for_address(meeting: Meeting) -> str:
    """Return the words that name a meeting in its address: the day it was held, or the year that it is planned for.

    A planned one may still move, and its address never changes.
    """
    title = meeting_title(meeting.title, meeting.kind, meeting.ordinal, "lv").words
    if meeting.starts_on is None:
        return title
    day = meeting.starts_on.isoformat()
    is_known = meeting.state is MeetingState.HELD and meeting.date_precision is Precision.DAY
    return f"{day if is_known else day[:4]} {title}"


#: What people plan by: when they change, whoever was invited must be told.
ARRANGEMENTS = ("mode", "place_lv", "place_en", "join_url")
#: State -> the states that a meeting may come to from it.
MOVES: dict[MeetingState, frozenset[MeetingState]] = {
    MeetingState.DRAFT: frozenset({MeetingState.SCHEDULED, MeetingState.HELD}),
    MeetingState.SCHEDULED: frozenset({MeetingState.DRAFT, MeetingState.HELD, MeetingState.CANCELLED}),
    MeetingState.HELD: frozenset({MeetingState.SCHEDULED}),
    MeetingState.CANCELLED: frozenset({MeetingState.DRAFT, MeetingState.SCHEDULED}),
}


class Arranged(NamedTuple):
    """When, where and how a meeting is to be."""

    moment: Moment
    mode: Mode | None
    place: Bilingual
    join_url: str | None


class Move(NamedTuple):
    """What people who were invited must learn: how it was arranged before, and how it is now."""

    before: Arranged
    after: Arranged

    @property
    def is_another_time(self) -> bool:
        """Whether the day or the hour has changed."""
        return self.before.moment != self.after.moment


def arranged(meeting: Meeting) -> Arranged:
    """Return when, where and how a meeting is to be."""
    return Arranged(moment_of(meeting), meeting.mode, meeting.place, meeting.join_url)


def change_meeting(
    meeting: Meeting,
    *,
    words: Mapping[str, Any],
    moment: Moment,
    groups: Sequence[Group],
    networks: Sequence[Network],
    manages_all: bool,
    today: date,
    now: datetime,
) -> Move | None:
    """Write down what a meeting is called, when and where it is, who holds it and who may see it.

    `words` maps columns to values. Returns what the invited must learn, None when nothing of that has changed. Who
    manages some of its groups only may neither let another group lead nor change by a group who reads it, nor show it
    to more people: RuleBroken.
    """
    before = arranged(meeting)
    check_whose(
        meeting,
        groups=groups,
        networks=networks,
        audience=words.get("audience", meeting.audience),
        manages_all=manages_all,
    )
    if meeting.state is MeetingState.HELD and moment.starts_on and moment.starts_on > today:
        raise RuleBroken(gettext("The meeting was held, so its day cannot be still to come."), about="starts_on")
    if meeting.state is MeetingState.SCHEDULED and moment.starts_on is None:
        raise RuleBroken(gettext("Say when it is, or at least in which year."), about="starts_on")
    set_moment(meeting, moment)
    for name, value in words.items():
        setattr(meeting, name, value)
    set_groups(meeting, groups)
    meeting.networks = list(networks)
    # A change of groups or networks alone is a change of the meeting, too, and raises its revision.
    meeting.changed_at = now
    after = arranged(meeting)
    return Move(before, after) if after != before else None


def check_whose(
    meeting: Meeting, *, groups: Sequence[Group], networks: Sequence[Network], audience: Audience, manages_all: bool
) -> None:
    """Raise RuleBroken when nobody would hold a meeting.

    Also when somebody who does not manage all its groups would let another one lead, show it to more people, or add a
    group by which others could read it, or fewer.
    """
    if not groups and not networks:
        raise RuleBroken(gettext("A meeting belongs to a group or to a network."), about="leading")
    if manages_all:
        return
    if list(groups[:1]) != meeting.groups[:1]:
        raise RuleBroken(
            gettext("Only who manages all groups of the meeting may choose which of them leads."), about="leading"
        )
    new = [group for group in groups if group not in meeting.groups]
    if new and (audience != Audience.PUBLIC or any(group.audience is not Audience.PUBLIC for group in new)):
        raise RuleBroken(
            gettext("Only who manages all groups of the meeting may add a group that changes who can read it."),
            about="others",
        )
    order = list(Audience)
    if order.index(audience) < order.index(meeting.audience):
        raise RuleBroken(
            gettext("Only who manages all groups of the meeting may show it to more people."), about="audience"
        )


def bring_to(meeting: Meeting, state: MeetingState, *, today: date) -> None:
    """Let a meeting come to another state, if that may follow on its present one.

    Cancelling needs a reason and is `cancel_meeting`.
    """
    _check_way(meeting, state)
    if state is MeetingState.SCHEDULED and meeting.starts_on is None:
        raise RuleBroken(gettext("Say when the meeting is before you publish it: edit it and enter the day."))
    if state is MeetingState.HELD and meeting.starts_on and meeting.starts_on > today:
        raise RuleBroken(gettext("Its day is still to come. If it was held earlier, correct the day first."))
    if meeting.state is MeetingState.HELD and meeting.minutes_state is MinutesState.APPROVED:
        raise RuleBroken(gettext("Its minutes are approved. Take back the approval first."))
    meeting.state = state
    meeting.cancelled_at = meeting.cancelled_reason_lv = meeting.cancelled_reason_en = None


def cancel_meeting(meeting: Meeting, *, reason: Bilingual, now: datetime) -> None:
    """Call a meeting off; its page and its record stay, and calendars show it as cancelled.

    A draft was announced to nobody, and calling it off would make it public: RuleBroken.
    """
    if meeting.state is MeetingState.DRAFT:
        raise RuleBroken(gettext("This meeting is a draft, so nobody knows of it. Archive it instead."))
    _check_way(meeting, MeetingState.CANCELLED)
    if not reason:
        raise RuleBroken(gettext("Say why it is cancelled: everyone who was coming will read it."), about="reason_lv")
    meeting.state = MeetingState.CANCELLED
    meeting.cancelled_at = now
    meeting.cancelled_reason_lv, meeting.cancelled_reason_en = reason


def _check_way(meeting: Meeting, state: MeetingState) -> None:
    if meeting.is_archived:
        raise RuleBroken(gettext("The meeting is archived. Take it out of the archive first."))
    if state not in MOVES[meeting.state]:
        raise RuleBroken(gettext("Somebody has changed the state of this meeting meanwhile. Look at its page again."))


def put_meeting_away(meeting: Meeting, *, now: datetime) -> None:
    """Take a draft or a cancelled meeting out of the lists."""
    if meeting.state not in {MeetingState.DRAFT, MeetingState.CANCELLED}:
        raise RuleBroken(gettext("Only drafts and cancelled meetings can be archived."))
    meeting.archived_at = now


def take_meeting_back(meeting: Meeting) -> None:
    """Put an archived meeting into the lists again."""
    meeting.archived_at = None


def erase_meeting(meeting: Meeting, *, session: Session) -> None:
    """Delete a meeting with its agenda, attendance, decisions, actions and links; steps of initiatives stay."""
    session.delete(meeting)

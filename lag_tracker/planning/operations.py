"""Planning a meeting, with what the last one left."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, TypedDict

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.agenda.operations import put_on_agenda
from lag_tracker.attendance.operations import expect_members
from lag_tracker.errors import RuleBroken
from lag_tracker.meetings.moments import Moment
from lag_tracker.meetings.operations import begin_meeting
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import Meeting, MeetingKind, MeetingState, Mode
from lag_tracker.models.network import Network
from lag_tracker.models.traits import Audience, Precision
from lag_tracker.planning.queries import LeftAction

APPROVAL = Bilingual(
    "Iepriekšējās sanāksmes protokola apstiprināšana", "Approval of the minutes of the previous meeting"
)
PROGRESS = Bilingual("Uzdevumu izpildes gaita", "Progress of actions")


class Plan(TypedDict):
    """What somebody writes about a meeting to come."""

    title_lv: str | None
    title_en: str | None
    kind: MeetingKind
    mode: Mode | None
    place_lv: str | None
    place_en: str | None
    join_url: str | None
    join_audience: Audience
    audience: Audience
    state: MeetingState
    #: New agenda items, one a line.
    agenda: list[str]


class Left(NamedTuple):
    """What is taken over from the last meeting."""

    #: Whether its minutes are to be approved.
    minutes: bool = False
    actions: Sequence[LeftAction] = ()
    items: Sequence[AgendaItem] = ()


def plan_meeting(
    groups: Sequence[Group],
    *,
    session: Session,
    plan: Plan,
    moment: Moment,
    networks: Sequence[Network],
    invited: Sequence[Membership],
    left: Left,
    lang: str,
    today: date,
    uid_domain: str,
) -> Meeting:
    """Plan a meeting: as a draft, or for all to see who may.

    Its agenda begins with what is `left`; `lang` is the language of the new lines. `invited` are those to be asked.
    """
    if moment.starts_on and moment.starts_on < today and moment.date_precision is Precision.DAY:
        raise RuleBroken(gettext("That day is over. Log the meeting instead."), about="starts_on")
    if moment.starts_on is None and plan["state"] is MeetingState.SCHEDULED:
        raise RuleBroken(gettext("Enter the day, or keep the meeting as a draft."), about="starts_on")
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
    meeting.join_url, meeting.join_audience = plan["join_url"], plan["join_audience"]
    meeting.audience, meeting.networks = plan["audience"], list(networks)
    taken = _take_over(meeting, left)
    session.add_all(taken)
    put_on_agenda(meeting, session=session, lines=plan["agenda"], lang=lang, after=len(taken))
    expect_members(meeting, session=session, memberships=invited)
    return meeting


def _take_over(meeting: Meeting, left: Left) -> list[AgendaItem]:
    """Return the items that the last meeting gives to this one, in their order."""
    items = []
    if left.minutes:
        items.append(AgendaItem(title_lv=APPROVAL.lv, title_en=APPROVAL.en))
    if left.actions:
        text = _told(left.actions)
        items.append(AgendaItem(title_lv=PROGRESS.lv, title_en=PROGRESS.en, text_lv=text.lv, text_en=text.en))
    items += [_once_more(item) for item in left.items]
    for position, item in enumerate(items, 1):
        item.meeting, item.position = meeting, position
    return items


def _told(actions: Sequence[LeftAction]) -> Bilingual:
    """Return what is to be done, a paragraph each; what not everyone may read is left out of the public agenda."""
    public = [left.action.text for left in actions if left.is_public]
    lv, en = ("\n\n".join(text.read_in(lang).words for text in public) or None for lang in ("lv", "en"))
    return Bilingual(lv, en)


def _once_more(item: AgendaItem) -> AgendaItem:
    return AgendaItem(
        title_lv=item.title_lv,
        title_en=item.title_en,
        text_lv=item.text_lv,
        text_en=item.text_en,
        duration_minutes=item.duration_minutes,
        audience=item.audience,
        topic_id=item.topic_id,
        initiative_id=item.initiative_id,
    )

"""Questions about what is new. Each costs one statement."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from lag_tracker.labels import label, meeting_title
from lag_tracker.models.bilingual import Bilingual, Text
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative, InitiativeState, InitiativeStateChange
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind, MeetingState
from lag_tracker.models.search import Subject
from lag_tracker.models.traits import Certainty, Precision
from lag_tracker.models.visibility import Viewer, visible_decisions, visible_initiatives, visible_meetings


class News(NamedTuple):
    """Something new: a meeting that was recorded, a decision that was published, an initiative that came to a state."""

    subject: Subject
    #: The row's number; an initiative's has the place of the state behind it, so that each state is news of its own.
    key: str
    #: The part of the page's address: the meeting's for a decision.
    slug: str
    title: Bilingual
    #: The meeting's kind and place in its series, which name it where it has no title.
    kind: MeetingKind | None
    ordinal: int | None
    summary: Bilingual
    #: The meeting's state or the initiative's.
    state: StrEnum | None
    starts_on: date | None
    ends_on: date | None
    precision: Precision
    certainty: Certainty
    #: When it became news, and when what it says last changed.
    published_at: datetime
    updated_at: datetime
    is_sample: bool

    def title_in(self, lang: str) -> Text:
        """Return the title in `lang` or the language that exists, with the state of what has one."""
        if self.kind is None:
            return self.title.read_in(lang)
        return meeting_title(self.title, self.kind, self.ordinal, lang)

    def state_in(self, lang: str) -> str:
        """Return the state in words, empty where there is none."""
        return "" if self.state is None else label(self.state, lang)


def latest_news(session: Session, *, viewer: Viewer, limit: int) -> Sequence[News]:
    """Return what is new, the newest first: three statements, whatever they find."""
    found = [
        *_meetings(session, viewer, limit),
        *_decisions(session, viewer, limit),
        *_initiatives(session, viewer, limit),
    ]
    return sorted(found, key=lambda news: (news.published_at, news.starts_on or date.min), reverse=True)[:limit]


def _meetings(session: Session, viewer: Viewer, limit: int) -> list[News]:
    """Return the meetings recorded last. Their numbers rise in the order of recording, so no date need be sorted."""
    found = (
        select(Meeting, Group.is_sample)
        .outerjoin(MeetingGroup, (MeetingGroup.meeting_id == Meeting.id) & (MeetingGroup.position == 1))
        .outerjoin(Group, Group.id == MeetingGroup.group_id)
        .where(visible_meetings(viewer))
        .order_by(Meeting.id.desc())
        .limit(limit)
    )
    return [
        News(
            Subject.MEETING,
            str(meeting.id),
            meeting.slug,
            meeting.title,
            meeting.kind,
            meeting.ordinal,
            meeting.summary,
            None if meeting.state is MeetingState.SCHEDULED else meeting.state,
            meeting.starts_on,
            meeting.ends_on,
            meeting.date_precision,
            meeting.date_certainty,
            meeting.created_at,
            meeting.changed_at,
            bool(is_sample),
        )
        for meeting, is_sample in session.execute(found)
    ]


def _decisions(session: Session, viewer: Viewer, limit: int) -> list[News]:
    found = (
        select(Decision, Meeting, Group.is_sample)
        .join(Meeting, Meeting.id == Decision.meeting_id)
        .outerjoin(MeetingGroup, (MeetingGroup.meeting_id == Meeting.id) & (MeetingGroup.position == 1))
        .outerjoin(Group, Group.id == MeetingGroup.group_id)
        .where(visible_decisions(viewer))
        .order_by(Decision.published_on.desc(), Decision.id.desc())
        .limit(limit)
    )
    return [
        News(
            Subject.DECISION,
            str(decision.id),
            meeting.slug,
            meeting.title,
            meeting.kind,
            meeting.ordinal,
            decision.text,
            None,
            meeting.starts_on,
            meeting.ends_on,
            meeting.date_precision,
            meeting.date_certainty,
            _at_noon(decision.published_on),
            _at_noon(decision.published_on),
            bool(is_sample),
        )
        for decision, meeting, is_sample in session.execute(found)
    ]


def _initiatives(session: Session, viewer: Viewer, limit: int) -> list[News]:
    """Return the initiatives that changed last, each in its present state."""
    step = aliased(InitiativeStateChange)
    steps = (
        select(func.max(InitiativeStateChange.position))
        .where(InitiativeStateChange.initiative_id == Initiative.id)
        .correlate(Initiative)
        .scalar_subquery()
    )
    found = (
        select(Initiative, step, Group.is_sample)
        .join(Group, Group.id == Initiative.group_id)
        .outerjoin(step, (step.initiative_id == Initiative.id) & (step.position == steps))
        .where(visible_initiatives(viewer), Initiative.archived_at.is_(None))
        .order_by(Initiative.changed_at.desc(), Initiative.id.desc())
        .limit(limit)
    )
    return [
        _initiative(initiative, last, is_sample=is_sample) for initiative, last, is_sample in session.execute(found)
    ]


def _initiative(initiative: Initiative, last: InitiativeStateChange | None, *, is_sample: bool) -> News:
    state: InitiativeState = last.state if last else initiative.state
    return News(
        Subject.INITIATIVE,
        f"{initiative.id}.{last.position if last else 1}",
        initiative.slug,
        initiative.title,
        None,
        None,
        (last.reason if last else None) or initiative.summary,
        state,
        last.changed_on if last else None,
        None,
        last.date_precision if last else Precision.UNKNOWN,
        last.date_certainty if last else Certainty.STATED,
        initiative.changed_at,
        initiative.changed_at,
        is_sample,
    )


def _at_noon(day: date | None) -> datetime:
    """Return noon of a day in UTC, which is that day from Lisbon to Riga: all that is known is the day."""
    return datetime.combine(day or date.min, time(12), UTC)

"""Questions about topics, and the path that a topic or an initiative has taken through meetings and decisions."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, not_, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from lag_tracker.decisions.queries import DecisionRow
from lag_tracker.meetings.rows import MeetingRow
from lag_tracker.models.action import Action
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative, InitiativeState
from lag_tracker.models.meeting import Meeting, MeetingState
from lag_tracker.models.topic import Topic, TopicState
from lag_tracker.models.traits import Certainty, Precision
from lag_tracker.models.visibility import (
    Viewer,
    changeable_groups,
    visible_agenda_items,
    visible_decisions,
    visible_initiatives,
    visible_meetings,
    visible_topics,
)

MOST_TOPICS = 2000


class TopicRow(NamedTuple):
    """A topic as lists show it: how many meetings so far had it on their agenda, when last, and when next."""

    topic: Topic
    times: int
    last_on: date | None
    next_on: date | None


class Mention(NamedTuple):
    """An agenda item that is about a topic or an initiative."""

    number: int
    title: Bilingual


class Change(NamedTuple):
    """A state that an initiative came to, when, why, and at which meeting."""

    state: InitiativeState
    reason: Bilingual
    first: date | None
    precision: Precision
    certainty: Certainty
    meeting_slug: str | None
    #: Of the initiative.
    title: Bilingual
    slug: str
    merged_into_id: int | None = None
    split_from_id: int | None = None


class Step(NamedTuple):
    """A step of a path: a meeting with what it did about the subject, or a change of state outside any meeting."""

    meeting: MeetingRow | None
    mentions: Sequence[Mention]
    decisions: Sequence[DecisionRow]
    changes: Sequence[Change]


def topics(session: Session, *, viewer: Viewer, today: date) -> list[TopicRow]:
    """Return all topics, group by group in the Latvian alphabet, the open ones first, in one statement."""
    on_agenda = (
        select(AgendaItem.meeting_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(AgendaItem.topic_id == Topic.id, visible_agenda_items(viewer), visible_meetings(viewer))
        .where(Meeting.state != MeetingState.CANCELLED)
        .correlate(Topic)
    )
    ahead = Meeting.starts_on >= today
    over = on_agenda.where(or_(Meeting.starts_on.is_(None), not_(ahead)))
    times = over.with_only_columns(func.count(AgendaItem.meeting_id.distinct())).scalar_subquery()
    last_on = over.with_only_columns(func.max(Meeting.starts_on)).scalar_subquery()
    next_on = on_agenda.where(ahead).with_only_columns(func.min(Meeting.starts_on)).scalar_subquery()
    found = session.execute(
        select(Topic, times, last_on, next_on)
        .join(Topic.group)
        .options(contains_eager(Topic.group))
        .where(visible_topics(viewer), Topic.archived_at.is_(None))
        .order_by(Group.name_sort, Group.id, Topic.state != TopicState.OPEN, Topic.title_sort, Topic.id)
        .limit(MOST_TOPICS)
    )
    return [TopicRow(*row) for row in found]


def archived_topics(session: Session, *, viewer: Viewer) -> list[Topic]:
    """Return the topics that were put away and that `viewer` may take back, in the alphabet, with their groups."""
    return list(
        session.scalars(
            select(Topic)
            .join(Topic.group)
            .options(contains_eager(Topic.group))
            .where(changeable_groups(viewer), Topic.archived_at.is_not(None))
            .order_by(Topic.title_sort, Topic.id)
            .limit(MOST_TOPICS)
        )
    )


def find_topic(session: Session, slug: str, *, viewer: Viewer) -> Topic | None:
    """Return the topic at this address with its group and municipality, if `viewer` may see it, in one statement."""
    return session.scalars(
        select(Topic)
        .where(Topic.slug == slug, visible_topics(viewer))
        .options(joinedload(Topic.group).joinedload(Group.municipality))
    ).one_or_none()


def mentions(session: Session, *, viewer: Viewer, only: ColumnElement[bool]) -> dict[str, list[Mention]]:
    """Return the agenda items that `only` picks, under the slugs of their meetings, in one statement."""
    found: dict[str, list[Mention]] = {}
    for slug, number, lv, en in session.execute(
        select(Meeting.slug, AgendaItem.position, AgendaItem.title_lv, AgendaItem.title_en)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .where(only, visible_agenda_items(viewer), visible_meetings(viewer))
        .order_by(AgendaItem.meeting_id, AgendaItem.position)
    ):
        found.setdefault(slug, []).append(Mention(number, Bilingual(lv, en)))
    return found


def meetings_about_topic(topic_id: int, *, viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition that a meeting had a topic on its agenda or decided on it."""
    items = select(AgendaItem.meeting_id).where(AgendaItem.topic_id == topic_id, visible_agenda_items(viewer))
    decided = select(Decision.meeting_id).where(Decision.topic_id == topic_id, visible_decisions(viewer))
    return or_(Meeting.id.in_(items), Meeting.id.in_(decided))


def actions_about_topic(topic_id: int, *, viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition that an action follows from a decision on a topic, or from an initiative of it."""
    decided = select(Decision.id).where(Decision.topic_id == topic_id, visible_decisions(viewer))
    proposed = select(Initiative.id).where(Initiative.topic_id == topic_id, visible_initiatives(viewer))
    return or_(Action.decision_id.in_(decided), Action.initiative_id.in_(proposed))


def path(
    meetings: Iterable[MeetingRow],
    *,
    mentions: dict[str, list[Mention]],
    decisions: Iterable[DecisionRow],
    changes: Sequence[Change] = (),
) -> list[Step]:
    """Return the steps in the order of their days; a change whose day nobody knows stands before the next change."""
    decided: dict[str, list[DecisionRow]] = {}
    for row in decisions:
        decided.setdefault(row.meeting_slug, []).insert(0, row)
    rows = list(meetings)
    at_meetings, apart = _by_meeting(changes, {row.slug: row.starts_on for row in rows})
    steps = [
        (
            _place(row.starts_on),
            Step(row, mentions.get(row.slug, []), decided.get(row.slug, []), at_meetings.get(row.slug, [])),
        )
        for row in rows
    ]
    steps += [(place, Step(None, [], [], [change])) for place, change in apart]
    return [step for _, step in sorted(steps, key=lambda pair: (pair[0], pair[1].meeting is not None))]


def _place(day: date | None) -> date:
    return day or date.max


def _by_meeting(
    changes: Sequence[Change], days: dict[str, date | None]
) -> tuple[dict[str, list[Change]], list[tuple[date, Change]]]:
    """Return the changes that meetings made under the meetings' slugs, and the others each with its place in time."""
    at_meetings: dict[str, list[Change]] = {}
    apart: list[tuple[date, Change]] = []
    place, slug = date.max, ""
    for change in reversed(changes):
        if change.slug != slug:
            place, slug = date.max, change.slug
        if change.meeting_slug in days:
            at_meetings.setdefault(change.meeting_slug, []).insert(0, change)
            place = _place(days[change.meeting_slug])
        else:
            place = change.first or place
            apart.insert(0, (place, change))
    return at_meetings, apart


def changeable_topic(session: Session, slug: str, *, viewer: Viewer) -> Topic | None:
    """Return the topic at this address with its group, if `viewer` may change it."""
    return session.scalars(
        select(Topic)
        .join(Topic.group)
        .options(contains_eager(Topic.group))
        .where(Topic.slug == slug, changeable_groups(viewer))
    ).one_or_none()

"""Actions: what was to be done, by whom and by when."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, exists, select
from sqlalchemy.orm import Session

from lag_tracker.models.action import Action, ActionState
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind
from lag_tracker.models.person import Person
from lag_tracker.models.traits import Audience, Precision
from lag_tracker.models.visibility import Viewer, named_at, visible_actions, visible_meetings
from lag_tracker.models.visibility_of_people import answering_in_words


class ActionRow(NamedTuple):
    """An action as pages show it; who answers for it only where that may be shown."""

    text: Bilingual
    responsible: str | None
    due_on: date | None
    state: ActionState
    audience: Audience
    is_published: bool

    def is_late(self, today: date) -> bool:
        """Tell whether the day has passed and the action is not finished."""
        return (
            self.due_on is not None
            and self.due_on < today
            and self.state in {ActionState.OPEN, ActionState.IN_PROGRESS}
        )


class ListedAction(NamedTuple):
    """An action apart from its meeting's page, so with the meeting that gave it out."""

    action: ActionRow
    meeting_slug: str
    meeting_title: Bilingual
    meeting_kind: MeetingKind
    meeting_ordinal: int | None
    starts_on: date | None
    precision: Precision


def listed_actions(session: Session, *, viewer: Viewer, groups: Sequence[int], limit: int) -> list[ListedAction]:
    """Return the actions of the meetings that these groups held, the latest meeting's first, in one statement."""
    held = select(MeetingGroup.meeting_id).where(MeetingGroup.group_id.in_(groups))
    found = session.execute(
        select(Action, _responsible(viewer), Meeting)
        .select_from(Action)
        .join(Meeting, Meeting.id == Action.meeting_id)
        .outerjoin(Person, Person.id == Action.person_id)
        .where(visible_actions(viewer), visible_meetings(viewer), Meeting.id.in_(held))
        .order_by(Meeting.starts_on.is_(None), Meeting.starts_on.desc(), Meeting.id.desc(), Action.id)
        .limit(limit)
    )
    return [
        ListedAction(
            _row(action, who),
            meeting.slug,
            meeting.title,
            meeting.kind,
            meeting.ordinal,
            meeting.starts_on,
            meeting.date_precision,
        )
        for action, who, meeting in found
    ]


def actions(session: Session, *, viewer: Viewer, only: ColumnElement[bool], limit: int = 200) -> list[ActionRow]:
    """Return the actions that `only` picks and `viewer` may see, the soonest due first."""
    return [_row(action, who) for action, who in session.execute(_visible(viewer).where(only).limit(limit))]


def actions_at(session: Session, meetings: Collection[int], *, viewer: Viewer) -> dict[int, list[ActionRow]]:
    """Return the actions of several meetings that `viewer` may see, the soonest due first, in one statement."""
    found: dict[int, list[ActionRow]] = {}
    for action, who in session.execute(_visible(viewer).where(Action.meeting_id.in_(meetings))):
        found.setdefault(action.meeting_id, []).append(_row(action, who))
    return found


def _visible(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    meeting = exists(select(1).where(Meeting.id == Action.meeting_id, visible_meetings(viewer)).correlate(Action))
    return (
        select(Action, _responsible(viewer))
        .select_from(Action)
        .outerjoin(Person, Person.id == Action.person_id)
        .where(visible_actions(viewer), meeting)
        .order_by(Action.due_on.is_(None), Action.due_on, Action.id)
    )


def _responsible(viewer: Viewer) -> ColumnElement[str | None]:
    """Return the column of who answers for an Action, in words or by name, where `viewer` may read either."""
    return case(
        (Action.responsible.is_not(None) & answering_in_words(viewer), Action.responsible),
        (named_at(viewer, Action.meeting_id), Person.name),
    )


def _row(action: Action, responsible: str | None) -> ActionRow:
    return ActionRow(
        action.text, responsible, action.due_on, action.state, action.audience, is_published=action.is_published
    )

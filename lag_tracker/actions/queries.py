"""Actions: what was to be done, by whom and by when."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, exists, select
from sqlalchemy.orm import Session

from lag_tracker.models.action import Action, ActionState
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.person import Person
from lag_tracker.models.visibility import Viewer, named_at, visible_actions, visible_meetings


class ActionRow(NamedTuple):
    """An action as pages show it; the person's name only where it may be shown."""

    text: Bilingual
    responsible: str | None
    due_on: date | None
    state: ActionState

    def is_late(self, today: date) -> bool:
        """Tell whether the day has passed and the action is not finished."""
        return (
            self.due_on is not None
            and self.due_on < today
            and self.state in {ActionState.OPEN, ActionState.IN_PROGRESS}
        )


def actions(session: Session, *, viewer: Viewer, only: ColumnElement[bool], limit: int = 200) -> list[ActionRow]:
    """Return the actions that `only` picks and `viewer` may see, the soonest due first."""
    meeting = exists(select(1).where(Meeting.id == Action.meeting_id, visible_meetings(viewer)).correlate(Action))
    found = session.execute(
        select(Action, case((named_at(viewer, Action.meeting_id), Person.name)))
        .select_from(Action)
        .outerjoin(Person, Person.id == Action.person_id)
        .where(visible_actions(viewer), meeting, only)
        .order_by(Action.due_on.is_(None), Action.due_on, Action.id)
        .limit(limit)
    )
    return [ActionRow(action.text, action.responsible or name, action.due_on, action.state) for action, name in found]

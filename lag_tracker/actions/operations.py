"""What happens to actions."""

from collections.abc import Iterable
from datetime import date
from typing import TypedDict

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.decisions.operations import take_turn
from lag_tracker.errors import RuleBroken
from lag_tracker.models.action import Action, ActionState
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.meeting import Meeting, MinutesState
from lag_tracker.models.traits import Audience


class ActionWords(TypedDict):
    """What a person writes about an action."""

    text_lv: str | None
    text_en: str | None
    person_id: int | None
    responsible: str | None
    responsible_is_public: bool
    due_on: date | None
    state: ActionState
    audience: Audience
    decision_id: int | None
    initiative_id: int | None


def give_action(
    meeting: Meeting,
    *,
    session: Session,
    text: Bilingual,
    person_id: int | None,
    responsible: str | None,
    responsible_is_public: bool,
    due_on: date | None,
) -> Action:
    """Write down what a meeting gave somebody to do: a person on record, or a body in words.

    What is added to approved minutes is public at once, the rest when they are approved.
    """
    _check_one(person_id, responsible)
    take_turn(session, meeting)
    action = Action(
        meeting=meeting,
        text_lv=text.lv,
        text_en=text.en,
        person_id=person_id,
        responsible=responsible,
        responsible_is_public=responsible_is_public,
        due_on=due_on,
        is_published=meeting.minutes_state is MinutesState.APPROVED,
    )
    session.add(action)
    return action


def change_action(action: Action, *, words: ActionWords) -> None:
    """Write down what is to be done, by whom and by when, and how far it is."""
    _check_one(words["person_id"], words["responsible"])
    for name, value in words.items():
        setattr(action, name, value)


def publish_actions(actions: Iterable[Action]) -> None:
    """Let those read these actions whom they are meant for."""
    for action in actions:
        action.is_published = True


def bring_action_to(action: Action, state: ActionState) -> None:
    """Write down how far an action is."""
    action.state = state


def erase_action(action: Action, *, session: Session) -> None:
    """Delete an action."""
    session.delete(action)


def _check_one(person_id: int | None, responsible: str | None) -> None:
    if person_id is not None and responsible:
        raise RuleBroken(gettext("Choose a person, or say in words who does it, not both."), about="responsible")

"""What a person may write about actions."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import cast

from lag_tracker.actions.operations import ActionWords
from lag_tracker.labels import decision_number
from lag_tracker.models.action import ActionState
from lag_tracker.models.bilingual import Text
from lag_tracker.models.decision import Decision
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.person import Person
from lag_tracker.models.traits import Audience
from lag_tracker.web.fields import (
    ChoiceField,
    DayField,
    LineField,
    Needed,
    RecordField,
    TextField,
    TickField,
    lazy,
    one_of_two,
)
from lag_tracker.web.formatting import passage
from lag_tracker.web.forms import Form, RecordForm

LONGEST_ACTION = 1000
#: What a decision is called in a list to choose from.
LONGEST_NAME = 80
TEXT_NEEDED = lazy("Say what is to be done.")


class NewActionForm(Form):
    """One more action: what, who, by when."""

    text = LineField(lazy("What is to be done"), [Needed(TEXT_NEEDED)], longest=LONGEST_ACTION)
    person_id = RecordField(lazy("Who"), empty=lazy("Nobody yet"))
    responsible = LineField(lazy("Or who, in words"))
    responsible_is_public = TickField(lazy("Everyone may read this name"))
    due_on = DayField(lazy("By when"))

    def offer(self, people: Iterable[Person]) -> None:
        """Offer who may do it."""
        self.person_id.offer((one.id, one.name) for one in people)


class ActionForm(RecordForm):
    """An action: what, who, by when, how far it is, what it follows from, and for whom it is to be read."""

    text_lv = TextField(lazy("What is to be done, in Latvian"), [one_of_two("text_lv", "text_en", TEXT_NEEDED)])
    text_en = TextField(lazy("What is to be done, in English"))
    person_id = RecordField(lazy("Who"), empty=lazy("Nobody yet"))
    responsible = LineField(lazy("Or who, in words"))
    responsible_is_public = TickField(lazy("Everyone may read this name"))
    due_on = DayField(lazy("By when"))
    state = ChoiceField(lazy("State"), of=ActionState)
    audience = ChoiceField(lazy("Who may see it"), of=Audience)
    decision_id = RecordField(lazy("Decision"), empty=lazy("None"))
    initiative_id = RecordField(lazy("Initiative"), empty=lazy("None"))

    def offer(
        self,
        people: Iterable[Person],
        *,
        decisions: Sequence[Decision],
        taken_on: date | None,
        initiatives: Iterable[Initiative],
    ) -> None:
        """Offer who may do it, and what it may follow from: initiatives, and what was decided on that day."""
        self.person_id.offer((one.id, one.name) for one in people)
        self.decision_id.offer((one.id, _called(one, taken_on)) for one in decisions)
        self.initiative_id.offer((one.id, passage(one.title)) for one in initiatives)

    @property
    def words(self) -> ActionWords:
        """What was filled in, by column."""
        return cast("ActionWords", self.values)


def _called(decision: Decision, taken_on: date | None) -> Text:
    text, lang = passage(decision.text)
    short = text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}…"
    number = f"{decision_number(decision.number, taken_on)}. " if decision.number else ""
    return Text(f"{number}{short}", lang)

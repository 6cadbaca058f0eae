"""What a person may write about decisions."""

from collections.abc import Iterable
from typing import Any, cast

from lag_tracker.decisions.operations import DecisionWords
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.bilingual import Text
from lag_tracker.models.decision import Decision, DecisionMethod
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.topic import Topic
from lag_tracker.web.fields import (
    ChoiceField,
    LinesField,
    Needed,
    NumberField,
    RecordField,
    TextField,
    TickField,
    lazy,
    one_of_two,
)
from lag_tracker.web.formatting import passage
from lag_tracker.web.forms import Form, RecordForm

#: A decision may be long; it still stands on one line.
LONGEST_DECISION = 5000
TEXT_NEEDED = lazy("Write down what was decided.")


class DecisionLinesForm(Form):
    """More decisions, one a line."""

    decisions = LinesField(lazy("New decisions"), [Needed(TEXT_NEEDED)], longest=LONGEST_DECISION)
    publish = TickField(lazy("Publish the decisions now"))


class DecisionOnPaper:
    """A decision as its form shows it."""

    def __init__(self, decision: Decision) -> None:
        """Look at a decision."""
        self.decision = decision
        self.revision = decision.revision
        self.is_public = decision.published_on is not None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.decision, name)


class DecisionForm(RecordForm):
    """A decision: its wording and number, how it was taken, what it is about, and whether everyone may read it."""

    text_lv = TextField(lazy("Wording in Latvian"), [one_of_two("text_lv", "text_en", TEXT_NEEDED)])
    text_en = TextField(lazy("Wording in English"))
    number = NumberField(lazy("Number"), least=1, most=9999)
    method = ChoiceField(lazy("How it was decided"), of=DecisionMethod)
    votes_for = NumberField(lazy("For"), most=100_000)
    votes_against = NumberField(lazy("Against"), most=100_000)
    votes_abstained = NumberField(lazy("Abstained"), most=100_000)
    agenda_item_id = RecordField(lazy("Agenda item"), empty=lazy("None"))
    topic_id = RecordField(lazy("Topic"), empty=lazy("None"))
    initiative_id = RecordField(lazy("Initiative"), empty=lazy("None"))
    is_public = TickField(lazy("Everyone may read it"))

    def offer(self, *, items: Iterable[AgendaItem], topics: Iterable[Topic], initiatives: Iterable[Initiative]) -> None:
        """Offer what it may be about."""
        self.agenda_item_id.offer((one.id, _called(one)) for one in items)
        self.topic_id.offer((one.id, passage(one.title)) for one in topics)
        self.initiative_id.offer((one.id, passage(one.title)) for one in initiatives)

    @property
    def words(self) -> DecisionWords:
        """What was filled in, by column."""
        return cast("DecisionWords", {name: value for name, value in self.values.items() if name != "is_public"})


def _called(item: AgendaItem) -> Text:
    title, lang = passage(item.title)
    return Text(f"{item.position}. {title}", lang)

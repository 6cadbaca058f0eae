"""What a person may write about an agenda."""

from collections.abc import Iterable
from typing import cast

from lag_tracker.agenda.operations import ItemWords, NewPresenter, in_language
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.person import Person
from lag_tracker.models.topic import Topic
from lag_tracker.models.traits import Audience
from lag_tracker.web.fields import (
    ChoiceField,
    LineField,
    Needed,
    NumberField,
    RecordField,
    RecordsField,
    TextField,
    TickField,
    lazy,
    one_of_two,
)
from lag_tracker.web.formatting import passage
from lag_tracker.web.forms import Form, RecordForm

#: Minutes of a whole day.
LONGEST_ITEM = 1440
TITLE_NEEDED = lazy("Say what is to be talked about.")
APART = {"presenters", "newcomer", "newcomer_is_public"}


class LineForm(Form):
    """One more item, typed on one line."""

    line = LineField(lazy("New item"), [Needed(TITLE_NEEDED)], longest=500)


class ItemOnPaper:
    """An agenda item as its form shows it: with the people who present it."""

    def __init__(self, item: AgendaItem) -> None:
        """Look at an item with its presenters."""
        self.item = item
        self.revision = item.revision
        self.presenters = [speaker.person_id for speaker in item.presenters]

    def __getattr__(self, name: str) -> object:
        return getattr(self.item, name)


class ItemForm(RecordForm):
    """An agenda item: what, for how long, by whom, about what, and for whom."""

    title_lv = LineField(lazy("Title in Latvian"), [one_of_two("title_lv", "title_en", TITLE_NEEDED)], longest=500)
    title_en = LineField(lazy("Title in English"), longest=500)
    duration_minutes = NumberField(lazy("Length in minutes"), least=1, most=LONGEST_ITEM)
    audience = ChoiceField(lazy("Who may see it"), of=Audience)
    topic_id = RecordField(lazy("Topic"), empty=lazy("None"))
    initiative_id = RecordField(lazy("Initiative"), empty=lazy("None"))
    presenters = RecordsField(lazy("Presented by"))
    newcomer = LineField(lazy("Somebody else"), longest=500)
    newcomer_is_public = TickField(lazy("Everyone may read this name"))
    text_lv = TextField(lazy("More about it, in Latvian"))
    text_en = TextField(lazy("More about it, in English"))

    def offer(self, *, topics: Iterable[Topic], initiatives: Iterable[Initiative], people: Iterable[Person]) -> None:
        """Offer what it may be about, and who may present it."""
        self.topic_id.offer((one.id, passage(one.title)) for one in topics)
        self.initiative_id.offer((one.id, passage(one.title)) for one in initiatives)
        self.presenters.offer((one.id, one.name) for one in people)

    @property
    def words(self) -> ItemWords:
        """What was filled in, by column."""
        return cast("ItemWords", {name: value for name, value in self.values.items() if name not in APART})

    def new_presenter(self, lang: str) -> NewPresenter | None:
        """Return who was typed as "name, affiliation", whose words are in `lang`; None when nobody was."""
        name, _, affiliation = (part.strip() for part in (self.newcomer.data or "").partition(","))
        if not name:
            return None
        told = in_language(affiliation[:300] or None, lang)
        return NewPresenter(name[:200], told, is_public=bool(self.newcomer_is_public.data))

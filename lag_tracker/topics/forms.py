"""What a person may write about a topic."""

from typing import cast

from lag_tracker.models.topic import TopicState
from lag_tracker.topics.operations import TopicWords
from lag_tracker.web.fields import ChoiceField, LineField, TextField, lazy, one_of_two
from lag_tracker.web.forms import RecordForm

TITLE_NEEDED = lazy("Enter the title in Latvian or in English.")


class TopicForm(RecordForm):
    """A topic's title and summary in both languages, and its state."""

    title_lv = LineField(lazy("Title in Latvian"), [one_of_two("title_lv", "title_en", TITLE_NEEDED)], longest=500)
    title_en = LineField(lazy("Title in English"), longest=500)
    summary_lv = TextField(lazy("Summary in Latvian"))
    summary_en = TextField(lazy("Summary in English"))
    state = ChoiceField(lazy("State"), of=TopicState, default=TopicState.OPEN)

    @property
    def topic_words(self) -> TopicWords:
        """What was filled in."""
        return cast("TopicWords", self.values)

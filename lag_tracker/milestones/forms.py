"""What may be written about a deadline or phase."""

from typing import Any, cast

from lag_tracker.milestones.operations import MilestoneWords, Span
from lag_tracker.models.milestone import Milestone, MilestoneKind
from lag_tracker.models.traits import Certainty, RoughDay
from lag_tracker.web.fields import ChoiceField, LineField, RoughDayField, TextField, lazy, one_of_two
from lag_tracker.web.forms import RecordForm

TITLE_NEEDED = lazy("Enter the title in Latvian or in English.")


class MilestoneOnPaper:
    """A milestone as its form shows it: with its days as finely as they are known."""

    def __init__(self, milestone: Milestone) -> None:
        """Look at a milestone."""
        self.milestone = milestone
        self.revision = milestone.revision
        self.starts = RoughDay(milestone.starts_on, milestone.date_precision)
        self.ends = RoughDay(milestone.ends_on, milestone.date_precision)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.milestone, name)


class MilestoneForm(RecordForm):
    """A deadline or phase: what, when, and whom it binds."""

    title_lv = LineField(lazy("Title in Latvian"), [one_of_two("title_lv", "title_en", TITLE_NEEDED)], longest=500)
    title_en = LineField(lazy("Title in English"), longest=500)
    kind = ChoiceField(lazy("Kind"), of=MilestoneKind, default=MilestoneKind.DEADLINE)
    starts = RoughDayField(lazy("Deadline, or beginning of the phase"))
    ends = RoughDayField(lazy("End of the phase"))
    date_certainty = ChoiceField(lazy("How the date is known"), of=Certainty, default=Certainty.STATED)
    applies_to_lv = LineField(lazy("Whom it binds, in Latvian"))
    applies_to_en = LineField(lazy("Whom it binds, in English"))
    summary_lv = TextField(lazy("Summary in Latvian"))
    summary_en = TextField(lazy("Summary in English"))

    @property
    def milestone_words(self) -> MilestoneWords:
        """What was filled in, besides the days."""
        return cast("MilestoneWords", {name: self.values[name] for name in MilestoneWords.__annotations__})

    @property
    def span(self) -> Span:
        """When it is."""
        return Span(self.starts.data, self.ends.data, self.date_certainty.data)

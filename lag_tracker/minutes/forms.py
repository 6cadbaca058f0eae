"""What a person may write into minutes."""

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.web.fields import TextField, lazy
from lag_tracker.web.forms import RecordForm


class MinutesForm(RecordForm):
    """What came of a meeting, in both languages."""

    outcome_lv = TextField(lazy("What came of it, in Latvian"))
    outcome_en = TextField(lazy("What came of it, in English"))

    @property
    def outcome(self) -> Bilingual:
        """What was filled in."""
        return Bilingual(self.outcome_lv.data, self.outcome_en.data)

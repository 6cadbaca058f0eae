"""What somebody may say about a private feed of theirs."""

from typing import Any

from flask_babel import gettext
from wtforms.validators import StopValidation

from lag_tracker.models.calendar_token import FeedKind
from lag_tracker.web.fields import ChoiceField, LanguageField, LineField, Needed, RecordField, lazy
from lag_tracker.web.forms import Form

LONGEST_NAME = 100


class FeedForm(Form):
    """What a private feed shows, of which group, in which language, and what its owner calls it."""

    kind = ChoiceField(lazy("What the calendar shows"), of=FeedKind, default=FeedKind.MINE)
    group = RecordField(lazy("Group, for the calendar of one group"), empty=lazy("none"))
    language = LanguageField(lazy("Language of the calendar"))
    name = LineField(
        lazy("What you call it"),
        [Needed(lazy("Enter a name, such as “Google on my phone”."))],
        longest=LONGEST_NAME,
    )

    def validate_kind(self, field: Any) -> None:
        """Refuse a kind that the page does not offer to whoever asks."""
        if field.data not in field.among:
            raise StopValidation(gettext("Choose one of the list."))

    def validate_group(self, field: Any) -> None:
        """Ask for the group where one is meant."""
        if self.kind.data is FeedKind.GROUP and field.data is None:
            raise StopValidation(gettext("Choose the group."))

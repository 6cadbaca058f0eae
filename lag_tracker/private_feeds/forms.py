"""What somebody may say about a private feed of theirs."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext
from wtforms import SelectChoice, SelectField  # type: ignore[attr-defined]  # the types are of an older WTForms
from wtforms.validators import StopValidation

from lag_tracker.labels import label
from lag_tracker.models.calendar_token import FeedKind
from lag_tracker.models.group import Group
from lag_tracker.web.fields import LanguageField, LineField, Needed, lazy
from lag_tracker.web.formatting import passage, starting_capital
from lag_tracker.web.forms import Form
from lag_tracker.web.language import reading_language

LONGEST_NAME = 100


class ShownField(SelectField):
    """What a feed shows: one list of the kinds of feeds, with the groups where all of one group can be had."""

    look = "choice"

    def __init__(self, words: Any = None, **given: Any) -> None:
        """Make a field whose feeds `offer` gives later."""
        super().__init__(words, validate_choice=False, choices=[], **given)
        self.offered = frozenset[str]()

    def offer(self, kinds: Iterable[FeedKind], groups: Iterable[Group]) -> None:
        """Offer these kinds, and these groups in place of the kind that is of one group."""
        of_groups = [_choice_of(group) for group in groups]
        offered = [
            choice
            for kind in kinds
            for choice in (
                of_groups
                if kind is FeedKind.GROUP
                else [SelectChoice(kind.value, starting_capital(label(kind, reading_language())))]
            )
        ]
        self.choices, self.offered = offered, frozenset(choice.value for choice in offered)

    def pre_validate(self, _form: Any) -> None:
        """Refuse what is not offered to whoever asks."""
        if self.data not in self.offered:
            raise StopValidation(gettext("Choose one of the list."))

    @property
    def kind(self) -> FeedKind:
        """The kind of feed that was chosen."""
        return FeedKind(str(self.data).partition("-")[0])

    @property
    def group_id(self) -> int | None:
        """The group that was chosen, if one was."""
        number = str(self.data).partition("-")[2]
        return int(number) if number else None


def _choice_of(group: Group) -> SelectChoice:
    name, foreign = passage(group.name), {}
    if name.lang != reading_language():
        foreign["lang"] = name.lang
    heading = starting_capital(label(FeedKind.GROUP, reading_language()))
    return SelectChoice(f"{FeedKind.GROUP.value}-{group.id}", name.words, foreign, optgroup=heading)


class FeedForm(Form):
    """What a private feed shows, in which language, and what its owner calls it."""

    shows = ShownField(lazy("What the calendar shows"))
    language = LanguageField(lazy("Language of the calendar"))
    name = LineField(
        lazy("What you call it"),
        [Needed(lazy("Enter a name, such as “Google on my phone”."))],
        longest=LONGEST_NAME,
    )

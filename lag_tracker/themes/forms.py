"""What an administrator may write about a theme."""

from typing import cast

from lag_tracker.themes.operations import ThemeWords
from lag_tracker.web.fields import LineField, lazy, one_of_two
from lag_tracker.web.forms import Form

NAME_NEEDED = lazy("Enter the name in Latvian or in English.")


class ThemeForm(Form):
    """A theme's name."""

    name_lv = LineField(lazy("Name in Latvian"), [one_of_two("name_lv", "name_en", NAME_NEEDED)])
    name_en = LineField(lazy("Name in English"))

    @property
    def theme_words(self) -> ThemeWords:
        """What was filled in."""
        return cast("ThemeWords", self.values)

"""What an administrator may write about a theme."""

from typing import cast
from zlib import crc32

from lag_tracker.models.theme import Theme
from lag_tracker.themes.operations import ThemeWords
from lag_tracker.web.fields import LineField, lazy, one_of_two
from lag_tracker.web.forms import RecordForm

NAME_NEEDED = lazy("Enter the name in Latvian or in English.")


class ThemeOnPaper:
    """A theme as its form shows it. Themes count no revisions: what they are called says whether somebody saved."""

    def __init__(self, theme: Theme) -> None:
        """Look at a theme."""
        self.name_lv, self.name_en = theme.name_lv, theme.name_en
        self.revision = crc32(repr(theme.name).encode())


class ThemeForm(RecordForm):
    """A theme's name."""

    name_lv = LineField(lazy("Name in Latvian"), [one_of_two("name_lv", "name_en", NAME_NEEDED)])
    name_en = LineField(lazy("Name in English"))

    @property
    def theme_words(self) -> ThemeWords:
        """What was filled in."""
        return cast("ThemeWords", self.values)

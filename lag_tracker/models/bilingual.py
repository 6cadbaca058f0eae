"""Texts in Latvian and English, either of which may be missing."""

from typing import NamedTuple

LANGUAGES = ("lv", "en")


class Text(NamedTuple):
    """A passage and the language it is in, so that a page can say so with `lang`."""

    words: str
    lang: str


class Bilingual(NamedTuple):
    """One text in up to two languages."""

    lv: str | None
    en: str | None

    def __bool__(self) -> bool:
        """Tell whether there is any text at all."""
        return bool(self.lv or self.en)

    def read_in(self, lang: str) -> Text:
        """Return the text in `lang`, or the one that exists with its own language."""
        if lang == "en":
            return Text(self.en, "en") if self.en else Text(self.lv or "", "lv")
        return Text(self.lv, "lv") if self.lv else Text(self.en or "", "en")

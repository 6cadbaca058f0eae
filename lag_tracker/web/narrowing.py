"""What a list is narrowed to: words and choices that stand in the address, the same for the page and for its file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from flask import abort, request

from lag_tracker.labels import label
from lag_tracker.latvian import fold
from lag_tracker.models.bilingual import Bilingual, Text
from lag_tracker.web.fields import clean
from lag_tracker.web.formatting import starting_capital
from lag_tracker.web.language import reading_language

LONGEST_SOUGHT = 200


class Chooser(NamedTuple):
    """One thing out of a few, or all of them."""

    #: In the address.
    name: str
    title: str
    #: The words for choosing nothing.
    everything: str
    #: What stands in the address, with the words for it.
    options: Mapping[str, Text]
    chosen: str | None

    @property
    def is_offered(self) -> bool:
        """Whether there is anything to choose."""
        return len(self.options) > 1 or self.chosen is not None


@dataclass(frozen=True)
class Narrowing:
    """What a list is narrowed to."""

    #: Empty when no words are looked for.
    sought: str
    choosers: Sequence[Chooser]

    @property
    def address(self) -> dict[str, str]:
        """What is looked for and chosen, as it stands in the address; empty when the list is as wide as it is."""
        chosen = {one.name: one.chosen for one in self.choosers if one.chosen}
        return chosen | ({"q": self.sought} if self.sought else {})

    def chosen(self, name: str) -> str | None:
        """Return what is chosen under a name, None when it is everything."""
        return next(one.chosen for one in self.choosers if one.name == name)

    def fits(self, name: str, *values: str | None) -> bool:
        """Tell whether one of the values is what is chosen under a name, or everything is."""
        return self.chosen(name) in (None, *values)

    def holds(self, *texts: str | None) -> bool:
        """Tell whether every word that is looked for stands somewhere in the texts, with accents or without."""
        together = fold(" ".join(filter(None, texts)))
        return all(word in together for word in fold(self.sought).split())


def narrowed_to(*choosers: Chooser) -> Narrowing:
    """Return what the address narrows a list to: by words, and by these choices."""
    return Narrowing(clean(request.args.get("q", ""))[:LONGEST_SOUGHT], choosers)


def chooser(name: str, title: str, everything: str, options: Mapping[str, Text]) -> Chooser:
    """Return a choice with what the address says of it; answer 404 to what there is not."""
    typed = request.args.get(name) or None
    if typed is not None and typed not in options:
        abort(404)
    return Chooser(name, title, everything, options, typed)


def kinds_among(kinds: type[StrEnum], present: Iterable[StrEnum | None]) -> dict[str, Text]:
    """Return the kinds that there are, in their own order and in words."""
    found, lang = set(present), reading_language()
    return {kind.value: Text(starting_capital(label(kind, lang)), lang) for kind in kinds if kind in found}


def records_among(names: Iterable[tuple[str, Bilingual]]) -> dict[str, Text]:
    """Return records by their slugs, as they come and each once."""
    return {slug: name.read_in(reading_language()) for slug, name in names}


def words_among(words: Mapping[str, str]) -> dict[str, Text]:
    """Return choices whose words are in the language being read."""
    return {value: Text(said, reading_language()) for value, said in words.items()}

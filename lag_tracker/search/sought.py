"""What was typed, and where its words are in a text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Final, NamedTuple

from lag_tracker.latvian import words
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.search.index import LONGEST_WORD, WORD, stem_key, word_key

#: What is read of a search, however much is typed.
MOST_WORDS: Final = 12
LONGEST_TYPED: Final = 500
#: Characters of an excerpt, those before its first hit, and of the text that is looked through for one.
LONGEST_EXCERPT: Final = 220
_BEFORE_HIT: Final = 70
_LOOKED_THROUGH: Final = 10_000

_SHORTEST_BEGINNING: Final = 2
_WORD: Final = re.compile(r"[^\W_]+")

Piece = tuple[str, bool]


@dataclass(frozen=True)
class Sought:
    """A word as it was typed, and what it is looked for by."""

    word: str
    #: The last word may be half a word.
    may_go_on: bool

    @cached_property
    def stem(self) -> str:
        """What the forms of the word share."""
        return stem_key(self.word)

    @cached_property
    def folded(self) -> str:
        """The word without accents."""
        return word_key(self.word)

    @cached_property
    def beginning(self) -> str:
        """As much of the word, accents kept, as its forms share."""
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(self.folded, self.stem, strict=False))
        return self.word[: sum(1 for _ in alike)] or self.word

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys of which an entry must bear one."""
        if not self.may_go_on:
            return (self.stem,)
        return (self.stem, WORD + self.folded + ("*" if len(self.folded) >= _SHORTEST_BEGINNING else ""))

    def is_found_in(self, word: str) -> bool:
        """Whether a word of a text is a form of this one."""
        return stem_key(word) == self.stem or (self.may_go_on and word_key(word).startswith(self.folded))


class Excerpt(NamedTuple):
    """A passage around the words that were found, each piece with whether it is one of them."""

    pieces: list[Piece]
    lang: str


def understand(typed: str) -> tuple[Sought, ...]:
    """Return the different words of what was typed, as many as a search takes."""
    found = list(dict.fromkeys(word[:LONGEST_WORD] for word in words(typed[:LONGEST_TYPED])))[:MOST_WORDS]
    return tuple(Sought(word, may_go_on=number == len(found)) for number, word in enumerate(found, 1))


def marked(passage: str, sought: Sequence[Sought]) -> list[Piece]:
    """Return the passage in pieces, each with whether it is a word that was sought."""
    pieces: list[Piece] = []
    end = 0
    for first, last, _ in _hits(passage, sought):
        pieces += [(passage[end:first], False), (passage[first:last], True)]
        end = last
    return [piece for piece in (*pieces, (passage[end:], False)) if piece[0]]


def excerpt(passages: Bilingual, sought: Sequence[Sought], lang: str) -> Excerpt:
    """Return the passage with most of the words: in `lang`, else in the other language, else the first there is."""
    others = [other for other in Bilingual._fields if other != lang]
    for language in (lang, *others):
        lines = (getattr(passages, language) or "")[:_LOOKED_THROUGH].splitlines()
        best = max(lines, key=lambda line: len({one for _, _, one in _hits(line, sought)}), default="")
        if any(_hits(best, sought)):
            return Excerpt(_window(best, sought), language)
    text, language = passages.read_in(lang)
    return Excerpt(_window(text.partition("\n")[0], sought), language)


def _hits(passage: str, sought: Sequence[Sought]) -> Iterator[tuple[int, int, Sought]]:
    for match in _WORD.finditer(passage):
        word = match[0].casefold()
        found = next((one for one in sought if one.is_found_in(word)), None)
        if found:
            yield match.start(), match.end(), found


def _window(line: str, sought: Sequence[Sought]) -> list[Piece]:
    """Return the part of a line around its first hit, cut between words, in pieces."""
    first = next(_hits(line, sought), (0, 0, None))[0]
    start = 0 if first <= _BEFORE_HIT else line.find(" ", first - _BEFORE_HIT) + 1
    end = start + LONGEST_EXCERPT
    if end >= len(line):
        return _with_dots(marked(line[start:], sought), before=start > 0, after=False)
    cut = line[start:end].rsplit(" ", 1)[0]
    return _with_dots(marked(cut, sought), before=start > 0, after=True)


def _with_dots(pieces: list[Piece], *, before: bool, after: bool) -> list[Piece]:
    return [*([("… ", False)] if before else []), *pieces, *([(" …", False)] if after else [])]

"""What was typed, and where its words are in a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Final, NamedTuple

from lag_tracker.latvian import words
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.search.index import LONGEST_WORD, Marks, stem_key, word_key

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

    def keys(self, marks: Marks) -> tuple[str, ...]:
        """Return the keys of which an entry with such marks must bear one; * stands for however a word goes on."""
        if not self.may_go_on:
            return (marks.stem + self.stem,)
        beginning = self.folded + ("*" if len(self.folded) >= _SHORTEST_BEGINNING else "")
        return (marks.stem + self.stem, marks.word + beginning)


class Passage(NamedTuple):
    """What a record says in one place, and in which language."""

    words: str
    lang: str


class Excerpt(NamedTuple):
    """A passage around the words that were found, each piece with whether it is one of them."""

    pieces: list[Piece]
    lang: str


class Understood:
    """What was typed, understood: its different words, as many as a search takes."""

    def __init__(self, typed: str) -> None:
        found = list(dict.fromkeys(word[:LONGEST_WORD] for word in words(typed[:LONGEST_TYPED])))[:MOST_WORDS]
        self.sought = tuple(Sought(word, may_go_on=number == len(found)) for number, word in enumerate(found, 1))
        self._by_stem = {one.stem: one for one in reversed(self.sought)}
        self._known: dict[str, Sought | None] = {}

    def marked(self, passage: str) -> list[Piece]:
        """Return the passage in pieces, each with whether it is a word that was sought."""
        pieces: list[Piece] = []
        end = 0
        for first, last, _ in self._hits(passage):
            pieces += [(passage[end:first], False), (passage[first:last], True)]
            end = last
        return [piece for piece in (*pieces, (passage[end:], False)) if piece[0]]

    def passage(self, passages: Bilingual, lang: str) -> Passage:
        """Return the passage with most of the words: in `lang`, else in the other language, else the first there is."""
        for language in (lang, *(other for other in Bilingual._fields if other != lang)):
            lines = (getattr(passages, language) or "")[:_LOOKED_THROUGH].splitlines()
            hits = {line: {one for _, _, one in self._hits(line)} for line in lines}
            best = max(lines, key=lambda line: len(hits[line]), default="")
            if best and hits[best]:
                return Passage(best, language)
        text, language = passages.read_in(lang)
        return Passage(text.partition("\n")[0], language)

    def excerpt(self, passage: Passage) -> Excerpt:
        """Return the part of a passage around the words."""
        return Excerpt(self._window(passage.words), passage.lang)

    def _hits(self, passage: str) -> Iterator[tuple[int, int, Sought]]:
        for match in _WORD.finditer(passage):
            found = self._found(match[0])
            if found:
                yield match.start(), match.end(), found

    def _found(self, word: str) -> Sought | None:
        """Return what of the sought a word of a text is a form of; texts repeat themselves, so it is remembered."""
        if word not in self._known:
            small = word.casefold()[:LONGEST_WORD]
            last = self.sought[-1:]
            beginning = last[0] if last and word_key(small).startswith(last[0].folded) else None
            self._known[word] = self._by_stem.get(stem_key(small), beginning)
        return self._known[word]

    def _window(self, line: str) -> list[Piece]:
        """Return the part of a line around its first hit, cut between words, in pieces."""
        first = next(self._hits(line), (0, 0, None))[0]
        start = 0 if first <= _BEFORE_HIT else line.find(" ", first - _BEFORE_HIT) + 1
        end = start + LONGEST_EXCERPT
        cut = line[start:] if end >= len(line) else line[start:end].rsplit(" ", 1)[0]
        before, after = [("… ", False)] * (start > 0), [(" …", False)] * (end < len(line))
        return [*before, *self.marked(cut), *after]

"""By what a person is found in texts: the name in any form, order and spelling, and their own addresses and numbers."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from lag_tracker.latvian import stem

#: What stands in place of an address or a number.
GONE: Final = "…"
#: How much is shown of a text before and after what was found, in characters, and how many places of it at most.
AROUND: Final = 60
MOST_PASSAGES: Final = 5
#: A shorter number is that of a switchboard's extension, or of a paragraph.
SHORTEST_PHONE: Final = 7
_SOFT_HYPHEN: Final = "\u00ad"
#: A word, with the marks that stand apart from their letters.
_WORD: Final = re.compile(rf"(?:[^\W_]|[{_SOFT_HYPHEN}\u0300-\u036f])+")
#: What may stand between the words of one name.
_BETWEEN: Final = re.compile(r"[^\w.;:!?]{1,3}")
_BETWEEN_DIGITS: Final = r"[\s().\-/]*"
_LATVIA: Final = "+371"

Place = tuple[int, int]


class Traces(NamedTuple):
    """By what a person is found."""

    #: Stems of the words before the surname, and of the surname's own.
    given: frozenset[str]
    surname: frozenset[str]
    #: How others spell their names whose words have the same stems.
    others: frozenset[frozenset[str]]
    #: Of addresses and phone numbers.
    patterns: tuple[re.Pattern[str], ...]

    def places_in(self, text: str) -> list[Place]:
        """Return where in a text the person is named, and where an address or a number of theirs stands."""
        written = (match.span() for pattern in self.patterns for match in pattern.finditer(text))
        return sorted([*self._names_in(text), *written])

    def passages_of(self, text: str) -> list[str]:
        """Return the places with the words around them, the first few."""
        return [
            ("…" if start > AROUND else "")
            + " ".join(text[max(start - AROUND, 0) : end + AROUND].split())
            + ("…" if end + AROUND < len(text) else "")
            for start, end in self.places_in(text)[:MOST_PASSAGES]
        ]

    def removed_from(self, text: str, instead: str) -> str:
        """Return the text with `instead` in place of the name, and dots in place of addresses and numbers."""
        for pattern in self.patterns:
            text = pattern.sub(GONE, text)
        for start, end in reversed(list(self._names_in(text))):
            text = text[:start] + instead + text[end:]
        return text

    def removed_from_all(self, value: Any, instead: str) -> Any:
        """Return a value of JSON with every text in it treated so."""
        if isinstance(value, dict):
            return {name: self.removed_from_all(one, instead) for name, one in value.items()}
        if isinstance(value, list):
            return [self.removed_from_all(one, instead) for one in value]
        return self.removed_from(value, instead) if isinstance(value, str) else value

    def may_stand_in(self, texts: Iterable[str]) -> bool:
        """Tell whether the texts of a form hold every word of the name, together or not, or an address or number."""
        text = "\n".join(texts)
        words = {stem(word) for word in _WORD.findall(text)}
        return self.given | self.surname <= words or any(pattern.search(text) for pattern in self.patterns)

    def _names_in(self, text: str) -> Iterator[Place]:
        """Yield where words of the surname and of the rest stand next to each other, in either order."""
        for run in self._runs(text):
            stems = {key for key, _ in run}
            is_whole = stems & self.surname and (stems & self.given or not self.given)
            if is_whole and frozenset(spelled(match[0]) for _, match in run) not in self.others:
                yield run[0][1].start(), run[-1][1].end()

    def _runs(self, text: str) -> Iterator[list[tuple[str, re.Match[str]]]]:
        """Yield words of the name that follow each other, each of them once."""
        run: list[tuple[str, re.Match[str]]] = []
        for match in _WORD.finditer(text):
            key = stem(match[0].replace(_SOFT_HYPHEN, ""))
            is_of_name = key in self.given or key in self.surname
            if run and not (is_of_name and _goes_on(run, key, match)):
                yield run
                run = []
            if is_of_name:
                run.append((key, match))
        if run:
            yield run


def _goes_on(run: list[tuple[str, re.Match[str]]], key: str, match: re.Match[str]) -> bool:
    is_next = _BETWEEN.fullmatch(match.string, run[-1][1].end(), match.start())
    return is_next is not None and all(key != other for other, _ in run)


def traces(name: str, *, others: Iterable[str], emails: Iterable[str], phones: Iterable[str]) -> Traces:
    """Return by what the person of this name is found; `others` are names of other people, who are left alone."""
    given, _, surname = name.rpartition(" ")
    own, namesakes = name_stems(name), (spelled_words(other) for other in others if other != name)
    return Traces(
        name_stems(given),
        name_stems(surname),
        frozenset(words for words in namesakes if {stem(word) for word in words} <= own) - {spelled_words(name)},
        (*map(_email_pattern, emails), *map(_phone_pattern, filter(_is_long_enough, phones))),
    )


def name_stems(name: str) -> frozenset[str]:
    """Return what the forms of a name's words share."""
    return frozenset(stem(word) for word in spelled_words(name))


def spelled_words(name: str) -> frozenset[str]:
    """Return the words of a name, whatever their order and case, with their accents."""
    return frozenset(map(spelled, _WORD.findall(name)))


def spelled(word: str) -> str:
    """Return a word in one spelling, whatever its case."""
    return unicodedata.normalize("NFC", word.replace(_SOFT_HYPHEN, "")).casefold()


def _email_pattern(email: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.+-]){re.escape(email)}(?![\w-])", re.IGNORECASE)


def _phone_pattern(phone: str) -> re.Pattern[str]:
    """Return the pattern of a number in the international form, however it is parted; at home without the country."""
    code = r"(?:\+|00)?"
    if phone.startswith(_LATVIA):
        code = rf"(?:{code}371{_BETWEEN_DIGITS})?"
    digits = re.sub(r"\D", "", phone.removeprefix(_LATVIA))
    return re.compile(rf"(?<!\d){code}{_BETWEEN_DIGITS.join(digits)}(?!\d)")


def _is_long_enough(phone: str) -> bool:
    return len(re.sub(r"\D", "", phone.removeprefix(_LATVIA))) >= SHORTEST_PHONE

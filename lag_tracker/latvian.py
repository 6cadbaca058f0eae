"""The Latvian language: order of names, search by any form of a word, dates in words, plurals.

Pure functions over text and plain days; nothing here reads a clock, a setting or a database.

How words are stemmed
---------------------
Accents go first, so what is typed without them is found as well; folding also undoes most of the
softening of consonants (c/č, l/ļ, n/ņ, s/š, z/ž). Then one ending of the noun or adjective comes
off, the longest that leaves enough of the word, and what is left is brought to one spelling:

* ``-aj-`` of definite adjectives and of doers goes (jaunajiem, iedzīvotājs), and ``-ak-`` of
  the comparative when four letters stay (jaunākais);
* ``j`` after a lip consonant goes (sanāksmju, kurmja);
* a doubled last consonant of a longer word becomes single (programma, businesses);
* a last ``s`` after a vowel becomes ``t`` and a last ``z`` becomes ``d`` in words of five letters
  and more (latvieša and latvietis, aktivitāšu and aktivitāte, atbilžu and atbilde); short
  words are left alone but for a few listed ones, so that viesis (guest) is not vieta (place).

English plurals come out even with their singulars (cities, decisions), since most of their
endings look like Latvian ones.

What it does not do: verbs, participles in -dams or -is, prefixes, diminutives, nouns made from
other words (biedrs and biedrība stay apart), pronouns, words that change within. Words which
differ by their accents or endings alone come together (kārta and karte, doma and dome), and so
do doers and what they did (vadītājs and vadīts) and a few strangers (strauts and strauss). A stem
is a key to compare, not a word to show, and half a word has none: match what is still being typed
against the folded text.
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import Final, Literal

Case = Literal["nominative", "locative", "dative"]

MONTHS: Final[tuple[str, ...]] = (
    "janvāris",
    "februāris",
    "marts",
    "aprīlis",
    "maijs",
    "jūnijs",
    "jūlijs",
    "augusts",
    "septembris",
    "oktobris",
    "novembris",
    "decembris",
)
"""The months in the nominative, January first."""

WEEKDAYS: Final[tuple[str, ...]] = (
    "pirmdiena",
    "otrdiena",
    "trešdiena",
    "ceturtdiena",
    "piektdiena",
    "sestdiena",
    "svētdiena",
)
"""The days of the week in the nominative, Monday first as in ``date.weekday()``."""

WEEKDAYS_SHORT: Final[tuple[str, ...]] = ("P", "O", "T", "C", "Pk", "S", "Sv")
"""Heads of calendar columns, Monday first."""

ALPHABET: Final = "aābcčdeēfgģhiyījkķlļmnņoōpqrŗsštuūvwxzž"
"""Letters in the order of the standard LVS 24:1993, with q, w, x, y and the old ō and ŗ."""

# Letters of the neighbours that Unicode does not take apart into a letter and a mark.
_UNMARKED: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}  # noqa: RUF001 - a letter meant as it stands
)


def fold(text: str) -> str:
    """Give the text in small letters without accents, as people type it: "Ķekava" -> "kekava"."""
    if text.isascii():
        return text.lower()
    # Folding the case can bring marks back, and dropping marks capitals: case goes twice.
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    unmarked = "".join(c for c in apart if unicodedata.category(c) != "Mn")
    return unmarked.casefold().translate(_UNMARKED)


# Order ------------------------------------------------------------------------------------------

_SOFTENED: Final = {letter: f"{fold(letter)}~" for letter in ALPHABET if not letter.isascii()}
_LETTERS: Final = {letter: letter for letter in ALPHABET if letter.isascii()} | _SOFTENED | {"y": "i}"}
_IGNORED: Final = re.compile(r"[^\w\s]|_")
_DIGITS_OR_LETTER: Final = re.compile(r"\d+|.")


def sort_key(text: str) -> str:
    """Give a key whose plain byte order is the order of the Latvian alphabet.

    The key is ASCII without NUL, so SQLite's BINARY and PostgreSQL's "C" collation sort it the
    same on every server. A gap between words comes before digits, digits before letters, letters
    of other scripts last; digits compare by value ("2. grupa" before "10. grupa"). Case,
    quotation marks, dashes and foreign accents count only between texts that are otherwise equal.
    Only texts equal in NFC have equal keys. A character takes up to fourteen bytes of the key
    (a number, a few more), a usual Latvian name about three times its length.
    """
    composed = unicodedata.normalize("NFC", text)
    small = unicodedata.normalize("NFC", composed.casefold())
    known = "".join(c if c in _LETTERS else fold(c) for c in small)
    bare = " ".join(_IGNORED.sub("", known).split())
    primary = "".join(map(_weight, _DIGITS_OR_LETTER.findall(bare)))
    return f"{primary} {''.join(map(_spelling, composed))}"


def _weight(token: str) -> str:
    # An accented letter is its plain letter and "~", which sorts after any letter that may follow
    # the plain one; y stands between i and ī. Other scripts start with "{", the sign after z.
    if token.isspace():
        return "-"
    if token[0].isdecimal():
        digits = "".join(str(unicodedata.decimal(d)) for d in token).lstrip("0") or "0"
        length = str(len(digits))
        return f"{len(length)}{length}{digits}"
    return _LETTERS.get(token) or f"{{{ord(token):06x}"


def _spelling(character: str) -> str:
    # Small letters before capitals, plain letters before accented ones and before signs. Where
    # changing the case and back does not give the same letter, it stays: keys must not coincide.
    swapped = character.swapcase()
    if len(swapped) > 1 or swapped.swapcase() != character:
        swapped = character
    if swapped == " " or (swapped.isascii() and swapped.isalnum()):
        return swapped
    return f"~{ord(swapped):06x}"


# Search -----------------------------------------------------------------------------------------

_WORD: Final = re.compile(r"[^\W_]+")
_SOFT_HYPHEN: Final = "\u00ad"
_VOWELS: Final = frozenset("aeiou")
_CACHED_STEMS: Final = 32_768

_ENDINGS_OF_NOUNS: Final = frozenset(
    ("a", "e", "i", "u", "as", "es", "is", "os", "us", "am", "em", "im", "ai", "ei", "iem")
)
_OTHER_ENDINGS: Final = frozenset(("s", "o", "ie", "ij", "ais"))
_LONGEST_ENDING: Final = 3

# Words an ending would be taken off wrongly.
_UNINFLECTED: Final = frozenset(("varam", "program", "system", "problem", "team", "stream", "claim", "item", "exam"))
# The dative in -um, of which the market's is the one worth having.
_DATIVE_IN_UM: Final = {"tirgum": "tirg"}
# Short stems too often met to be left apart: sēde/sēžu, saite/saišu, zutis/zuša.
_SHORT: Final = {"sez": "sed", "sais": "sait", "zus": "zut"}
# Names that end as a definite adjective does: Liepāja is not liepa.
_NAMES_IN_AJ: Final = frozenset({"liepaj"})


def words(text: str) -> list[str]:
    """Give the words of the text in NFC small letters, accents kept, in their order.

    Whatever is neither a letter nor a digit parts words, but for the soft hyphen.
    """
    small = unicodedata.normalize("NFC", text.replace(_SOFT_HYPHEN, "")).casefold()
    return _WORD.findall(unicodedata.normalize("NFC", small))


@lru_cache(maxsize=_CACHED_STEMS)
def stem(word: str) -> str:
    """Give what the forms of one word share, without accents: "lēmumiem" and "lemums" -> "lemum".

    Words with digits or signs in them come back only folded. The method and its limits are told
    at the head of this module.
    """
    folded = fold(word)
    if not folded.isalpha() or folded in _UNINFLECTED:
        return folded
    return _DATIVE_IN_UM.get(folded) or _one_spelling(_without_ending(folded))


def _without_ending(folded: str) -> str:
    if folded.endswith("ies") and len(folded) > len("ties"):
        return f"{folded[:-3]}y"
    for length in range(_LONGEST_ENDING, 0, -1):
        rest, ending = folded[:-length], folded[-length:]
        if ending in _ENDINGS_OF_NOUNS and _is_stem_of_noun(rest):
            return rest
        if ending in _OTHER_ENDINGS and len(rest) > len("up"):
            return rest
    return folded


def _is_stem_of_noun(rest: str) -> bool:
    # Two letters are a stem when they can be spoken (upe, ēka), not of an abbreviation (NVA, NVO).
    return len(rest) > len("up") or (len(rest) == len("up") and not _VOWELS.isdisjoint(rest))


def _one_spelling(stripped: str) -> str:
    rest = stripped
    if rest.endswith("aj") and len(rest) > len("maja") and rest not in _NAMES_IN_AJ:
        rest = rest[:-2]
    if rest.endswith("ak") and len(rest) > len("vecak"):
        rest = rest[:-2]
    if rest.endswith(("mj", "pj", "bj", "vj", "fj")) and len(rest) > len("up"):
        rest = rest[:-1]
    if len(rest) > len("ball") and rest[-1] == rest[-2] and rest[-1] not in _VOWELS:
        rest = rest[:-1]
    return _SHORT.get(rest) or _hardened(rest)


def _hardened(rest: str) -> str:
    if len(rest) <= len("vies"):
        return rest
    before, last = rest[-2], rest[-1]
    if last == "s" and before in _VOWELS:
        return f"{rest[:-1]}t"
    if last == "z" and (before in _VOWELS or before in "lnr"):
        return f"{rest[:-1]}d"
    return rest


# Dates and numbers ------------------------------------------------------------------------------

_CASE_ENDINGS: Final[dict[Case, tuple[str, str]]] = {
    "nominative": ("is", "s"),
    "locative": ("ī", "ā"),
    "dative": ("im", "am"),
}


def date_in_words(day: date, *, case: Case = "nominative", year: bool = True) -> str:
    """Give the day as a sentence needs it: "2020. gada 10. novembrī".

    Nominative names the day, locative says when, dative follows "līdz" (until). Without
    the year: "10. novembrī".
    """
    day_and_month = f"{ordinal(day.day)} {_month(day.month, case)}"
    return f"{ordinal(day.year)} gada {day_and_month}" if year else day_and_month


def month_in_words(year: int, month: int, *, case: Case = "nominative") -> str:
    """Give the month of a year: "2020. gada novembris". ValueError unless month is 1 to 12."""
    return f"{ordinal(year)} gada {_month(month, case)}"


def _month(month: int, case: Case) -> str:
    if not 1 <= month <= len(MONTHS):
        raise ValueError(f"there is no month {month}")
    name = MONTHS[month - 1]
    of_second_declension, of_first = _CASE_ENDINGS[case]
    if name.endswith("is"):
        return name.removesuffix("is") + of_second_declension
    return name.removesuffix("s") + of_first


def plural_form(n: int) -> int:
    """Give the index of the catalogue's plural for n things: 0 zero, 1 one, 2 other (CLDR).

    Zero is not only 0: it takes 10, 20, 100 and 11 to 19; one takes 1, 21, 101.
    """
    count = abs(n)
    if count % 10 == 0 or 11 <= count % 100 <= 19:  # noqa: PLR2004 - the rule's own numbers
        return 0
    return 1 if count % 10 == 1 else 2


def ordinal(n: int) -> str:
    """Give the number as an ordinal, which Latvian writes with a full stop: "3."."""
    return f"{n}."

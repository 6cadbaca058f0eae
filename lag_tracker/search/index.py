"""From a document, which is what an audience may read of a record, to the keys it is found by.

A key is a stem, or a folded word behind a mark that says which. The same keys go into SQLite's and PostgreSQL's index.
What is not for everyone has marks of its own, so that nobody meets its keys by seeking among those for everyone.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any, Final, NamedTuple

from lag_tracker.latvian import date_in_words, fold, month_in_words, stem, words
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.search import Subject
from lag_tracker.models.traits import Audience, Precision


class Marks(NamedTuple):
    """What stands before a key, one sign at most, and says what kind of key it is. Nobody can type them."""

    #: Before a stem.
    stem: str
    #: Before a folded word, to be looked for by its beginning.
    word: str
    #: Before the stem, and the folded word, of a word of the title.
    title_stem: str
    title_word: str
    #: Before the subject of an entry.
    subject: str


#: Of entries that everyone reads, and of those for fewer. SQLite's index takes signs beyond ASCII for letters.
OPEN: Final = Marks("", "~", "^", "@", "=")
CLOSED: Final = Marks("§", "¶", "¤", "¦", "±")
#: Before whom an entry is for that not everyone reads, and before those for whom a fuller one of the same record is.
FOR: Final = "»"
FULLER_FOR: Final = "«"
ADMINISTRATORS: Final = "administrators"

#: What has no day of its own: few records, and sought under their names.
LASTING_SUBJECTS: Final = frozenset((Subject.TOPIC, Subject.GROUP, Subject.NETWORK, Subject.MUNICIPALITY))
#: Entries without a day have smaller ids than this.
FIRST_DATED: Final = 1 << 32
SUBJECTS: Final = tuple(Subject)
#: From the widest to the narrowest; the entries of one record have ids that follow one another in this order.
AUDIENCES: Final = tuple(Audience)
ENTRIES_OF_A_RECORD: Final = 4

#: Letters of a word that count; no Latvian word is longer.
LONGEST_WORD: Final = 60
#: Characters of a record that are indexed; PostgreSQL refuses a vector of more than a megabyte.
LONGEST_BODY: Final = 100_000
LONGEST_TITLE: Final = 500

_ENGLISH_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_NO_LETTER: Final = re.compile(r"[\W_]+")
_BLANKS: Final = re.compile(r"\s+")


@dataclass(frozen=True, kw_only=True)
class Document:
    """A record as one audience may read it."""

    subject: Subject
    subject_id: int
    slug: str
    title: Bilingual
    #: Other names, which count as titles.
    also_called: tuple[str | None, ...] = ()
    happened_on: date | None = None
    precision: Precision = Precision.DAY
    #: Shown where the words are found in them.
    passages: tuple[Bilingual, ...] = ()
    #: Words it is found by but that are not shown, such as those for its kind.
    labels: tuple[str | None, ...] = ()
    #: Who reads it: everyone, or members or managers of these groups.
    audience: Audience = Audience.PUBLIC
    groups: frozenset[int] = frozenset()
    #: Narrower audiences that read a fuller document of the same record instead.
    fuller_for: tuple[Audience, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A row of search_entry and its keys in the index."""

    row: dict[str, Any]
    keys: frozenset[str]


def entry_of(document: Document) -> Entry:
    """Return what is stored for a document."""
    titles = [*document.title, *document.also_called]
    title_words = _words(titles)
    passages_lv, passages_en = (_lines(document.passages, lang) for lang in ("lv", "en"))
    body_words = _words((passages_lv, passages_en, *document.labels, *_day_in_words(document)))
    title_keys = {key for word in title_words for key in _keys_of(word)}
    row = {
        "id": _place(document),
        "subject": document.subject,
        "subject_id": document.subject_id,
        "audience": document.audience,
        "title_words": _between_spaces(title_words),
        "title_keys": _between_spaces(sorted(title_keys)),
        "body_words": _between_spaces(body_words),
        "slug": document.slug,
        "happened_on": document.happened_on,
        "date_precision": document.precision,
        "title_lv": _shortened(document.title.lv),
        "title_en": _shortened(document.title.en),
        "passages_lv": passages_lv,
        "passages_en": passages_en,
    }
    return Entry(row, frozenset((*_keys(document, title_words, body_words), *_doors(document))))


def ids_beneath(place: int) -> range:
    """Return the ids that entries of the same record have when they are for a wider audience."""
    return range(place - place % ENTRIES_OF_A_RECORD, place)


def key_for(audience: Audience, group_id: int) -> str:
    """Return how a key names an audience of a group."""
    return f"{audience}{group_id}"


def stem_key(word: str) -> str:
    """Return the stem as a key."""
    return _one_key(stem(word), word)


def word_key(word: str) -> str:
    """Return the folded word as a key."""
    return _one_key(fold(word), word)


def tidy(text: str) -> str:
    """Return text as passages hold it: composed, without soft hyphens, blanks single."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text.replace("\u00ad", "").replace("\0", ""))).strip()


def _place(document: Document) -> int:
    day = document.happened_on.toordinal() if document.happened_on else 0
    record = document.subject_id * (len(SUBJECTS) + 1) + SUBJECTS.index(document.subject)
    return day * FIRST_DATED + record * ENTRIES_OF_A_RECORD + AUDIENCES.index(document.audience)


def _keys(document: Document, title_words: Iterable[str], body_words: Iterable[str]) -> Iterable[str]:
    marks = OPEN if document.audience is Audience.PUBLIC else CLOSED
    for word in title_words:
        in_stem, in_word = _keys_of(word)
        yield from (marks.stem + in_stem, marks.word + in_word)
        yield from (marks.title_stem + in_stem, marks.title_word + in_word)
    for word in body_words:
        in_stem, in_word = _keys_of(word)
        yield from (marks.stem + in_stem, marks.word + in_word)
    yield marks.subject + document.subject


def _doors(document: Document) -> Iterable[str]:
    """Yield the keys that say for whom an entry is; administrators read the fullest of a record."""
    if document.audience is not Audience.PUBLIC:
        yield from (FOR + key_for(document.audience, group) for group in document.groups)
        if not document.fuller_for:
            yield FOR + ADMINISTRATORS
    for audience in document.fuller_for:
        yield from (FULLER_FOR + key_for(audience, group) for group in document.groups)
    if document.fuller_for:
        yield FULLER_FOR + ADMINISTRATORS


@lru_cache(maxsize=32_768)
def _keys_of(word: str) -> tuple[str, str]:
    return stem_key(word), word_key(word)


def _words(texts: Iterable[str | None]) -> list[str]:
    found = chain.from_iterable(words(text[:LONGEST_BODY]) for text in texts if text)
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in found))


def _one_key(found: str, word: str) -> str:
    # Folding takes a few signs apart into what is no letter (½), or to nothing; a key must be one word everywhere.
    return found if found.isalnum() else _NO_LETTER.sub("", found) or word


def _between_spaces(found: Iterable[str]) -> str:
    return f" {' '.join(found)} "


def _lines(passages: Iterable[Bilingual], lang: str) -> str:
    texts = (passage.en if lang == "en" else passage.lv for passage in passages)
    return "\n".join(dict.fromkeys(tidy(text) for text in texts if text and tidy(text)))[:LONGEST_BODY]


def _shortened(title: str | None) -> str | None:
    return tidy(title)[:LONGEST_TITLE] if title else None


def _day_in_words(document: Document) -> tuple[str, ...]:
    """Return the day as people type it in either language."""
    day = document.happened_on
    if day is None:
        return ()
    month = _ENGLISH_MONTHS[day.month - 1]
    if document.precision is Precision.DAY:
        return (date_in_words(day), f"{day.day} {month} {day:%d.%m.%Y}")
    if document.precision is Precision.MONTH:
        return (month_in_words(day.year, day.month), month)
    return (str(day.year),)

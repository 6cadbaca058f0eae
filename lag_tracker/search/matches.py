"""Which entries bear the words that are sought, of those that somebody may read.

Everything that a search tells is made of these entries alone: results, their order, their numbers. Who reads only what
everyone reads is asked about the keys of entries for everyone, and about nothing else. Who reads more is given, of each
record, the fullest entry that is for them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, String, bindparam, cast, column, literal_column, select, table
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from lag_tracker.models.search import SearchEntry, Subject
from lag_tracker.models.traits import Audience
from lag_tracker.models.visibility import PUBLIC, Viewer
from lag_tracker.search.index import ADMINISTRATORS, CLOSED, FOR, FULLER_FOR, OPEN, Marks, key_for
from lag_tracker.search.sought import Sought

# SQLite holds ready lists of words that begin with the same two and three letters; a longer beginning is looked for
# as the words that begin so, as long as they are not too many.
_READY_BEGINNINGS: Final = 3
_MOST_EXPANDED: Final = 60
_EXPAND: Final = sql("""
    WITH RECURSIVE found(term) AS (
      SELECT (SELECT term FROM search_index_keys WHERE term >= :low AND term < :high LIMIT 1)
      UNION ALL
      SELECT (SELECT term FROM search_index_keys WHERE term >= found.term || ' ' AND term < :high LIMIT 1)
      FROM found WHERE found.term IS NOT NULL LIMIT :most
    ) SELECT term FROM found WHERE term IS NOT NULL
""")

_INDEX: Final = table("search_index", column("rowid", BigInteger), column("search_index", String))

Keys = tuple[str, ...]


class Words(NamedTuple):
    """The keys that are sought among entries with the same marks: of each word, one key at least must be there."""

    marks: Marks
    every: tuple[Keys, ...]

    def in_title(self) -> "Words":
        """Return the keys of the same words in titles."""
        return self._replace(every=tuple(tuple(map(self._title_key, keys)) for keys in self.every))

    def _title_key(self, key: str) -> str:
        if key.startswith(self.marks.word):
            return self.marks.title_word + key.removeprefix(self.marks.word)
        return self.marks.title_stem + key.removeprefix(self.marks.stem)


@dataclass(frozen=True)
class Question:
    """What is sought, and on whose behalf."""

    viewer: Viewer
    open: Words
    #: None for who reads only what everyone reads.
    closed: Words | None

    def in_title(self) -> "Question":
        """Return the same question about titles."""
        return replace(self, open=self.open.in_title(), closed=self.closed and self.closed.in_title())


class _Language(NamedTuple):
    """How a database writes which keys there must be. Keys hold no quotation marks, so they can be quoted."""

    whole: str
    beginning: str
    also: str
    either: str
    without: str

    def any_of(self, keys: Iterable[str]) -> str:
        """Return that one of the keys is there; * at the end of one stands for all that begin so."""
        return self.one_of(self.beginning % key[:-1] if key.endswith("*") else self.whole % key for key in keys)

    def one_of(self, ways: Iterable[str]) -> str:
        """Return that one of the ways is so."""
        return f"({self.either.join(ways)})"

    def all_of(self, every: Iterable[str]) -> str:
        """Return that everything is so."""
        return f"({self.also.join(every)})"

    def but_for(self, wanted: str, keys: Sequence[str]) -> str:
        """Return that something is so and that none of the keys is there."""
        return f"({wanted}{self.without}{self.any_of(keys)})" if keys else wanted


_FTS5: Final = _Language('"%s"', '"%s" *', " AND ", " OR ", " NOT ")
_TSQUERY: Final = _Language("'%s'", "'%s':*", " & ", " | ", " & !")


def question(session: Session, sought: Sequence[Sought], *, viewer: Viewer) -> Question:
    """Return the question for these words, the last of which may be half a word."""
    closed = None if viewer == PUBLIC else _words(session, sought, CLOSED)
    return Question(viewer, _words(session, sought, OPEN), closed)


def entries_bearing(session: Session, asked: Question, among: Sequence[Subject] = ()) -> Select[int]:
    """Return the ids of the entries that a question is about, the newest first.

    With subjects only entries `among` those count; SQLite has them as keys, PostgreSQL knows their shares of the table.
    """
    if _is_sqlite(session):
        place = _INDEX.c.rowid.label("id")
        wanted = _written(_FTS5, asked, among)
        return select(place).where(_INDEX.c.search_index.op("MATCH")(wanted)).order_by(_INDEX.c.rowid.desc())
    vector: ColumnElement[Any] = literal_column("search_entry.vector")
    # The keys stand in the statement itself: how best to find them depends on how frequent they are, and a way that was
    # prepared for any word is a bad one for most.
    keys = bindparam(None, _written(_TSQUERY, asked), String, literal_execute=True)
    found = select(SearchEntry.id).where(vector.op("@@")(cast(keys, TSQUERY)))
    return (found.where(SearchEntry.subject.in_(among)) if among else found).order_by(SearchEntry.id.desc())


def _written(language: _Language, asked: Question, among: Sequence[Subject] = ()) -> str:
    wanted = _borne(language, asked.open, among)
    if asked.closed is None:
        return wanted
    members, managers = _circles(asked.viewer)
    fuller_for_managers = [FULLER_FOR + name for name in managers]
    for_them = [language.any_of(FOR + name for name in managers)] if managers else []
    if members:
        for_members = language.any_of(FOR + name for name in members)
        for_them.append(language.but_for(for_members, fuller_for_managers))
    fuller = [*(FULLER_FOR + name for name in members), *fuller_for_managers]
    closed = language.all_of((_borne(language, asked.closed, among), language.one_of(for_them)))
    return language.one_of((language.but_for(wanted, fuller), closed))


def _circles(viewer: Viewer) -> tuple[list[str], list[str]]:
    """Return how keys name those among whom somebody reads as a member does, and as a manager or administrator does."""
    if viewer.is_administrator:
        return [], [ADMINISTRATORS]
    members = [key_for(Audience.MEMBERS, group) for group in sorted(viewer.belongs_to | viewer.manages)]
    return members, [key_for(Audience.MANAGERS, group) for group in sorted(viewer.manages)]


def _words(session: Session, sought: Sequence[Sought], marks: Marks) -> Words:
    return Words(marks, tuple(_expanded(session, one.keys(marks), marks) for one in sought))


def _expanded(session: Session, keys: Keys, marks: Marks) -> Keys:
    """Return the keys, a word's beginning replaced by the words there are where SQLite would gather them slowly."""
    beginning = keys[-1].rstrip("*")
    if not (_is_sqlite(session) and keys[-1].endswith("*") and len(beginning) > len(marks.word) + _READY_BEGINNINGS):
        return keys
    bounds = {"low": beginning, "high": f"{beginning}\U0010ffff", "most": _MOST_EXPANDED + 1}
    terms = session.execute(_EXPAND, bounds).scalars().all()
    return keys if len(terms) > _MOST_EXPANDED else (*keys[:-1], *terms)


def _borne(language: _Language, words: Words, among: Sequence[Subject]) -> str:
    subjects = [tuple(words.marks.subject + subject for subject in among)] if among else []
    return language.all_of(map(language.any_of, (*subjects, *words.every)))


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"

"""Find records by words, in any form, order and spelling. Each search costs three statements at most."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import add
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.search import SearchEntry, Subject, visible_entries
from lag_tracker.models.traits import Precision
from lag_tracker.models.visibility import Viewer
from lag_tracker.search.index import ABOUT, FIRST_DATED, IN_TITLE, LASTING_SUBJECTS, WORD, WORD_IN_TITLE
from lag_tracker.search.sought import Excerpt, Piece, Sought, Understood

#: Of each sort of candidate (title, anywhere, lasting records) that many newest are ranked, and fewer for more words
#: than these; older ones are found by other words, or newest first.
CANDIDATES: Final = 200
_USUAL_WORDS: Final = 3
#: A subject's hits are counted up to here.
MOST_COUNTED: Final = 100

# SQLite holds ready lists of words that begin with the same two and three letters; a longer beginning is looked for
# as the words that begin so, as long as they are not too many.
_READY_BEGINNINGS: Final = 3
_MOST_EXPANDED: Final = 60
_EXPAND: Final = text("""
    WITH RECURSIVE found(term) AS (
      SELECT (SELECT term FROM search_index_keys WHERE term >= :low AND term < :high LIMIT 1)
      UNION ALL
      SELECT (SELECT term FROM search_index_keys WHERE term >= found.term || ' ' AND term < :high LIMIT 1)
      FROM found WHERE found.term IS NOT NULL LIMIT :most
    ) SELECT term FROM found WHERE term IS NOT NULL
""")

_INDEX: Final = table("search_index", column("rowid", BigInteger), column("search_index", String))
_AFTER: Final = re.compile(r"(?:(\d{1,4})\.)?(\d{1,18})", re.ASCII)

Order = Literal["best", "newest"]
Keys = tuple[str, ...]


class FoundRow(NamedTuple):
    """A record as the page of results shows it."""

    subject: Subject
    #: Of the record's page; a decision is on its meeting's page, at `anchor`.
    slug: str
    anchor: str
    title: Bilingual
    day: date | None
    precision: Precision
    excerpt: Excerpt


class Facet(NamedTuple):
    """How many records of a subject there are; `more` when counting stopped there."""

    subject: Subject
    number: int
    more: bool


@dataclass(frozen=True)
class Found:
    """One page of results."""

    understood: Understood = field(default_factory=lambda: Understood(""))
    rows: list[FoundRow] = field(default_factory=list)
    #: Key of the next page, None on the last.
    next: str | None = None
    #: All subjects that have hits, whichever were asked for.
    facets: list[Facet] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """The words that were looked for, folded."""
        return [one.folded for one in self.understood.sought]

    def marked(self, passage: str) -> list[Piece]:
        """Return the passage in pieces, each with whether it is a word that was looked for."""
        return self.understood.marked(passage)


def find(
    session: Session,
    typed: str,
    *,
    lang: str,
    viewer: Viewer,
    subjects: Collection[Subject] | None = None,
    order: Order = "best",
    after: str | None = None,
    limit: int = 20,
) -> Found:
    """Return the records that have every word of `typed`, in Latvian or English; excerpts are in `lang` where possible.

    `after` is the `next` of the page before; ValueError when it is not such a key. The best first are those with the
    words in the title and spelt as typed, the newer first among equals.
    """
    understood, start = Understood(typed), _start(after)
    sought = understood.sought
    if not sought:
        return Found(understood)
    every = [_expanded(session, one.keys) for one in sought]
    among = tuple(subjects or ())
    if order == "best":
        ranked = _best(session, sought, every, among)
    else:
        ranked = _newest(session, every, among, before=start[1], limit=limit + 1)
    score, place = ranked.c.score, ranked.c.id
    page = select(SearchEntry, score).join(ranked, place == SearchEntry.id).where(visible_entries(viewer))
    if start[1]:
        page = page.where(tuple_(score, place) < tuple_(*start))
    found = session.execute(page.order_by(score.desc(), place.desc()).limit(limit + 1)).all()
    rows = [_row(entry, understood, lang) for entry, _ in found[:limit]]
    next_key = f"{found[limit - 1][1]}.{found[limit - 1][0].id}" if len(found) > limit else None
    return Found(understood, rows, next_key, _facets(session, every))


def entries_bearing(session: Session, every: Sequence[Keys], among: Sequence[Subject] = ()) -> Select[int]:
    """Return the ids of entries that bear one key at least out of each of `every`, the newest first.

    A key with * at its end stands for all that begin so. Keys hold no quotation marks, so they can be quoted. With
    subjects only entries `among` those count; SQLite has them as keys, PostgreSQL knows their shares of the table.
    """
    if _is_sqlite(session):
        place = _INDEX.c.rowid.label("id")
        subjects = [tuple(ABOUT + subject for subject in among)] if among else []
        wanted = " AND ".join(f"({' OR '.join(map(_quoted, keys))})" for keys in (*subjects, *every))
        return select(place).where(_INDEX.c.search_index.op("MATCH")(wanted)).order_by(_INDEX.c.rowid.desc())
    wanted = " & ".join(f"({' | '.join(map(_lexeme, keys))})" for keys in every)
    vector: ColumnElement[Any] = literal_column("search_entry.vector")
    found = select(SearchEntry.id).where(vector.op("@@")(cast(literal(wanted), TSQUERY)))
    return (found.where(SearchEntry.subject.in_(among)) if among else found).order_by(SearchEntry.id.desc())


def _quoted(key: str) -> str:
    return f'"{key[:-1]}" *' if key.endswith("*") else f'"{key}"'


def _lexeme(key: str) -> str:
    return f"'{key[:-1]}':*" if key.endswith("*") else f"'{key}'"


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _start(after: str | None) -> tuple[int, int]:
    if after is None:
        return (0, 0)
    match = _AFTER.fullmatch(after)
    if not match:
        raise ValueError("No page of results begins there.")
    return (int(match[1] or 0), int(match[2]))


def _expanded(session: Session, keys: Keys) -> Keys:
    """Return the keys, a word's beginning replaced by the words there are where SQLite would gather them slowly."""
    beginning = keys[-1].rstrip("*")
    if not (_is_sqlite(session) and keys[-1].endswith("*") and len(beginning) > len(WORD) + _READY_BEGINNINGS):
        return keys
    bounds = {"low": beginning, "high": f"{beginning}\U0010ffff", "most": _MOST_EXPANDED + 1}
    terms = session.execute(_EXPAND, bounds).scalars().all()
    return keys if len(terms) > _MOST_EXPANDED else (*keys[:-1], *terms)


def _in_title(keys: Keys) -> Keys:
    return tuple(WORD_IN_TITLE + key[len(WORD) :] if key.startswith(WORD) else IN_TITLE + key for key in keys)


def _newest(session: Session, every: Sequence[Keys], among: Sequence[Subject], *, before: int, limit: int) -> Any:
    found = entries_bearing(session, every, among)
    if before:
        found = found.where(found.selected_columns[0] < before)
    return found.add_columns(literal(0).label("score")).limit(limit).subquery()


def _best(session: Session, sought: Sequence[Sought], every: Sequence[Keys], among: Sequence[Subject]) -> Any:
    """Return ids and scores of the newest that have the words in the title, that have them, and that last."""
    found = entries_bearing(session, every, among)
    in_title = entries_bearing(session, [_in_title(keys) for keys in every], among)
    groups = (in_title, found, found.where(found.selected_columns[0] < FIRST_DATED))
    most = CANDIDATES * _USUAL_WORDS // max(_USUAL_WORDS, len(sought))
    newest = (group.limit(most).subquery() for group in groups)
    candidates = union(*(select(group.c.id) for group in newest)).subquery()
    score = _score(session, sought).label("score")
    return select(SearchEntry.id, score).join(candidates, candidates.c.id == SearchEntry.id).subquery()


def _score(session: Session, sought: Sequence[Sought]) -> ColumnElement[int]:
    """Return twice the words' points, and one more for what lasts, so that a group comes before its meetings."""
    position = func.instr if _is_sqlite(session) else func.strpos
    points = [_points(position, one) for one in sought]
    lasts: ColumnElement[int] = case((SearchEntry.subject.in_(LASTING_SUBJECTS), 1), else_=0)
    return reduce(add, points) * 2 + lasts


def _points(position: Any, one: Sought) -> ColumnElement[int]:
    # The title counts more than the text, the spelling typed more than another; accents typed are meant, while
    # a word typed without them may be either.
    whole, beginning = f" {one.word} ", f" {one.beginning}"
    key = f" {one.folded}" if one.may_go_on else f" {one.stem} "
    in_spelling = 1 if one.word == one.folded else 3
    entry = SearchEntry
    title = case((position(entry.title_words, whole) > 0, 5), (position(entry.title_words, beginning) > 0, 4), else_=0)
    folded = case(
        (position(entry.title_keys, key) > 0, 2), (position(entry.title_keys, f" {one.stem} ") > 0, 2), else_=0
    )
    body = case((position(entry.body_words, beginning) > 0, in_spelling), else_=0)
    return title + folded + body


def _facets(session: Session, every: Sequence[Keys]) -> list[Facet]:
    counts = []
    for subject in Subject:
        found = entries_bearing(session, every, [subject])
        # In the order of ids, in which subjects are mixed: the first hundred are soon met.
        some = found.order_by(None).order_by(found.selected_columns[0]).limit(MOST_COUNTED + 1).subquery()
        counts.append(select(literal(subject.value).label("subject"), func.count().label("number")).select_from(some))
    rows = session.execute(union_all(*counts)).all()
    return [Facet(Subject(name), min(number, MOST_COUNTED), number > MOST_COUNTED) for name, number in rows if number]


def _row(entry: SearchEntry, understood: Understood, lang: str) -> FoundRow:
    return FoundRow(
        entry.subject,
        entry.slug,
        f"lemums-{entry.subject_id}" if entry.subject is Subject.DECISION else "",
        entry.title,
        entry.happened_on,
        entry.date_precision,
        understood.excerpt(Bilingual(entry.passages_lv, entry.passages_en), lang),
    )

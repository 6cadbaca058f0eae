"""Find records by words, in any form, order and spelling.

Each search costs three statements at most, and two more for who reads what not everyone does.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import add
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    case,
    func,
    literal,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.orm import Session

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.search import SearchEntry, Subject, visible_entries
from lag_tracker.models.traits import Audience, Precision
from lag_tracker.models.visibility import Viewer
from lag_tracker.search.index import FIRST_DATED, LASTING_SUBJECTS, ids_beneath
from lag_tracker.search.matches import Question, entries_bearing, question
from lag_tracker.search.sought import Excerpt, Piece, Sought, Understood

#: Of each sort of candidate (title, anywhere, lasting records) that many newest are ranked, and fewer for more words
#: than these; older ones are found by other words, or newest first.
CANDIDATES: Final = 200
_USUAL_WORDS: Final = 3
#: A subject's hits are counted up to here.
MOST_COUNTED: Final = 100

_AFTER: Final = re.compile(r"(?:(\d{1,4})\.)?(\d{1,18})", re.ASCII)

Order = Literal["best", "newest"]


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
    #: Who may read the record, and the excerpt.
    audience: Audience
    excerpt_audience: Audience


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
    asked = question(session, sought, viewer=viewer)
    among = tuple(subjects or ())
    if order == "best":
        ranked = _best(session, sought, asked, among)
    else:
        ranked = _newest(session, asked, among, before=start[1], limit=limit + 1)
    score, place = ranked.c.score, ranked.c.id
    page = select(SearchEntry, score).join(ranked, place == SearchEntry.id).where(visible_entries(viewer))
    if start[1]:
        page = page.where(tuple_(score, place) < tuple_(*start))
    found = session.execute(page.order_by(score.desc(), place.desc()).limit(limit + 1)).all()
    entries = [entry for entry, _ in found[:limit]]
    wider = _wider(session, entries)
    rows = [_row(entry, wider, understood, lang) for entry in entries]
    next_key = f"{found[limit - 1][1]}.{entries[-1].id}" if len(found) > limit else None
    return Found(understood, rows, next_key, _facets(session, asked))


def _start(after: str | None) -> tuple[int, int]:
    if after is None:
        return (0, 0)
    match = _AFTER.fullmatch(after)
    if not match:
        raise ValueError("No page of results begins there.")
    return (int(match[1] or 0), int(match[2]))


def _newest(session: Session, asked: Question, among: Sequence[Subject], *, before: int, limit: int) -> Any:
    found = entries_bearing(session, asked, among)
    if before:
        found = found.where(found.selected_columns[0] < before)
    return found.add_columns(literal(0).label("score")).limit(limit).subquery()


def _best(session: Session, sought: Sequence[Sought], asked: Question, among: Sequence[Subject]) -> Any:
    """Return ids and scores of the newest that have the words in the title, that have them, and that last."""
    found = entries_bearing(session, asked, among)
    in_title = entries_bearing(session, asked.in_title(), among)
    groups = (in_title, found, found.where(found.selected_columns[0] < FIRST_DATED))
    most = CANDIDATES * _USUAL_WORDS // max(_USUAL_WORDS, len(sought))
    newest = (group.limit(most).subquery() for group in groups)
    candidates = union(*(select(group.c.id) for group in newest)).subquery()
    score = _score(session, sought).label("score")
    return select(SearchEntry.id, score).join(candidates, candidates.c.id == SearchEntry.id).subquery()


def _score(session: Session, sought: Sequence[Sought]) -> ColumnElement[int]:
    """Return twice the words' points, and one more for what lasts, so that a group comes before its meetings."""
    position = func.instr if session.get_bind().dialect.name == "sqlite" else func.strpos
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


def _facets(session: Session, asked: Question) -> list[Facet]:
    counts = []
    for subject in Subject:
        found = entries_bearing(session, asked, [subject])
        # In the order of ids, in which subjects are mixed: the first hundred are soon met.
        some = found.order_by(None).order_by(found.selected_columns[0]).limit(MOST_COUNTED + 1).subquery()
        counts.append(select(literal(subject.value).label("subject"), func.count().label("number")).select_from(some))
    rows = session.execute(union_all(*counts)).all()
    return [Facet(Subject(name), min(number, MOST_COUNTED), number > MOST_COUNTED) for name, number in rows if number]


def _wider(session: Session, entries: Sequence[SearchEntry]) -> dict[int, SearchEntry]:
    """Return what wider audiences read of records of which not everyone reads all that was found, by their ids."""
    places = [place for entry in entries for place in ids_beneath(entry.id)]
    if not places:
        return {}
    return {entry.id: entry for entry in session.scalars(select(SearchEntry).where(SearchEntry.id.in_(places)))}


def _row(entry: SearchEntry, wider: Mapping[int, SearchEntry], understood: Understood, lang: str) -> FoundRow:
    shown = understood.passage(entry.passages, lang)
    readings = [*(wider[place] for place in ids_beneath(entry.id) if place in wider), entry]
    return FoundRow(
        entry.subject,
        entry.slug,
        f"lemums-{entry.subject_id}" if entry.subject is Subject.DECISION else "",
        entry.title,
        entry.happened_on,
        entry.date_precision,
        understood.excerpt(shown),
        readings[0].audience,
        next(one.audience for one in readings if shown.words in getattr(one.passages, shown.lang)),
    )

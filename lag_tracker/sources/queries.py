"""Which sources there are, which records they back, and who may say so."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, false, func, select, true
from sqlalchemy.orm import Session, joinedload

from lag_tracker.latvian import sort_key
from lag_tracker.models.bilingual import Bilingual, Text
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network, Partnership
from lag_tracker.models.source import CITING, Citation, Source
from lag_tracker.models.visibility import Viewer, changeable_groups, changeable_meetings

MOST_SOURCES = 2000


class CitedSource(NamedTuple):
    """A source as a page's foot names it; `aspects` are the columns it backs, none for the whole record."""

    publisher: str
    department: str | None
    issued_by: Bilingual
    title: Bilingual
    url: str | None
    published_on: date | None
    edited_on: date | None
    read_minutes: int | None
    aspects: tuple[str, ...]
    #: Where in the source the facts stand, in Latvian.
    passages: tuple[Text, ...]


def citations_of(session: Session, **record: int) -> list[CitedSource]:
    """Return the sources of one record, as in `citations_of(session, meeting_id=3)`, in the order they were cited."""
    ((column, number),) = record.items()
    return _cited_for(session, getattr(Citation, column) == number)


def unbacked(cited: Iterable[CitedSource], *columns: str) -> set[str]:
    """Return those of the columns that no source backs, of a record for which sources are named; none where none is."""
    backed = [set(source.aspects) for source in cited]
    return set(columns).difference(*backed) if backed and all(backed) else set()


def citations_of_meeting(session: Session, meeting_id: int, *, decisions: Iterable[int]) -> list[CitedSource]:
    """Return the sources of a meeting and of those of its decisions that the page shows."""
    return _cited_for(session, (Citation.meeting_id == meeting_id) | Citation.decision_id.in_(list(decisions)))


def citations_of_each(session: Session, noun: str, numbers: Iterable[int]) -> dict[int, list[CitedSource]]:
    """Return the sources of several records of one kind, such as "meeting", by their numbers, in one statement."""
    column = getattr(Citation, f"{noun}_id")
    cited: dict[int, list[tuple[Citation, Source]]] = {}
    for citation, source in _citations(session, column.in_(list(numbers))):
        cited.setdefault(getattr(citation, column.key), []).append((citation, source))
    return {number: _by_source(found) for number, found in cited.items()}


def _cited_for(session: Session, records: ColumnElement[bool]) -> list[CitedSource]:
    return _by_source(_citations(session, records))


def _citations(session: Session, records: ColumnElement[bool]) -> Iterable[tuple[Citation, Source]]:
    found = select(Citation, Source).join(Source, Source.id == Citation.source_id).where(records)
    return ((citation, source) for citation, source in session.execute(found.order_by(Citation.aspect, Citation.id)))


def _by_source(cited: Iterable[tuple[Citation, Source]]) -> list[CitedSource]:
    found: dict[Source, list[Citation]] = {}
    for citation, source in cited:
        found.setdefault(source, []).append(citation)
    return [_cited(source, citations) for source, citations in found.items()]


def _cited(source: Source, citations: list[Citation]) -> CitedSource:
    whole = any(not citation.aspect for citation in citations)
    return CitedSource(
        source.publisher,
        source.department,
        source.issued_by,
        source.title,
        source.url,
        source.published_on,
        source.edited_on,
        source.read_minutes,
        () if whole else tuple(citation.aspect for citation in citations),
        tuple(Text(passage, "lv") for passage in dict.fromkeys(citation.passage for citation in citations) if passage),
    )


class SourceRow(NamedTuple):
    """A source as the list shows it, and how many facts it is cited for."""

    source: Source
    citations: int


def sources(session: Session, *, is_archived: bool = False) -> list[SourceRow]:
    """Return all sources by publisher and title, those put away apart, in one statement."""
    cited = select(func.count(Citation.id)).where(Citation.source_id == Source.id).correlate(Source).scalar_subquery()
    found = session.execute(
        select(Source, cited)
        .where(Source.archived_at.is_not(None) if is_archived else Source.archived_at.is_(None))
        .order_by(Source.id)
        .limit(MOST_SOURCES)
    )
    rows = [SourceRow(source, number) for source, number in found]
    return sorted(
        rows, key=lambda row: (sort_key(row.source.publisher), sort_key(" ".join(filter(None, row.source.title))))
    )


def _of_own_groups(column: Any) -> Callable[[Viewer], ColumnElement[bool]]:
    return lambda viewer: column.in_(select(Group.id).where(changeable_groups(viewer)))


def _of_nobody(_viewer: Viewer) -> ColumnElement[bool]:
    return false()


#: What sources are cited for -> its table, and the condition under which a manager may say so.
CITABLE: dict[str, tuple[Any, Callable[[Viewer], ColumnElement[bool]]]] = {
    "group": (Group, changeable_groups),
    "meeting": (Meeting, changeable_meetings),
    "decision": (
        Decision,
        lambda viewer: Decision.meeting_id.in_(select(Meeting.id).where(changeable_meetings(viewer))),
    ),
    "initiative": (Initiative, _of_own_groups(Initiative.group_id)),
    "milestone": (Milestone, _of_own_groups(Milestone.group_id)),
    "municipality": (Municipality, _of_nobody),
    "network": (Network, _of_nobody),
    "partnership": (Partnership, _of_nobody),
}
#: With what a record is loaded, so that its page can be named.
_WITH = {
    "decision": (joinedload(Decision.meeting),),
    "milestone": (joinedload(Milestone.group), joinedload(Milestone.network)),
    "partnership": (joinedload(Partnership.network), joinedload(Partnership.municipality)),
}


def citable_record(session: Session, noun: str, number: int, *, viewer: Viewer) -> Any:
    """Return the record for which `viewer` may cite sources, None when there is none."""
    if noun not in CITABLE:
        return None
    model, right = CITABLE[noun]
    allowed = true() if viewer.is_administrator else right(viewer)
    return session.scalars(select(model).where(model.id == number, allowed).options(*_WITH.get(noun, ()))).one_or_none()


def citations_for(session: Session, noun: str, number: int) -> Sequence[Citation]:
    """Return what is cited for a record, with the sources."""
    return session.scalars(
        select(Citation)
        .where(getattr(Citation, f"{noun}_id") == number)
        .options(joinedload(Citation.source))
        .order_by(Citation.aspect, Citation.id)
    ).all()


def is_cited(session: Session, source_id: int) -> bool:
    """Tell whether anything cites a source."""
    return bool(session.scalar(select(exists(select(1).where(Citation.source_id == source_id)))))


def is_cited_for(session: Session, noun: str, number: int, *, source_id: int, aspect: str) -> bool:
    """Tell whether a source is cited for a fact already."""
    of_record = getattr(Citation, f"{noun}_id") == number
    same = select(1).where(Citation.source_id == source_id, Citation.aspect == aspect, of_record)
    return bool(session.scalar(select(exists(same))))


def changeable_source(session: Session, number: int, *, viewer: Viewer) -> Source | None:
    """Return the source of this number, if `viewer` may change it."""
    source = session.get(Source, number)
    return source if source and number in changeable_among(session, [number], viewer=viewer) else None


def changeable_among(session: Session, numbers: Collection[int], *, viewer: Viewer) -> set[int]:
    """Return which of these sources `viewer` may change: a manager those that records of their own cite, and no others.

    It takes one statement, and one more for each sort of record that cites them.
    """
    if viewer.is_administrator:
        return set(numbers)
    cited: dict[str, dict[int, set[int]]] = {}
    for citation in session.scalars(select(Citation).where(Citation.source_id.in_(numbers))):
        noun = next(noun for noun in CITING if getattr(citation, f"{noun}_id"))
        cited.setdefault(noun, {}).setdefault(getattr(citation, f"{noun}_id"), set()).add(citation.source_id)
    ours: set[int] = set()
    foreign: set[int] = set()
    for noun, records in cited.items():
        own = _own(session, noun, records, viewer)
        for number, citing in records.items():
            (ours if number in own else foreign).update(citing)
    return ours - foreign


def _own(session: Session, noun: str, numbers: Collection[int], viewer: Viewer) -> set[int]:
    if noun not in CITABLE:
        return set()
    model, right = CITABLE[noun]
    return set(session.scalars(select(model.id).where(model.id.in_(numbers), right(viewer))))

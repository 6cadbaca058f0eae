"""Which sources back a record."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lag_tracker.models.bilingual import Bilingual, Text
from lag_tracker.models.source import Citation, Source


class CitedSource(NamedTuple):
    """A source as a page's foot names it; `aspects` are the columns it backs, none for the whole record."""

    publisher: str
    department: str | None
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
    found: dict[Source, list[Citation]] = {}
    for citation, source in session.execute(
        select(Citation, Source)
        .join(Source, Source.id == Citation.source_id)
        .where(getattr(Citation, column) == number)
        .order_by(Citation.aspect, Citation.id)
    ):
        found.setdefault(source, []).append(citation)
    return [_cited(source, citations) for source, citations in found.items()]


def _cited(source: Source, citations: list[Citation]) -> CitedSource:
    whole = any(not citation.aspect for citation in citations)
    return CitedSource(
        source.publisher,
        source.department,
        source.title,
        source.url,
        source.published_on,
        source.edited_on,
        source.read_minutes,
        () if whole else tuple(citation.aspect for citation in citations),
        tuple(Text(passage, "lv") for passage in dict.fromkeys(citation.passage for citation in citations) if passage),
    )

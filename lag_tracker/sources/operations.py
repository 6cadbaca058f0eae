"""What happens to sources, and to what they are cited for."""

from datetime import date, datetime
from typing import TypedDict

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.errors import RuleBroken
from lag_tracker.models.source import Citation, Source
from lag_tracker.sources.queries import is_cited, is_cited_for


class SourceWords(TypedDict):
    """What a person writes about a source."""

    publisher: str
    department: str | None
    title_lv: str | None
    title_en: str | None
    published_on: date | None
    edited_on: date | None
    url: str | None
    read_minutes: int | None


def add_source(session: Session, *, words: SourceWords) -> Source:
    """Put a new source on record."""
    source = Source(**words)
    session.add(source)
    return source


def change_source(source: Source, *, words: SourceWords) -> None:
    """Write down what a source is and where it is found."""
    for name, value in words.items():
        setattr(source, name, value)


def put_source_away(source: Source, *, now: datetime) -> None:
    """Offer a source no more when something is cited; what cites it still does."""
    source.archived_at = now


def take_source_back(source: Source) -> None:
    """Offer an archived source again."""
    source.archived_at = None


def erase_source(source: Source, *, session: Session) -> None:
    """Delete a source that nothing cites."""
    if is_cited(session, source.id):
        raise RuleBroken(gettext("Records cite this source, so it cannot be erased. Archive it instead."))
    session.delete(source)


def cite(noun: str, number: int, *, session: Session, source_id: int, aspect: str, passage: str | None) -> Citation:
    """Note that a source backs a record, or with `aspect` one of its columns; once for each."""
    if is_cited_for(session, noun, number, source_id=source_id, aspect=aspect):
        raise RuleBroken(gettext("This source is cited for it already."), about="source_id")
    citation = Citation(source_id=source_id, aspect=aspect, passage=passage, **{f"{noun}_id": number})
    session.add(citation)
    return citation


def cite_no_more(citation: Citation, *, session: Session) -> None:
    """Note no longer that a source backs a fact; the source and the record stay."""
    session.delete(citation)

"""Rows that belong to records, and what rows say in both languages."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lag_tracker.labels import label, meeting_title
from lag_tracker.models.bilingual import LANGUAGES, Bilingual
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import MeetingGroup

#: Length of a decision's text that serves as its title.
_LONGEST_HEADING: Final = 140


def grouped(session: Session, found: Select[Any], key: Any, ids: Collection[int]) -> dict[int, list[Any]]:
    """Return the rows whose `key` is among `ids`, by that key."""
    rows: dict[int, list[Any]] = {}
    for row in session.execute(found.where(key.in_(ids))):
        rows.setdefault(getattr(row, key.name), []).append(row)
    return rows


def groups_of_meetings(session: Session, ids: Collection[int]) -> dict[int, list[Any]]:
    """Return the groups that hold each of the meetings, the leading one first."""
    found = select(MeetingGroup.__table__, Group.name_lv, Group.name_en).join(Group).order_by(MeetingGroup.position)
    return grouped(session, found, MeetingGroup.meeting_id, ids)


def both(row: Any, *fields: str) -> Bilingual:
    """Return the fields of a row in both languages, those of one language joined into one passage."""
    texts = ([getattr(row, f"{field}_{lang}") for field in fields] for lang in LANGUAGES)
    return Bilingual(*(" – ".join(filter(None, parts)) or None for parts in texts))


def named(*names: str | None) -> Bilingual:
    """Return names that are the same in every language."""
    known = ", ".join(dict.fromkeys(name for name in names if name))
    return Bilingual(known or None, known or None)


def title_of_meeting(row: Any) -> Bilingual:
    """Return the title of a meeting, or what it is called without one."""
    derived = [meeting_title(both(row, "title"), row.kind, row.ordinal, lang) for lang in LANGUAGES]
    return both(row, "title") or Bilingual(*(text.words for text in derived))


def speaker(row: Any) -> Bilingual:
    """Return who speaks, with whom they stand for."""
    affiliations = (row.affiliation_lv, row.affiliation_en)
    return Bilingual(*(", ".join(filter(None, (row.name, affiliation))) for affiliation in affiliations))


def heading(text: str | None) -> str | None:
    """Return the beginning of a text, cut between words."""
    if not text or len(text) <= _LONGEST_HEADING:
        return text
    return f"{text[:_LONGEST_HEADING].rsplit(None, 1)[0].rstrip(' ,;:.–-')} …"


def labels(*choices: Any) -> tuple[str, ...]:
    """Return the words for choices, in every language."""
    return tuple(label(choice, lang) for choice in choices for lang in LANGUAGES)

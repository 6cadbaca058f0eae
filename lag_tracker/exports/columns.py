"""How the cells of a list are written, in the language being read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import NamedTuple, TypeVar

from flask import url_for
from flask_babel import gettext

from lag_tracker.labels import label, meeting_title
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.meeting import MeetingKind
from lag_tracker.models.traits import Certainty, Precision
from lag_tracker.sheets import Cell
from lag_tracker.web.formatting import coarse_date, plain
from lag_tracker.web.language import reading_language

#: A file holds no more; who needs more narrows the list down.
MOST_ROWS = 5000

Row = TypeVar("Row")


class Listing(NamedTuple):
    """A list as a table."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def listed(
    title: str, rows: Iterable[Row], columns: Mapping[str, Callable[[Row], Cell]], *, most: int = MOST_ROWS
) -> Listing:
    """Return the rows under the heads of their columns; where some had to be left out, the last row says so."""
    found = list(islice(rows, most + 1))
    cells: list[Sequence[Cell]] = [[cell(row) for cell in columns.values()] for row in found[:most]]
    if len(found) > most:
        left_out = gettext("Only the first %(most)d rows are here. Narrow the list down for the rest.", most=most)
        cells.append([left_out, *[None] * (len(columns) - 1)])
    return Listing(title, list(columns), cells)


def words(text: Bilingual | None) -> Cell:
    """Return a text in the language being read, or in the one that exists."""
    return plain(text) if text else None


def label_of(choice: StrEnum | None) -> Cell:
    """Return a choice in words."""
    return label(choice, reading_language()) if choice else None


def joined(names: Iterable[str]) -> Cell:
    """Return several names in one cell."""
    return ", ".join(names) or None


def day_cell(day: date | None, precision: Precision = Precision.DAY) -> Cell:
    """Return a day as a day, and what is known no finer than to the month or year in words."""
    if day is None or precision is Precision.DAY:
        return day
    return coarse_date(day, precision) or None


def inferred(certainty: Certainty) -> Cell:
    """Return a word of warning for a date that no source states."""
    return label_of(certainty) if certainty is Certainty.INFERRED else None


def title_of(title: Bilingual, kind: MeetingKind, ordinal: int | None) -> str:
    """Return a meeting's title, or what it is called without one."""
    return meeting_title(title, kind, ordinal, reading_language()).words


def page_of(endpoint: str, slug: str) -> str:
    """Return the whole address of a record's page."""
    return url_for(endpoint, slug=slug, _external=True)

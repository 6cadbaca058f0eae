"""A meeting in a list. The one component written in Python: lists show fifty, and a template takes ten times as long.

How an item looks depends on its row, which is a value, and on the language: it is worked out once for each.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any

from flask_babel import gettext
from markupsafe import Markup, escape

from lag_tracker.labels import label, meeting_title
from lag_tracker.meetings.rows import MeetingRow
from lag_tracker.models.bilingual import Text
from lag_tracker.models.meeting import MeetingState
from lag_tracker.web.formatting import When, starting_capital, when
from lag_tracker.web.language import meeting_address, reading_language

#: Items kept in memory by each process, about a kilobyte each.
MOST_KEPT = 10_000


def meeting_item(row: MeetingRow, heading: str = "h3", *, is_next: bool = False) -> Markup:
    """Return a meeting as an item of a list, in the language being read; `is_next` makes it the first thing seen."""
    return _item(reading_language(), meeting_address(""), heading, is_next, row)


def calendar_items(entries: Iterable[Any], milestone_item: Callable[[Any], Markup]) -> Markup:
    """Return meetings and milestones as items of a list; each entry has one of the two."""
    item = partial(_item, reading_language(), meeting_address(""), "h3", False)  # noqa: FBT003 -- kept by position
    return Markup("").join([item(one.meeting) if one.meeting else milestone_item(one.milestone) for one in entries])


@lru_cache(maxsize=MOST_KEPT)
def _item(lang: str, prefix: str, heading: str, is_next: bool, row: MeetingRow) -> Markup:  # noqa: FBT001 -- kept by position
    is_cancelled = row.state is MeetingState.CANCELLED
    moment = when(row.starts_on, row.ends_on, row.precision, row.certainty, row.starts_at_time, row.ends_at_time)
    title = _words(meeting_title(row.title, row.kind, row.ordinal, lang), lang)
    look = f"meeting{' meeting--next' if is_next else ''}{' meeting--cancelled' if is_cancelled else ''}"
    below = _badge("cancelled", label(MeetingState.CANCELLED, lang)) if is_cancelled else ""
    if row.groups and row.groups[0].is_sample:
        below += _badge("sample", gettext("invented sample"))
    return Markup(  # noqa: S704 -- every text of a record was escaped on the way here
        f'<li class="{look}"><div>{date_block(moment)}</div><div class="stack"><{heading} class="meeting-title">'
        f'<a href="{escape(prefix + row.slug)}">{title}</a></{heading}>'
        f'<div class="meeting-facts">{_facts(row, lang)}</div>{below}</div></li>'
    )


def date_block(moment: When, size: str = "") -> Markup:
    """Return a date as the strongest shape; `size` may be "large"."""
    look = f"date{f' date--{size}' if size else ''}"
    iso = f' datetime="{moment.iso}"' if moment.iso else ""
    if moment.day:
        clock = f', <span class="date-clock">{moment.time}</span>' if moment.time else ""
        look += " date--range" if "–" in moment.day else ""
        inner = (
            f'<span class="date-day">{moment.day}</span> <span class="date-month">{moment.month} {moment.year}</span> '
            f'<span class="date-rest">{moment.weekday}{clock}</span>'
        )
    else:
        look += " date--coarse"
        inner = f'<span class="date-month">{starting_capital(moment.words)}</span>'
    inferred = f'<span class="inferred">{gettext("date inferred")}</span>' if moment.is_inferred else ""
    return Markup(f'<time class="{look}"{iso}>{inner}</time>{inferred}')  # noqa: S704 -- made of numbers and our own words


def _facts(row: MeetingRow, lang: str) -> str:
    """Return what stands under the title: kind, groups or networks, mode and place."""
    facts = [starting_capital(label(row.kind, lang))] if row.title else []
    facts += [_words(group.name.read_in(lang), lang) for group in row.groups]
    if not row.groups:
        facts += [str(escape(name)) for name in row.networks]
    if row.mode:
        facts.append(starting_capital(label(row.mode, lang)))
    if row.place:
        facts.append(_words(row.place.read_in(lang), lang))
    return "".join([f"<span>{fact}</span>" for fact in facts])


def _words(text: Text, lang: str) -> str:
    words = escape(text.words)
    return str(words) if text.lang == lang else f'<span lang="{text.lang}">{words}</span>'


@lru_cache(maxsize=64)
def _badge(look: str, words: str) -> str:
    return f'<div><span class="badge badge--{look}">{words}</span></div>'

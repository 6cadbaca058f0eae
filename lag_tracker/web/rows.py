"""A meeting in a list. The one component written in Python: lists show fifty, and a template takes ten times as long.

A row is put together anew each time. Its date, its kind and groups, and its place are as other rows have them: each is
worked out once for a language and kept. Title and address are its own.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_babel import gettext
from markupsafe import Markup, escape

from lag_tracker.labels import label, meeting_title
from lag_tracker.meetings.rows import MeetingRow
from lag_tracker.milestones.queries import MilestoneRow
from lag_tracker.models.bilingual import Bilingual, Text
from lag_tracker.models.meeting import MeetingKind, MeetingState, Mode
from lag_tracker.names.queries import GroupName
from lag_tracker.web.formatting import When, starting_capital, when
from lag_tracker.web.language import meeting_address, reading_language

#: Dates, facts and places that each process keeps, so many of each: less than half a kilobyte apiece.
MOST_KEPT = 2_000
#: States that a list says in words; the others go without saying.
MARKED = (MeetingState.CANCELLED, MeetingState.DRAFT)


def meeting_item(row: MeetingRow, heading: str = "h3", *, is_next: bool = False) -> Markup:
    """Return a meeting as an item of a list, in the language being read; `is_next` makes it the first thing seen."""
    item = _item(row, reading_language(), meeting_address(""), heading, is_next=is_next)
    return Markup(item)  # noqa: S704 -- every text of a record was escaped on the way here


def calendar_items(entries: Iterable[MeetingRow | MilestoneRow]) -> Markup:
    """Return meetings and milestones as items of a list."""
    lang, prefix = reading_language(), meeting_address("")
    items = [_item(row, lang, prefix) if isinstance(row, MeetingRow) else _milestone_item(row) for row in entries]
    return Markup("".join(items))  # noqa: S704 -- as above


def _milestone_item(row: MilestoneRow) -> str:
    # A template, because there are few; and asked for here, because most lists have none.
    template = current_app.jinja_env.get_template("components/milestone.html")
    item: str = template.module.milestone_row(row)  # type: ignore[attr-defined]  # a macro of the template
    return item


def _item(row: MeetingRow, lang: str, prefix: str, heading: str = "h3", *, is_next: bool = False) -> str:
    title = row.title
    words = _words(meeting_title(title, row.kind, row.ordinal, lang), lang)
    moment = _date(lang, row.starts_on, row.ends_on, row.precision, row.certainty, row.starts_at_time, row.ends_at_time)
    facts = _facts(lang, row.kind if title else None, row.groups, row.networks, row.mode)
    place = _place(lang, row.place_lv, row.place_en)
    look, below = "meeting meeting--next" if is_next else "meeting", ""
    if row.state is MeetingState.CANCELLED:
        look += " meeting--cancelled"
    if row.state in MARKED:
        below = _badge(row.state.value, label(row.state, lang))
    if row.groups and row.groups[0].is_sample:
        below += _badge("sample", gettext("invented sample"))
    return (
        f'<li class="{look}"><div>{moment}</div><div class="stack"><{heading} class="meeting-title">'
        f'<a href="{prefix}{escape(row.slug)}">{words}</a></{heading}>'
        f'<div class="meeting-facts">{facts}{place}</div>{below}</div></li>'
    )


@lru_cache(maxsize=MOST_KEPT)
def _date(_lang: str, *dates: Any) -> str:
    return date_block(when(*dates))


@lru_cache(maxsize=MOST_KEPT)
def _facts(
    lang: str, kind: MeetingKind | None, groups: tuple[GroupName, ...], networks: tuple[str, ...], mode: Mode | None
) -> str:
    """Return what stands first under the title: kind, groups or networks, and mode."""
    facts = [starting_capital(label(kind, lang))] if kind else []
    facts += [_words(group.name.read_in(lang), lang) for group in groups]
    facts += [str(escape(name)) for name in networks]
    if mode:
        facts.append(starting_capital(label(mode, lang)))
    return "".join([f"<span>{fact}</span>" for fact in facts])


@lru_cache(maxsize=MOST_KEPT)
def _place(lang: str, *texts: str | None) -> str:
    place = Bilingual(*texts)
    return f"<span>{_words(place.read_in(lang), lang)}</span>" if place else ""


def date_block(moment: When, size: str = "", *, is_meeting: bool = True) -> Markup:
    """Return a date as the strongest shape; `size` may be "large".

    A meeting's says that its time is not known, save the large one, on the meeting's own page, where a fact below does.
    """
    look = f"date{f' date--{size}' if size else ''}"
    iso = f' datetime="{moment.iso}"' if moment.iso else ""
    if moment.day:
        clock = f', <span class="date-clock">{moment.time}</span>' if moment.time else ""
        if is_meeting and not size and not moment.time:
            clock = f', <span class="date-clockless">{gettext("time not known")}</span>'
        look += " date--range" if "–" in moment.day else ""
        inner = (
            f'<span class="date-day">{moment.day}</span> <span class="date-month">{moment.month} {moment.year}</span> '
            f'<span class="date-rest">{moment.weekday}{clock}</span>'
        )
    else:
        look += " date--coarse"
        # Of a stretch of months each end is a piece, so that a line breaks after the dash, not inside a date.
        first, dash, last = starting_capital(moment.words).partition(" – ")
        pieces = f"<span>{first} –</span> <span>{last}</span>" if dash else first
        inner = f'<span class="date-month">{pieces}</span>'
    inferred = f'<span class="inferred">{gettext("date inferred")}</span>' if moment.is_inferred else ""
    return Markup(f'<time class="{look}"{iso}>{inner}</time>{inferred}')  # noqa: S704 -- made of numbers and our own words


def _words(text: Text, lang: str) -> str:
    words = escape(text.words)
    return str(words) if text.lang == lang else f'<span lang="{text.lang}">{words}</span>'


@lru_cache(maxsize=64)
def _badge(look: str, words: str) -> str:
    return f'<div><span class="badge badge--{look}">{words}</span></div>'

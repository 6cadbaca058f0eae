"""What every template may call by name."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from enum import StrEnum
from functools import cache
from gettext import NullTranslations
from typing import Any, Final

from babel.support import Translations
from flask import Flask
from markupsafe import Markup
from werkzeug.local import LocalProxy

from lag_tracker.labels import decision_number, group_kind, label, meeting_title
from lag_tracker.models.bilingual import Bilingual, Text
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import MeetingKind
from lag_tracker.paths import TRANSLATIONS
from lag_tracker.web import formatting
from lag_tracker.web.clock import clock_time, today
from lag_tracker.web.language import meeting_address, reading_language
from lag_tracker.web.rows import calendar_items, date_block, meeting_item
from lag_tracker.words import column_words


def _label(choice: StrEnum) -> str:
    return label(choice, reading_language())


def _title_of(title: Bilingual, kind: MeetingKind, ordinal: int | None) -> Text:
    return meeting_title(title, kind, ordinal, reading_language())


def _kind_of(group: Group) -> Text:
    return group_kind(group.label, group.kind, reading_language())


def _column(name: str) -> str:
    # A file of facts could once name a column for which there are no words; a page is shown without them.
    with suppress(KeyError):
        return column_words(name.removesuffix("_lv"), reading_language())
    return ""


def _context() -> dict[str, Any]:
    return {"lang": reading_language(), "today": today()}


@cache
def _catalogue(lang: str) -> NullTranslations:
    return Translations.load(TRANSLATIONS, [lang])


@cache
def _translated(lang: str, words: str) -> Markup:
    return Markup(_catalogue(lang).gettext(words))  # noqa: S704 -- texts of ours, and of whoever translates them


def _gettext(words: str, /, **values: Any) -> Markup:
    text = _translated(reading_language(), words)
    return text % values if values else text


def _ngettext(singular: str, plural: str, number: int, /, **values: Any) -> Markup:
    text = _catalogue(reading_language()).ngettext(singular, plural, number)
    return Markup(text) % {"num": number, **values}  # noqa: S704 -- as above


_FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "said": formatting.said,
    "said_in": formatting.said_in,
    "read": formatting.read,
    "plain": formatting.plain,
    "paragraphs": formatting.paragraphs,
    "lines": formatting.lines,
    "column": _column,
    "capital": formatting.starting_capital,
    "phone": formatting.phone_number,
    "mail_link": formatting.mail_link,
}


def init_templates(app: Flask) -> None:
    """Give every template the words, dates and settings that pages share."""
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(
        # The catalogues themselves: Flask-Babel looks for its context at every word, a third of a page's time.
        _=_gettext,
        ngettext=_ngettext,
        # Those in use whenever they are read: imported macros keep the globals that they were first compiled with.
        settings=LocalProxy(lambda: app.config["SETTINGS"]),
        label=_label,
        title_of=_title_of,
        kind_of=_kind_of,
        decision_number=decision_number,
        meeting_address=meeting_address,
        meeting_item=meeting_item,
        calendar_items=calendar_items,
        date_block=date_block,
        when=formatting.when,
        long_date=formatting.long_date,
        short_date=formatting.short_date,
        date_range=formatting.date_range,
        coarse_date=formatting.coarse_date,
        month_and_year=lambda year, month: formatting.month_and_year(year, month, reading_language()),
        term_in_words=formatting.term_in_words,
        reading_minutes=formatting.reading_minutes,
        clock_time=clock_time,
        date=date,
    )
    environment.filters.update(_FILTERS)
    app.context_processor(_context)

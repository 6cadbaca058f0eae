"""What every template may call by name."""

from datetime import date
from enum import StrEnum
from typing import Any

from flask import Flask, request

from lag_tracker.labels import label, meeting_title
from lag_tracker.models.bilingual import Bilingual, Text
from lag_tracker.models.meeting import MeetingKind
from lag_tracker.web import formatting
from lag_tracker.web.clock import today
from lag_tracker.web.language import reading_language


def _label(choice: StrEnum) -> str:
    return label(choice, reading_language())


def _title_of(title: Bilingual, kind: MeetingKind, ordinal: int | None) -> Text:
    return meeting_title(title, kind, ordinal, reading_language())


def meeting_address(slug: str) -> str:
    """Return a meeting's address. Lists have many of them, and `url_for` would take a third of their time."""
    prefix = "/en/meetings/" if reading_language() == "en" else "/sanaksmes/"
    return f"{request.script_root}{prefix}{slug}"


def _context() -> dict[str, Any]:
    return {"lang": reading_language(), "today": today()}


def init_templates(app: Flask) -> None:
    """Give every template the words, dates and settings that pages share."""
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(
        settings=app.config["SETTINGS"],
        label=_label,
        title_of=_title_of,
        meeting_address=meeting_address,
        when=formatting.when,
        long_date=formatting.long_date,
        short_date=formatting.short_date,
        date_range=formatting.date_range,
        coarse_date=formatting.coarse_date,
        month_and_year=lambda year, month: formatting.month_and_year(year, month, reading_language()),
        reading_minutes=formatting.reading_minutes,
        date=date,
    )
    environment.filters.update(
        said=formatting.said,
        read=formatting.read,
        plain=formatting.plain,
        paragraphs=formatting.paragraphs,
        lines=formatting.lines,
        capital=formatting.starting_capital,
    )
    app.context_processor(_context)

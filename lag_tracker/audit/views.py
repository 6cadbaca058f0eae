"""Pages that say who changed what and when."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for

from lag_tracker.audit.operations import AUDITED
from lag_tracker.audit.queries import PAGE, entries_of, last_turns, latest_entries, names_of
from lag_tracker.audit.words import names_then, referred, shown_changes
from lag_tracker.database import db
from lag_tracker.models.audit import AuditEntry
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import page
from lag_tracker.words import noun_words

blueprint = Blueprint("audit", __name__)
#: No entry has a number of more digits.
LONGEST_NUMBER = 18


@page(blueprint, lv="/izmainas", en="/changes", access=Access.MANAGER)
def index() -> str:
    """Show the newest changes in the reader's groups, or everywhere for an administrator."""
    before = request.args.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) <= LONGEST_NUMBER):
        abort(404)
    entries = latest_entries(db.session(), viewer=viewer(), before=int(before) if before else None)
    older = url_for(".index", before=entries[PAGE - 1].id) if len(entries) > PAGE else None
    return render_template("audit/index.html", rows=rows_in_words(entries[:PAGE]), older=older)


@page(blueprint, lv="/izmainas/<noun>/<int:number>", en="/changes/<noun>/<int:number>", access=Access.MANAGER)
def record(noun: str, number: int) -> str:
    """Show what happened to one record."""
    entries = entries_of(db.session(), noun, number, viewer=viewer()) if noun in AUDITED else []
    if not entries:
        abort(404)
    rows = rows_in_words(entries)
    return render_template("audit/record.html", rows=rows, noun=rows[0]["noun"], name=rows[0]["name"])


def rows_in_words(entries: list[AuditEntry]) -> list[dict[str, Any]]:
    """Return the entries in words."""
    lang, numbers = reading_language(), referred(entries)
    names = names_of(db.session(), numbers, viewer=viewer(), lang=lang)
    turns = last_turns(db.session(), numbers)
    return [_row(entry, names_then(entry, names, turns), lang) for entry in entries]


def _row(entry: AuditEntry, names: dict[tuple[str, int], str], lang: str) -> dict[str, Any]:
    return {
        "entry": entry,
        "noun": noun_words(entry.noun, lang),
        "name": names.get((entry.noun, entry.record_id)),
        "changes": shown_changes(entry, names, lang),
    }

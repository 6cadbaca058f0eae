"""Pages that say who changed what and when."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext

from lag_tracker.audit.queries import PAGE, entries_of, has_readable_changes, last_turns, latest_entries, names_of
from lag_tracker.audit.scope import AUDITED, COUNTED
from lag_tracker.audit.words import holder_of_link, names_then, referred, shown_changes
from lag_tracker.database import db
from lag_tracker.groups.queries import changeable_group, managed_groups
from lag_tracker.latvian import sort_key
from lag_tracker.models.account import Account
from lag_tracker.models.audit import AuditEntry, Deed
from lag_tracker.models.bilingual import Text
from lag_tracker.models.group import Group
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.formatting import starting_capital
from lag_tracker.web.language import reading_language
from lag_tracker.web.narrowing import Narrowing, chooser, kinds_among, words_among
from lag_tracker.web.routes import page
from lag_tracker.words import noun_words

blueprint = Blueprint("audit", __name__)
#: No entry has a number of more digits.
LONGEST_NUMBER = 18


@page(blueprint, lv="/izmainas", en="/changes", access=Access.MANAGER)
def index() -> str:
    """Show the newest changes in the reader's groups, in one of them, or everywhere for an administrator."""
    (group, by), session = narrowed(), db.session()
    before = request.args.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) <= LONGEST_NUMBER):
        abort(404)
    entries = changes_left(group, by, before=int(before) if before else None)
    kept: dict[str, Any] = by.address | ({"group": group.slug} if group else {})
    return render_template(
        "audit/index.html",
        rows=rows_in_words(entries[:PAGE]),
        older=url_for(".index", **kept, before=entries[PAGE - 1].id) if len(entries) > PAGE else None,
        group=group,
        narrowing=by,
        kept=kept,
        groups=managed_groups(session, viewer=viewer()),
    )


def narrowed() -> tuple[Group | None, Narrowing]:
    """Return the group whose changes the address asks for, and what else it asks."""
    lang = reading_language()
    nouns = {noun: starting_capital(noun_words(noun, lang)) for noun in AUDITED | COUNTED}
    records = words_among(dict(sorted(nouns.items(), key=lambda noun: sort_key(noun[1]))))
    deeds = kinds_among(Deed, Deed)
    by = Narrowing(
        "",
        (
            chooser("deed", gettext("What was done"), gettext("All changes"), deeds),
            chooser("noun", gettext("Record"), gettext("All records"), records),
        ),
    )
    return _group_in_address(), by


def changes_left(
    group: Group | None, by: Narrowing, *, before: int | None = None, limit: int = PAGE + 1
) -> list[AuditEntry]:
    """Return the newest changes that the address asks for, or those before one."""
    deed, noun = by.chosen("deed"), by.chosen("noun")
    return latest_entries(db.session(), viewer=viewer(), group=group, deed=deed, noun=noun, before=before, limit=limit)


def _group_in_address() -> Group | None:
    """Return the group to show alone, None when the address names none; answer 404 to one that others manage."""
    slug = request.args.get("group")
    return (changeable_group(db.session(), slug, viewer=viewer()) or abort(404)) if slug else None


@page(blueprint, lv="/izmainas/<noun>/<int:number>", en="/changes/<noun>/<int:number>", access=Access.MANAGER)
def record(noun: str, number: int) -> str:
    """Show what happened to one record, also when that is nothing yet."""
    lang, rows = reading_language(), rows_of_record(noun, number)
    names = {} if rows else names_of(db.session(), {noun: {number}}, viewer=viewer(), lang=lang)
    return render_template(
        "audit/record.html",
        rows=rows,
        kind=noun_words(noun, lang),
        name=rows[0]["name"] if rows else names.get((noun, number)),
        noun=noun,
        number=number,
    )


def rows_of_record(noun: str, number: int) -> list[dict[str, Any]]:
    """Return what happened to one record, in words; answer 404 where the reader may not read of it."""
    session = db.session()
    entries = entries_of(session, noun, number, viewer=viewer()) if noun in AUDITED else abort(404)
    if not entries and not has_readable_changes(session, noun, number, viewer=viewer()):
        abort(404)
    return rows_in_words(entries)


def rows_in_words(entries: list[AuditEntry]) -> list[dict[str, Any]]:
    """Return the entries in words."""
    lang, numbers = reading_language(), referred(entries)
    names = names_of(db.session(), numbers, viewer=viewer(), lang=lang)
    turns = last_turns(db.session(), numbers)
    return [_row(entry, names_then(entry, names, turns), lang) for entry in entries]


def rows_about(own: Account, entries: list[AuditEntry]) -> list[dict[str, Any]]:
    """Return what became of an account, in words for its owner: which colleague did it, is not for them to read."""
    lang, numbers = reading_language(), referred(entries)
    accounts = numbers.pop("account", set())
    names = names_of(db.session(), numbers, viewer=viewer(), lang=lang)
    turns = last_turns(db.session(), numbers)
    somebody = Text(gettext("a manager or an administrator"), lang)
    names |= {("account", number): somebody for number in accounts} | {("account", own.id): Text(own.email, lang)}
    if own.person:
        names["person", own.person.id] = Text(own.person.name, lang)
    rows = [_row(entry, names_then(entry, names, turns), lang) for entry in entries]
    for row in rows:
        if row["entry"].account_id not in {None, own.id}:
            row["who"] = starting_capital(somebody.words)
    return rows


def _who(entry: AuditEntry, names: dict[tuple[str, int], Text]) -> str:
    """Return who made a change, as far as it is known."""
    if entry.account is not None:
        return entry.account.person.name if entry.account.person else entry.account.email
    if entry.deed is Deed.BY_LINK:
        holder = names.get(("person", holder_of_link(entry) or 0))
        return holder.words if holder else gettext("The receiver of a letter")
    if entry.deed is Deed.SENT_IN:
        return gettext("Visitor")
    if entry.deed is Deed.EXPIRED:
        return gettext("The program")
    return gettext("The program or an account that is gone")


def _row(entry: AuditEntry, names: dict[tuple[str, int], Text], lang: str) -> dict[str, Any]:
    return {
        "entry": entry,
        "who": _who(entry, names),
        "noun": noun_words(entry.noun, lang),
        "name": names.get((entry.noun, entry.record_id)),
        "changes": shown_changes(entry, names, lang),
    }

"""Pages by which people see what is kept about them, and by which they are forgotten."""

from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, abort, after_this_request, current_app, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from lag_tracker.audit.operations import note_export
from lag_tracker.audit.queries import names_of
from lag_tracker.config import Settings
from lag_tracker.database import as_json, db, utc_now
from lag_tracker.letters.post import delete_files_to, letter_folder
from lag_tracker.models.account import Account
from lag_tracker.models.bilingual import Text
from lag_tracker.models.person import Person
from lag_tracker.privacy.operations import Posted, erase_person, keep_erased_list
from lag_tracker.privacy.queries import kept_about, mentions_of, traces_of
from lag_tracker.privacy.words import kept_in_words, records_named
from lag_tracker.search.operations import sweep_index
from lag_tracker.web.access import Access, signed_in_account, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done
from lag_tracker.words import column_words, noun_words

blueprint = Blueprint("privacy", __name__)


@page(blueprint, lv="/mana-lapa/dati", en="/my-page/data", access=Access.ACCOUNT)
def own_data() -> str:
    """Show people all that is kept about them (Regulation (EU) 2016/679, art. 15)."""
    account = signed_in_account()
    return render_template("privacy/own_data.html", nouns=_in_words(account, account.person))


@page(blueprint, lv="/mana-lapa/dati.json", en="/my-page/data.json", access=Access.ACCOUNT)
def own_data_file() -> Response:
    """Give people all that is kept about them as a file (the same, art. 20)."""
    account = signed_in_account()
    return _file(account, account.person)


@page(blueprint, lv="/personas/<int:number>/dati", en="/people/<int:number>/data", access=Access.ADMINISTRATOR)
def data_of(number: int) -> str:
    """Show an administrator all that is kept about somebody who asked for it; that it was read is written down."""
    person = _person(number)
    nouns = _in_words(_noted_account(person), person)
    return render_template("privacy/data.html", nouns=nouns, person=person)


@page(
    blueprint, lv="/personas/<int:number>/dati.json", en="/people/<int:number>/data.json", access=Access.ADMINISTRATOR
)
def data_file_of(number: int) -> Response:
    """Give an administrator the same as a file, for whoever has no account to take it by."""
    person = _person(number)
    return _file(_noted_account(person), person)


def _person(number: int) -> Person:
    found = db.session.scalar(select(Person).where(Person.id == number, Person.erased_at.is_(None)))
    return found or abort(404)


def _noted_account(person: Person) -> Account | None:
    """Write down that somebody's data are taken; return by which account the person signs in, if they do."""
    session = db.session()
    note_export(session, listed="own_data", noun="person", record_id=person.id, groups=[])
    session.commit()
    return session.scalar(select(Account).where(Account.person_id == person.id))


def _in_words(account: Account | None, person: Person | None) -> dict[str, list[list[tuple[str, list[Text]]]]]:
    """Return the rows about somebody in words, by the kind of record."""
    lang, rows = reading_language(), kept_about(db.session(), account=account, person=person)
    names = names_of(db.session(), records_named(rows), viewer=viewer(), lang=lang)
    # The number of a passkey that was taken away may be somebody else's by now.
    own = {kept.values["id"] for kept in rows if kept.noun == "passkey"}
    names = {key: name for key, name in names.items() if key[0] != "passkey" or key[1] in own}
    if account:
        names["account", account.id] = Text(account.email, lang)
    if person:
        names["person", person.id] = Text(person.name, lang)
    nouns = dict[str, list[list[tuple[str, list[Text]]]]]()
    for kept in rows:
        nouns.setdefault(noun_words(kept.noun, lang), []).append(kept_in_words(kept, names, lang))
    return nouns


def _file(account: Account | None, person: Person | None) -> Response:
    found = kept_about(db.session(), account=account, person=person)
    rows = [{"table": kept.noun, **{name: _said(value) for name, value in kept.values.items()}} for kept in found]
    response = Response(as_json({"made_at": utc_now().isoformat(), "rows": rows}), mimetype="application/json")
    response.headers["Content-Disposition"] = "attachment; filename=lag-tracker-data.json"
    return response


def _said(value: Any) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value if isinstance(value, str) else as_json(value) if not isinstance(value, bytes) else "…"


@page(
    blueprint,
    lv="/personas/<int:number>/dzest",
    en="/people/<int:number>/erase",
    access=Access.ADMINISTRATOR,
    methods=FORM,
)
def erase(number: int) -> Response:
    """Let an administrator erase a person, after showing in which texts the name stands."""
    session, person = db.session(), _person(number)
    form, mentions = Button(), mentions_of(session, traces_of(session, person))
    if form.is_accepted():
        chosen = set(request.form.getlist("mention"))
        posted = erase_person(
            person,
            session=session,
            now=utc_now(),
            today=today(),
            mentions=[one for one in mentions if f"{one.noun}/{one.record_id}/{one.column}" in chosen],
        )
        _finish(posted)
        return done(url_for("audit.index"), gettext("The person was erased."))
    lang = reading_language()
    rows = [(one, noun_words(one.noun, lang), column_words(one.column, lang, noun=one.noun)) for one in mentions]
    return form_page("privacy/erase.html", form, person=person, mentions=rows)


def _finish(posted: Posted) -> None:
    """Once the erasure is committed, clear what is left of the name, and keep the list of the erased beside."""
    settings: Settings = current_app.config["SETTINGS"]

    @after_this_request
    def keep(response: Response) -> Response:
        sweep_index(db.session())
        db.session.commit()
        keep_erased_list(db.session(), settings.instance / "erased")
        delete_files_to(letter_folder(settings), addresses=posted.addresses, numbers=posted.numbers)
        return response

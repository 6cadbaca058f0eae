"""Pages on which managers keep sources, and say which records they back."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.database import db, utc_now
from lag_tracker.labels import meeting_title
from lag_tracker.models.bilingual import Text
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.source import Source
from lag_tracker.sources.forms import ASPECTS, CitationForm, SourceForm, fact_words
from lag_tracker.sources.operations import (
    add_source,
    change_source,
    cite,
    cite_no_more,
    erase_source,
    put_source_away,
    take_source_back,
)
from lag_tracker.sources.queries import (
    SourceRow,
    changeable_among,
    changeable_source,
    citable_record,
    citations_for,
    sources,
)
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.formatting import passage
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.narrowing import Narrowing, chooser, narrowed_to, words_among
from lag_tracker.web.routes import DEED, FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("sources", __name__)


@page(blueprint, lv="/avoti", en="/sources", access=Access.MANAGER)
def index() -> str:
    """Show the sources on record, or those of a publisher, those that are cited, or those of some words."""
    session, (rows, by) = db.session(), narrowed()
    archived = [] if by.address else sources(session, is_archived=True)
    changeable = changeable_among(session, [row.source.id for row in rows + archived], viewer=viewer())
    return render_template("sources/index.html", rows=rows, narrowing=by, archived=archived, changeable=changeable)


def narrowed() -> tuple[list[SourceRow], Narrowing]:
    """Return the sources that the address asks for, and what it asks."""
    found = sources(db.session())
    by = narrowed_to(
        chooser(
            "publisher",
            gettext("Publisher"),
            gettext("All publishers"),
            words_among({row.source.publisher: row.source.publisher for row in found}),
        ),
        chooser(
            "cited",
            gettext("Cited"),
            gettext("Cited or not"),
            words_among({"yes": gettext("Cited for a fact"), "no": gettext("Not cited yet")}),
        ),
    )
    return [row for row in found if _is_asked_for(row, by)], by


def _is_asked_for(row: SourceRow, by: Narrowing) -> bool:
    source = row.source
    return (
        by.fits("publisher", source.publisher)
        and by.fits("cited", "yes" if row.citations else "no")
        and by.holds(source.publisher, source.department, *source.title, source.url)
    )


@page(blueprint, lv="/avoti/jauns", en="/sources/new", access=Access.MANAGER, methods=FORM)
def new() -> Response:
    """Let a manager put a source on record, and lead back to the record for which it was wanted."""
    form, wanted = SourceForm(), _wanted_for()
    if form.is_accepted():
        source = add_source(db.session(), words=form.source_words)
        db.session.flush()
        back = url_for(".citations", **wanted, source=source.id) if wanted else url_for(".index")
        return done(back, gettext("The source was added."))
    back = url_for(".citations", **wanted) if wanted else url_for(".index")
    return form_page("sources/form.html", form, source=None, back=back)


def _wanted_for() -> dict[str, Any]:
    """Return the record in the address for which a source is wanted; empty when there is none."""
    noun, number = request.args.get("noun", ""), request.args.get("number", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 10  # noqa: PLR2004 -- what fits the database
    if not is_number or citable_record(db.session(), noun, int(number), viewer=viewer()) is None:
        return {}
    return {"noun": noun, "number": int(number)}


@page(blueprint, lv="/avoti/<int:number>/labot", en="/sources/<int:number>/edit", access=Access.MANAGER, methods=FORM)
def edit(number: int) -> Response:
    """Let a manager change a source that only records of their own cite."""
    source = _changeable(number)
    form = SourceForm(source)
    if form.is_accepted():
        change_source(source, words=form.source_words)
        return done(url_for(".index"), gettext("The source was saved."))
    return form_page("sources/form.html", form, source=source, back=url_for(".index"))


@page(
    blueprint, lv="/avoti/<int:number>/arhivs", en="/sources/<int:number>/archive", access=Access.MANAGER, methods=FORM
)
def archive(number: int) -> Response:
    """Let a manager put a source away, or take it back, after saying what that means."""
    source, form = _changeable(number), Button()
    if form.is_accepted():
        if source.is_archived:
            take_source_back(source)
            return done(url_for(".index"), gettext("The source is in the lists again."))
        put_source_away(source, now=utc_now())
        return done(url_for(".index"), gettext("The source was archived."))
    return form_page("sources/archive.html", form, source=source)


@page(
    blueprint,
    lv="/avoti/<int:number>/dzest",
    en="/sources/<int:number>/erase",
    access=Access.ADMINISTRATOR,
    methods=FORM,
)
def erase(number: int) -> Response:
    """Let an administrator delete a source that nothing cites."""
    source, form = _changeable(number), Button()
    if form.is_accepted():
        with form.rules():
            erase_source(source, session=db.session())
            return done(url_for(".index"), gettext("The source was erased."))
    return form_page("sources/erase.html", form, source=source)


def _changeable(number: int) -> Source:
    return changeable_source(db.session(), number, viewer=viewer()) or abort(404)


@page(
    blueprint,
    lv="/avoti/ierakstam/<noun>/<int:number>",
    en="/sources/of/<noun>/<int:number>",
    access=Access.MANAGER,
    methods=FORM,
)
def citations(noun: str, number: int) -> Response:
    """Show where the facts of a record come from, and let a manager name one more source."""
    session, record = db.session(), _citable(noun, number)
    form = CitationForm(data={"source_id": request.args.get("source", type=int)})
    form.source_id.offer((row.source.id, _in_words(row.source)) for row in sources(session))
    form.aspect.offer(ASPECTS.get(noun, ()))
    if form.is_accepted():
        with form.rules():
            cite(
                noun,
                number,
                session=session,
                source_id=form.source_id.data,
                aspect=form.aspect.data or "",
                passage=form.passage.data,
            )
            return done(url_for(".citations", noun=noun, number=number), gettext("The source was noted."))
    cited = [(one, fact_words(one.aspect)) for one in citations_for(session, noun, number)]
    name, back = _place_of(noun, record)
    return form_page(
        "sources/citations.html",
        form,
        noun=noun,
        number=number,
        cited=cited,
        name=name,
        back=back,
        button=Button(is_fresh=True),
    )


@page(
    blueprint,
    lv="/avoti/ierakstam/<noun>/<int:number>/<int:citation>/nonemt",
    en="/sources/of/<noun>/<int:number>/<int:citation>/remove",
    access=Access.MANAGER,
    methods=DEED,
)
def remove(noun: str, number: int, citation: int) -> Response:
    """Let a manager say that a source does not back a fact after all."""
    session = db.session()
    _citable(noun, number)
    found = next((one for one in citations_for(session, noun, number) if one.id == citation), None) or abort(404)
    form = Button()
    if not form.is_accepted():
        abort(400)
    cite_no_more(found, session=session)
    return done(url_for(".citations", noun=noun, number=number), gettext("The source is no longer noted."))


def _citable(noun: str, number: int) -> Any:
    return citable_record(db.session(), noun, number, viewer=viewer()) or abort(404)


def _in_words(source: Source) -> Text:
    (title, lang), year = passage(source.title), f" ({source.published_on.year})" if source.published_on else ""
    return Text(f"{source.publisher}: {title}{year}", lang)


def _place_of(noun: str, record: Any) -> tuple[Text, str]:
    """Return what a record is called, with the language of its name, and the address of the page that shows it."""
    if noun == "meeting":
        return _title(record), url_for("meetings.show", slug=record.slug)
    if noun == "decision":
        return passage(record.text), url_for("meetings.show", slug=record.meeting.slug)
    if noun == "partnership":
        municipality, lang = passage(record.municipality.name)
        return Text(f"{municipality}, {record.network.name}", lang), url_for("networks.show", slug=record.network.slug)
    if noun == "milestone":
        return passage(record.title), _owner_address(record)
    return _words(record), url_for(_PAGES[noun], slug=record.slug)


#: What has a page of its own that a name leads to.
_PAGES = {
    "group": "groups.show",
    "initiative": "initiatives.show",
    "municipality": "municipalities.show",
    "network": "networks.show",
}


def _title(meeting: Meeting) -> Text:
    return meeting_title(meeting.title, meeting.kind, meeting.ordinal, reading_language())


def _owner_address(milestone: Milestone) -> str:
    if milestone.group:
        return url_for("milestones.of_group", group=milestone.group.slug)
    return url_for("milestones.of_network", network=milestone.network.slug if milestone.network else "")


def _words(record: Any) -> Text:
    name = getattr(record, "name", None) or record.title
    return Text(name, reading_language()) if isinstance(name, str) else passage(name)

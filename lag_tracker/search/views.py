"""The search page."""

from typing import NamedTuple

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lag_tracker.database import db
from lag_tracker.models.search import Subject
from lag_tracker.search.forms import BEST, LONGEST_WORDS, NEWEST, SearchForm
from lag_tracker.search.queries import Found, FoundRow, find
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import page

blueprint = Blueprint("search", __name__)

SHOWN = 20
#: Subject -> the page that shows it; a decision stands on its meeting's.
SHOWN_BY = {subject: f"{subject.value}s.show" for subject in Subject} | {
    Subject.DECISION: "meetings.show",
    Subject.MUNICIPALITY: "municipalities.show",
}


class Typed(NamedTuple):
    """A search as it was typed."""

    words: str
    subject: Subject | None
    order: str


@page(blueprint, lv="/meklet", en="/search", access=Access.PUBLIC)
def results() -> ResponseReturnValue:
    """Show what was found, the best or the newest first; without words only the form."""
    typed, is_good = typed_in_address()
    found = found_for(typed, limit=SHOWN) if is_good else Found()
    html = render_template(
        "search/results.html",
        typed=typed,
        found=found,
        is_too_long=not is_good,
        longest=LONGEST_WORDS,
        address_of=address_of,
        narrowed_to=_narrowed_to,
        kept={"subject": typed.subject and typed.subject.value, "order": None if typed.order == BEST else typed.order},
        orders=(BEST, NEWEST),
    )
    return make_response(html, 200 if is_good else 400)


def typed_in_address() -> tuple[Typed, bool]:
    """Return what was typed, and whether it can be searched for; answer 404 to a subject or order that there is not."""
    form = SearchForm(formdata=request.args)  # type: ignore[no-untyped-call]
    is_good = form.validate()
    if form.subject.errors or form.order.errors:
        abort(404)
    subject = Subject(form.subject.data) if form.subject.data else None
    return Typed((form.q.data or "").strip(), subject, form.order.data or BEST), is_good


def address_of(row: FoundRow) -> str:
    """Return the address of the page that shows a result."""
    return url_for(SHOWN_BY[row.subject], slug=row.slug, _anchor=row.anchor or None)


def found_for(typed: Typed, *, limit: int) -> Found:
    """Return what was found, from the place in the address on; answer 404 to a place that no page of ours ever gave."""
    try:
        return find(
            db.session(),
            typed.words,
            lang=reading_language(),
            viewer=viewer(),
            subjects=[typed.subject] if typed.subject else None,
            order="newest" if typed.order == NEWEST else "best",
            after=request.args.get("after") or None,
            limit=limit,
        )
    except ValueError:
        abort(404)


def _narrowed_to(typed: Typed, subject: Subject | None, order: str, after: str | None = None) -> str:
    """Return the address of the same search with another subject or order, or of its next page."""
    name = subject.value if subject else None
    return url_for("search.results", q=typed.words, subject=name, order=None if order == BEST else order, after=after)

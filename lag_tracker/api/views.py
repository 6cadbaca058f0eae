"""The public record for programs: JSON at addresses without a language, read-only, for every site and without cookies.

It tells what pages tell to people who have not signed in, and asks the same rule of who may see what.
"""

from collections.abc import Sequence
from gzip import compress
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, request, url_for
from pydantic import BaseModel, ValidationError
from sqlalchemy import ColumnElement

from lag_tracker.api import shapes
from lag_tracker.api.description import describe
from lag_tracker.api.narrowing import LARGEST, Walk
from lag_tracker.api.places import Places
from lag_tracker.api.queries import Cut
from lag_tracker.api.sorts import SORTS, Sort, Told, find_group, members
from lag_tracker.config import Settings
from lag_tracker.database import db
from lag_tracker.filters.queries import choices
from lag_tracker.models.visibility import PUBLIC
from lag_tracker.web.access import Access
from lag_tracker.web.clock import today
from lag_tracker.web.programs import PROGRAMS
from lag_tracker.web.routes import address

blueprint = Blueprint("api", __name__)
HOME = f"{PROGRAMS}v1"
SORT = f"<any({','.join(SORTS)}):sort>"
JSON = "application/json"
KEPT_SECONDS = 300
#: Smaller answers gain nothing from being packed.
LEAST_PACKED = 1000

Given = TypeVar("Given", bound=Walk)


@blueprint.before_request
def refuse_other_formats() -> None:
    """Refuse whoever takes no JSON; who does not say takes all."""
    if request.accept_mimetypes and not request.accept_mimetypes.quality(JSON):
        abort(406, f"There is only {JSON} here.")


@address(blueprint, HOME, access=Access.PUBLIC)
def system() -> Response:
    """Answer what there is, and where."""
    settings: Settings = current_app.config["SETTINGS"]
    places = Places()
    return _send(
        shapes.System(
            id=places.home,
            name=settings.site_name,
            product="LAG Tracker",
            description=url_for(".description", _external=True),
            news=_in_both_languages("news.feed"),
            web=_in_both_languages("overview.start"),
            body=places.listed("bodies"),
            network=places.listed("networks"),
            organization=places.listed("organizations"),
            meeting=places.listed("meetings"),
            decision=places.listed("decisions"),
            paper=places.listed("papers"),
            topic=places.listed("topics"),
            milestone=places.listed("milestones"),
        )
    )


@address(blueprint, f"{HOME}/openapi.json", access=Access.PUBLIC)
def description() -> Response:
    """Answer the description of this interface."""
    settings: Settings = current_app.config["SETTINGS"]
    return _send_bytes(describe(settings.site_name, url_for(".system", _external=True).removesuffix("/v1")))


@address(blueprint, f"{HOME}/{SORT}", access=Access.PUBLIC)
def listing(sort: str) -> Response:
    """Answer one page of the records of a sort."""
    found, given, places = SORTS[sort], _given(SORTS[sort].given), Places()
    only = [*found.listed, *given.conditions(choices(db.session(), viewer=PUBLIC))]
    rows = found.read(db.session(), _cut(given, only), places, today())
    return _send_page(found.shape, rows, given, places.listed(sort))


@address(blueprint, f"{HOME}/{SORT}/<name>", access=Access.PUBLIC)
def record(sort: str, name: str) -> Response:
    """Answer one record."""
    found = SORTS[sort]
    rows = found.read(db.session(), Cut([_is_named(found, name)]), Places(), today())
    return _send(rows[0].record) if rows else _nowhere()


@address(blueprint, f"{HOME}/organizations/<name>/memberships", access=Access.PUBLIC)
def memberships(name: str) -> Response:
    """Answer one page of those who belong to a group."""
    session, given, places = db.session(), _given(Walk), Places()
    group = find_group(session, name) or _nowhere()
    rows = members(session, group, _cut(given, []), places, today())
    return _send_page(shapes.Membership, rows, given, f"{places.of('organizations', name)}/memberships")


def _is_named(sort: Sort, name: str) -> ColumnElement[bool]:
    """Return the condition for the record of this name, which is a number where records have no slugs."""
    column: ColumnElement[Any] = sort.name.expression
    if sort.name.key != "id":
        return column == name
    is_number = name.isascii() and name.isdecimal() and len(name) <= len(str(LARGEST))
    return column == int(name) if is_number else _nowhere()


def _nowhere() -> NoReturn:
    abort(404, "There is no such record, or not everyone may see it.")


def _given(wanted: type[Given]) -> Given:
    """Return what the address asks for; refuse in words what it cannot be asked for."""
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        abort(400, f"Each parameter can be given once; given several times: {', '.join(twice)}.")
    try:
        return wanted.model_validate(request.args.to_dict())
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        abort(400, f"{'; '.join(wrong)}. Known are {', '.join(wanted.model_fields)}.")


def _cut(given: Walk, only: Sequence[ColumnElement[bool]]) -> Cut:
    # One more than is answered tells whether the list goes on.
    return Cut(only, given.after, given.limit + 1)


def _send_page(shape: type[Any], rows: Sequence[Told], given: Walk, place: str) -> Response:
    shown, goes_on = rows[: given.limit], len(rows) > given.limit
    kept = given.model_dump(mode="json", exclude_unset=True, exclude={"after"})
    following = _with(place, kept | {"after": shown[-1].number}) if goes_on else None
    return _send(
        shapes.Page[shape](  # type: ignore[valid-type]  # pydantic makes the type of each sort
            data=[one.record for one in shown],
            pagination=shapes.Pagination(elements_per_page=given.limit),
            links=shapes.Links(first=_with(place, kept), next=following),
        )
    )


def _with(place: str, asked: dict[str, Any]) -> str:
    return f"{place}?{urlencode(asked)}" if asked else place


def _in_both_languages(endpoint: str) -> shapes.Pages:
    lv, en = (url_for(endpoint, lang=lang, _external=True) for lang in ("lv", "en"))
    return shapes.Pages(lv=lv, en=en)


def _send(answer: BaseModel) -> Response:
    return _send_bytes(answer.model_dump_json(by_alias=True).encode())


def _send_bytes(content: bytes) -> Response:
    """Answer with these bytes, or that they are what the asker has.

    The tag is a weak one, because it is the same for the packed bytes (RFC 9110, 8.8.1); for reading that is enough.
    """
    response = Response(content, mimetype=JSON)
    response.set_etag(blake2b(content, digest_size=16).hexdigest(), weak=True)
    response.cache_control.public = True
    response.cache_control.max_age = KEPT_SECONDS
    response.vary.add("Accept-Encoding")
    response.make_conditional(request)
    if response.status_code == HTTPStatus.PRECONDITION_FAILED:
        abort(response.status_code)
    is_long = response.status_code == HTTPStatus.OK and len(content) >= LEAST_PACKED
    if is_long and request.accept_encodings.quality("gzip"):
        response.set_data(compress(content, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response

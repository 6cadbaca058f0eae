"""How feeds are sent: to calendar programs that ask every few hours for years, mostly to hear that nothing is new."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Protocol, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, abort, current_app, request
from werkzeug.http import http_date

from lag_tracker.calendars.bodies import PACKED, ReadyFeeds
from lag_tracker.calendars.queries import FeedAddress
from lag_tracker.calendars.selections import SelectedFeeds
from lag_tracker.database import db
from lag_tracker.web.access import Access
from lag_tracker.web.errors import readable_date
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import page

RETRY_SECONDS = "60"
CACHING = [("Cache-Control", "public, max-age=300"), ("Vary", "Accept-Encoding"), ("X-Robots-Tag", "noindex")]
#: Status, headers and body.
Answer: TypeAlias = tuple[str, list[tuple[str, str]], bytes]


class Tagged(Protocol):
    """A state of a feed, as conditional requests see it."""

    @property
    def etag(self) -> str:
        """Strong entity tag of the plain body, without quotation marks."""

    @property
    def modified_at(self) -> datetime | None:
        """A time that no other body of the feed had or will have; None where that is not certain."""


State = TypeVar("State", bound=Tagged)
View = TypeVar("View", bound=Callable[..., Any])


class Feeds(Protocol[State]):
    """Where feeds are found by their addresses; `ReadyFeeds` says what the methods do."""

    time_zone: ZoneInfo
    failures: tuple[type[Exception], ...]

    def calendar_of(self, address: FeedAddress) -> str | None: ...

    def look(self, address: FeedAddress, *, today: date) -> State | None: ...

    def body(self, address: FeedAddress, state: State, *, today: date, packed: bool) -> tuple[State, bytes] | None: ...


#: Start of a feed's address -> its kind and language, for the addresses that end with a slug.
SLUG_PATHS = {
    "/kalendari/pasvaldibas/": ("municipality", "lv"),
    "/kalendari/tikli/": ("network", "lv"),
    "/kalendari/grupas/": ("group", "lv"),
    "/kalendari/veidi/": ("kind", "lv"),
    "/kalendari/grupu-veidi/": ("group_kind", "lv"),
    "/kalendari/sanaksmes/": ("meeting", "lv"),
    "/en/calendars/municipalities/": ("municipality", "en"),
    "/en/calendars/networks/": ("network", "en"),
    "/en/calendars/groups/": ("group", "en"),
    "/en/calendars/kinds/": ("kind", "en"),
    "/en/calendars/group-kinds/": ("group_kind", "en"),
    "/en/calendars/meetings/": ("meeting", "en"),
}
WHOLE_PATHS = {
    "/kalendari/visi.ics": FeedAddress("all", "", "lv"),
    "/kalendari/termini.ics": FeedAddress("milestones", "", "lv"),
    "/en/calendars/all.ics": FeedAddress("all", "", "en"),
    "/en/calendars/milestones.ics": FeedAddress("milestones", "", "en"),
}

blueprint = Blueprint("feeds", __name__)


def for_programs(view: View) -> View:
    """Let a view take GET and HEAD and nothing else."""
    view.provide_automatic_options = False  # type: ignore[attr-defined]
    return view


def feed(*, lv: str, en: str) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Declare the address of a feed, which takes GET and HEAD and nothing else."""

    def declare(view: Callable[..., Response]) -> Callable[..., Response]:
        return page(blueprint, lv=f"/kalendari{lv}", en=f"/calendars{en}", access=Access.PUBLIC)(for_programs(view))

    return declare


@feed(lv="/visi.ics", en="/all.ics")
def everything() -> Response:
    """All public meetings and milestones."""
    return _send("all")


@feed(lv="/termini.ics", en="/milestones.ics")
def milestones() -> Response:
    """Milestones only."""
    return _send("milestones")


@feed(lv="/pasvaldibas/<slug>.ics", en="/municipalities/<slug>.ics")
def municipality(slug: str) -> Response:
    """What the groups of one municipality do, and what it organises."""
    return _send("municipality", slug)


@feed(lv="/tikli/<slug>.ics", en="/networks/<slug>.ics")
def network(slug: str) -> Response:
    """Meetings and milestones of one network."""
    return _send("network", slug)


@feed(lv="/grupas/<slug>.ics", en="/groups/<slug>.ics")
def group(slug: str) -> Response:
    """Meetings and milestones of one group and of the groups that are part of it."""
    return _send("group", slug)


@feed(lv="/veidi/<slug>.ics", en="/kinds/<slug>.ics")
def kind(slug: str) -> Response:
    """Meetings of one kind, by its name in the code, such as "local_group"."""
    return _send("kind", slug)


@feed(lv="/grupu-veidi/<slug>.ics", en="/group-kinds/<slug>.ics")
def group_kind(slug: str) -> Response:
    """What the groups of one kind do, by its name in the code, such as "leader_lag"."""
    return _send("group_kind", slug)


@feed(lv="/izlase/<slug>.ics", en="/selection/<slug>.ics")
def selection(slug: str) -> Response:
    """What several calendars have in common, such as "group:kekava,kind:workshop"."""
    return _send("selection", slug)


@feed(lv="/sanaksmes/<slug>.ics", en="/meetings/<slug>.ics")
def meeting(slug: str) -> Response:
    """One meeting, to download; nobody is expected to come back for it."""
    response = _send("meeting", slug)
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}.ics"'
    return response


def _send(kind: str, slug: str = "") -> Response:
    """Answer with the feed, or with 304 when the asker has it; 404 for what never was, 410 for what is gone."""
    address = FeedAddress(kind, slug, reading_language(), request.args.get("past") == "all")
    feeds: Feeds[Any] = current_app.extensions["selections" if kind == "selection" else "feeds"]
    try:
        found = answer(feeds, address, request.environ)
        is_known = found is not None or feeds.calendar_of(address) is not None
    except feeds.failures:
        current_app.logger.exception("The database did not answer for the feed %s", address.key)
        return Response("503", 503, [("Retry-After", RETRY_SECONDS)], mimetype="text/plain")
    if found is None:
        abort(410 if is_known else 404)
    status, headers, body = found
    return Response(body, status, headers)


def answer(feeds: Feeds[Any], address: FeedAddress, environ: dict[str, Any]) -> Answer | None:
    """Return the feed as it is today, or that it has not changed; None when there is nothing at its address."""
    today = datetime.now(feeds.time_zone).date()
    state = feeds.look(address, today=today)
    if state is None:
        return None
    tag = held_tag(environ, state)
    if tag:
        return "304 NOT MODIFIED", [("ETag", tag), *CACHING], b""
    packed = takes_gzip(environ)
    found = feeds.body(address, state, today=today, packed=packed)
    return found and ("200 OK", [*body_headers(*found, packed=packed), *CACHING], found[1])


def held_tag(environ: dict[str, Any], state: Tagged) -> str | None:
    """Return the entity tag of today's body when the asker holds it; where one is asked with, no time counts.

    RFC 9110, 13.1.2: tags are compared weakly here, because a proxy that packs a body weakens its tag.
    """
    asked = environ.get("HTTP_IF_NONE_MATCH")
    if asked is not None and asked.strip() != "*":
        tags = {_tag(state.etag, packed=False), _tag(state.etag, packed=True)}
        return next((tag for part in asked.split(",") if (tag := part.strip().removeprefix("W/")) in tags), None)
    # Only the very same instant counts: a later one may come from the asker's clock, and a wrong "not modified" would
    # freeze the calendar for good.
    since = None if asked else readable_date(environ.get("HTTP_IF_MODIFIED_SINCE"))
    is_held = asked is not None or (since is not None and since == state.modified_at)
    return _tag(state.etag, packed=takes_gzip(environ)) if is_held else None


def body_headers(state: Tagged, body: bytes, *, packed: bool) -> list[tuple[str, str]]:
    """Return the headers of an answer that has a body."""
    headers = [
        ("Content-Type", "text/calendar; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("ETag", _tag(state.etag, packed=packed)),
    ]
    if state.modified_at:
        headers.append(("Last-Modified", http_date(state.modified_at)))
    return [*headers, ("Content-Encoding", "gzip")] if packed else headers


def takes_gzip(environ: dict[str, Any]) -> bool:
    """Tell whether the asker takes gzip; only who names it, or "*", does, and not with a weight of zero."""
    weights: dict[str, bool] = {}
    for part in environ.get("HTTP_ACCEPT_ENCODING", "").lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";q=")
        weights[coding] = weight.strip("0.") != "" or weight == ""
    return weights.get("gzip", weights.get("*", False))


def _tag(etag: str, *, packed: bool) -> str:
    return f'"{etag}{PACKED}"' if packed else f'"{etag}"'


def address_of(path: str, query: str) -> FeedAddress | None:
    """Return what a feed's plain address asks for; None for every other address, and for unusual ones of feeds."""
    if query not in {"", "past=all"} or not path.endswith(".ics"):
        return None
    shows_past = query != ""
    if path in WHOLE_PATHS:
        return WHOLE_PATHS[path]._replace(shows_past=shows_past)
    start, _, name = path.rpartition("/")
    if f"{start}/" not in SLUG_PATHS:
        return None
    slug = name.removesuffix(".ics")
    is_plain = slug.isascii() and slug.replace("-", "").replace("_", "").isalnum()
    return FeedAddress(SLUG_PATHS[f"{start}/"][0], slug, SLUG_PATHS[f"{start}/"][1], shows_past) if is_plain else None


class Polls:
    """Answers polls before Flask makes requests of them: by one indexed read when nothing is new.

    Every doubt goes on to the views, which answer the same with more work.
    """

    def __init__(self, app: Flask, feeds: ReadyFeeds, following: Callable[..., Iterable[bytes]]) -> None:
        self.app, self.feeds, self.following = app, feeds, following
        self.headers: list[tuple[str, str]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, or let the application do it."""
        address = address_of(environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""))
        if address is None or address.kind == "meeting" or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self.following(environ, start_response)
        try:
            found = answer(self.feeds, address, environ)
        except self.feeds.failures:
            found = None
        if found is None:
            return self.following(environ, start_response)
        status, headers, body = found
        start_response(status, [*headers, *self._always()])
        return [body] if environ["REQUEST_METHOD"] == "GET" else []

    def _always(self) -> list[tuple[str, str]]:
        """Return the headers that the application adds to the answer of a view."""
        if not self.headers:
            with self.app.test_request_context("/kalendari/visi.ics"):
                response = self.app.process_response(Response(status=304, headers=CACHING))
            own = {"Content-Type", "Content-Length", *(name for name, _ in CACHING)}
            self.headers = [item for item in response.headers if item[0] not in own]
        return self.headers


def init_feeds(app: Flask) -> None:
    """Let the application send feeds."""
    app.register_blueprint(blueprint)
    with app.app_context():
        feeds = ReadyFeeds(db.engine, ZoneInfo(app.config["SETTINGS"].time_zone))
        app.extensions["selections"] = SelectedFeeds(db.engine, feeds.time_zone)
    app.extensions["feeds"] = feeds
    app.wsgi_app = Polls(app, feeds, app.wsgi_app)  # type: ignore[method-assign]

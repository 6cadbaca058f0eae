"""How feeds are sent: to calendar programs that ask every few hours for years, mostly to hear that nothing is new."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, abort, current_app, request
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.http import http_date, parse_date

from lag_tracker.calendars.bodies import ReadyFeed, build_feed, read_feed, tag_reader
from lag_tracker.calendars.queries import FeedAddress, known_calendar
from lag_tracker.database import db, utc_now
from lag_tracker.web.access import Access
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import page

PACKED = "-gzip"
RETRY_SECONDS = "60"
CACHING = [("Cache-Control", "public, max-age=300"), ("Vary", "Accept-Encoding"), ("X-Robots-Tag", "noindex")]
#: Status, headers and body.
Answer: TypeAlias = tuple[str, list[tuple[str, str]], bytes]
AWAY = (OperationalError, InterfaceError, PoolTimeoutError)

#: Start of a feed's address -> its kind and language, for the addresses that end with a slug.
SLUG_PATHS = {
    "/kalendari/pasvaldibas/": ("municipality", "lv"),
    "/kalendari/tikli/": ("network", "lv"),
    "/kalendari/grupas/": ("group", "lv"),
    "/kalendari/veidi/": ("kind", "lv"),
    "/kalendari/sanaksmes/": ("meeting", "lv"),
    "/en/calendars/municipalities/": ("municipality", "en"),
    "/en/calendars/networks/": ("network", "en"),
    "/en/calendars/groups/": ("group", "en"),
    "/en/calendars/kinds/": ("kind", "en"),
    "/en/calendars/meetings/": ("meeting", "en"),
}
WHOLE_PATHS = {
    "/kalendari/visi.ics": FeedAddress("all", "", "lv"),
    "/kalendari/termini.ics": FeedAddress("milestones", "", "lv"),
    "/en/calendars/all.ics": FeedAddress("all", "", "en"),
    "/en/calendars/milestones.ics": FeedAddress("milestones", "", "en"),
}

blueprint = Blueprint("feeds", __name__)


def feed(*, lv: str, en: str) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Declare the address of a feed, which takes GET and HEAD and nothing else."""

    def declare(view: Callable[..., Response]) -> Callable[..., Response]:
        view.provide_automatic_options = False  # type: ignore[attr-defined]
        return page(blueprint, lv=f"/kalendari{lv}", en=f"/calendars{en}", access=Access.PUBLIC)(view)

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


@feed(lv="/sanaksmes/<slug>.ics", en="/meetings/<slug>.ics")
def meeting(slug: str) -> Response:
    """One meeting, to download; nobody is expected to come back for it."""
    response = _send("meeting", slug)
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}.ics"'
    return response


def _send(kind: str, slug: str = "") -> Response:
    """Answer with the feed, or with 304 when the asker has it; 404 for what never was, 410 for what is gone."""
    address = FeedAddress(kind, slug, reading_language(), request.args.get("past") == "all")
    packed = accepts_gzip(request.headers.get("Accept-Encoding", ""))
    time_zone = ZoneInfo(current_app.config["SETTINGS"].time_zone)
    try:
        with db.engine.begin() as connection:
            ready = _ready(connection, address, time_zone=time_zone, packed=packed)
            is_known = ready is not None or known_calendar(connection, address.key) is not None
    except AWAY:
        current_app.logger.exception("The database did not answer for the feed %s", address.key)
        return Response("503", 503, [("Retry-After", RETRY_SECONDS)], mimetype="text/plain")
    if ready is None:
        abort(410 if is_known else 404)
    return _answer(ready, packed=packed)


def _ready(connection: Connection, address: FeedAddress, *, time_zone: ZoneInfo, packed: bool) -> ReadyFeed | None:
    """Return the feed as it is today, making it when something has changed."""
    today = datetime.now(time_zone).date()
    ready = read_feed(connection, address.key, today=today, packed=packed)
    return ready or build_feed(connection, address, time_zone=time_zone.key, today=today, now=utc_now(), packed=packed)


def _answer(ready: ReadyFeed, *, packed: bool) -> Response:
    known = _known_tag(request.headers.get("If-None-Match"), ready.etag, packed=packed)
    if known is None and "If-None-Match" not in request.headers:
        # Only the very same instant counts: a later one may come from the asker's clock, and a wrong "not modified"
        # would freeze the calendar for good.
        is_same = parse_date(request.headers.get("If-Modified-Since")) == ready.modified_at
        known = _tag(ready.etag, packed=packed) if is_same else None
    if known:
        return Response(status=304, headers=[("ETag", known), *CACHING])
    return Response(ready.body, headers=[*_body_headers(ready, packed=packed), *CACHING])


def _body_headers(ready: ReadyFeed, *, packed: bool) -> list[tuple[str, str]]:
    headers = [
        ("Content-Type", "text/calendar; charset=utf-8"),
        ("Content-Length", str(len(ready.body))),
        ("ETag", _tag(ready.etag, packed=packed)),
        ("Last-Modified", http_date(ready.modified_at)),
    ]
    return [*headers, ("Content-Encoding", "gzip")] if packed else headers


def accepts_gzip(header: str) -> bool:
    """Tell whether an Accept-Encoding takes gzip; only what names it, or "*", does, and not with a weight of zero."""
    weights = {}
    for part in header.lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";q=")
        weights[coding] = weight.strip("0.") != "" or weight == ""
    return weights.get("gzip", weights.get("*", False))


def _tag(etag: str, *, packed: bool) -> str:
    return f'"{etag}{PACKED}"' if packed else f'"{etag}"'


def _known_tag(header: str | None, etag: str, *, packed: bool) -> str | None:
    """Return the tag of `header` that names today's body, packed or not; None when the asker has another body.

    RFC 9110, 13.1.2: tags are compared weakly here, because a proxy that packs a body weakens its tag.
    """
    if header is None:
        return None
    if header.strip() == "*":
        return _tag(etag, packed=packed)
    tags = {_tag(etag, packed=False), _tag(etag, packed=True)}
    return next((tag for part in header.split(",") if (tag := part.strip().removeprefix("W/")) in tags), None)


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


class ReadyFeeds:
    """Answers polls before Flask makes requests of them: by one indexed read when nothing is new.

    Every doubt goes on to the views, which answer the same with more work.
    """

    def __init__(self, app: Flask, following: Callable[..., Iterable[bytes]]) -> None:
        self.app = app
        self.following = following
        self.zone = ZoneInfo(app.config["SETTINGS"].time_zone)
        with app.app_context():
            self.engine = db.engine
        self.read_tag = tag_reader(self.engine)
        self.failures = (SQLAlchemyError, self.engine.dialect.loaded_dbapi.Error)
        self.headers: list[tuple[str, str]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, or let the application do it."""
        address = address_of(environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""))
        if address is None or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self.following(environ, start_response)
        try:
            answer = self._answer(address, environ)
        except self.failures:
            answer = None
        if answer is None:
            return self.following(environ, start_response)
        status, headers, body = answer
        start_response(status, [*headers, *self._always()])
        return [body] if environ["REQUEST_METHOD"] == "GET" else []

    def _answer(self, address: FeedAddress, environ: dict[str, Any]) -> Answer | None:
        known, today = environ.get("HTTP_IF_NONE_MATCH"), datetime.now(self.zone).date()
        if known and known.strip() != "*":
            etag = self.read_tag(address.key, today)
            tag = _known_tag(known, etag, packed=False) if etag else None
            if tag or not etag:
                return ("304 NOT MODIFIED", [("ETag", tag)], b"") if tag else None
        has_doubt = known.strip() == "*" if known else known is None and "HTTP_IF_MODIFIED_SINCE" in environ
        if has_doubt or address.kind == "meeting":
            return None
        packed = accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        with self.engine.begin() as connection:
            ready = _ready(connection, address, time_zone=self.zone, packed=packed)
        return ("200 OK", _body_headers(ready, packed=packed), ready.body) if ready else None

    def _always(self) -> list[tuple[str, str]]:
        """Return the headers of every feed, with those that the application gives to every answer."""
        if not self.headers:
            with self.app.test_request_context("/kalendari/visi.ics"):
                response = self.app.process_response(Response(status=304, headers=CACHING))
            self.headers = [item for item in response.headers if item[0] not in {"Content-Type", "Content-Length"}]
        return self.headers


def init_feeds(app: Flask) -> None:
    """Let the application send feeds."""
    app.register_blueprint(blueprint)
    app.wsgi_app = ReadyFeeds(app, app.wsgi_app)  # type: ignore[method-assign]

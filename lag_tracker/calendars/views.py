"""How feeds are sent: to calendar programs that ask every few hours for years, mostly to hear that nothing is new."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, abort, current_app, request
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.http import http_date, parse_date

from lag_tracker.calendars.operations import build_feed
from lag_tracker.calendars.queries import FeedAddress, ReadyFeed, fresh_feed, fresh_tag, known_calendar
from lag_tracker.database import db, utc_now
from lag_tracker.models.traits import Audience
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import page

PACKED = "-gzip"
RETRY_SECONDS = "60"
CACHING = [("Cache-Control", "public, max-age=300"), ("Vary", "Accept-Encoding"), ("X-Robots-Tag", "noindex")]
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
        return page(blueprint, lv=f"/kalendari{lv}", en=f"/calendars{en}", audience=Audience.PUBLIC)(view)

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
    packed = request.accept_encodings["gzip"] > 0
    try:
        ready = _ready(address, packed=packed)
        if ready is None:
            abort(410 if known_calendar(db.session(), address.key) else 404)
    except AWAY:
        current_app.logger.exception("The database did not answer for the feed %s", address.key)
        return Response("503", 503, [("Retry-After", RETRY_SECONDS)], mimetype="text/plain")
    return _answer(ready, packed=packed)


def _ready(address: FeedAddress, *, packed: bool) -> ReadyFeed | None:
    """Return the feed as it is today, making it when something has changed."""
    session, time_zone = db.session(), current_app.config["SETTINGS"].time_zone
    today = _today(time_zone)
    ready = fresh_feed(session, address.key, today=today, packed=packed)
    if ready is None:
        session.rollback()
        ready = build_feed(session, address, time_zone=time_zone, today=today, now=utc_now(), packed=packed)
        session.commit()
    return ready


def _today(time_zone: str) -> date:
    return datetime.now(ZoneInfo(time_zone)).date()


def _answer(ready: ReadyFeed, *, packed: bool) -> Response:
    known = _known_tag(request.headers.get("If-None-Match"), ready.etag, packed=packed)
    if known is None and "If-None-Match" not in request.headers:
        # Only the very same instant counts: a later one may come from the asker's clock, and a wrong "not modified"
        # would freeze the calendar for good.
        is_same = parse_date(request.headers.get("If-Modified-Since")) == ready.modified_at
        known = _tag(ready.etag, packed=packed) if is_same else None
    if known:
        return Response(status=304, headers=[("ETag", known), *CACHING])
    response = Response(ready.packed_body if packed else ready.body, content_type="text/calendar; charset=utf-8")
    response.headers.extend([("ETag", _tag(ready.etag, packed=packed)), *CACHING])
    response.headers["Last-Modified"] = http_date(ready.modified_at)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


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


class NotModified:
    """Answers a poll that finds nothing new, by one indexed read, before Flask makes a request of it.

    Nearly all polls are such. All others, and every doubt, go on to the views, which answer the same with more work.
    """

    def __init__(self, app: Flask, following: Callable[..., Iterable[bytes]]) -> None:
        self.following = following
        self.zone = ZoneInfo(app.config["SETTINGS"].time_zone)
        with app.app_context():
            self.engine = db.engine
        self.app = app
        self.headers: list[tuple[str, str]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
            address = address_of(environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""))
            tag = self._matching(address, known) if address else None
            if tag:
                start_response("304 NOT MODIFIED", [("ETag", tag), *self._always()])
                return []
        return self.following(environ, start_response)

    def _matching(self, address: FeedAddress, known: str) -> str | None:
        try:
            with self.engine.connect() as connection:
                etag = fresh_tag(connection, address.key, today=datetime.now(self.zone).date())
        except SQLAlchemyError:
            return None
        # "*" needs to know which body would be sent, and nobody sends it.
        return _known_tag(known, etag, packed=False) if etag and known.strip() != "*" else None

    def _always(self) -> list[tuple[str, str]]:
        """Return the headers of a 304: those of feeds, and those that the application gives to every answer."""
        if not self.headers:
            with self.app.test_request_context("/kalendari/visi.ics"):
                response = self.app.process_response(Response(status=304, headers=CACHING))
            self.headers = [
                item for item in response.headers.items() if item[0] not in {"Content-Type", "Content-Length"}
            ]
        return self.headers


def init_feeds(app: Flask) -> None:
    """Let the application send feeds."""
    app.register_blueprint(blueprint)
    app.wsgi_app = NotModified(app, app.wsgi_app)  # type: ignore[method-assign]

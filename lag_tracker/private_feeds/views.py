"""Private feeds: how programs fetch them, and the pages on which people make and revoke theirs."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, abort, current_app, make_response, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.accounts.queries import token_digest
from lag_tracker.calendars.pages import qr_code
from lag_tracker.calendars.views import RETRY_SECONDS, body_headers, for_programs, held_tag, takes_gzip
from lag_tracker.database import db, utc_now
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.calendar_token import CalendarToken
from lag_tracker.private_feeds.bodies import Opened, PrivateFeeds
from lag_tracker.private_feeds.forms import FeedForm
from lag_tracker.private_feeds.operations import client_of, end_feed, make_feed, note_fetch, renew_feed, revoke_feed
from lag_tracker.private_feeds.queries import calendars_of, groups_for, kinds_for, own_feeds
from lag_tracker.subscriptions.queries import Subscription
from lag_tracker.web.access import Access, signed_in_account, viewer
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.limits import Misses
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("private_feeds", __name__)

#: How often it is written down that a feed was fetched.
NOTED_EVERY = timedelta(hours=1)
#: Letters of a token; what is longer or shorter is none, and not looked up.
TOKEN_LENGTH = 32
#: Tokens that open nothing, from one place; who tries more of them than that is told to wait.
WRONG_A_MINUTE = 60
HEADERS = [
    ("Cache-Control", "private, max-age=300"),
    ("Vary", "Accept-Encoding"),
    ("X-Robots-Tag", "noindex"),
]


@page(blueprint, lv="/kalendari/privati/<token>.ics", en="/calendars/private/<token>.ics", access=Access.PUBLIC)
@for_programs
def fetch(token: str) -> Response:
    """Send a private feed to whoever has its address; 410 when the address opens nothing any more."""
    feeds: PrivateFeeds = current_app.extensions["private_feeds"]
    misses: Misses = current_app.extensions["misses"]
    try:
        opened = feeds.open(token_digest(token)) if len(token) == TOKEN_LENGTH else None
        if opened is None:
            wait = misses.note_here(now=utc_now())
            return _plain(429, ("Retry-After", str(wait))) if wait else _plain(404)
        return _answer(feeds, opened) if opened.calendars else _gone(feeds, opened)
    except feeds.failures:
        # The token itself must not get into any log.
        current_app.logger.exception("The database did not answer for a private feed.")
        return _plain(503, ("Retry-After", RETRY_SECONDS))


def _answer(feeds: PrivateFeeds, opened: Opened) -> Response:
    now = utc_now()
    today = now.astimezone(feeds.time_zone).date()
    state = feeds.look(opened, today=today)
    _note(feeds, opened, now)
    tag = held_tag(request.environ, state)
    if tag:
        return Response(status=304, headers=[("ETag", tag), *HEADERS])
    packed = takes_gzip(request.environ)
    state, body = feeds.body(opened, state, today=today, packed=packed)
    return Response(body, 200, [*body_headers(state, body, packed=packed), *HEADERS])


def _gone(feeds: PrivateFeeds, opened: Opened) -> Response:
    """Say that a feed is gone for good, and keep to it."""
    if not opened.is_revoked:
        with suppress(*feeds.failures):
            end_feed(db.engine, opened.number, now=utc_now())
    return _plain(410)


def _note(feeds: PrivateFeeds, opened: Opened, now: datetime) -> None:
    if opened.last_fetched_at is None or now - opened.last_fetched_at >= NOTED_EVERY:
        # The feed matters more than this note.
        with suppress(*feeds.failures):
            note_fetch(db.engine, opened.number, client=client_of(request.user_agent.string[:300]), now=now)


def _plain(status: int, *headers: tuple[str, str]) -> Response:
    """Answer without a page: programs read none, and who tries out addresses is to cost little."""
    given = [("Cache-Control", "no-store"), ("X-Robots-Tag", "noindex"), *headers]
    return Response(str(status), status, given, mimetype="text/plain")


@page(blueprint, lv="/mana-lapa/kalendari", en="/my-page/calendars", access=Access.ACCOUNT, methods=FORM)
def index() -> Response:
    """Show somebody their private feeds, and make another."""
    session, account, form = db.session(), signed_in_account(), FeedForm()
    form.shows.offer(kinds_for(viewer(), account.person_id), groups_for(session, viewer()))
    if request.method == "GET" and form.language.data is None:
        form.language.data = reading_language()
    if form.is_accepted():
        with form.rules():
            token = make_feed(
                account,
                session=session,
                kind=form.shows.kind,
                group_id=form.shows.group_id,
                language=str(form.language.data),
                name=str(form.name.data),
                now=utc_now(),
            )
            return _made(token, str(form.language.data), str(form.name.data))
    feeds = own_feeds(session, account.id)
    return form_page("private_feeds/index.html", form, feeds=feeds, is_alive=_is_alive)


@page(
    blueprint,
    lv="/mana-lapa/kalendari/<int:number>/jauna-adrese",
    en="/my-page/calendars/<int:number>/new-address",
    access=Access.ACCOUNT,
    methods=FORM,
)
def renew(number: int) -> Response:
    """Give a feed another address, after asking: the one before ends."""
    feed, form = _own(number), Button()
    if form.is_accepted():
        with form.rules():
            return _made(renew_feed(feed, session=db.session(), now=utc_now()), feed.language, feed.name)
    return form_page("private_feeds/renew.html", form, feed=feed)


@page(
    blueprint,
    lv="/mana-lapa/kalendari/<int:number>/atsaukt",
    en="/my-page/calendars/<int:number>/revoke",
    access=Access.ACCOUNT,
    methods=FORM,
)
def revoke(number: int) -> Response:
    """End a feed, after asking."""
    feed, form = _own(number), Button()
    if form.is_accepted():
        revoke_feed(feed, now=utc_now())
        return done(url_for(".index"), gettext("The calendar was revoked. Its address opens nothing any more."))
    return form_page("private_feeds/revoke.html", form, feed=feed)


def _own(number: int) -> CalendarToken:
    feeds = own_feeds(db.session(), signed_in_account().id)
    return next((feed for feed in feeds if feed.id == number), None) or abort(404)


def _is_alive(feed: CalendarToken) -> bool:
    """Tell whether a feed still opens something for who is reading."""
    account = signed_in_account()
    return bool(calendars_of(feed.kind, group_id=feed.group_id, viewer=viewer(), person_id=account.person_id))


def _made(token: str, language: str, name: str) -> Response:
    """Show the address of a feed, this once: it is kept nowhere, and no later page can show it.

    The form's key is remembered, so that a second click makes no second feed.
    """
    done(url_for(".index"))
    path = url_for(".fetch", token=token, lang=language)
    found = Subscription("", Bilingual(name, name), path, current_app.config["SETTINGS"].address)
    shown = render_template(
        "private_feeds/made.html",
        found=found,
        qr_code=qr_code(found.webcal),
    )
    response = make_response(shown)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def init_private_feeds(app: Flask) -> None:
    """Let the application send private feeds."""
    with app.app_context():
        feeds: Any = PrivateFeeds(db.engine, ZoneInfo(app.config["SETTINGS"].time_zone))
    app.extensions["private_feeds"] = feeds
    app.extensions["misses"] = Misses(free=WRONG_A_MINUTE, seconds=60)

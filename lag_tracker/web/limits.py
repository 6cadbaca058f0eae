"""What may not be tried without end: passwords, codes, letters that somebody asks for."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from ipaddress import IPv6Address, ip_address
from math import ceil
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, make_response, render_template, request, session
from flask_babel import gettext
from sqlalchemy import select

from lag_tracker.accounts.limits import Counted, LetterLimit, Limit, Quota, forgive, forgive_all, note_more, note_try
from lag_tracker.accounts.queries import normal_address
from lag_tracker.database import db, utc_now
from lag_tracker.errors import TooManyTries
from lag_tracker.models.account import Account
from lag_tracker.web.access import current_account
from lag_tracker.web.events import note_event

#: A wrong password or code: a handful for one account, more for one place, behind which a whole town hall may sit.
SECRETS = Limit("secret", free=5, first_wait=timedelta(minutes=1), longest_wait=timedelta(minutes=15))
SECRETS_HERE = Limit("secret here", free=30, first_wait=timedelta(minutes=1), longest_wait=timedelta(minutes=15))
CODES = Limit("code", free=5, first_wait=timedelta(minutes=1), longest_wait=timedelta(minutes=15))
#: A letter that somebody asks for: nobody's mailbox is to be filled.
LETTERS = LetterLimit("letter", free=3, first_wait=timedelta(minutes=5), longest_wait=timedelta(hours=1))
LETTERS_HERE = LetterLimit("letter here", free=15, first_wait=timedelta(minutes=1), longest_wait=timedelta(minutes=30))
#: A link out of a letter, or a passkey: neither can be guessed, but trying costs the server work.
LINKS_HERE = Limit("link here", free=30, first_wait=timedelta(minutes=1), longest_wait=timedelta(minutes=15))
#: A whole list as a file costs the server more than any page. It is counted for an account, and for a place where
#: nobody signed in, behind which a whole town hall may sit.
FILES = Quota("file", most=300, within=timedelta(hours=1))

#: A network that is one household or office gives out this many bits of its IPv6 addresses itself.
BITS_OF_A_NETWORK = 64
SEE_OTHER = {302, 303}
#: Places whose misses are counted at once; then all begin anew.
MOST_PLACES = 10_000


def _place() -> str:
    """Return where the request comes from, as far as one and the same somebody cannot easily change it."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        return str(int(address) >> (128 - BITS_OF_A_NETWORK))
    return str(address)


class Misses:
    """Counts in the memory of one process who asks for what is not there, and asks them to slow down.

    It keeps nobody out who knows what to ask for, whoever else asks from the same place, and costs no database.
    """

    def __init__(self, *, free: int, seconds: int) -> None:
        self._free, self._seconds = free, seconds
        self._since = datetime.min.replace(tzinfo=UTC)
        self._counts = Counter[str]()
        self._turn = Lock()

    def note_here(self, *, now: datetime) -> int:
        """Note a miss; return for how many seconds nobody should ask again from there, 0 as long as there were few."""
        with self._turn:
            passed = abs((now - self._since).total_seconds())
            if passed >= self._seconds or len(self._counts) >= MOST_PLACES:
                self._since, self._counts, passed = now, Counter(), 0
            self._counts[place := _place()] += 1
            return ceil(self._seconds - passed) if self._counts[place] > self._free else 0


def _named() -> str:
    """Return the account that a password or letter is about: the one signed in, else the one named in the form."""
    account = current_account()
    return account.email if account else normal_address(request.form.get("email", ""))


def _half_signed_in() -> str:
    """Return the account whose second factor is asked for."""
    found = db.session.scalar(select(Account.email).where(Account.fs_uniquifier == session.get("tf_user_id", "")))
    return found or ""


def limited(
    here: Limit,
    mine: Limit | None = None,
    *,
    who: Callable[[], str] = _named,
    counts_failures_only: bool = False,
    weigh: Callable[[], int] | None = None,
) -> Callable[..., Any]:
    """Return a decorator for a view whose POSTs are limited `here`, for one place, and as `mine`, for one account.

    With `counts_failures_only` a try that leads on to another page is forgiven, and with it all that failed before for
    the same account. A try that comes too early is not carried out: TooManyTries is raised. One that was carried out
    counts as many times as `weigh` says.
    """

    def limit(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def run(**values: Any) -> Any:
            if request.method != "POST":
                return view(**values)
            account = who() if mine else ""
            counted = [Counted(here, _place()), *([Counted(mine, account)] if mine and account else [])]
            rows = _note(counted)
            response = make_response(view(**values))
            if counts_failures_only and response.status_code in SEE_OTHER:
                forgive(db.session(), rows)
                forgive_all(db.session(), [one.key(_secret()) for one in counted[1:]])
            elif weigh and response.status_code in SEE_OTHER:
                keys = [one.key(_secret()) for one in counted]
                note_more(db.session(), keys, times=weigh() - 1, now=utc_now())
            elif counts_failures_only:
                note_event("refused", page=request.endpoint)
            return response

        return run

    return limit


def count_here(here: Limit) -> None:
    """Count a try from the place the request comes from; raise TooManyTries when it comes too early."""
    _note([Counted(here, _place())])


def count_reader(quota: Quota) -> None:
    """Count a try for the account that is signed in, or for the place; raise TooManyTries when there were too many."""
    account = current_account()
    _note([Counted(quota, f"account {account.id}" if account else _place())])


def _secret() -> str:
    return str(current_app.config["SETTINGS"].secret_key)


def _note(counted: list[Counted]) -> list[int]:
    noted = note_try(db.engine, counted, secret=_secret(), now=utc_now())
    if noted.not_before is not None:
        note_event("limit_reached", limits=[one.limit.name for one in counted], page=request.endpoint)
        raise TooManyTries(noted.not_before, is_about_letters=isinstance(counted[0].limit, LetterLimit))
    return list(noted.rows.values())


#: A password is checked.
checks_password = limited(SECRETS_HERE, SECRETS, counts_failures_only=True)
#: A code of the second factor is checked.
checks_code = limited(SECRETS_HERE, CODES, who=_half_signed_in, counts_failures_only=True)
#: A letter is sent to the address in the form.
sends_letter = limited(LETTERS_HERE, LETTERS)
#: A link out of a letter or a passkey is used.
takes_key = limited(LINKS_HERE)


def clock_of(refusal: TooManyTries) -> str:
    """Return the time on the clock from which it may be tried again, rounded up to the minute."""
    zone = ZoneInfo(current_app.config["SETTINGS"].time_zone)
    return f"{(refusal.not_before + timedelta(seconds=59)).astimezone(zone):%H:%M}"


def seconds_left(refusal: TooManyTries) -> str:
    """Return how long to wait, as the header Retry-After says it (RFC 9110, 10.2.3)."""
    return str(max(1, int((refusal.not_before - utc_now()).total_seconds())))


def _too_many(refusal: TooManyTries) -> Response:
    """Answer with the time on the clock from which it may be tried again."""
    if refusal.is_about_letters:
        words = gettext("Many letters were asked for. More can be sent at %(time)s.", time=clock_of(refusal))
    else:
        words = gettext(
            "This was tried too often. To keep others from guessing, it can be tried again at %(time)s.",
            time=clock_of(refusal),
        )
    return too_many_page(refusal, words)


def too_many_page(refusal: TooManyTries, sentence: str) -> Response:
    """Return the page that says in a sentence when it may be tried again, and tells programs, too."""
    response = make_response(render_template("errors/page.html", code=429, sentence=sentence), 429)
    response.headers["Retry-After"] = seconds_left(refusal)
    return response


def init_limits(app: Flask) -> None:
    """Answer those who tried too often."""
    app.register_error_handler(TooManyTries, _too_many)

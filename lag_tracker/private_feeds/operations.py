"""What happens to private feeds: made, given a new address, fetched, revoked."""

import re
from base64 import b32encode
from datetime import datetime
from secrets import token_bytes

from flask_babel import gettext
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from lag_tracker.accounts.queries import token_digest
from lag_tracker.database import take_turns
from lag_tracker.errors import RuleBroken
from lag_tracker.models.account import Account
from lag_tracker.models.calendar_token import CalendarClient, CalendarToken, FeedKind

#: 160 bits: nobody guesses one, however long they try.
BYTES = 20
#: Live feeds of one account at most; each costs little, but a list of hundreds helps nobody.
MOST_FEEDS = 30
#: Under this name whoever makes a feed, or gives one a new address, takes turns.
TURNS = "private feeds"
#: Beginnings by which programs tell what they are, more special ones first.
_CLIENTS = (
    (r"DAVx5|ICSx5", CalendarClient.DAVX5),
    (r"Google-Calendar|Googlebot|GoogleDocs", CalendarClient.GOOGLE),
    (r"Thunderbird|Lightning", CalendarClient.THUNDERBIRD),
    (r"Microsoft|Outlook|Exchange", CalendarClient.OUTLOOK),
    (r"dataaccessd|CalendarAgent|accountsd|CalendarStore|iCal/|CFNetwork|remindd", CalendarClient.APPLE),
)


def make_feed(
    account: Account,
    *,
    session: Session,
    kind: FeedKind,
    group_id: int | None,
    language: str,
    name: str,
    now: datetime,
) -> str:
    """Make a private feed and return the secret of its address, which is kept nowhere."""
    take_turns(session.connection(), TURNS)
    live = select(func.count()).where(CalendarToken.account_id == account.id, CalendarToken.revoked_at.is_(None))
    if (session.scalar(live) or 0) >= MOST_FEEDS:
        raise RuleBroken(gettext("You have %(number)d calendars already. Revoke one first.", number=MOST_FEEDS))
    feed = CalendarToken(account_id=account.id, kind=kind, language=language, name=name)
    feed.group_id = group_id if kind is FeedKind.GROUP else None
    return _add(feed, session=session, now=now)


def renew_feed(feed: CalendarToken, *, session: Session, now: datetime) -> str:
    """Make the same feed at another address and return its secret; the one before is revoked.

    Raises RuleBroken when it was revoked meanwhile.
    """
    take_turns(session.connection(), TURNS)
    session.refresh(feed, ["revoked_at"])
    if feed.revoked_at is not None:
        raise RuleBroken(gettext("This calendar was revoked meanwhile. Make another one."))
    revoke_feed(feed, now=now)
    kept = {name: getattr(feed, name) for name in ("account_id", "kind", "group_id", "language", "name")}
    return _add(CalendarToken(**kept), session=session, now=now)


def _add(feed: CalendarToken, *, session: Session, now: datetime) -> str:
    token = _new_token()
    feed.token_hash, feed.made_at = token_digest(token), now
    session.add(feed)
    return token


def revoke_feed(feed: CalendarToken, *, now: datetime) -> None:
    """End a feed: whoever asks for it is told that it is gone for good."""
    feed.revoked_at = now


def note_fetch(engine: Engine, number: int, *, client: CalendarClient, now: datetime) -> None:
    """Write down when a feed was last fetched and by what, in a transaction of its own."""
    with engine.begin() as connection:
        connection.execute(
            update(CalendarToken).where(CalendarToken.id == number).values(last_fetched_at=now, client=client)
        )


def end_feed(engine: Engine, number: int, *, now: datetime) -> None:
    """Revoke a feed that opens nothing any more, in a transaction of its own: no later role is to open it again."""
    live = (CalendarToken.id == number) & CalendarToken.revoked_at.is_(None)
    with engine.begin() as connection:
        connection.execute(update(CalendarToken).where(live).values(revoked_at=now))


def client_of(user_agent: str) -> CalendarClient:
    """Return what kind of program asks, as far as it tells."""
    found = (client for pattern, client in _CLIENTS if re.search(pattern, user_agent, re.IGNORECASE))
    return next(found, CalendarClient.OTHER)


def _new_token() -> str:
    # Small letters and digits: some programs change the case of addresses, or end a link before a sign.
    return b32encode(token_bytes(BYTES)).decode().lower()

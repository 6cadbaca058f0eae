"""How often something may be tried: waits that grow with each failure, and end by themselves.

Every try is written down before it is carried out, by a transaction of its own, and seen by all processes. Of tries at
the same moment no more get through than the limit allows, because the last one written down sees all the others.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, delete, func, insert, select
from sqlalchemy.orm import Session

from lag_tracker.models.account import Attempt

#: A try is forgotten after so long.
KEPT = timedelta(hours=24)
#: Rows that count no more are swept out at every so many tries.
SWEEP_EVERY = 50
#: Beyond that every wait is the longest one.
MOST_DOUBLINGS = 20


@dataclass(frozen=True)
class Limit:
    """So many tries are free; then each has to wait twice as long as the one before it, up to the longest wait."""

    name: str
    free: int
    first_wait: timedelta
    longest_wait: timedelta

    def wait_after(self, tries: int) -> timedelta:
        """Return how long to wait after the last of so many tries."""
        if tries < self.free:
            return timedelta()
        doublings = min(tries - self.free, MOST_DOUBLINGS)
        return min(self.first_wait * (1 << doublings), self.longest_wait)


class LetterLimit(Limit):
    """A limit that keeps mailboxes from being filled; others keep secrets from being guessed, or spare the server."""


@dataclass(frozen=True)
class Quota:
    """So many tries within a while; the next may come as soon as the first of them is that long ago.

    For what is no secret and only costs the server work: many people may be behind one place on the network.
    """

    name: str
    most: int
    within: timedelta


class Counted(NamedTuple):
    """What is limited, and for whom, such as an account or a place on the network."""

    limit: Limit | Quota
    who: str

    def key(self, secret: str) -> str:
        """Return what is kept: who knows the database but not the secret cannot tell whose tries these are."""
        return hmac.new(secret.encode(), f"{self.limit.name}\0{self.who}".encode(), hashlib.sha256).hexdigest()


class Try(NamedTuple):
    """A try that was written down, and from when on it may be carried out; None means now."""

    rows: dict[str, int]
    not_before: datetime | None


def note_try(engine: Engine, counted: Sequence[Counted], *, secret: str, now: datetime) -> Try:
    """Write a try down under all its limits. One that comes too early leaves no trace, so no wait is without end."""
    keys = {one.key(secret): one.limit for one in counted}
    with engine.begin() as connection:
        rows = {
            key: connection.scalars(insert(Attempt).values(counted_by=key, tried_at=now).returning(Attempt.id)).one()
            for key in keys
        }
    with engine.begin() as connection:
        waits = [_not_before(connection, limit, key, rows[key], now) for key, limit in keys.items()]
        not_before = max((moment for moment in waits if moment is not None and moment > now), default=None)
        if not_before is not None:
            connection.execute(delete(Attempt).where(Attempt.id.in_(rows.values())))
        elif max(rows.values()) % SWEEP_EVERY == 0:
            connection.execute(delete(Attempt).where(Attempt.tried_at < now - KEPT))
    return Try(rows, not_before)


def note_more(session: Session, keys: Sequence[str], *, times: int, now: datetime) -> None:
    """Let a try that was written down count so many times more, such as once for each letter that it sent."""
    rows = [{"counted_by": key, "tried_at": now} for key in keys for _ in range(times)]
    if rows:
        session.execute(insert(Attempt), rows)


def _not_before(connection: Connection, limit: Limit | Quota, key: str, own: int, now: datetime) -> datetime | None:
    """Return from when on the try `own` may be carried out after the others under its key; None when there is none."""
    kept = limit.within if isinstance(limit, Quota) else KEPT
    others = (Attempt.counted_by == key, Attempt.id != own, Attempt.tried_at > now - kept)
    if isinstance(limit, Quota):
        latest = select(Attempt.tried_at).where(*others).order_by(Attempt.tried_at.desc())
        first = connection.scalar(latest.offset(limit.most - 1).limit(1))
        return first + limit.within if first else None
    tries, last = connection.execute(select(func.count(), func.max(Attempt.tried_at)).where(*others)).one()
    return last + limit.wait_after(tries) if last else None


def forgive(session: Session, rows: Sequence[int]) -> None:
    """Forget tries that turned out well."""
    session.execute(delete(Attempt).where(Attempt.id.in_(rows)))


def forgive_all(session: Session, keys: Sequence[str]) -> None:
    """Forget all tries under these keys: whoever knows the password has proved that the others were slips."""
    session.execute(delete(Attempt).where(Attempt.counted_by.in_(keys)))

"""Links in letters that are one person's own: whoever holds one may do the one thing it is for, without an account."""

from hashlib import sha256

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

#: What links are for: to end letters about meetings, and to answer an invitation to one.
OPT_OUT = "no letters about meetings"
ANSWER = "answer to an invitation"


def signed(purpose: str, *numbers: int | None) -> str:
    """Return the part of an address that stands for a record; nobody can make one, or turn it to another.

    The record's own number comes first. Those it refers to follow where records are deleted: a database may give the
    number to another one then.
    """
    return str(_serializer(purpose).dumps(numbers))


def read_signed(purpose: str, token: str) -> tuple[int | None, ...]:
    """Return the numbers that were signed for this purpose, none when they were not."""
    try:
        numbers = _serializer(purpose).loads(token)
    except BadSignature:
        return ()
    return tuple(numbers) if isinstance(numbers, list) else ()


def kept_private(response: Response) -> Response:
    """Return the page of a personal link so that no cache keeps it and no search engine lists it."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _serializer(purpose: str) -> URLSafeSerializer:
    earlier = current_app.config.get("SECRET_KEY_FALLBACKS") or []
    # The last key signs; the others are those it replaced, the oldest first.
    keys = [*reversed(earlier), current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt=f"personal link: {purpose}", signer_kwargs={"digest_method": sha256})

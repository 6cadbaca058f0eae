"""Links in letters that are one person's own: whoever holds one may do the one thing it is for, without an account."""

from hashlib import sha256

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

#: What links are for: to end letters about meetings, and to answer an invitation to one.
OPT_OUT = "no letters about meetings"
ANSWER = "answer to an invitation"


def signed(purpose: str, number: int) -> str:
    """Return the part of an address that stands for the record `number`; nobody can make one, or turn it to another."""
    return str(_serializer(purpose).dumps(number))


def read_signed(purpose: str, token: str) -> int | None:
    """Return the number that was signed for this purpose, None when it was not."""
    try:
        number = _serializer(purpose).loads(token)
    except BadSignature:
        return None
    return number if isinstance(number, int) else None


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

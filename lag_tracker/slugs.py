"""The part of an address that names a record. It is made once and never changes, so that no link ever breaks."""

from collections.abc import Iterable
from itertools import chain, count

from slugify import slugify
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lag_tracker.database import take_turns
from lag_tracker.models.traits import Addressed

#: The column takes 120; the rest is for a number behind it.
LONGEST_SLUG = 100
#: Words that stand in addresses in place of a slug.
TAKEN = {"jauna", "jauns", "jauni", "new", "labot", "edit"}


def free_slug(session: Session, noun: type[Addressed], *words: str | None, taken: Iterable[str] = ()) -> str:
    """Return a slug for a new record, of its first words that have letters, with a number when others have it."""
    # Two who add records of one name at the same time would else find the same address free.
    take_turns(session.connection(), "addresses")
    wanted = next((slug for one in words if (slug := as_slug(one or ""))), noun.__name__.lower())
    column: InstrumentedAttribute[str] = noun.slug
    used = {*session.scalars(select(column).where(column.startswith(wanted, autoescape=True))), *taken, *TAKEN}
    candidates = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
    return next(slug for slug in candidates if slug not in used)


def as_slug(words: str) -> str:
    """Return words as small Latin letters, digits and hyphens; empty when nothing of them is left."""
    return slugify(words, max_length=LONGEST_SLUG, word_boundary=True)

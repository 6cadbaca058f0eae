"""What happens to municipalities."""

from datetime import datetime
from typing import TypedDict

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.errors import RuleBroken
from lag_tracker.models.municipality import Municipality, MunicipalityKind
from lag_tracker.municipalities.queries import is_in_use
from lag_tracker.slugs import free_slug


class MunicipalityWords(TypedDict):
    """What a person writes about a municipality."""

    name_lv: str | None
    name_en: str | None
    kind: MunicipalityKind
    country: str
    website: str | None


def add_municipality(session: Session, *, words: MunicipalityWords) -> Municipality:
    """Put a new municipality on record."""
    slug = free_slug(session, Municipality, words["name_lv"], words["name_en"])
    municipality = Municipality(slug=slug, **words)
    session.add(municipality)
    return municipality


def change_municipality(municipality: Municipality, *, words: MunicipalityWords) -> None:
    """Write down what a municipality is called and where it is."""
    for name, value in words.items():
        setattr(municipality, name, value)


def put_municipality_away(municipality: Municipality, *, now: datetime) -> None:
    """Take a municipality out of lists and forms; its page and its part in networks stay."""
    municipality.archived_at = now


def take_municipality_back(municipality: Municipality) -> None:
    """Put an archived municipality into the lists again."""
    municipality.archived_at = None


def erase_municipality(municipality: Municipality, *, session: Session) -> None:
    """Delete a municipality that has no group, no part in a network and no meeting."""
    if is_in_use(session, municipality.id):
        raise RuleBroken(
            gettext("The municipality has groups, meetings or networks, so it cannot be erased. Archive it instead.")
        )
    session.delete(municipality)

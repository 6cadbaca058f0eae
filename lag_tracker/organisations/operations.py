"""What happens to organisations."""

from datetime import datetime
from typing import TypedDict

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.attendance.queries import known_organisation
from lag_tracker.errors import RuleBroken
from lag_tracker.models.organisation import Organisation, Sector
from lag_tracker.organisations.queries import is_named_anywhere, namesake


class OrganisationWords(TypedDict):
    """What a person writes about an organisation."""

    name_lv: str | None
    name_en: str | None
    sector: Sector | None
    website: str | None


def add_organisation(session: Session, *, words: OrganisationWords) -> Organisation:
    """Put a new organisation on record; none of whose names another one has."""
    _refuse_namesake(session, words, None)
    organisation = Organisation(**words)
    session.add(organisation)
    return organisation


def change_organisation(organisation: Organisation, *, session: Session, words: OrganisationWords) -> None:
    """Write down what an organisation is called and which sector it stands for."""
    _refuse_namesake(session, words, organisation.id)
    for name, value in words.items():
        setattr(organisation, name, value)


def _refuse_namesake(session: Session, words: OrganisationWords, besides: int | None) -> None:
    other = namesake(session, (words["name_lv"], words["name_en"]), besides=besides)
    if other is None:
        return
    sentence = (
        gettext("An organisation of this name is in the archive. Take it out of the archive.")
        if other.is_archived
        else gettext("An organisation of this name is on record already. Use that one.")
    )
    raise RuleBroken(sentence, about="name_lv")


def organisation_called(session: Session, name: str | None, *, sector: Sector | None = None) -> Organisation | None:
    """Return the organisation of this name, put on record when there is none; None for no name.

    `sector` is written down where none is known yet; a known one is left alone, because other groups count by it.
    """
    if not name:
        return None
    organisation = known_organisation(session, name)
    if organisation is None:
        organisation = Organisation(name_lv=name)
        session.add(organisation)
    if organisation.sector is None and sector is not None:
        organisation.sector = sector
    return organisation


def put_organisation_away(organisation: Organisation, *, now: datetime) -> None:
    """Take an organisation out of lists and forms; whoever represented it still does."""
    organisation.archived_at = now


def take_organisation_back(organisation: Organisation) -> None:
    """Put an archived organisation into the lists again."""
    organisation.archived_at = None


def erase_organisation(organisation: Organisation, *, session: Session) -> None:
    """Delete an organisation that nobody represents or ever represented."""
    if is_named_anywhere(session, organisation.id):
        raise RuleBroken(
            gettext("Members or meetings refer to this organisation, so it cannot be erased. Archive it instead.")
        )
    session.delete(organisation)

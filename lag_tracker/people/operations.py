"""What happens to people."""

from datetime import datetime
from typing import TypedDict

from sqlalchemy.orm import Session

from lag_tracker.models.consent import Consent, ConsentPurpose
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.person import Person


class PersonWords(TypedDict):
    """What a manager writes about a person."""

    name: str
    position_lv: str | None
    position_en: str | None
    email: str | None
    phone: str | None
    language: str
    wants_letters: bool


def add_person(session: Session, *, words: PersonWords, organisation: Organisation | None) -> Person:
    """Put a new person on record, whose name is not public."""
    person = Person(**words, organisation=organisation, name_is_public=False)
    session.add(person)
    return person


def change_person(person: Person, *, words: PersonWords, organisation: Organisation | None) -> None:
    """Write down who a person is and how to reach them; needs their organisation loaded."""
    for name, value in words.items():
        setattr(person, name, value)
    person.organisation = organisation


def note_consent(person: Person, *, session: Session, is_given: bool, wording: str, now: datetime) -> None:
    """Write down that a person agreed to their name being public, or no longer does; nothing when that is known."""
    if person.name_is_public == is_given:
        return
    person.name_is_public = is_given
    session.flush()
    session.add(
        Consent(
            person_id=person.id,
            purpose=ConsentPurpose.PUBLIC_NAME,
            is_given=is_given,
            wording=wording,
            decided_at=now,
        )
    )


def put_person_away(person: Person, *, now: datetime) -> None:
    """Offer a person no more in forms; what they belong to and did stays."""
    person.archived_at = now


def take_person_back(person: Person) -> None:
    """Offer an archived person again."""
    person.archived_at = None

"""What happens to the settings of one person."""

from datetime import datetime

from sqlalchemy.orm import Session

from lag_tracker.letters.operations import choose_letters
from lag_tracker.models.account import Account
from lag_tracker.models.person import Person
from lag_tracker.people.operations import note_consent


def choose_language(account: Account, *, person: Person | None, language: str) -> None:
    """Write down in which language somebody wants letters and their first page."""
    account.language = language
    if person is not None:
        person.language = language


def choose_for_person(
    person: Person, *, session: Session, wants_letters: bool, name_is_public: bool, wording: str, now: datetime
) -> None:
    """Write down whether somebody wants letters about meetings, and whether they agree, in these words, to be named."""
    choose_letters(person, wants=wants_letters)
    note_consent(person, session=session, is_given=name_is_public, wording=wording, now=now)

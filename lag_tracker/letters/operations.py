"""What happens to letters."""

from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from lag_tracker.models.letter import Letter

#: What fits the columns.
LONGEST_SUBJECT = 300


def write_letter(
    session: Session,
    *,
    kind: str,
    to_email: str,
    language: str,
    subject: str,
    text: str,
    domain: str,
    person_id: int | None = None,
    group_id: int | None = None,
    once: str | None = None,
    calendar: bytes | None = None,
) -> Letter | None:
    """Put a letter into the outbox, in the transaction of what it tells about; it is sent after the commit.

    `domain` ends its Message-ID. With `once`, a second letter of the same name is never written: None is returned.
    """
    if once is not None and session.scalar(select(Letter.id).where(Letter.once == once)) is not None:
        return None
    letter = Letter(
        kind=kind,
        to_email=to_email,
        language=language,
        # A subject is one line: what follows a line end would become a header of the letter.
        subject=" ".join(subject.split())[:LONGEST_SUBJECT],
        text=text,
        person_id=person_id,
        group_id=group_id,
        once=once,
        calendar=calendar,
        message_id=f"<{uuid4()}@{domain}>",
    )
    session.add(letter)
    return letter

"""What happens to letters."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from lag_tracker.letters.messages import COLUMNS, Written
from lag_tracker.models.letter import Letter, LetterState
from lag_tracker.models.person import Person

#: What fits the columns.
LONGEST_SUBJECT = 300
LONGEST_ERROR = 500
#: How long a letter that could not be handed over waits for its next try, after the first, the second and so on.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(days=1),
)
MOST_TRIES = len(WAITS) + 1
#: Whoever takes a letter has so long to send it; longer than any mail server may keep silent in one conversation.
LEASE = timedelta(minutes=10)
#: Whoever proposes something without an account leaves an address for this one letter, and is promised no more.
ANSWER_ONLY = "proposal_answered"


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
    is_new: bool = False,
    calendar: bytes | None = None,
) -> Letter | None:
    """Put a letter into the outbox, in the transaction of what it tells about; it is sent after the commit.

    `domain` ends its Message-ID. With `once`, a second letter of the same name is never written: None is returned.
    Who has asked for many names at once that there is none yet says so by `is_new`.
    """
    if once is not None and not is_new and names_written(session, [once]):
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


def names_written(session: Session, names: Collection[str]) -> set[str]:
    """Return those of the names for which there is a letter already; see `Letter.once`."""
    return {name for name in session.scalars(select(Letter.once).where(Letter.once.in_(names))) if name}


def take_letter(session: Session, *, now: datetime) -> Written | None:
    """Take the letter that is due first, so that nobody else does; None when none is due. Commit before sending it.

    It is due again after LEASE, in case whoever took it never comes back. That it was taken counts as a try.
    """
    due = aliased(Letter)
    first = (
        select(due.id)
        .where(due.state == LetterState.WAITING, due.due_at <= now)
        .order_by(due.due_at, due.id)
        .limit(1)
        # On PostgreSQL those that others are just taking are passed by; SQLite has one writer at a time.
        .with_for_update(skip_locked=True)
    )
    taken = session.execute(
        update(Letter)
        .where(Letter.id == first.scalar_subquery())
        .values(due_at=now + LEASE, tries=Letter.tries + 1)
        .returning(*COLUMNS)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return Written(*taken) if taken else None


def note_sent(session: Session, letter: Written, *, now: datetime) -> None:
    """Write down that a letter is on its way; what it said is forgotten, because links in it may be keys.

    An address that was left for this letter only is forgotten, too.
    """
    is_answer_only = letter.kind == ANSWER_ONLY and letter.person_id is None
    address = {"to_email": ""} if is_answer_only else {}
    session.execute(
        update(Letter)
        .where(Letter.id == letter.id)
        .values(state=LetterState.SENT, sent_at=now, text="", calendar=None, last_error=None, **address)
    )


def note_not_sent(session: Session, letter: Written, *, now: datetime, reason: str, is_final: bool = False) -> None:
    """Write down why a letter could not be sent, and let it wait for its next try; the last failure is final."""
    is_final = is_final or letter.tries >= MOST_TRIES
    values = {"state": LetterState.FAILED} if is_final else {"due_at": now + WAITS[letter.tries - 1]}
    session.execute(
        update(Letter)
        # Only while nobody else has taken it: who comes back after the lease has no say any more.
        .where(Letter.id == letter.id, Letter.state == LetterState.WAITING, Letter.tries == letter.tries)
        .values(last_error=" ".join(reason.split())[:LONGEST_ERROR], **values)
    )


def send_again(letter: Letter, *, now: datetime) -> None:
    """Let a letter that has failed wait to be sent, as if it were new."""
    letter.state = LetterState.WAITING
    letter.tries = 0
    letter.due_at = now
    letter.last_error = None


def drop_letter(letter: Letter, *, session: Session) -> None:
    """Forget a letter that could not be sent."""
    session.delete(letter)


def choose_letters(person: Person, *, wants: bool) -> None:
    """Write down whether somebody wants letters about meetings; those about signing in come all the same."""
    person.wants_letters = wants

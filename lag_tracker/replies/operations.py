"""What happens to invitations to meetings and to their answers."""

from collections.abc import Iterable
from datetime import date, datetime

from flask_babel import gettext
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from lag_tracker.database import take_turns
from lag_tracker.errors import RuleBroken
from lag_tracker.models.attendance import Attendance, Reply
from lag_tracker.models.letter import Letter, LetterState
from lag_tracker.models.meeting import Meeting, MeetingState
from lag_tracker.models.person import Person
from lag_tracker.models.visibility import Viewer
from lag_tracker.replies.queries import Answers, Candidate, is_ahead, known_receiver

#: Managers who invite at the same moment take turns, so that the second finds whom the first invited.
TURNS = "invitations"


def check_open(meeting: Meeting, *, today: date) -> None:
    """Raise RuleBroken when nobody can be invited to a meeting any more, or not yet."""
    if meeting.is_archived or meeting.state is MeetingState.CANCELLED:
        raise RuleBroken(gettext("The meeting does not take place, so nobody can be invited to it."))
    if meeting.state is MeetingState.DRAFT:
        raise RuleBroken(gettext("The meeting is a draft. Publish it first: letters lead to its page."))
    if not meeting.has_day:
        raise RuleBroken(gettext("Enter the day of the meeting first: people are invited to come on a day."))
    if not is_ahead(meeting, today=today):
        raise RuleBroken(gettext("The meeting is over, so nobody can be invited to it."))


def invite_people(
    meeting: Meeting, *, session: Session, people: Iterable[Candidate], now: datetime, today: date
) -> list[Attendance]:
    """Write down that people are invited, once each; what somebody answered before stays answered."""
    check_open(meeting, today=today)
    take_turns(session.connection(), TURNS)
    # Read anew, because what was read for the form may have been answered meanwhile.
    rows = select(Attendance).where(Attendance.meeting_id == meeting.id).execution_options(populate_existing=True)
    known = {row.person_id: row for row in session.scalars(rows)}
    invited: dict[int, Attendance] = {}
    for one in people:
        row = known.get(one.person.id)
        if row is None:
            row = Attendance(meeting=meeting, organisation_id=one.organisation_id, is_guest=one.tier is None)
            session.add(row)
            known[one.person.id] = row
        row.person, row.invited_at = one.person, now
        row.reply = row.reply or Reply.INVITED
        invited[one.person.id] = row
    session.flush()
    return list(invited.values())


def put_guests_on_record(
    session: Session, lines: Iterable[tuple[str, str]], *, language: str, viewer: Viewer
) -> list[Candidate]:
    """Return guests as people on record, one for each name and address; `language` is for new ones."""
    guests = []
    take_turns(session.connection(), TURNS)
    for name, email in lines:
        person = known_receiver(session, name=name, email=email, viewer=viewer)
        if person is None:
            person = Person(name=name, email=email, language=language, name_is_public=False)
            session.add(person)
            session.flush()
        guests.append(Candidate(person, None, person.organisation_id, None))
    return guests


def answer_invitation(invitation: Attendance, *, reply: Reply, now: datetime, today: date) -> None:
    """Write down whether somebody comes; the last answer counts."""
    if not is_ahead(invitation.meeting, today=today):
        raise RuleBroken(gettext("The meeting is over or does not take place; there is nothing to answer any more."))
    invitation.reply, invitation.replied_at = reply, now


def take_invitation_back(invitation: Attendance, *, session: Session) -> None:
    """Let somebody be invited no more, and drop letters to them about the meeting that have not left yet."""
    ours = f"{invitation.meeting_id}/{invitation.person_id}/"
    waiting = [Letter.once.startswith(f"{about}/{ours}") for about in ("invitation", "moved", "reminder")]
    session.execute(delete(Letter).where(Letter.state == LetterState.WAITING, or_(*waiting)))
    session.delete(invitation)


def ask_again(invited: Iterable[Attendance]) -> Answers:
    """Take back the answers to an invitation, because the meeting is at another time (as in RFC 5546, 3.2.2.1).

    Who gets no letter is asked by nobody, so their answers stay. Returns how many lapsed, and how many stayed.
    """
    answered = [row for row in invited if row.reply is not Reply.INVITED]
    reached = [row for row in answered if row.person and row.person.gets_letters]
    for row in reached:
        row.reply, row.replied_at = Reply.INVITED, None
    return Answers(len(reached), len(answered) - len(reached))

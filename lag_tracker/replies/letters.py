"""Letters about meetings to those who are invited, each in the receiver's language and with what they may see."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from flask import current_app, url_for
from flask_babel import ngettext

from lag_tracker.agenda.queries import AgendaRow, agenda_of
from lag_tracker.calendars.files import event_file
from lag_tracker.database import db
from lag_tracker.letters.operations import names_written
from lag_tracker.meetings.operations import Move
from lag_tracker.models.attendance import Attendance, Reply
from lag_tracker.models.meeting import Meeting
from lag_tracker.replies.operations import ask_again
from lag_tracker.replies.queries import Answers, belonging, for_letters, invited_to, reader, to_be_reminded
from lag_tracker.web.letters import send_letter
from lag_tracker.web.personal_links import ANSWER, OPT_OUT, signed

TEMPLATES = {
    "invitation": "replies/letters/invitation.txt",
    "moved": "replies/letters/moved.txt",
    "cancelled": "replies/letters/cancelled.txt",
    "restored": "replies/letters/restored.txt",
    "reminder": "replies/letters/reminder.txt",
}
#: People are reminded on the second day before a meeting; or on the last, when nothing was sent then.
REMINDED_AHEAD = timedelta(days=2)
#: Who was invited so lately needs no reminder.
STILL_FRESH = timedelta(days=2)


NO_ANSWERS = Answers(0, 0)


class Told(NamedTuple):
    """How many letters tell of something, and what became of answers to what was before."""

    letters: int = 0
    lapsed: int = 0
    kept: int = 0

    def and_also(self, letters: int, answers: Answers = NO_ANSWERS) -> "Told":
        """Return this and what is told of one more meeting."""
        return Told(self.letters + letters, self.lapsed + answers.lapsing, self.kept + answers.staying)


class _Papers:
    """What goes with letters about one meeting: worked out once for each language, for members and for guests."""

    def __init__(self, meeting: Meeting, *, now: datetime) -> None:
        self.meeting, self.now = for_letters(db.session(), meeting), now
        self.agendas: dict[bool, list[AgendaRow]] = {}
        self.calendars: dict[tuple[str, bool], bytes | None] = {}

    def agenda(self, *, belongs: bool) -> list[AgendaRow]:
        if belongs not in self.agendas:
            viewer, starts = reader(self.meeting, belongs=belongs), self.meeting.starts_at_time
            self.agendas[belongs] = agenda_of(db.session(), self.meeting.id, viewer=viewer, starts=starts)
        return self.agendas[belongs]

    def calendar(self, lang: str, *, belongs: bool) -> bytes | None:
        if (lang, belongs) not in self.calendars:
            settings = current_app.config["SETTINGS"]
            self.calendars[lang, belongs] = event_file(
                db.session(),
                self.meeting,
                viewer=reader(self.meeting, belongs=belongs),
                is_invited=True,
                lang=lang,
                base_url=settings.address,
                time_zone=settings.time_zone,
                now=self.now,
            )
        return self.calendars[lang, belongs]


def send_invitations(
    meeting: Meeting, invited: Iterable[Attendance], *, note: str | None, now: datetime, today: date
) -> int:
    """Write an invitation to each who has an address and wants letters, one a day at most; return how many."""
    return _write("invitation", meeting, invited, once=f"{today}", note=note, now=now, today=today)


def tell_of_moves(moves: Iterable[tuple[Meeting, Move]], *, now: datetime, today: date) -> Told:
    """Tell those who are invited what has changed, and ask them anew where the time did."""
    session, all_told = db.session(), Told()
    session.flush()
    for meeting, move in moves:
        invited = invited_to(session, meeting.id)
        earlier = {row.id: row.reply for row in invited if row.reply is not Reply.INVITED}
        answers = ask_again(invited) if move.is_another_time else NO_ANSWERS
        told = {"move": move, "earlier": earlier}
        written = _write("moved", meeting, invited, once=f"{meeting.revision}", now=now, today=today, **told)
        all_told = all_told.and_also(written, answers)
    return all_told


def tell_of_cancellation(meetings: Iterable[Meeting], *, now: datetime, today: date) -> Told:
    """Tell those who are invited that meetings do not take place, and why."""
    session, all_told = db.session(), Told()
    session.flush()
    for meeting in meetings:
        is_past = meeting.last_day is None or meeting.last_day < today
        invited = [] if is_past else invited_to(session, meeting.id)
        written = _write("cancelled", meeting, invited, once=f"{meeting.revision}", now=now, today=today)
        all_told = all_told.and_also(written)
    return all_told


def tell_of_return(meetings: Iterable[Meeting], *, now: datetime, today: date) -> Told:
    """Tell those who are invited that cancelled meetings take place after all, and ask them anew."""
    session, all_told = db.session(), Told()
    session.flush()
    for meeting in meetings:
        invited = invited_to(session, meeting.id)
        answers = ask_again(invited)
        written = _write("restored", meeting, invited, once=f"{meeting.revision}", now=now, today=today)
        all_told = all_told.and_also(written, answers)
    return all_told


def send_reminders(*, now: datetime, today: date) -> int:
    """Remind those who are invited to the meetings of the next two days and have not declined; return how many."""
    first, last, written = today + timedelta(days=1), today + REMINDED_AHEAD, 0
    rows = to_be_reminded(db.session(), first=first, last=last, before=now - STILL_FRESH)
    for meeting, invited in groupby(rows, key=lambda row: row.meeting):
        written += _write("reminder", meeting, invited, once=f"{meeting.starts_on}", now=now, today=today)
    return written


def said_of(told: Told) -> list[str]:
    """Return what to say to a manager about letters that tell of what they did, and about earlier answers."""
    said = []
    if told.letters:
        said.append(ngettext("%(num)d letter tells of it.", "%(num)d letters tell of it.", told.letters))
    if told.lapsed:
        said.append(ngettext("%(num)d answer lapsed.", "%(num)d answers lapsed.", told.lapsed))
    if told.kept:
        said.append(
            ngettext(
                "%(num)d answer stays, of somebody who gets no letter: ask them yourself.",
                "%(num)d answers stay, of people who get no letter: ask them yourself.",
                told.kept,
            )
        )
    return said


def _write(
    about: str, meeting: Meeting, invited: Iterable[Attendance], *, once: str, now: datetime, today: date, **given: Any
) -> int:
    """Write the letter `about` to each who may get one; of two with the same `once` a person gets the first."""
    session, papers = db.session(), _Papers(meeting, now=now)
    rows = {
        f"{about}/{meeting.id}/{row.person_id}/{once}": row for row in invited if row.person and row.person.gets_letters
    }
    written = names_written(session, rows.keys())
    groups = [link.group_id for link in papers.meeting.meeting_groups]
    members = belonging(session, [row.person_id for row in rows.values() if row.person_id], groups, today=today)
    earlier = given.pop("earlier", {})
    given |= {"group_id": groups[0] if groups else None}
    # Letters go into the database together, and what they are made of is there.
    with session.no_autoflush:
        return sum(
            _letter(
                about, papers, row, belongs=row.person_id in members, earlier=earlier.get(row.id), once=name, **given
            )
            for name, row in rows.items()
            if name not in written
        )


def _letter(about: str, papers: _Papers, row: Attendance, *, belongs: bool, **given: Any) -> bool:
    person, meeting = row.person, papers.meeting
    if person is None or person.email is None:
        return False
    lang = person.language
    letter = send_letter(
        TEMPLATES[about],
        kind=f"meeting_{about}",
        to_email=person.email,
        language=lang,
        person_id=person.id,
        is_new=True,
        calendar=papers.calendar(lang, belongs=belongs) if about != "reminder" else None,
        meeting=meeting,
        agenda=papers.agenda(belongs=belongs),
        reply=row.reply,
        answer=url_for(
            "replies.by_link", token=signed(ANSWER, row.id, person.id, meeting.id), lang=lang, _external=True
        ),
        page=url_for("meetings.show", slug=meeting.slug, lang=lang, _external=True),
        opt_out=url_for("letters.opt_out", token=signed(OPT_OUT, person.id), lang=lang, _external=True),
        **given,
    )
    return letter is not None

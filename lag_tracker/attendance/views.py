"""The page on which managers write down who came."""

from flask import Blueprint, abort, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.attendance.forms import AttendanceForm, AttendanceOnPaper
from lag_tracker.attendance.managed import Candidate, candidates
from lag_tracker.attendance.operations import note_guests, note_presence
from lag_tracker.database import db
from lag_tracker.meetings.managed import changeable_meeting
from lag_tracker.models.meeting import Meeting
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.forms import form_page
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("attendance", __name__)
#: Lines without a name on a list to be signed.
FREE_LINES = 6


@page(
    blueprint,
    lv="/sanaksmes/<slug>/klatesosie",
    en="/meetings/<slug>/attendance",
    access=Access.MANAGER,
    methods=FORM,
)
def edit(slug: str) -> Response:
    """Let a manager tick who came and who was excused, and add guests."""
    meeting = changeable_meeting(db.session(), slug, viewer=viewer()) or abort(404)
    people = candidates(db.session(), meeting, day=meeting.starts_on or today())
    form = AttendanceForm(AttendanceOnPaper(meeting, people))
    form.offer(people)
    if form.is_accepted():
        with form.rules():
            _write(meeting, people, form)
            return done(url_for("meetings.show", slug=slug), gettext("It is on record who came."))
    return form_page("attendance/edit.html", form, meeting=meeting)


@page(blueprint, lv="/sanaksmes/<slug>/klatesosie/lapa", en="/meetings/<slug>/attendance/sheet", access=Access.MANAGER)
def sheet(slug: str) -> str:
    """Show a manager a list to print and to let people sign: who is expected, and lines for those who are not."""
    meeting = changeable_meeting(db.session(), slug, viewer=viewer()) or abort(404)
    people = candidates(db.session(), meeting, day=meeting.starts_on or today())
    return render_template(
        "attendance/sheet.html", meeting=meeting, people=[one for one in people if one.is_expected], free=FREE_LINES
    )


def _write(meeting: Meeting, people: list[Candidate], form: AttendanceForm) -> None:
    session = db.session()
    present, excused = set(form.present.chosen), set(form.excused.chosen)
    note_presence(meeting, session=session, candidates=people, present=present, excused=excused)
    note_guests(meeting, session=session, lines=form.guests.data or [], groups=meeting.groups)
    meeting.head_count = form.head_count.data
    meeting.participants_lv, meeting.participants_en = form.participants_lv.data, form.participants_en.data

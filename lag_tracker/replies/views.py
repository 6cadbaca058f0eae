"""Pages for inviting to a meeting and for answering."""

from datetime import timedelta

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from lag_tracker.accounts.limits import LetterLimit
from lag_tracker.agenda.queries import agenda_of
from lag_tracker.calendars.files import event_file
from lag_tracker.database import db, utc_now
from lag_tracker.errors import RuleBroken
from lag_tracker.labels import label
from lag_tracker.meetings.managed import changeable_meeting
from lag_tracker.meetings.queries import find_meeting
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.group import Tier
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.visibility import Viewer
from lag_tracker.replies.forms import AnswerByLinkForm, AnswerForm, InviteForm
from lag_tracker.replies.letters import send_invitations
from lag_tracker.replies.operations import (
    answer_invitation,
    check_open,
    invite_people,
    put_guests_on_record,
    take_invitation_back,
)
from lag_tracker.replies.queries import (
    Candidate,
    belonging,
    candidates,
    find_invitation,
    for_letters,
    invited_person,
    invited_to,
    is_ahead,
    is_seen,
    lapsed_answers,
    own_invitation,
    reader,
)
from lag_tracker.web.access import Access, act_by_link, signed_in_account, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.formatting import starting_capital
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.limits import limited
from lag_tracker.web.personal_links import ANSWER, kept_private, read_signed, signed
from lag_tracker.web.routes import DEED, FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("replies", __name__)
GONE = 410

#: Letters that one manager, or one office, sends in a row: all groups of a municipality, but not half of a town.
LETTERS = LetterLimit("meeting letter", free=300, first_wait=timedelta(minutes=1), longest_wait=timedelta(hours=1))
LETTERS_HERE = LetterLimit(
    "meeting letter here", free=1000, first_wait=timedelta(minutes=1), longest_wait=timedelta(hours=1)
)


def _letters_asked_for() -> int:
    return len(request.form.getlist("people")) + len(request.form.get("guests", "").splitlines())


@page(blueprint, lv="/sanaksmes/<slug>/uzaicinat", en="/meetings/<slug>/invite", access=Access.MANAGER, methods=FORM)
@limited(LETTERS_HERE, LETTERS, weigh=_letters_asked_for)
def invite(slug: str) -> Response:
    """Let a manager invite people, each by a letter of their own."""
    session = db.session()
    meeting = changeable_meeting(session, slug, viewer=viewer()) or abort(404)
    offered, invited = candidates(session, meeting, viewer=viewer()), invited_to(session, meeting.id)
    form = InviteForm(offered)
    if form.is_accepted():
        with form.rules():
            said = _invite(meeting, [one for one in offered if one.person.id in form.people.chosen], form)
            return done(url_for("meetings.show", slug=slug), said)
    return form_page(
        "replies/invite.html",
        form,
        meeting=meeting,
        parts=_parts(offered),
        invited=invited,
        earlier=lapsed_answers(session, invited),
        refusal=_refusal(meeting),
    )


def _invite(meeting: Meeting, chosen: list[Candidate], form: InviteForm) -> str:
    """Invite those chosen and the guests; return what to say about it."""
    session, now, day = db.session(), utc_now(), today()
    check_open(meeting, today=day)
    guests = put_guests_on_record(session, form.guests.guests, language=str(form.language.data), viewer=viewer())
    invited = invite_people(meeting, session=session, people=[*chosen, *guests], now=now, today=day)
    letters = send_invitations(meeting, invited, note=form.note.data, now=now, today=day)
    said = [ngettext("%(num)d invitation is on its way.", "%(num)d invitations are on their way.", letters)]
    if letters < len(invited):
        said.append(
            ngettext(
                "%(num)d person gets no letter: tell them yourself.",
                "%(num)d people get no letter: tell them yourself.",
                len(invited) - letters,
            )
        )
    return " ".join(said)


def _parts(offered: list[Candidate]) -> list[tuple[str, list[int], str]]:
    """Return the people offered in parts: heading, numbers, and what tells the parts apart."""
    lang = reading_language()
    parts = [
        (starting_capital(label(tier, lang)), [one.person.id for one in offered if one.tier is tier], f"-{tier.value}")
        for tier in Tier
    ]
    return [
        *parts,
        (gettext("Guests of earlier meetings"), [one.person.id for one in offered if not one.tier], "-guest"),
    ]


@page(
    blueprint,
    lv="/sanaksmes/<slug>/uzaicinat/<int:number>",
    en="/meetings/<slug>/invite/<int:number>",
    access=Access.MANAGER,
    methods=FORM,
)
def note_answer(slug: str, number: int) -> Response:
    """Let a manager write down what somebody answered otherwise than here, such as on the phone."""
    invitation, form = _invited(slug, number), AnswerForm()
    if form.is_accepted():
        with form.rules():
            answer_invitation(invitation, reply=form.reply.data, now=utc_now(), today=today())
            return done(url_for(".invite", slug=slug), gettext("The answer was noted."))
    earlier = lapsed_answers(db.session(), [invitation])
    return form_page("replies/note.html", form, invitation=invitation, earlier=earlier, button=Button(is_fresh=True))


@page(
    blueprint,
    lv="/sanaksmes/<slug>/uzaicinat/<int:number>/atsaukt",
    en="/meetings/<slug>/invite/<int:number>/take-back",
    access=Access.MANAGER,
    methods=DEED,
)
def take_back(slug: str, number: int) -> Response:
    """Let a manager take an invitation back that was sent by mistake."""
    invitation = _invited(slug, number)
    if not Button().is_accepted():
        abort(400)
    take_invitation_back(invitation, session=db.session())
    return done(url_for(".invite", slug=slug), gettext("The invitation was taken back."))


def _invited(slug: str, number: int) -> Attendance:
    meeting = changeable_meeting(db.session(), slug, viewer=viewer()) or abort(404)
    return invited_person(db.session(), meeting.id, number) or abort(404)


def _refusal(meeting: Meeting) -> str | None:
    """Return why nobody can be invited now."""
    try:
        check_open(meeting, today=today())
    except RuleBroken as refusal:
        return str(refusal)
    return None


@page(blueprint, lv="/sanaksmes/<slug>/atbilde", en="/meetings/<slug>/answer", access=Access.ACCOUNT, methods=FORM)
def answer(slug: str) -> Response:
    """Let somebody who has signed in answer their invitation."""
    invitation = find_invitation(db.session(), slug=slug, person_id=signed_in_account().person_id) or abort(404)
    form = AnswerForm()
    if form.is_accepted():
        with form.rules():
            answer_invitation(invitation, reply=form.reply.data, now=utc_now(), today=today())
            return done(_after_answer(invitation.meeting), gettext("Thank you, noted."))
    return _answer_page(invitation, form)


def _after_answer(meeting: Meeting) -> str:
    """Return where somebody came from who has just answered: their own page, or that of the meeting."""
    if request.form.get("from") == "my_page":
        return url_for("my_page.show")
    has_page = is_seen(db.session(), meeting, viewer=viewer())
    return url_for("meetings.show" if has_page else ".answer", slug=meeting.slug)


@page(blueprint, lv="/atbilde/<token>", en="/answer/<token>", access=Access.PUBLIC, methods=FORM)
def by_link(token: str) -> Response:
    """Let somebody answer by the link in their letter. Opening it answers nothing: programs open links, too."""
    invitation = _invitation_of(token)
    if _is_over(invitation.meeting):
        return kept_private(make_response(render_template("replies/over.html"), GONE))
    form = AnswerByLinkForm()
    if form.is_accepted():
        act_by_link()
        with form.rules():
            answer_invitation(invitation, reply=form.reply.data, now=utc_now(), today=today())
            return kept_private(redirect(url_for(".by_link", token=token), 303))
    return kept_private(_answer_page(invitation, form))


@page(blueprint, lv="/atbilde/<token>/sanaksme.ics", en="/answer/<token>/meeting.ics", access=Access.PUBLIC)
def calendar_file(token: str) -> Response:
    """Give somebody invited the meeting as a file for their calendar, with what they may see of it."""
    invitation = _invitation_of(token)
    if _is_over(invitation.meeting):
        abort(GONE)
    return _file(invitation.meeting, _reader(invitation), is_invited=True)


@page(blueprint, lv="/sanaksmes/<slug>/kalendars.ics", en="/meetings/<slug>/calendar.ics", access=Access.ACCOUNT)
def own_calendar_file(slug: str) -> Response:
    """Give who has signed in a meeting as a file for their calendar, with what they may see of it."""
    meeting = find_meeting(db.session(), slug, viewer=viewer()) or abort(404)
    own = own_invitation(db.session(), meeting.id, person_id=signed_in_account().person_id)
    return _file(meeting, viewer(), is_invited=own is not None)


def _file(meeting: Meeting, whose: Viewer, *, is_invited: bool) -> Response:
    settings = current_app.config["SETTINGS"]
    file = event_file(
        db.session(),
        for_letters(db.session(), meeting),
        viewer=whose,
        is_invited=is_invited,
        lang=reading_language(),
        base_url=settings.address,
        time_zone=settings.time_zone,
        now=utc_now(),
    )
    response = Response(file or abort(404), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{meeting.slug}.ics"'
    return kept_private(response)


def _invitation_of(token: str) -> Attendance:
    """Return the invitation that a personal link is for; 404 when it is for none."""
    numbers = read_signed(ANSWER, token) or abort(404)
    invitation = find_invitation(db.session(), numbers[0]) or abort(404)
    # One that was taken back leaves its number to the next.
    return invitation if _numbers(invitation) == numbers else abort(404)


def _numbers(invitation: Attendance) -> tuple[int | None, ...]:
    """Return what a personal link says of an invitation."""
    return invitation.id, invitation.person_id, invitation.meeting_id


def _is_over(meeting: Meeting) -> bool:
    """Tell whether links to a meeting open nothing any more; of one called off they say so until its day is over."""
    is_over = meeting.last_day is None or meeting.last_day < today()
    return is_over or not (meeting.is_cancelled or is_ahead(meeting, today=today()))


def _reader(invitation: Attendance) -> Viewer:
    """Return what the receiver of an invitation may see of the meeting, whether they have signed in or not."""
    groups = [link.group_id for link in invitation.meeting.meeting_groups]
    belongs = bool(belonging(db.session(), [invitation.person_id or 0], groups, today=today()))
    return reader(invitation.meeting, belongs=belongs)


def _answer_page(invitation: Attendance, form: AnswerForm) -> Response:
    """Return the page of an invitation, with what its receiver may see of the meeting."""
    session, meeting = db.session(), invitation.meeting
    return form_page(
        "replies/answer.html",
        form,
        invitation=invitation,
        earlier=lapsed_answers(session, [invitation]),
        agenda=agenda_of(session, meeting.id, viewer=_reader(invitation), starts=meeting.starts_at_time),
        calendar=url_for(".calendar_file", token=signed(ANSWER, *_numbers(invitation))),
        has_page=is_seen(session, meeting, viewer=viewer()),
    )

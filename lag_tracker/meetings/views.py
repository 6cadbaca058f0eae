"""The page of a meeting, and the pages that change it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.actions.queries import actions
from lag_tracker.agenda.queries import agenda_of, speakers_of
from lag_tracker.attendance.queries import people_at, presence_at
from lag_tracker.comments.queries import comments_on_meeting
from lag_tracker.database import db, utc_now
from lag_tracker.decisions.queries import DecisionRow, latest_decisions
from lag_tracker.labels import meeting_title
from lag_tracker.meetings.forms import CancelForm, MeetingForm, MeetingOnPaper, StateForm
from lag_tracker.meetings.managed import (
    all_municipalities,
    changeable_meeting,
    chosen_to_hold,
    groups_to_hold,
    networks_to_choose,
    parts_of,
)
from lag_tracker.meetings.moments import moment_of, said_of_hours
from lag_tracker.meetings.operations import (
    Move,
    bring_to,
    cancel_meeting,
    change_meeting,
    erase_meeting,
    put_meeting_away,
    take_meeting_back,
)
from lag_tracker.meetings.queries import find_meeting, neighbours_of
from lag_tracker.models.action import Action
from lag_tracker.models.decision import Decision
from lag_tracker.models.meeting import Meeting, MeetingState, Mode
from lag_tracker.models.traits import Audience
from lag_tracker.models.visibility import readable_outcome
from lag_tracker.replies.forms import AnswerForm
from lag_tracker.replies.letters import Told, said_of, tell_of_cancellation, tell_of_moves, tell_of_return
from lag_tracker.replies.queries import answers_to, invited_to, is_ahead, lapsed_answers, number_invited, own_invitation
from lag_tracker.sources.queries import citations_of_meeting
from lag_tracker.web.access import Access, current_account, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.formatting import passage
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("meetings", __name__)


@page(blueprint, lv="/sanaksmes/<slug>", en="/meetings/<slug>", access=Access.PUBLIC)
def show(slug: str) -> str:
    """Show one meeting: what, when, where and why to come; afterwards, what came of it."""
    meeting = find_meeting(db.session(), slug, viewer=viewer()) or abort(404)
    decisions = latest_decisions(db.session(), viewer=viewer(), limit=100, only=Decision.meeting_id == meeting.id)
    return render_template(
        "meetings/show.html",
        meeting=meeting,
        outcome=readable_outcome(meeting, viewer=viewer()),
        agenda=agenda_of(db.session(), meeting.id, viewer=viewer(), starts=meeting.starts_at_time),
        speakers=speakers_of(db.session(), meeting.id, viewer=viewer()),
        presence=presence_at(db.session(), meeting.id),
        people=people_at(db.session(), meeting, viewer=viewer()),
        decisions=_in_order(decisions),
        actions=actions(db.session(), viewer=viewer(), only=Action.meeting_id == meeting.id),
        neighbours=neighbours_of(db.session(), meeting, viewer=viewer()),
        citations=citations_of_meeting(db.session(), meeting.id, decisions=[row.id for row in decisions]),
        talk=comments_on_meeting(db.session(), meeting, viewer=viewer(), now=utc_now()),
        event=_structured(meeting) if meeting.has_day else None,
        **_for_those_signed_in(meeting),
    )


def _for_those_signed_in(meeting: Meeting) -> dict[str, Any]:
    """Return what the page shows besides: to somebody invited their answer, to managers all answers and their tools."""
    account, groups = current_account(), [link.group_id for link in meeting.meeting_groups]
    if account is None:
        return {"joins": meeting.join_audience is Audience.PUBLIC}
    manages = viewer().may_manage(groups)
    own = own_invitation(db.session(), meeting.id, person_id=account.person_id)
    invited = invited_to(db.session(), meeting.id) if manages else []
    return {
        "joins": meeting.join_audience in viewer().audiences_in(groups, is_invited=own is not None),
        "button": Button() if manages else None,
        "invited": invited,
        "earlier": lapsed_answers(db.session(), [*invited, own] if own else invited),
        "own": own,
        "answer": AnswerForm() if own and is_ahead(meeting, today=today()) else None,
    }


@page(blueprint, lv="/sanaksmes/<slug>/labot", en="/meetings/<slug>/edit", access=Access.MANAGER, methods=FORM)
def edit(slug: str) -> Response:
    """Let a manager change a meeting."""
    session, meeting = db.session(), _changeable(slug)
    groups = groups_to_hold(session, meeting, viewer=viewer())
    networks = networks_to_choose(session, groups, viewer=viewer(), chosen=meeting.networks)
    form = MeetingForm(MeetingOnPaper(meeting))
    form.offer(groups, networks, is_led=bool(meeting.groups) and not viewer().is_administrator)
    form.organiser_id.offer((one.id, passage(one.name)) for one in all_municipalities(session))
    invited = number_invited(session, [meeting], today=today())
    if form.is_accepted():
        with form.rules():
            move = change_meeting(
                meeting,
                words=form.words,
                moment=form.moment,
                groups=chosen_to_hold(meeting, offered=groups, chosen=form.group_ids, viewer=viewer()),
                networks=[network for network in networks if network.id in form.networks.chosen],
                manages_all=viewer().may_manage_all(group.id for group in meeting.groups),
                today=today(),
                now=utc_now(),
            )
            moves = [(meeting, move)] if move and invited and form.tells_invited.data else []
            told = tell_of_moves(moves, now=utc_now(), today=today())
            return done(url_for(".show", slug=slug), _saved(meeting, move, told))
    answers = answers_to(session, [meeting], today=today())
    return form_page("meetings/form.html", form, meeting=meeting, invited=invited, answers=answers)


@page(blueprint, lv="/sanaksmes/<slug>/izsludinat", en="/meetings/<slug>/publish", access=Access.MANAGER, methods=FORM)
def publish(slug: str) -> Response:
    """Let a manager plan a draft for all to see, or let a meeting take place after all."""
    return _state_page(slug, MeetingState.SCHEDULED, gettext("The meeting is planned; calendars show it from now on."))


@page(blueprint, lv="/sanaksmes/<slug>/melnraksta", en="/meetings/<slug>/withdraw", access=Access.MANAGER, methods=FORM)
def withdraw(slug: str) -> Response:
    """Let a manager make a draft of a meeting again."""
    return _state_page(slug, MeetingState.DRAFT, gettext("The meeting is a draft again; only managers see it."))


@page(blueprint, lv="/sanaksmes/<slug>/notikusi", en="/meetings/<slug>/held", access=Access.MANAGER, methods=FORM)
def hold(slug: str) -> Response:
    """Let a manager say that a meeting was held."""
    return _state_page(slug, MeetingState.HELD, gettext("The meeting counts as held. Write down what came of it."))


@page(blueprint, lv="/sanaksmes/<slug>/atcelt", en="/meetings/<slug>/cancel", access=Access.MANAGER, methods=FORM)
def cancel(slug: str) -> Response:
    """Let a manager call a meeting off, saying why, after saying what subscribers will see."""
    meeting, form = _changeable(slug), CancelForm()
    invited = number_invited(db.session(), [meeting], today=today())
    if form.is_accepted():
        with form.rules():
            cancel_meeting(meeting, reason=form.reason, now=utc_now())
            to_tell = [meeting] if invited and form.tells_invited.data else []
            told = tell_of_cancellation(to_tell, now=utc_now(), today=today())
            said = [gettext("The meeting was cancelled; calendars show it as such."), *said_of(told)]
            return done(url_for(".show", slug=slug), " ".join(said))
    return form_page("meetings/cancel.html", form, meeting=meeting, invited=invited)


@page(blueprint, lv="/sanaksmes/<slug>/arhivs", en="/meetings/<slug>/archive", access=Access.MANAGER, methods=FORM)
def archive(slug: str) -> Response:
    """Let a manager put a draft or a cancelled meeting away, or take it back."""
    meeting, form = _changeable(slug), Button()
    if form.is_accepted():
        with form.rules():
            if meeting.is_archived:
                take_meeting_back(meeting)
                return done(url_for(".show", slug=slug), gettext("The meeting is in the lists again."))
            put_meeting_away(meeting, now=utc_now())
            return done(url_for(".show", slug=slug), gettext("The meeting was archived."))
    return form_page("meetings/archive.html", form, meeting=meeting)


@page(blueprint, lv="/sanaksmes/<slug>/dzest", en="/meetings/<slug>/erase", access=Access.ADMINISTRATOR, methods=FORM)
def erase(slug: str) -> Response:
    """Let an administrator delete a meeting for good, after saying what goes with it."""
    meeting, form = _changeable(slug), Button()
    if form.is_accepted():
        erase_meeting(meeting, session=db.session())
        return done(url_for("calendars.upcoming"), gettext("The meeting was erased."))
    return form_page("meetings/erase.html", form, meeting=meeting, parts=parts_of(db.session(), meeting.id))


def _changeable(slug: str) -> Meeting:
    return changeable_meeting(db.session(), slug, viewer=viewer()) or abort(404)


def _state_page(slug: str, state: MeetingState, said: str) -> Response:
    """Ask whether a meeting shall come to a state, and bring it there."""
    meeting, form, invited = _changeable(slug), StateForm(), 0
    if state is MeetingState.SCHEDULED:
        # Who was told that it is cancelled must hear that it is not.
        invited = number_invited(db.session(), [meeting], today=today(), state=MeetingState.CANCELLED)
    if form.is_accepted():
        with form.rules():
            bring_to(meeting, state, today=today())
            to_tell = [meeting] if invited and form.tells_invited.data else []
            told = tell_of_return(to_tell, now=utc_now(), today=today())
            hours = said_of_hours([moment_of(meeting)] if state is MeetingState.SCHEDULED else [])
            return done(url_for(".show", slug=slug), " ".join([said, *said_of(told), *hours]))
    answers = answers_to(db.session(), [meeting], today=today(), state=MeetingState.CANCELLED)
    return form_page("meetings/state.html", form, meeting=meeting, state=state, invited=invited, answers=answers)


def _saved(meeting: Meeting, move: Move | None, told: Told) -> str:
    """Say that a meeting was saved, and what those who subscribed will see of it."""
    said = [gettext("The meeting was saved.")]
    if move and move.is_another_time and meeting.state is MeetingState.SCHEDULED and meeting.has_day:
        said.append(gettext("Subscribed calendars move it when they next look, mostly within hours."))
    return " ".join(said + said_of(told) + said_of_hours([move.after.moment] if move else []))


def _in_order(decisions: list[DecisionRow]) -> list[DecisionRow]:
    """Return the decisions as they were taken, by number; lists have the latest first."""
    return sorted(decisions, key=lambda decision: (decision.number or 0, decision.id))


def _structured(meeting: Meeting) -> dict[str, Any]:
    """Return the meeting as a schema.org Event, for search engines."""
    lang = reading_language()
    modes = {Mode.ONLINE: "Online", Mode.HYBRID: "Mixed", Mode.IN_PERSON: "Offline"}
    event: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": meeting_title(meeting.title, meeting.kind, meeting.ordinal, lang).words,
        "startDate": _moment(meeting, end=False),
        "eventStatus": f"https://schema.org/Event{'Cancelled' if meeting.is_cancelled else 'Scheduled'}",
        "url": current_app.config["SETTINGS"].address + url_for("meetings.show", slug=meeting.slug),
        "inLanguage": lang,
        "organizer": [
            {"@type": "Organization", "name": group.name.read_in(lang).words} for group in _shown_groups(meeting)
        ],
    }
    if meeting.ends_at_time or meeting.ends_on:
        event["endDate"] = _moment(meeting, end=True)
    if meeting.mode:
        event["eventAttendanceMode"] = f"https://schema.org/{modes[meeting.mode]}EventAttendanceMode"
    if meeting.summary:
        event["description"] = meeting.summary.read_in(lang).words
    event["location"] = _location(meeting, lang)
    return {name: value for name, value in event.items() if value}


def _shown_groups(meeting: Meeting) -> list[Any]:
    return [group for group in meeting.groups if group.audience is Audience.PUBLIC]


def _moment(meeting: Meeting, *, end: bool) -> str:
    """Return the start or the end for a machine: a day, or an instant with its offset."""
    day = meeting.last_day if end else meeting.starts_on
    clock = meeting.ends_at_time if end else meeting.starts_at_time
    if day is None:
        return ""
    if clock is None:
        return day.isoformat()
    return datetime.combine(day, clock, ZoneInfo(meeting.time_zone)).isoformat(timespec="minutes")


def _location(meeting: Meeting, lang: str) -> dict[str, str] | None:
    if meeting.place and meeting.mode is not Mode.ONLINE:
        return {"@type": "Place", "name": meeting.place.read_in(lang).words}
    if meeting.mode in {Mode.ONLINE, Mode.HYBRID}:
        return {
            "@type": "VirtualLocation",
            "url": current_app.config["SETTINGS"].address + url_for("meetings.show", slug=meeting.slug),
        }
    return None

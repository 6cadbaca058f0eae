"""Pages that plan and change several meetings at once."""

from datetime import date

from flask import Blueprint, abort, current_app, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from lag_tracker.attendance.queries import each_once, members_on
from lag_tracker.database import db, utc_now
from lag_tracker.groups.queries import changeable_group
from lag_tracker.meetings.forms import CancelForm, MeetingOnPaper
from lag_tracker.meetings.managed import (
    changeable_meeting,
    chosen_to_hold,
    groups_to_hold,
    groups_to_meet_with,
    last_meeting_of,
    networks_to_choose,
)
from lag_tracker.meetings.moments import moment_of, said_of_hours
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.network import Network
from lag_tracker.models.rhythm import Scope
from lag_tracker.models.traits import Certainty, Precision
from lag_tracker.replies.letters import said_of, tell_of_cancellation, tell_of_moves
from lag_tracker.replies.queries import answers_to, number_invited
from lag_tracker.series.forms import SeriesForm, TogetherForm
from lag_tracker.series.operations import cancel_together, change_together, check_moments, make_series
from lag_tracker.series.queries import AHEAD, announced_among, this_and_later
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.formatting import when
from lag_tracker.web.forms import form_page
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("series", __name__)


@page(
    blueprint,
    lv="/grupas/<group>/sanaksmes/serija",
    en="/groups/<group>/meetings/series",
    access=Access.MANAGER,
    methods=FORM,
)
def new(group: str) -> Response:
    """Let a manager plan several meetings by a rule, after showing their days."""
    session = db.session()
    leading = changeable_group(session, group, viewer=viewer()) or abort(404)
    others = groups_to_meet_with(session, leading, viewer=viewer())
    last = last_meeting_of(session, leading)
    chosen = last.networks if last else ()
    networks = networks_to_choose(session, [leading, *others], viewer=viewer(), chosen=chosen)
    form = SeriesForm(last=last, others=others, networks=networks)
    days: list[date] = []
    if form.is_accepted():
        with form.rules():
            check_moments(form.moments(_zone()))
            days = form.days
            if days and request.form.get("seen") == _written(days):
                made = _make(form, leading, others, networks)
                said = ngettext("%(num)d meeting was made.", "%(num)d meetings were made.", len(made))
                hours = said_of_hours(map(moment_of, made))
                return done(url_for("meetings.show", slug=made[0].slug), " ".join([said, *hours]))
    words = [when(day, None, Precision.DAY, Certainty.STATED).words for day in days]
    is_looked_at = request.method == "POST" and not form.has_mistakes
    return form_page("series/new.html", form, group=leading, days=words, seen=_written(days), is_looked_at=is_looked_at)


@page(blueprint, lv="/sanaksmes/<slug>/serija", en="/meetings/<slug>/series", access=Access.MANAGER, methods=FORM)
def change(slug: str) -> Response:
    """Let a manager change a meeting of a series, or it and all later ones."""
    session, meeting = db.session(), _meeting(slug)
    together = this_and_later(session, meeting, viewer=viewer())
    groups = groups_to_hold(session, meeting, viewer=viewer())
    networks = networks_to_choose(session, groups, viewer=viewer(), chosen=meeting.networks)
    form = TogetherForm(MeetingOnPaper(meeting))
    form.offer(groups, networks, is_led=bool(meeting.groups) and not viewer().is_administrator)
    invited = number_invited(session, together, today=today())
    if form.is_accepted():
        with form.rules():
            changed = change_together(
                [meeting] if form.scope.data is Scope.THIS else together,
                words=form.words,
                weekday=form.weekday.data,
                groups=chosen_to_hold(meeting, offered=groups, chosen=form.group_ids, viewer=viewer()),
                networks=[network for network in networks if network.id in form.networks.chosen],
                viewer=viewer(),
                today=today(),
                now=utc_now(),
            )
            moves = [(one, move) for one, move in changed if move and invited and form.tells_invited.data]
            told = tell_of_moves(moves, now=utc_now(), today=today())
            said = ngettext("%(num)d meeting was changed.", "%(num)d meetings were changed.", len(changed))
            hours = said_of_hours(moment_of(one) for one, _ in changed)
            return done(url_for("meetings.show", slug=slug), " ".join([said, *said_of(told), *hours]))
    answers = answers_to(session, together, today=today())
    return form_page("series/change.html", form, meeting=meeting, together=together, invited=invited, answers=answers)


@page(
    blueprint,
    lv="/sanaksmes/<slug>/serija/atcelt",
    en="/meetings/<slug>/series/cancel",
    access=Access.MANAGER,
    methods=FORM,
)
def cancel(slug: str) -> Response:
    """Let a manager call off a meeting of a series and all later ones; drafts stay as they are."""
    meeting, form = _meeting(slug), CancelForm()
    ahead = this_and_later(db.session(), meeting, viewer=viewer())
    together = announced_among(ahead)
    invited = number_invited(db.session(), together, today=today())
    if form.is_accepted():
        with form.rules():
            cancel_together(together, reason=form.reason, now=utc_now())
            said = [ngettext("%(num)d meeting was cancelled.", "%(num)d meetings were cancelled.", len(together))]
            if invited and form.tells_invited.data:
                said += said_of(tell_of_cancellation(together, now=utc_now(), today=today()))
            return done(url_for("meetings.show", slug=slug), " ".join(said))
    drafts = len(ahead) - len(together)
    return form_page("series/cancel.html", form, meeting=meeting, together=together, invited=invited, drafts=drafts)


def _meeting(slug: str) -> Meeting:
    """Return a meeting of a series that is still ahead."""
    meeting = changeable_meeting(db.session(), slug, viewer=viewer()) or abort(404)
    if meeting.series_id is None or meeting.state not in AHEAD or meeting.is_archived or meeting.starts_on is None:
        abort(404)
    return meeting


def _written(days: list[date]) -> str:
    return " ".join(day.isoformat() for day in days)


def _zone() -> str:
    zone: str = current_app.config["SETTINGS"].time_zone
    return zone


def _make(form: SeriesForm, leading: Group, others: list[Group], networks: list[Network]) -> list[Meeting]:
    groups = [leading, *(group for group in others if group.id in form.others.chosen)]
    return make_series(
        groups,
        session=db.session(),
        rhythm=form.rhythm,
        moments=form.moments(_zone()),
        plan=form.plan,
        networks=[network for network in networks if network.id in form.networks.chosen],
        invited=each_once(members_on(db.session(), groups, day=today()), first=leading),
        uid_domain=current_app.config["SETTINGS"].uid_domain,
    )

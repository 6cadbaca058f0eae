"""The page that logs a meeting."""

from flask import Blueprint, abort, current_app, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.attendance.queries import each_once, members_on
from lag_tracker.database import db
from lag_tracker.groups.queries import changeable_group
from lag_tracker.meeting_log.forms import LogForm
from lag_tracker.meeting_log.operations import log_meeting
from lag_tracker.meetings.managed import groups_to_meet_with, last_meeting_of
from lag_tracker.meetings.moments import moment_of, said_of_hours
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import Meeting
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.forms import form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("meeting_log", __name__)


@page(
    blueprint,
    lv="/grupas/<group>/sanaksmes/pieraksts",
    en="/groups/<group>/meetings/log",
    access=Access.MANAGER,
    methods=FORM,
)
def new(group: str) -> Response:
    """Let a manager put a held meeting on record, all of it on one page."""
    session = db.session()
    leading = changeable_group(session, group, viewer=viewer()) or abort(404)
    others = groups_to_meet_with(session, leading, viewer=viewer())
    members = each_once(members_on(session, [leading, *others], day=today()), first=leading)
    last = last_meeting_of(session, leading, only=Meeting.starts_on <= today())
    form = LogForm(leading=leading, members=members, others=others, last=last)
    if form.is_accepted():
        with form.rules():
            meeting = _log(form, leading, others, members)
            said = [gettext("The meeting was put on record."), *said_of_hours([moment_of(meeting)])]
            return done(url_for("meetings.show", slug=meeting.slug), " ".join(said))
    own = {one.id for one in members if one.group_id == leading.id}
    return form_page("meeting_log/new.html", form, group=leading, own_members=own, other_groups=others)


def _log(form: LogForm, leading: Group, others: list[Group], members: list[Membership]) -> Meeting:
    settings = current_app.config["SETTINGS"]
    return log_meeting(
        [leading, *(group for group in others if group.id in form.others.chosen)],
        session=db.session(),
        held=form.held,
        present=[one for one in members if one.id in form.people.chosen],
        lang=reading_language(),
        today=today(),
        time_zone=settings.time_zone,
        uid_domain=settings.uid_domain,
    )

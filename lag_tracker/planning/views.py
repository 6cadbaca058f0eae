"""Pages that plan a meeting."""

from typing import NamedTuple

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.attendance.queries import each_once, members_on
from lag_tracker.database import db
from lag_tracker.groups.queries import changeable_group
from lag_tracker.meetings.managed import changeable_meeting, groups_to_meet_with, last_meeting_of, networks_to_choose
from lag_tracker.meetings.moments import moment_of, said_of_hours
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import Meeting, MeetingState, MinutesState
from lag_tracker.models.network import Network
from lag_tracker.planning.forms import PlanForm
from lag_tracker.planning.operations import Left, plan_meeting
from lag_tracker.planning.queries import LeftAction, LeftItem, left_items, open_actions, people_at
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.forms import form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("planning", __name__)


class Offer(NamedTuple):
    """What the page may choose among, and what the last meeting left."""

    leading: Group
    others: list[Group]
    networks: list[Network]
    members: list[Membership]
    last: Meeting | None
    items: list[LeftItem]
    actions: list[LeftAction]

    @property
    def has_open_minutes(self) -> bool:
        """Whether the last meeting was held and its minutes are not approved."""
        held = self.last is not None and self.last.state is MeetingState.HELD
        return held and self.last is not None and self.last.minutes_state is not MinutesState.APPROVED


@page(
    blueprint,
    lv="/grupas/<group>/sanaksmes/jauna",
    en="/groups/<group>/meetings/new",
    access=Access.MANAGER,
    methods=FORM,
)
def new(group: str) -> Response:
    """Let a manager plan a meeting from nothing."""
    return _plan(_offer(_leading(group), None))


@page(
    blueprint,
    lv="/grupas/<group>/sanaksmes/nakama",
    en="/groups/<group>/meetings/next",
    access=Access.MANAGER,
    methods=FORM,
)
def following(group: str) -> Response:
    """Let a manager plan the meeting after the last one, or after the one that the address names."""
    leading = _leading(group)
    slug = request.args.get("after")
    last = changeable_meeting(db.session(), slug, viewer=viewer()) if slug else _last(leading)
    if slug and (last is None or leading not in last.groups[:1]):
        abort(404)
    if last is None:
        return redirect(url_for(".new", group=group), 303)
    return _plan(_offer(leading, last))


def _last(leading: Group) -> Meeting | None:
    """Return the group's last meeting so far, or the last one planned where there was none yet."""
    so_far = last_meeting_of(db.session(), leading, only=Meeting.starts_on <= today())
    return so_far or last_meeting_of(db.session(), leading)


def _leading(slug: str) -> Group:
    return changeable_group(db.session(), slug, viewer=viewer()) or abort(404)


def _offer(leading: Group, last: Meeting | None) -> Offer:
    session = db.session()
    others = groups_to_meet_with(session, leading, viewer=viewer())
    return Offer(
        leading=leading,
        others=others,
        networks=networks_to_choose(session, [leading, *others], viewer=viewer(), chosen=last.networks if last else ()),
        members=each_once(members_on(session, [leading, *others], day=today()), first=leading),
        last=last,
        items=left_items(session, last.id) if last else [],
        actions=open_actions(session, leading) if last else [],
    )


def _expected(offer: Offer) -> list[int]:
    """Return the memberships of those whom the last meeting expected, or else of all members of the group."""
    people = people_at(db.session(), offer.last.id) if offer.last else set()
    known = [
        one.id for one in offer.members if (one.person_id, None if one.person_id else one.organisation_id) in people
    ]
    return known or [one.id for one in offer.members if one.group_id == offer.leading.id]


def _plan(offer: Offer) -> Response:
    form = PlanForm(last=offer.last, expected=_expected(offer), items=offer.items)
    form.offer(members=offer.members, others=offer.others, networks=offer.networks)
    if form.is_accepted():
        with form.rules():
            meeting = _planned(form, offer)
            is_draft = meeting.state is MeetingState.DRAFT
            said = gettext("The draft was kept.") if is_draft else gettext("The meeting is planned.")
            hours = said_of_hours([moment_of(meeting)])
            return done(url_for("meetings.show", slug=meeting.slug), " ".join([said, *hours]))
    own = {one.id for one in offer.members if one.group_id == offer.leading.id}
    return form_page("planning/plan.html", form, offer=offer, own_members=own)


def _planned(form: PlanForm, offer: Offer) -> Meeting:
    settings = current_app.config["SETTINGS"]
    zone = offer.last.time_zone if offer.last else settings.time_zone
    return plan_meeting(
        [offer.leading, *(group for group in offer.others if group.id in form.others.chosen)],
        session=db.session(),
        plan=form.plan,
        moment=form.moment(zone),
        networks=[network for network in offer.networks if network.id in form.networks.chosen],
        invited=[one for one in offer.members if one.id in form.people.chosen],
        left=Left(
            minutes=offer.has_open_minutes and form.approve_minutes.data,
            actions=offer.actions if form.progress.data else (),
            items=[left.item for left in offer.items if left.item.id in form.items.chosen],
        ),
        lang=reading_language(),
        today=today(),
        uid_domain=settings.uid_domain,
    )

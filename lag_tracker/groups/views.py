"""Pages of groups."""

from itertools import groupby
from typing import NamedTuple

from flask import Blueprint, abort, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.database import db, utc_now
from lag_tracker.decisions.queries import latest_decisions
from lag_tracker.groups.forms import GroupForm, PlacedGroupForm
from lag_tracker.groups.operations import change_group, erase_group, found_group, put_group_away, take_group_back
from lag_tracker.groups.queries import (
    all_groups,
    archived_groups,
    as_branches,
    changeable_group,
    find_group,
    group_and_descendants,
    municipality_by_group,
    places_for,
)
from lag_tracker.initiatives.queries import initiatives
from lag_tracker.meetings.managed import archived_meetings
from lag_tracker.meetings.queries import (
    meetings_of_groups,
    of_groups,
    past_meetings,
    undated_meetings,
    upcoming_meetings,
)
from lag_tracker.meetings.rows import MeetingRow
from lag_tracker.members.queries import composition, members_of
from lag_tracker.milestones.queries import milestones_between
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, GroupKind
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.municipality import Municipality
from lag_tracker.sources.queries import citations_of, unbacked
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.narrowing import Narrowing, chooser, kinds_among, narrowed_to, records_among
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("groups", __name__)
SHOWN_PAST = 30
SHOWN_DECISIONS = 5


class NarrowedGroups(NamedTuple):
    """The groups that are left of all, and by what."""

    left: list[Group]
    everything: list[Group]
    by: Narrowing


@page(blueprint, lv="/grupas", en="/groups", access=Access.PUBLIC)
def index() -> str:
    """Show every public group under the one it belongs to, or those of a kind, municipality, network or name."""
    session, found = db.session(), narrowed()
    return render_template(
        "groups/index.html",
        branches=as_branches(found.left),
        number=len(found.left),
        narrowing=found.by,
        archived=archived_groups(session, viewer=viewer()) if viewer().is_manager and not found.by.address else [],
    )


def narrowed() -> NarrowedGroups:
    """Return the groups that the address asks for."""
    found = all_groups(db.session(), viewer=viewer())
    homes = municipality_by_group(found)
    places = sorted({home for home in homes.values() if home}, key=lambda home: (home.name_sort, home.id))
    networks = sorted({one for group in found for one in group.networks}, key=lambda one: (one.name_sort, one.id))
    by = narrowed_to(
        chooser("kind", gettext("Kind"), gettext("All kinds"), kinds_among(GroupKind, (one.kind for one in found))),
        chooser(
            "municipality",
            gettext("Municipality"),
            gettext("All municipalities"),
            records_among((one.slug, one.name) for one in places),
        ),
        chooser(
            "network",
            gettext("Network"),
            gettext("All networks"),
            records_among((one.slug, Bilingual(one.name, one.name)) for one in networks),
        ),
    )
    return NarrowedGroups([one for one in found if _is_asked_for(one, homes[one.id], by)], found, by)


def _is_asked_for(group: Group, home: Municipality | None, by: Narrowing) -> bool:
    return (
        by.fits("kind", group.kind)
        and by.fits("municipality", home.slug if home else "")
        and by.fits("network", *(one.slug for one in group.networks))
        and by.holds(*group.name, *group.label)
    )


@page(blueprint, lv="/grupas/<slug>", en="/groups/<slug>", access=Access.PUBLIC)
def show(slug: str) -> str:
    """Show one group: who it is, what is next, and what it has done."""
    session = db.session()
    group = find_group(session, slug, viewer=viewer()) or abort(404)
    ids = group_and_descendants(session, group.id)
    members = members_of(session, group.id, viewer=viewer(), today=today())
    past = past_meetings(session, viewer=viewer(), today=today(), limit=SHOWN_PAST + 1, only=of_groups(ids))
    citations = citations_of(session, group_id=group.id)
    return render_template(
        "groups/show.html",
        group=group,
        upcoming=upcoming_meetings(session, viewer=viewer(), today=today(), limit=10, only=of_groups(ids)),
        past_by_year=_by_year(past[:SHOWN_PAST]),
        has_more_past=len(past) > SHOWN_PAST,
        archived=archived_meetings(session, of_groups(ids), viewer=viewer()) if viewer().may_manage([group.id]) else [],
        undated=undated_meetings(session, viewer=viewer(), limit=20, only=of_groups(ids)),
        milestones=milestones_between(session, viewer=viewer(), first=today(), only=Milestone.group_id.in_(ids)),
        decisions=latest_decisions(
            session, viewer=viewer(), limit=SHOWN_DECISIONS, only=Decision.meeting_id.in_(meetings_of_groups(ids))
        ),
        initiatives=initiatives(session, viewer=viewer(), only=Initiative.group_id.in_(ids)),
        members=members,
        composition=composition(members),
        citations=citations,
        unbacked=unbacked(citations, "formed_on", "dissolved_on"),
    )


def _by_year(meetings: list[MeetingRow]) -> list[tuple[int, list[MeetingRow]]]:
    """Return the meetings under their years, as they come."""
    dated = [meeting for meeting in meetings if meeting.starts_on]
    return [
        (year, list(rows)) for year, rows in groupby(dated, key=lambda row: row.starts_on.year if row.starts_on else 0)
    ]


@page(blueprint, lv="/grupas/jauna", en="/groups/new", access=Access.ADMINISTRATOR, methods=FORM)
def new() -> Response:
    """Let an administrator put a new group on record."""
    form = _placed_form(None)
    if form.is_accepted():
        with form.rules():
            group = found_group(db.session(), words=form.group_words, place=form.group_place)
            return done(url_for(".show", slug=group.slug), gettext("The group was added."))
    return form_page("groups/form.html", form, group=None)


@page(blueprint, lv="/grupas/<slug>/labot", en="/groups/<slug>/edit", access=Access.MANAGER, methods=FORM)
def edit(slug: str) -> Response:
    """Let a manager change what is said about the group, and an administrator what it belongs to."""
    group = changeable_group(db.session(), slug, viewer=viewer()) or abort(404)
    form = _placed_form(group) if viewer().is_administrator else GroupForm(group)
    if form.is_accepted():
        place = form.group_place if isinstance(form, PlacedGroupForm) else None
        with form.rules():
            change_group(group, session=db.session(), words=form.group_words, place=place)
            return done(url_for(".show", slug=slug), gettext("The group was saved."))
    return form_page("groups/form.html", form, group=group)


def _placed_form(group: Group | None) -> PlacedGroupForm:
    form = PlacedGroupForm(group)
    places = places_for(db.session(), group, lang=reading_language())
    form.municipality_id.offer(places.municipalities)
    form.parent_id.offer(places.parents)
    form.networks.offer(places.networks)
    return form


@page(blueprint, lv="/grupas/<slug>/arhivs", en="/groups/<slug>/archive", access=Access.MANAGER, methods=FORM)
def archive(slug: str) -> Response:
    """Let a manager put a group away, or take it back, after saying what that means."""
    group = changeable_group(db.session(), slug, viewer=viewer()) or abort(404)
    form = Button()
    if form.is_accepted():
        if group.is_archived:
            take_group_back(group)
            return done(url_for(".show", slug=slug), gettext("The group is in the lists again."))
        put_group_away(group, now=utc_now())
        return done(url_for(".show", slug=slug), gettext("The group was archived."))
    return form_page("groups/archive.html", form, group=group)


@page(blueprint, lv="/grupas/<slug>/dzest", en="/groups/<slug>/erase", access=Access.ADMINISTRATOR, methods=FORM)
def erase(slug: str) -> Response:
    """Let an administrator delete a group that never met, after saying what goes with it."""
    group = changeable_group(db.session(), slug, viewer=viewer()) or abort(404)
    form = Button()
    if form.is_accepted():
        with form.rules():
            erase_group(group, session=db.session())
            return done(url_for(".index"), gettext("The group was erased."))
    return form_page("groups/erase.html", form, group=group)

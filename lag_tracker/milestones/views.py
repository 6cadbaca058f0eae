"""Pages on which managers keep the deadlines of their groups, and administrators those of networks."""

from flask import Blueprint, abort, current_app, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.database import db, utc_now
from lag_tracker.groups.queries import changeable_group
from lag_tracker.milestones.forms import MilestoneForm, MilestoneOnPaper
from lag_tracker.milestones.operations import (
    add_milestone,
    change_milestone,
    erase_milestone,
    put_milestone_away,
    take_milestone_back,
)
from lag_tracker.milestones.queries import changeable_milestone, milestones_of
from lag_tracker.models.group import Group
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.network import Network
from lag_tracker.networks.queries import find_network
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("milestones", __name__)


@page(blueprint, lv="/grupas/<group>/termini", en="/groups/<group>/milestones", access=Access.MANAGER)
def of_group(group: str) -> str:
    """Show a manager the deadlines and phases of a group, to change them."""
    owner = _group(group)
    return _index(owner, group_id=owner.id)


@page(blueprint, lv="/tikli/<network>/termini", en="/networks/<network>/milestones", access=Access.ADMINISTRATOR)
def of_network(network: str) -> str:
    """Show an administrator the deadlines and phases of a network, to change them."""
    owner = _network(network)
    return _index(owner, network_id=owner.id)


def _index(owner: Group | Network, **number: int) -> str:
    live, archived = (milestones_of(db.session(), **number, archived=put_away) for put_away in (False, True))
    return render_template("milestones/index.html", owner=owner, milestones=live, archived=archived, **_back(owner))


@page(
    blueprint,
    lv="/grupas/<group>/termini/jauns",
    en="/groups/<group>/milestones/new",
    access=Access.MANAGER,
    methods=FORM,
)
def new_of_group(group: str) -> Response:
    """Let a manager give a group one more deadline or phase."""
    return _new(_group(group))


@page(
    blueprint,
    lv="/tikli/<network>/termini/jauns",
    en="/networks/<network>/milestones/new",
    access=Access.ADMINISTRATOR,
    methods=FORM,
)
def new_of_network(network: str) -> Response:
    """Let an administrator give a network one more deadline or phase."""
    return _new(_network(network))


def _new(owner: Group | Network) -> Response:
    form, back = MilestoneForm(), _back(owner)
    if form.is_accepted():
        with form.rules():
            milestone = add_milestone(
                owner,
                session=db.session(),
                words=form.milestone_words,
                span=form.span,
                uid_domain=current_app.config["SETTINGS"].uid_domain,
            )
            return done(back["list_address"], _added(milestone))
    return form_page("milestones/form.html", form, owner=owner, milestone=None, **back)


def _added(milestone: Milestone) -> str:
    if milestone.has_day:
        return gettext("The deadline was added; calendars show it from now on.")
    return gettext("The deadline was added. Calendars show it as soon as its day is written down.")


@page(
    blueprint, lv="/termini/<int:number>/labot", en="/milestones/<int:number>/edit", access=Access.MANAGER, methods=FORM
)
def edit(number: int) -> Response:
    """Let a manager change a deadline or phase."""
    milestone = _changeable(number)
    form, owner = MilestoneForm(MilestoneOnPaper(milestone)), _owner(milestone)
    back = _back(owner)
    if form.is_accepted():
        with form.rules():
            change_milestone(milestone, words=form.milestone_words, span=form.span)
            return done(back["list_address"], gettext("The deadline was saved."))
    return form_page("milestones/form.html", form, owner=owner, milestone=milestone, **back)


@page(
    blueprint,
    lv="/termini/<int:number>/arhivs",
    en="/milestones/<int:number>/archive",
    access=Access.MANAGER,
    methods=FORM,
)
def archive(number: int) -> Response:
    """Let a manager put a deadline or phase away, or take it back, after saying what subscribers will see."""
    milestone, form = _changeable(number), Button()
    back = _back(_owner(milestone))
    if form.is_accepted():
        if milestone.is_archived:
            take_milestone_back(milestone)
            return done(back["list_address"], gettext("The deadline is in the calendars again."))
        put_milestone_away(milestone, now=utc_now())
        return done(back["list_address"], gettext("The deadline was archived."))
    return form_page("milestones/archive.html", form, milestone=milestone, **back)


@page(
    blueprint,
    lv="/termini/<int:number>/dzest",
    en="/milestones/<int:number>/erase",
    access=Access.ADMINISTRATOR,
    methods=FORM,
)
def erase(number: int) -> Response:
    """Let an administrator delete a deadline or phase, after saying what subscribers will see."""
    milestone, form = _changeable(number), Button()
    back = _back(_owner(milestone))
    if form.is_accepted():
        erase_milestone(milestone, session=db.session())
        return done(back["list_address"], gettext("The deadline was erased."))
    return form_page("milestones/erase.html", form, milestone=milestone, **back)


def _group(slug: str) -> Group:
    return changeable_group(db.session(), slug, viewer=viewer()) or abort(404)


def _network(slug: str) -> Network:
    return find_network(db.session(), slug) or abort(404)


def _changeable(number: int) -> Milestone:
    return changeable_milestone(db.session(), number, viewer=viewer()) or abort(404)


def _owner(milestone: Milestone) -> Group | Network:
    return milestone.group or milestone.network or abort(404)


def _back(owner: Group | Network) -> dict[str, str]:
    """Return the addresses of the list, of the owner's own page, and of the form for one more."""
    if isinstance(owner, Group):
        return {
            "list_address": url_for("milestones.of_group", group=owner.slug),
            "owner_address": url_for("groups.show", slug=owner.slug),
            "new_address": url_for("milestones.new_of_group", group=owner.slug),
        }
    return {
        "list_address": url_for("milestones.of_network", network=owner.slug),
        "owner_address": url_for("networks.show", slug=owner.slug),
        "new_address": url_for("milestones.new_of_network", network=owner.slug),
    }

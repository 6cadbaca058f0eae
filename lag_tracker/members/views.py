"""Pages of who belongs to a group, for its members and managers."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from flask import Blueprint, abort, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.database import db
from lag_tracker.groups.queries import changeable_group
from lag_tracker.invitations.queries import people_to_invite
from lag_tracker.members.forms import EndForm, MemberForm, MembershipForm
from lag_tracker.members.operations import (
    Member,
    add_member,
    change_membership,
    end_membership,
    erase_membership,
    fill_contacts,
)
from lag_tracker.members.queries import (
    balance,
    by_office,
    changeable_membership,
    group_of_members,
    groups_to_belong,
    memberships_in,
)
from lag_tracker.models.group import Group, MemberRole, Membership
from lag_tracker.models.organisation import Sector
from lag_tracker.models.person import Person
from lag_tracker.organisations.operations import organisation_called
from lag_tracker.organisations.queries import organisation_names
from lag_tracker.people.queries import all_known, changeable_person, telling_contacts
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.fields import RecordField
from lag_tracker.web.formatting import passage, plain
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.narrowing import Narrowing, chooser, kinds_among, narrowed_to, words_among
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("members", __name__)


@page(blueprint, lv="/grupas/<group>/dalibnieki", en="/groups/<group>/members", access=Access.MEMBER)
def index(group: str) -> str:
    """Show who belongs to a group, by name, to those who belong to it themselves."""
    owner = group_of_members(db.session(), group, viewer=viewer()) or abort(404)
    found = narrowed(owner)
    current = [one for one in found.left if not one.is_over(today())]
    return render_template(
        "members/index.html",
        group=owner,
        members=by_office(current),
        former=[one for one in found.left if one.is_over(today())],
        narrowing=found.by,
        balance=balance(one for one in found.everybody if not one.is_over(today()) and not one.is_to_come(today())),
        to_invite=_to_invite(owner),
        telling=telling_contacts(db.session(), [one.person_id for one in current], viewer=viewer()),
    )


class NarrowedMembers(NamedTuple):
    """The members and former members that are left of all, and by what."""

    left: list[Membership]
    everybody: Sequence[Membership]
    by: Narrowing


def narrowed(group: Group) -> NarrowedMembers:
    """Return the members of a group whom the address asks for."""
    found, day = memberships_in(db.session(), group.id), today()
    sectors = kinds_among(Sector, (one.organisation.sector for one in found if one.organisation))
    both = {"current": gettext("Members now"), "former": gettext("Former members")}
    by = narrowed_to(
        chooser("office", gettext("Office"), gettext("All offices"), kinds_among(MemberRole, [m.role for m in found])),
        chooser("sector", gettext("Sector"), gettext("All sectors"), sectors),
        chooser("still", gettext("Belongs to the group"), gettext("Now or before"), words_among(both)),
    )
    return NarrowedMembers([one for one in found if _is_asked_for(one, by, day)], found, by)


def _is_asked_for(one: Membership, by: Narrowing, day: date) -> bool:
    organisation = one.organisation
    return (
        by.fits("office", one.role)
        and by.fits("sector", organisation.sector if organisation else None)
        and by.fits("still", "former" if one.is_over(day) else "current")
        and by.holds(*one.member_name, *(organisation.name if organisation else ()))
    )


def _to_invite(group: Group) -> set[int]:
    """Return the members whom the reader may invite to sign in: a manager those who cannot yet."""
    if not viewer().may_manage([group.id]):
        return set()
    return {one.id for one in people_to_invite(db.session(), group.id, today=today())}


@page(
    blueprint,
    lv="/grupas/<group>/dalibnieki/jauns",
    en="/groups/<group>/members/new",
    access=Access.MANAGER,
    methods=FORM,
)
def new(group: str) -> Response:
    """Let a manager add a member: somebody on record or a new person, and for whom, on one page."""
    session, owner = db.session(), changeable_group(db.session(), group, viewer=viewer()) or abort(404)
    form = _member_form(owner)
    if form.is_accepted():
        with form.rules():
            add_member(owner, session=session, member=_member(form), words=form.member_words, today=today())
            return done(url_for(".index", group=group), gettext("The member was added."))
    return form_page("members/new.html", form, group=owner)


def _member_form(group: Group) -> MemberForm:
    form, session = MemberForm(), db.session()
    known = all_known(session, viewer=viewer())
    form.look_up(known)
    form.name.offer(one.name for one in known if one.is_readable)
    form.organisation.offer(plain(name) for name in organisation_names(session))
    form.member_group_id.offer((one.id, passage(one.name)) for one in groups_to_belong(session, group, viewer=viewer()))
    _offer_members(form.substitute_for_id, group, besides=None)
    return form


def _offer_members(field: RecordField, group: Group, *, besides: Membership | None) -> None:
    """Let a field offer those for whom somebody can stand in: who belongs to the group and stands in for nobody."""
    chosen = besides.substitute_for_id if besides else None
    field.offer(
        (one.id, passage(one.member_name))
        for one in memberships_in(db.session(), group.id)
        if one.id == chosen or not (one is besides or one.substitute_for_id or one.is_over(today()))
    )


def _member(form: MemberForm) -> Member:
    """Return who joins, put on record where they are not yet."""
    session = db.session()
    if form.member_group_id.data and not form.name.data:
        return Member(person=None, organisation=None, member_group_id=form.member_group_id.data)
    organisation = organisation_called(session, form.organisation.data, sector=form.sector.data)
    return Member(person=_person(form), organisation=organisation, member_group_id=None)


def _person(form: MemberForm) -> Person | None:
    session = db.session()
    if not form.name.data:
        return None
    if form.found is None:
        person = Person(name=form.name.data, email=form.email.data, phone=form.phone.data, name_is_public=False)
        person.organisation = organisation_called(session, form.organisation.data)
        session.add(person)
        return person
    if changeable := changeable_person(session, form.found, viewer=viewer()):
        fill_contacts(changeable, email=form.email.data, phone=form.phone.data)
    return changeable or session.get_one(Person, form.found)


@page(
    blueprint,
    lv="/grupas/<group>/dalibnieki/<int:number>/labot",
    en="/groups/<group>/members/<int:number>/edit",
    access=Access.MANAGER,
    methods=FORM,
)
def edit(group: str, number: int) -> Response:
    """Let a manager change for whom, in which office and for how long somebody belongs to the group."""
    session, membership = db.session(), _changeable(group, number)
    form = MembershipForm(membership)
    form.organisation.offer(plain(name) for name in organisation_names(session))
    _offer_members(form.substitute_for_id, membership.group, besides=membership)
    if form.is_accepted():
        organisation = organisation_called(session, form.organisation.data, sector=form.sector.data)
        with form.rules():
            change_membership(
                membership,
                session=session,
                organisation=organisation,
                words=form.member_words,
                until_on=form.until_on.data,
            )
            return done(url_for(".index", group=group), gettext("The membership was saved."))
    return form_page("members/edit.html", form, membership=membership, group=membership.group)


@page(
    blueprint,
    lv="/grupas/<group>/dalibnieki/<int:number>/beigas",
    en="/groups/<group>/members/<int:number>/end",
    access=Access.MANAGER,
    methods=FORM,
)
def end(group: str, number: int) -> Response:
    """Let a manager end a membership with a day, after saying what stays."""
    membership = _changeable(group, number)
    form = EndForm(data={"until_on": membership.until_on or today()})
    if form.is_accepted():
        with form.rules():
            end_membership(membership, until_on=form.until_on.data)
            return done(url_for(".index", group=group), gettext("The membership was ended."))
    return form_page("members/end.html", form, membership=membership, group=membership.group)


@page(
    blueprint,
    lv="/grupas/<group>/dalibnieki/<int:number>/dzest",
    en="/groups/<group>/members/<int:number>/erase",
    access=Access.ADMINISTRATOR,
    methods=FORM,
)
def erase(group: str, number: int) -> Response:
    """Let an administrator delete a membership that was written down by mistake."""
    membership = _changeable(group, number)
    form = Button()
    if form.is_accepted():
        erase_membership(membership, session=db.session())
        return done(url_for(".index", group=group), gettext("The membership was erased."))
    return form_page("members/erase.html", form, membership=membership, group=membership.group)


def _changeable(group: str, number: int) -> Membership:
    return changeable_membership(db.session(), group, number, viewer=viewer()) or abort(404)

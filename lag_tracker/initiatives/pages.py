"""Pages on which managers write about initiatives."""

from flask import abort, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.database import db, utc_now
from lag_tracker.groups.queries import changeable_group
from lag_tracker.initiatives.forms import (
    InitiativeForm,
    MeetingsForm,
    MergeForm,
    MoveForm,
    NewInitiativeForm,
    SplitForm,
    StepForm,
)
from lag_tracker.initiatives.managed import (
    attached_to,
    changeable_initiative,
    choices_for,
    meetings_to_choose,
    others_to_merge_with,
)
from lag_tracker.initiatives.merging import check_merge, counted, merge_initiative, split_initiative
from lag_tracker.initiatives.moves import correct_step, move_initiative, undo_last_step
from lag_tracker.initiatives.operations import (
    begin_initiative,
    change_initiative,
    erase_initiative,
    link_meetings,
    put_initiative_away,
    take_initiative_back,
)
from lag_tracker.initiatives.views import blueprint
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.traits import Precision, RoughDay
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.formatting import passage
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

__all__ = ["blueprint"]


@page(
    blueprint,
    lv="/grupas/<group>/iniciativas/jauna",
    en="/groups/<group>/initiatives/new",
    access=Access.MANAGER,
    methods=FORM,
)
def new(group: str) -> Response:
    """Let a manager put an initiative on record."""
    owner = changeable_group(db.session(), group, viewer=viewer()) or abort(404)
    form = NewInitiativeForm(data={"since": RoughDay(today(), Precision.DAY)})
    form.offer(choices_for(db.session(), owner, today=today()), owner)
    if form.is_accepted():
        initiative = begin_initiative(owner, session=db.session(), words=form.initiative_words, since=form.since.data)
        return done(_page_of(initiative), gettext("The initiative was added."))
    return form_page("initiatives/form.html", form, group=owner, initiative=None)


@page(blueprint, lv="/iniciativas/<slug>/labot", en="/initiatives/<slug>/edit", access=Access.MANAGER, methods=FORM)
def edit(slug: str) -> Response:
    """Let a manager change what is said about an initiative."""
    initiative = _changeable(slug)
    form = InitiativeForm(initiative)
    form.offer(choices_for(db.session(), initiative.group, today=today(), initiative=initiative), initiative.group)
    if form.is_accepted():
        change_initiative(initiative, words=form.initiative_words)
        return done(_page_of(initiative), gettext("The initiative was saved."))
    return form_page("initiatives/form.html", form, group=initiative.group, initiative=initiative)


@page(
    blueprint, lv="/iniciativas/<slug>/stavoklis", en="/initiatives/<slug>/state", access=Access.MANAGER, methods=FORM
)
def move(slug: str) -> Response:
    """Let a manager bring an initiative to another state, and see and mend its history."""
    initiative = _changeable(slug)
    form = MoveForm(initiative, meetings=_meetings_so_far(initiative), today=today())
    if form.is_accepted():
        with form.rules():
            move_initiative(initiative, to=form.to.data, today=today(), **form.said)
            return done(_page_of(initiative), gettext("The new state was saved."))
    return form_page("initiatives/move.html", form, initiative=initiative)


@page(
    blueprint,
    lv="/iniciativas/<slug>/stavoklis/<int:number>",
    en="/initiatives/<slug>/state/<int:number>",
    access=Access.MANAGER,
    methods=FORM,
)
def step(slug: str, number: int) -> Response:
    """Let a manager correct when, why and where an initiative came to a state."""
    initiative = _changeable(slug)
    found = next((one for one in initiative.history if one.position == number), None) or abort(404)
    form = StepForm(found, meetings=_meetings_so_far(initiative))
    if form.is_accepted():
        with form.rules():
            correct_step(found, today=today(), now=utc_now(), **form.said)
            return done(url_for(".move", slug=slug), gettext("The step was corrected."))
    return form_page("initiatives/step.html", form, initiative=initiative, step=found)


@page(
    blueprint,
    lv="/iniciativas/<slug>/stavoklis/atsaukt",
    en="/initiatives/<slug>/state/undo",
    access=Access.MANAGER,
    methods=FORM,
)
def undo(slug: str) -> Response:
    """Let a manager take back the last change of state, after saying what that means."""
    initiative = _changeable(slug)
    form = Button()
    if form.is_accepted():
        with form.rules():
            undo_last_step(initiative, session=db.session(), now=utc_now())
            return done(url_for(".move", slug=slug), gettext("The last step was taken back."))
    return form_page("initiatives/undo.html", form, initiative=initiative)


@page(
    blueprint,
    lv="/iniciativas/<slug>/sanaksmes",
    en="/initiatives/<slug>/meetings",
    access=Access.MANAGER,
    methods=FORM,
)
def meetings(slug: str) -> Response:
    """Let a manager say which meetings spoke about an initiative."""
    initiative = _changeable(slug)
    form = MeetingsForm(initiative)
    form.offer(_meetings_of(initiative))
    if form.is_accepted():
        link_meetings(initiative, meetings=form.chosen, among=form.offered, now=utc_now())
        return done(_page_of(initiative), gettext("The meetings were saved."))
    return form_page("initiatives/meetings.html", form, initiative=initiative)


@page(blueprint, lv="/iniciativas/<slug>/apvienot", en="/initiatives/<slug>/merge", access=Access.MANAGER, methods=FORM)
def merge(slug: str) -> Response:
    """Let a manager choose the initiative that this one becomes part of."""
    initiative = _changeable(slug)
    others = {one.id: one for one in others_to_merge_with(db.session(), initiative)}
    form = MergeForm()
    form.into.offer((number, passage(one.title)) for number, one in others.items())
    if form.is_accepted():
        with form.rules():
            into = others[form.into.data]
            check_merge(initiative, into=into)
            return redirect(url_for(".merge_into", slug=slug, into=into.slug), 303)
    return form_page("initiatives/merge.html", form, initiative=initiative)


@page(
    blueprint,
    lv="/iniciativas/<slug>/apvienot/<into>",
    en="/initiatives/<slug>/merge/<into>",
    access=Access.MANAGER,
    methods=FORM,
)
def merge_into(slug: str, into: str) -> Response:
    """Let one initiative become part of another, after saying what goes where."""
    session = db.session()
    initiative, other = _changeable(slug), _changeable(into)
    form = Button()
    with form.rules():
        check_merge(initiative, into=other)
    if form.is_accepted() and not form.objections:
        merge_initiative(initiative, into=other, session=session, now=utc_now())
        return done(_page_of(other), gettext("The two initiatives are one now."))
    counts = counted(attached_to(session, initiative))
    return form_page("initiatives/merge_into.html", form, initiative=initiative, into=other, counts=counts)


@page(blueprint, lv="/iniciativas/<slug>/sadalit", en="/initiatives/<slug>/split", access=Access.MANAGER, methods=FORM)
def split(slug: str) -> Response:
    """Let a manager make a part of an initiative one of its own."""
    initiative = _changeable(slug)
    form = SplitForm(attached_to(db.session(), initiative))
    if form.is_accepted():
        with form.rules():
            title = Bilingual(form.title_lv.data, form.title_en.data)
            summary = Bilingual(form.summary_lv.data, form.summary_en.data)
            part = split_initiative(
                initiative, session=db.session(), title=title, summary=summary, along=form.along, today=today()
            )
            return done(_page_of(part), gettext("The new initiative goes on by itself from here."))
    return form_page("initiatives/split.html", form, initiative=initiative)


@page(blueprint, lv="/iniciativas/<slug>/arhivs", en="/initiatives/<slug>/archive", access=Access.MANAGER, methods=FORM)
def archive(slug: str) -> Response:
    """Let a manager put an initiative away, or take it back, after saying what that means."""
    initiative = _changeable(slug)
    form = Button()
    if form.is_accepted():
        with form.rules():
            if initiative.is_archived:
                take_initiative_back(initiative)
                return done(_page_of(initiative), gettext("The initiative is in the lists again."))
            put_initiative_away(initiative, now=utc_now())
            return done(_page_of(initiative), gettext("The initiative was archived."))
    return form_page("initiatives/archive.html", form, initiative=initiative)


@page(
    blueprint, lv="/iniciativas/<slug>/dzest", en="/initiatives/<slug>/erase", access=Access.ADMINISTRATOR, methods=FORM
)
def erase(slug: str) -> Response:
    """Let an administrator delete an initiative for good, after saying what goes with it."""
    initiative = _changeable(slug)
    form = Button()
    if form.is_accepted():
        erase_initiative(initiative, session=db.session())
        return done(url_for(".board"), gettext("The initiative was erased."))
    counts = counted(attached_to(db.session(), initiative))
    return form_page("initiatives/erase.html", form, initiative=initiative, counts=counts)


def _changeable(slug: str) -> Initiative:
    return changeable_initiative(db.session(), slug, viewer=viewer()) or abort(404)


def _page_of(initiative: Initiative) -> str:
    return url_for(".show", slug=initiative.slug)


def _meetings_so_far(initiative: Initiative) -> list[Meeting]:
    """Return the meetings that may have made a step: those that took place, and those that history names already."""
    named = {one.meeting_id for one in initiative.history}

    def is_over(meeting: Meeting) -> bool:
        return not meeting.is_cancelled and (meeting.starts_on is None or meeting.starts_on <= today())

    return [meeting for meeting in _meetings_of(initiative) if meeting.id in named or is_over(meeting)]


def _meetings_of(initiative: Initiative) -> list[Meeting]:
    """Return the meetings that may be linked, among them those that history and links name already."""
    named = [*(one.meeting_id for one in initiative.history), *(meeting.id for meeting in initiative.meetings)]
    return list(meetings_to_choose(db.session(), initiative.group_id, viewer=viewer(), besides=named))

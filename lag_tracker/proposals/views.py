"""Pages on which people propose, see what became of it, and managers answer."""

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.comments.queries import waiting_comments
from lag_tracker.database import db, utc_now
from lag_tracker.letters.operations import ANSWER_ONLY
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.proposal import Proposal
from lag_tracker.models.topic import Topic
from lag_tracker.proposals.forms import ProposalForm, PublicProposalForm, RefuseForm, TakeUpForm
from lag_tracker.proposals.operations import Made, Proposer, Receiver, discard, propose, receiver_of, refuse, take_up
from lag_tracker.proposals.queries import (
    answered_proposals,
    changeable_proposal,
    coming_meetings_of,
    group_to_propose_to,
    groups_to_propose_to,
    open_group,
    proposals_by,
    waiting_proposals,
)
from lag_tracker.web.access import Access, act_without_account, signed_in_account, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.language import reading_language
from lag_tracker.web.letters import in_language, send_letter
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("proposals", __name__)


@page(
    blueprint,
    lv="/grupas/<group>/priekslikumi/jauns",
    en="/groups/<group>/proposals/new",
    access=Access.MEMBER,
    methods=FORM,
)
def new(group: str) -> Response:
    """Let a member propose something to a group of theirs."""
    session, account = db.session(), signed_in_account()
    owner = group_to_propose_to(session, group, viewer=viewer()) or abort(404)
    meetings = coming_meetings_of(session, owner.id, viewer=viewer(), today=today())
    form = ProposalForm(meetings=meetings, wanted=request.args.get("meeting", ""))
    if form.is_accepted():
        with form.rules():
            who = Proposer(account.person, email=None if account.person else account.email)
            propose(owner, session=session, what=form.proposed(reading_language()), who=who, now=utc_now())
            return done(url_for(".mine"), gettext("Your proposal is with the group's managers."))
    return form_page("proposals/new.html", form, group=owner)


@page(blueprint, lv="/priekslikums", en="/propose", access=Access.PUBLIC)
def choose() -> str:
    """Let somebody choose the group that they propose something to."""
    return render_template("proposals/choose.html", groups=groups_to_propose_to(db.session(), viewer=viewer()))


@page(blueprint, lv="/grupas/<group>/priekslikums", en="/groups/<group>/propose", access=Access.PUBLIC, methods=FORM)
def public(group: str) -> Response:
    """Let anybody propose something to a group that takes proposals from everybody."""
    session = db.session()
    owner = open_group(session, group) or abort(404)
    if request.method == "GET" and viewer().takes_part([owner.id]):
        return redirect(url_for(".new", group=group), 303)
    form = PublicProposalForm()
    if form.is_accepted():
        act_without_account()
        with form.rules():
            who = Proposer(None, form.name.data, form.email.data)
            propose(owner, session=session, what=form.proposed(reading_language()), who=who, now=utc_now())
            return done(url_for(".thanks", group=group))
    return form_page("proposals/public.html", form, group=owner)


@page(blueprint, lv="/grupas/<group>/priekslikums/paldies", en="/groups/<group>/propose/thanks", access=Access.PUBLIC)
def thanks(group: str) -> str:
    """Say that a proposal has arrived and what happens next."""
    owner = open_group(db.session(), group) or abort(404)
    return render_template("proposals/thanks.html", group=owner)


@page(blueprint, lv="/mana-lapa/priekslikumi", en="/my-page/proposals", access=Access.ACCOUNT)
def mine() -> str:
    """Show somebody what they proposed and what was answered."""
    account = signed_in_account()
    found = proposals_by(db.session(), account.person_id) if account.person_id else []
    return render_template("proposals/mine.html", proposals=found)


@page(blueprint, lv="/galds/priekslikumi", en="/desk/proposals", access=Access.MANAGER)
def queue() -> str:
    """Show a manager what waits for an answer."""
    return render_template(
        "proposals/queue.html",
        waiting=waiting_proposals(db.session(), viewer=viewer()),
        answered=answered_proposals(db.session(), viewer=viewer()),
        comments=waiting_comments(db.session(), viewer=viewer()),
    )


@page(
    blueprint,
    lv="/priekslikumi/<int:number>/pienemt",
    en="/proposals/<int:number>/accept",
    access=Access.MANAGER,
    methods=FORM,
)
def accept(number: int) -> Response:
    """Let a manager make a proposal an initiative, a topic or an agenda item."""
    session, proposal = db.session(), _changeable(number)
    meetings = coming_meetings_of(session, proposal.group_id, viewer=viewer(), today=today())
    form = TakeUpForm(proposal, meetings=meetings)
    if form.is_accepted():
        with form.rules():
            receiver = receiver_of(proposal)
            record = take_up(
                proposal, session=session, made=form.made, answer=form.answer.data, now=utc_now(), today=today()
            )
            _tell(receiver, proposal, record)
            return done(_address_of(record), gettext("The proposal was taken up."))
    return form_page("proposals/accept.html", form, proposal=proposal)


@page(
    blueprint,
    lv="/priekslikumi/<int:number>/noraidit",
    en="/proposals/<int:number>/refuse",
    access=Access.MANAGER,
    methods=FORM,
)
def decline(number: int) -> Response:
    """Let a manager say no to a proposal, in words."""
    proposal = _changeable(number)
    form = RefuseForm()
    if form.is_accepted():
        with form.rules():
            receiver = receiver_of(proposal)
            refuse(proposal, answer=form.answer.data or "", now=utc_now())
            _tell(receiver, proposal, None)
            return done(url_for(".queue"), gettext("The answer was written down."))
    return form_page("proposals/decline.html", form, proposal=proposal)


@page(
    blueprint,
    lv="/priekslikumi/<int:number>/dzest",
    en="/proposals/<int:number>/discard",
    access=Access.MANAGER,
    methods=FORM,
)
def drop(number: int) -> Response:
    """Let a manager delete what is no proposal, after saying what that means."""
    proposal = _changeable(number)
    form = Button()
    if form.is_accepted():
        with form.rules():
            discard(proposal, session=db.session())
            return done(url_for(".queue"), gettext("It was deleted."))
    return form_page("proposals/drop.html", form, proposal=proposal)


def _changeable(number: int) -> Proposal:
    return changeable_proposal(db.session(), number, viewer=viewer()) or abort(404)


def _address_of(record: Made) -> str:
    """Return the page of what a proposal became."""
    if isinstance(record, AgendaItem):
        return f"{url_for('meetings.show', slug=record.meeting.slug)}#punkts-{record.position}"
    return url_for("topics.show" if isinstance(record, Topic) else "initiatives.show", slug=record.slug)


def _tell(receiver: Receiver | None, proposal: Proposal, record: Made | None) -> None:
    """Write the answer to whoever left an address for it."""
    if receiver is None:
        return
    with in_language(receiver.language):
        address = _address_of(record) if record else url_for("groups.show", slug=proposal.group.slug)
    send_letter(
        "proposals/letters/answer.txt",
        to_email=receiver.email,
        language=receiver.language,
        kind=ANSWER_ONLY,
        person_id=receiver.person_id,
        group_id=proposal.group_id,
        proposal=proposal,
        is_member=receiver.person_id is not None,
        link=current_app.config["SETTINGS"].address + address,
    )

"""Members propose to their groups, managers answer, and the proposer reads the answer."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.account import Account, Role
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative, InitiativeState
from lag_tracker.models.letter import Letter
from lag_tracker.models.meeting import MeetingState
from lag_tracker.models.proposal import Proposal, ProposalKind, ProposalState
from lag_tracker.models.topic import Topic
from lag_tracker.models.traits import Audience
from tests import factories
from tests.reading import links, texts
from tests.visitors import form_of, manager_of, observer_of, send, signed_in

NEW, MINE, QUEUE = "/en/groups/kekava/proposals/new", "/en/my-page/proposals", "/en/desk/proposals"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture(autouse=True)
def frozen_day():
    with time_machine.travel(NOW, tick=False):
        yield


def anna(group: Group, **given: Any) -> Account:
    """Return the account of a member who is a person on record."""
    person = factories.person("Anna Bērziņa", name_is_public=False, **given)
    found: Account = factories.account(roles={group: Role.MEMBER}, person=person)
    return found


def stored() -> list[tuple[str, str, ProposalState]]:
    db.session.expire_all()
    rows = db.session.scalars(select(Proposal).order_by(Proposal.id))
    return [(row.kind.value, row.title, row.state) for row in rows]


def test_a_member_proposes_and_the_manager_sees_who(app: Flask, group: Group) -> None:
    member, manager = signed_in(app, anna(group)), manager_of(app, group)
    answer = send(member, NEW, title="Soli pie skolas", text="Bērniem jāgaida stāvot.\n\nIr vieta.")
    assert (answer.status_code, answer.location) == (303, MINE)
    assert stored() == [("initiative", "Soli pie skolas", ProposalState.WAITING)]
    assert texts(member.get(MINE).text, "span", css_class="badge") == ["waiting for an answer"]
    queue = manager.get(QUEUE).text
    assert texts(queue, "h3") == ["Soli pie skolas"]
    assert "Proposed by: Anna Bērziņa" in texts(queue, "p", css_class="small")
    assert links(manager.get("/en/desk").text)["1 proposal"] == QUEUE


def test_a_double_click_proposes_once_and_the_same_words_are_refused(app: Flask, group: Group) -> None:
    member = signed_in(app, anna(group))
    page = member.get(NEW)
    answers = [send(member, NEW, page=page, title="Soli") for _ in range(2)]
    assert [answer.location for answer in answers] == [MINE, MINE]
    again = send(member, NEW, title="SOLI")
    assert again.status_code == 409
    assert "This was sent already" in again.text
    assert form_of(again)["title"] == ["SOLI"]
    assert len(stored()) == 1


def test_after_a_month_the_same_may_be_proposed_again(app: Flask, group: Group) -> None:
    factories.proposal(group, "Soli", created_at=datetime(2026, 10, 20, tzinfo=UTC))
    assert send(signed_in(app, anna(group)), NEW, title="Soli").status_code == 303


def test_an_agenda_item_is_proposed_for_a_coming_meeting_that_the_member_sees(app: Flask, group: Group) -> None:
    ahead = factories.meeting("Decembra sēde", groups=[group], starts_on=date(2026, 12, 1), slug="decembris")
    for title, given in (
        ("Bijusi", {"starts_on": date(2026, 11, 1)}),
        ("Melnraksts", {"state": MeetingState.DRAFT}),
        ("Atcelta", {"state": MeetingState.CANCELLED}),
        ("Vadītāju", {"audience": Audience.MANAGERS}),
    ):
        factories.meeting(title, groups=[group], **given)
    member = signed_in(app, anna(group))
    meeting_page = member.get("/en/meetings/decembris")
    address = links(meeting_page.text)["Propose an agenda item"]
    page = member.get(address)
    assert texts(page.text, "option")[3:] == ["for no meeting", "2026. gada 1. decembris – Decembra sēde"]
    assert (form_of(page)["kind"], form_of(page)["meeting_id"]) == (["agenda_item"], [str(ahead.id)])
    assert send(member, address, page=page, title="Par soliem").status_code == 303
    assert db.session.scalars(select(Proposal.meeting_id)).all() == [ahead.id]
    refused = send(member, NEW, title="Cits", kind="agenda_item")
    assert refused.status_code == 422
    assert "Choose the meeting whose agenda it is for." in refused.text


def test_an_observer_and_a_stranger_propose_nothing(app: Flask, group: Group) -> None:
    factories.meeting(groups=[group], starts_on=date(2026, 12, 1), slug="decembris")
    other = signed_in(app, anna(factories.group("Cita")))
    observer = observer_of(app, group)
    assert [client.get(NEW).status_code for client in (other, observer)] == [404, 404]
    assert "Propose an agenda item" not in observer.get("/en/meetings/decembris").text


def test_it_becomes_an_initiative_of_the_member(app: Flask, group: Group) -> None:
    account = anna(group, email="anna@x.example", language="en")
    factories.proposal(group, "Soli", text="Ir vieta", person=account.person)
    member, manager = signed_in(app, account), manager_of(app, group)
    page = manager.get("/en/proposals/1/accept")
    assert (form_of(page)["title_lv"], form_of(page)["text_lv"]) == (["Soli"], ["Ir vieta"])
    answer = send(manager, "/en/proposals/1/accept", page=page, title_en="Benches", answer="Paldies, Anna!")
    assert answer.location == "/en/initiatives/soli"
    made = db.session.scalars(select(Initiative)).one()
    assert (made.state, made.proposer_id, made.title_en) == (InitiativeState.PROPOSED, account.person_id, "Benches")
    mine = member.get(MINE).text
    assert links(mine)["Benches"] == "/en/initiatives/soli"
    assert texts(mine, "blockquote") == ["Paldies, Anna!"]
    letter = db.session.scalars(select(Letter)).one()
    assert (letter.to_email, letter.language, letter.group_id) == ("anna@x.example", "en", group.id)
    assert letter.subject == "The answer to your proposal"
    assert "https://grupas.example/en/initiatives/soli" in letter.text
    assert "Paldies, Anna!" in letter.text


def test_who_wants_no_letters_gets_none(app: Flask, group: Group) -> None:
    account = anna(group, email="anna@x.example", wants_letters=False)
    factories.proposal(group, "Soli", person=account.person)
    manager = manager_of(app, group)
    assert send(manager, "/en/proposals/1/refuse", answer="Nē").status_code == 303
    assert db.session.scalars(select(Letter)).all() == []


def test_it_becomes_a_topic_or_the_last_agenda_item(app: Flask, group: Group) -> None:
    held = factories.meeting("Decembra sēde", groups=[group], starts_on=date(2026, 12, 1), slug="decembris")
    factories.agenda_item(held, position=1)
    factories.proposal(group, "Ceļi")
    factories.proposal(group, "Soli", text="Kur?", kind=ProposalKind.AGENDA_ITEM, meeting=held)
    manager = manager_of(app, group)
    assert send(manager, "/en/proposals/1/accept", kind="topic").location == "/en/topics/celi"
    assert send(manager, "/en/proposals/2/accept").location == "/en/meetings/decembris#punkts-2"
    assert db.session.scalars(select(Topic.title_lv)).all() == ["Ceļi"]
    last = db.session.scalars(select(AgendaItem).where(AgendaItem.position == 2)).one()
    assert (last.title_lv, last.text_lv) == ("Soli", "Kur?")
    assert [state for _, _, state in stored()] == [ProposalState.TAKEN_UP] * 2


def test_an_agenda_item_without_a_meeting_is_refused(app: Flask, group: Group) -> None:
    factories.proposal(group, "Soli")
    answer = send(manager_of(app, group), "/en/proposals/1/accept", kind="agenda_item")
    assert answer.status_code == 422
    assert stored() == [("initiative", "Soli", ProposalState.WAITING)]


def test_a_refusal_needs_words_and_the_member_reads_them(app: Flask, group: Group) -> None:
    account = anna(group)
    factories.proposal(group, "Soli", person=account.person)
    member, manager = signed_in(app, account), manager_of(app, group)
    assert send(manager, "/en/proposals/1/refuse").status_code == 422
    assert send(manager, "/en/proposals/1/refuse", answer="Nav <b>vietas</b>").location == QUEUE
    assert texts(member.get(MINE).text, "blockquote") == ["Nav <b>vietas</b>"]
    assert texts(member.get(MINE).text, "span", css_class="badge") == ["not taken up"]


def test_what_was_answered_is_not_answered_again(app: Flask, group: Group) -> None:
    factories.proposal(group, "Soli")
    first, second = manager_of(app, group), manager_of(app, group)
    page = second.get("/en/proposals/1/accept")
    send(first, "/en/proposals/1/refuse", answer="Nē")
    answers = [send(second, "/en/proposals/1/accept", page=page), send(second, "/en/proposals/1/discard")]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert db.session.scalars(select(Initiative)).all() == []


def test_an_account_without_a_person_gets_the_answer_by_letter(app: Flask, group: Group) -> None:
    member = signed_in(app, factories.account("bez@x.example", roles={group: Role.MEMBER}))
    send(member, NEW, title="Soli")
    send(manager_of(app, group), "/en/proposals/1/refuse", answer="Nē")
    assert db.session.scalars(select(Letter.to_email)).all() == ["bez@x.example"]
    assert db.session.scalars(select(Proposal.proposer_email)).all() == [None]


def test_nobody_elses_proposals_are_mine(app: Flask, group: Group) -> None:
    factories.proposal(group, "Svešs", person=factories.person("Cits Cilvēks"))
    member = signed_in(app, anna(group))
    assert "Svešs" not in member.get(MINE).text

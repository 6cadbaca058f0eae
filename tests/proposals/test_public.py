"""Anybody proposes without an account and without a cookie; programs that send advertisements do not."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from lag_tracker.database import db
from lag_tracker.models.account import Attempt
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.letter import Letter, LetterState
from lag_tracker.models.proposal import Proposal, ProposalState
from lag_tracker.models.traits import Audience
from lag_tracker.worker import send_due_letters
from tests import factories
from tests.reading import links, texts
from tests.visitors import form_of, manager_of, member_of, send

FORM, THANKS = "/en/groups/kekava/propose", "/en/groups/kekava/propose/thanks"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
IDEA = {"title": "Soli pie skolas", "text": "Bērniem jāgaida stāvot."}


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    db.session.commit()
    return made


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def after(
    clock: time_machine.Traveller,
    client: FlaskClient,
    *,
    seconds: float = 30,
    headers: dict[str, str] | None = None,
    **typed: Any,
) -> TestResponse:
    """Open the form, take some time over it, and send it."""
    page = client.get(FORM)
    clock.shift(timedelta(seconds=seconds))
    fields = form_of(page) | IDEA | typed
    return client.post(FORM, data=fields, headers=headers)


def stored() -> list[str]:
    db.session.expire_all()
    return list(db.session.scalars(select(Proposal.title).order_by(Proposal.id)))


def test_a_proposal_arrives_without_a_cookie(client: FlaskClient, group: Group, clock: time_machine.Traveller) -> None:
    answer = after(clock, client, name="Juris", email="juris@x.example")
    assert (answer.status_code, answer.location) == (303, THANKS)
    assert texts(client.get(THANKS).text, "h1") == ["Thank you for your proposal"]
    (found,) = db.session.scalars(select(Proposal))
    assert (found.title, found.proposer_name, found.proposer_email) == (IDEA["title"], "Juris", "juris@x.example")
    assert (found.person_id, found.language, found.state) == (None, "en", ProposalState.WAITING)


def test_nobody_sees_it_before_it_is_taken_up(
    app: Flask, client: FlaskClient, group: Group, clock: time_machine.Traveller
) -> None:
    after(clock, client)
    pages = ("/en/groups/kekava", "/en/initiatives", "/en/topics", "/en/search?q=soli", "/jaunumi.atom")
    assert [page for page in pages if IDEA["title"] in client.get(page).text] == []
    send(manager_of(app, group), "/en/proposals/1/accept")
    assert IDEA["title"] in client.get("/en/initiatives").text


def test_the_answer_goes_to_the_address_and_both_are_forgotten(
    app: Flask, client: FlaskClient, group: Group, clock: time_machine.Traveller
) -> None:
    after(clock, client, name="Juris", email="juris@x.example")
    manager = manager_of(app, group)
    assert "Juris" in manager.get("/en/desk/proposals").text
    assert "juris@x.example" not in manager.get("/en/desk/proposals").text
    send(manager, "/en/proposals/1/accept", title_en="Benches & more", answer="Paldies")
    letter = db.session.scalars(select(Letter)).one()
    assert (letter.to_email, letter.kind) == ("juris@x.example", "proposal_answered")
    assert "https://grupas.example/en/initiatives/benches-more" in letter.text
    (found,) = db.session.scalars(select(Proposal))
    assert (found.proposer_name, found.proposer_email) == (None, None)
    assert db.session.scalars(select(Initiative.proposer_id)).all() == [None]
    with app.test_request_context():
        assert send_due_letters(app.config["SETTINGS"]) == 1
    assert [(one.state, one.to_email) for one in db.session.scalars(select(Letter))] == [(LetterState.SENT, "")]


def test_without_an_address_no_letter_is_written(
    app: Flask, client: FlaskClient, group: Group, clock: time_machine.Traveller
) -> None:
    after(clock, client)
    send(manager_of(app, group), "/en/proposals/1/refuse", answer="Nē")
    assert db.session.scalars(select(Letter)).all() == []


def test_what_is_no_proposal_is_deleted_with_all_that_was_left(
    app: Flask, client: FlaskClient, group: Group, clock: time_machine.Traveller
) -> None:
    after(clock, client, email="spam@x.example")
    assert send(manager_of(app, group), "/en/proposals/1/discard").status_code == 303
    assert (stored(), db.session.scalars(select(Letter)).all()) == ([], [])


@pytest.mark.parametrize(
    "given", [{"takes_public_proposals": False}, {"audience": Audience.MEMBERS}, {"archived_at": NOW}]
)
def test_a_group_that_is_closed_to_the_public_has_no_form(app: Flask, client: FlaskClient, given: dict) -> None:
    factories.group("Slēgtā", slug="kekava", **given)
    db.session.commit()
    assert [client.get(address).status_code for address in (FORM, THANKS)] == [404, 404]
    assert client.post(FORM, data=IDEA).status_code == 404
    assert "Slēgtā" not in client.get("/en/propose").text
    assert FORM not in client.get("/en/groups/kekava").text


def test_the_way_to_the_form_is_found(client: FlaskClient, group: Group) -> None:
    assert links(client.get("/en/groups/kekava").text)["Propose something"] == FORM
    assert links(client.get("/en/initiatives").text)["Propose something"] == "/en/propose"
    assert FORM in links(client.get("/en/propose").text).values()


def test_a_member_is_led_to_their_own_form(app: Flask, group: Group) -> None:
    member = member_of(app, group)
    assert member.get(FORM).location == "/en/groups/kekava/proposals/new"
    assert links(member.get("/en/groups/kekava").text)["Propose something"] == "/en/groups/kekava/proposals/new"


def test_signing_in_leads_members_to_their_form_and_others_back_to_this_one(
    app: Flask, client: FlaskClient, group: Group
) -> None:
    to_sign_in = urlsplit(links(client.get(FORM).text)["sign in and propose as a member"])
    assert (to_sign_in.path, parse_qs(to_sign_in.query)) == ("/en/sign-in", {"next": [FORM]})
    page = member_of(app, factories.group()).get(FORM).text
    assert "You are not a member of this group. This form is open to everyone, to you as well." in texts(page, "p")
    assert "sign in and propose as a member" not in links(page)


def test_what_comes_too_fast_is_asked_for_once_more(
    client: FlaskClient, group: Group, clock: time_machine.Traveller
) -> None:
    answer = after(clock, client, seconds=2)
    assert answer.status_code == 409
    assert "That was very quick." in answer.text
    assert stored() == []
    clock.shift(timedelta(seconds=10))
    assert client.post(FORM, data=form_of(answer)).status_code == 303


def test_a_page_that_is_older_than_a_day_is_begun_anew_with_the_words(
    client: FlaskClient, group: Group, clock: time_machine.Traveller
) -> None:
    answer = after(clock, client, seconds=24 * 3600 + 1)
    assert (answer.status_code, form_of(answer)["title"]) == (409, [IDEA["title"]])
    clock.shift(timedelta(seconds=10))
    assert client.post(FORM, data=form_of(answer)).status_code == 303


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(opened=st.text(max_size=60))
def test_a_made_up_time_is_refused(client: FlaskClient, group: Group, opened: str) -> None:
    answer = client.post(FORM, data=IDEA | {"opened": opened, "kind": "initiative"})
    assert answer.status_code == 409
    assert stored() == []


def test_a_time_signed_for_another_page_or_key_is_refused(
    app: Flask, client: FlaskClient, group: Group, clock: time_machine.Traveller
) -> None:
    fields = form_of(client.get(FORM)) | IDEA
    signed = fields["opened"][0]
    for wrong in (signed.swapcase(), signed.replace("proposals.public", "x.y")):
        clock.shift(timedelta(seconds=30))
        assert client.post(FORM, data=fields | {"opened": wrong}).status_code == 409


def test_the_trap_catches_programs_and_forgives_people(
    client: FlaskClient, group: Group, clock: time_machine.Traveller
) -> None:
    answer = after(clock, client, homepage="https://x.example")
    assert answer.status_code == 409
    assert form_of(answer)["homepage"] == [""]
    assert client.post(FORM, data=form_of(answer)).status_code == 303


def test_many_links_are_refused(client: FlaskClient, group: Group, clock: time_machine.Traveller) -> None:
    two = "https://a.example un www.b.example"
    assert after(clock, client, text=f"{two} http://c.example").status_code == 409
    assert after(clock, client, text=two).status_code == 303


def test_what_members_or_other_groups_were_told_does_not_count(
    client: FlaskClient, group: Group, clock: time_machine.Traveller
) -> None:
    factories.proposal(group, IDEA["title"], text=IDEA["text"], person=factories.person())
    factories.proposal(factories.group("Cita"), IDEA["title"], text=IDEA["text"])
    db.session.commit()
    assert after(clock, client).status_code == 303


def test_the_same_words_are_taken_once(client: FlaskClient, group: Group, clock: time_machine.Traveller) -> None:
    assert after(clock, client).status_code == 303
    answer = after(clock, client)
    assert answer.status_code == 409
    assert "This was sent already, in the same words." in answer.text
    assert stored() == [IDEA["title"]]


def test_a_double_click_arrives_once(client: FlaskClient, group: Group, clock: time_machine.Traveller) -> None:
    fields = form_of(client.get(FORM)) | IDEA
    clock.shift(timedelta(seconds=30))
    answers = [client.post(FORM, data=fields) for _ in range(2)]
    assert [answer.location for answer in answers] == [THANKS, THANKS]
    assert stored() == [IDEA["title"]]


def test_what_another_site_sends_is_refused(client: FlaskClient, group: Group, clock: time_machine.Traveller) -> None:
    for headers in ({"Origin": "https://cits.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert after(clock, client, headers=headers).status_code == 400
    assert stored() == []


def test_much_from_one_place_has_to_wait_and_loses_no_words(
    client: FlaskClient, group: Group, clock: time_machine.Traveller
) -> None:
    for number in range(20):
        assert after(clock, client, title=f"Nr. {number}").status_code == 303
    answer = after(clock, client, title="Vēl viens")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 60
    assert form_of(answer)["title"] == ["Vēl viens"]
    assert client.post(FORM, data=form_of(answer), environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 303
    clock.shift(timedelta(minutes=2))
    assert client.post(FORM, data=form_of(answer) | {"title": "Pēdējais"}).status_code == 303


def test_no_address_of_the_network_is_kept(client: FlaskClient, group: Group, clock: time_machine.Traveller) -> None:
    after(clock, client)
    kept = db.session.scalars(select(Attempt.counted_by)).all()
    assert len(kept) == 1
    assert "127.0.0.1" not in kept[0]


@pytest.mark.parametrize(
    "typed",
    [{"title": ""}, {"kind": "agenda_item"}, {"kind": "x"}, {"email": "nav adrese"}, {"title": "x" * 301}],
)
def test_mistakes_are_named_at_their_fields(
    client: FlaskClient, group: Group, clock: time_machine.Traveller, typed: dict
) -> None:
    answer = after(clock, client, **typed)
    assert answer.status_code == 422
    assert stored() == []


def test_hostile_words_stay_words(app: Flask, client: FlaskClient, group: Group, clock: time_machine.Traveller) -> None:
    words = "<script>alert(1)</script>"
    after(clock, client, title=words, text=words, name=words)
    manager = manager_of(app, group)
    pages = ("/en/desk/proposals", "/en/proposals/1/accept", "/en/proposals/1/refuse", "/en/proposals/1/discard")
    assert [page for page in pages if words in manager.get(page).text] == []

"""Those who are invited answer, by the link in their letter or signed in; nobody else does."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from flask import Flask, url_for
from icalendar import Calendar
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.account import Role
from lag_tracker.models.attendance import Attendance, Reply
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import MeetingState
from lag_tracker.models.person import Person
from lag_tracker.models.submission import Submission
from lag_tracker.models.traits import Audience
from lag_tracker.web.personal_links import ANSWER, OPT_OUT, signed
from tests import factories
from tests.page import CheckingClient
from tests.reading import links, texts
from tests.replies.invited import DAY, NOW, ahead, answers, invite, member
from tests.visitors import form_of, manager_of, member_of, send, signed_in


@pytest.fixture(autouse=True)
def _at_the_moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group("Ķekavas grupa", slug="kekava")
    return made


def link_of(app: Flask, row: Attendance, *, purpose: str = ANSWER) -> str:
    db.session.commit()
    with app.test_request_context():
        return url_for("replies.by_link", token=signed(purpose, row.id, row.person_id, row.meeting_id), lang="en")


def nobody(app: Flask) -> CheckingClient:
    client = app.test_client(use_cookies=False)
    assert isinstance(client, CheckingClient)
    return client


def test_the_link_in_a_letter_answers_without_an_account(app: Flask, group: Group) -> None:
    row = invite(ahead(group), member(group, "Anna Bērziņa"))
    address, visitor = link_of(app, row), nobody(app)
    page = visitor.get(address)
    assert texts(page.text, "button", within="main") == ["I will come", "Perhaps", "I cannot come"]
    assert answers() == {"Anna Bērziņa": Reply.INVITED}
    assert send(visitor, address, reply="accepted").location == address
    (title,) = texts(visitor.get(address).text, "title")
    assert title.startswith("You answered: I will come. Velo & ceļi")
    assert answers() == {"Anna Bērziņa": Reply.ACCEPTED}
    assert db.session.scalars(select(Attendance.replied_at)).all() == [NOW]
    # A link that opens something stands nowhere in the database.
    assert db.session.scalars(select(Submission)).all() == []


def test_an_answer_by_the_link_is_written_down_as_that_persons(app: Flask, group: Group) -> None:
    row = invite(ahead(group), member(group, "Anna Bērziņa"))
    send(nobody(app), link_of(app, row), reply="accepted")
    manager, stranger = manager_of(app, group), manager_of(app, factories.group("Cita grupa"))
    page = manager.get("/en/changes").text
    assert texts(page, "strong", within="main") == ["Anna Bērziņa"]
    assert "Attendance: Anna Bērziņa, Velo & ceļi – changed by a link from a letter" in texts(page, "p")
    assert texts(page, "dt") == ["Answer to the invitation", "Answered"]
    assert "Anna Bērziņa" in manager.get("/en/changes.csv").text
    assert "Anna" not in stranger.get("/en/changes").text
    manager.post(
        "/en/meetings/sanaksme/invite/1/take-back", data=form_of(manager.get("/en/meetings/sanaksme/invite/1"), -1)
    )
    assert texts(manager.get("/en/changes").text, "strong", within="main")[1] == "Anna Bērziņa"


def test_an_answer_of_an_account_is_written_down_as_that_accounts(app: Flask, group: Group) -> None:
    row = invite(ahead(group), member(group, "Anna Bērziņa"))
    address = link_of(app, row)
    manager = signed_in(app, factories.account(person=factories.person("Ilze Kalna"), roles={group: Role.MANAGER}))
    send(manager, address, reply="accepted")
    page = manager.get("/en/changes").text
    assert texts(page, "strong", within="main") == ["Ilze Kalna"]
    assert any(words.endswith(" – changed") for words in texts(page, "p"))


def test_the_last_answer_counts(app: Flask, group: Group) -> None:
    row = invite(ahead(group), member(group, "Anna Bērziņa"))
    address, visitor = link_of(app, row), nobody(app)
    for reply in ("accepted", "declined", "tentative"):
        send(visitor, address, reply=reply)
    assert answers() == {"Anna Bērziņa": Reply.TENTATIVE}


@pytest.mark.parametrize("reply", ["invited", "yes", ""])
def test_an_answer_that_there_is_not_is_refused(app: Flask, group: Group, reply: str) -> None:
    row = invite(ahead(group), member(group, "Anna Bērziņa"))
    answer = send(nobody(app), link_of(app, row), reply=reply)
    assert (answer.status_code, answers()) == (422, {"Anna Bērziņa": Reply.INVITED})


def test_a_link_is_kept_by_no_cache_and_listed_by_no_search_engine(app: Flask, group: Group) -> None:
    answer = nobody(app).get(link_of(app, invite(ahead(group), member(group, "Anna Bērziņa"))))
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_a_link_shows_what_its_receiver_may_see_and_no_more(app: Flask, group: Group) -> None:
    meeting = ahead(group, audience=Audience.MEMBERS, join_url="https://zoom.example/j/1")
    factories.agenda_item(meeting, "Visiem")
    factories.agenda_item(meeting, "Tikai locekļiem", position=2, audience=Audience.MEMBERS)
    factories.agenda_item(meeting, "Tikai vadītājiem", position=3, audience=Audience.MANAGERS)
    rows = {
        "member": invite(meeting, member(group, "Anna Bērziņa")),
        "guest": invite(meeting, factories.person("Ieva Liepa"), is_guest=True),
        "former": invite(meeting, member(group, "Uldis Kļava")),
    }
    db.session.flush()
    for membership in db.session.scalars(
        select(Membership).join(Membership.person).where(Person.name == "Uldis Kļava")
    ):
        membership.until_on = DAY - timedelta(days=30)
    pages = {who: nobody(app).get(link_of(app, row)).text for who, row in rows.items()}
    titles = {who: texts(page, "span", css_class="agenda-title") for who, page in pages.items()}
    assert titles == {"member": ["Visiem", "Tikai locekļiem for members"], "guest": ["Visiem"], "former": ["Visiem"]}
    assert all("https://zoom.example/j/1" in page for page in pages.values())
    # Nobody who came by a link alone may open the page of a meeting for members.
    assert all('href="/en/meetings/sanaksme"' not in page for page in pages.values())


def test_a_link_to_join_that_is_for_managers_is_told_to_nobody_else(app: Flask, group: Group) -> None:
    meeting = ahead(group, join_url="https://zoom.example/j/1", join_audience=Audience.MANAGERS)
    row = invite(meeting, member(group, "Anna Bērziņa"))
    assert "zoom.example" not in nobody(app).get(link_of(app, row)).text


def test_a_link_ends_with_the_meeting(app: Flask, group: Group) -> None:
    row = invite(ahead(group), member(group, "Anna Bērziņa"))
    address = link_of(app, row)
    with time_machine.travel(NOW.replace(day=12, hour=20), tick=False):
        assert nobody(app).get(address).status_code == 200
    with time_machine.travel(NOW.replace(day=13, hour=6), tick=False):
        answer = nobody(app).get(address)
        assert (answer.status_code, nobody(app).post(address, data={"reply": "accepted"}).status_code) == (410, 410)
    assert [word for word in ("Anna", "Velo") if word in answer.text] == []
    assert answers() == {"Anna Bērziņa": Reply.INVITED}


def test_who_comes_gets_the_file_for_the_calendar_with_what_they_may_see(app: Flask, group: Group) -> None:
    meeting = ahead(
        group, audience=Audience.MEMBERS, join_url="https://zoom.example/j/1", join_audience=Audience.MEMBERS
    )
    factories.agenda_item(meeting, "Tikai locekļiem", audience=Audience.MEMBERS)
    rows = [invite(meeting, member(group, "Anna Bērziņa")), invite(meeting, factories.person("Ieva Liepa"))]
    files = []
    for row in rows:
        address, visitor = link_of(app, row), nobody(app)
        assert "Add to calendar" not in visitor.get(address).text
        send(visitor, address, reply="accepted")
        assert f'href="{address}/meeting.ics"' in visitor.get(address).text
        files.append(visitor.get(f"{address}/meeting.ics"))
    assert ["Tikai locek" in file.text for file in files] == [True, False]
    assert [event["UID"] for file in files for event in Calendar.from_ical(file.data).walk("VEVENT")] == [
        meeting.uid
    ] * 2
    assert {file.headers["Cache-Control"] for file in files} == {"private, no-store"}
    with time_machine.travel(NOW.replace(day=13, hour=6), tick=False):
        assert nobody(app).get(f"{link_of(app, rows[0])}/meeting.ics").status_code == 410


def test_who_has_signed_in_gets_the_link_and_the_file_that_are_for_them(app: Flask, group: Group) -> None:
    meeting = ahead(group, join_url="https://zoom.example/j/1", join_audience=Audience.MEMBERS)
    factories.agenda_item(meeting, "Tikai locekļiem", audience=Audience.MEMBERS)
    invited = factories.person("Ieva Liepa")
    invite(meeting, invited, is_guest=True)
    visitors = {
        "member": member_of(app, group),
        "manager": manager_of(app, group),
        "guest": signed_in(app, factories.account(person=invited)),
        "stranger": member_of(app, factories.group("Cita grupa")),
        "public": nobody(app),
    }
    pages = {who: visitor.get("/en/meetings/sanaksme").text for who, visitor in visitors.items()}
    files = {who: visitors[who].get(links(pages[who])["Add to calendar"]).text for who in visitors}
    read = {
        who: ("zoom.example" in pages[who], "zoom.example" in files[who], "Tikai locek" in files[who]) for who in files
    }
    assert read == {
        "member": (True, True, True),
        "manager": (True, True, True),
        "guest": (True, True, False),
        "stranger": (False, False, False),
        "public": (False, False, False),
    }


def test_a_meeting_for_members_can_be_put_into_their_calendars(app: Flask, group: Group) -> None:
    ahead(group, audience=Audience.MEMBERS)
    visitor, address = member_of(app, group), "/en/meetings/sanaksme/calendar.ics"
    assert "SUMMARY:Velo & ceļi" in visitor.get(address).text
    assert member_of(app, factories.group("Cita grupa")).get(address).status_code == 404


def test_a_cancelled_meeting_says_so_and_takes_no_answer(app: Flask, group: Group) -> None:
    meeting = ahead(group, state=MeetingState.CANCELLED, cancelled_reason_lv="Slimība")
    address = link_of(app, invite(meeting, member(group, "Anna Bērziņa")))
    page = nobody(app).get(address).text
    assert ("Slimība" in page, texts(page, "button", within="main")) == (True, [])
    assert nobody(app).post(address, data={"reply": "accepted"}).status_code == 409
    assert answers() == {"Anna Bērziņa": Reply.INVITED}


def test_a_link_to_a_cancelled_meeting_ends_with_its_day(app: Flask, group: Group) -> None:
    meeting = ahead(group, state=MeetingState.CANCELLED, audience=Audience.MEMBERS)
    address = link_of(app, invite(meeting, member(group, "Anna Bērziņa")))
    with time_machine.travel(NOW.replace(day=12, hour=20), tick=False):
        assert nobody(app).get(address).status_code == 200
    with time_machine.travel(NOW.replace(day=13, hour=6), tick=False):
        answer = nobody(app).get(address)
        assert (answer.status_code, "Velo" in answer.text) == (410, False)


@pytest.mark.parametrize("state", [MeetingState.DRAFT, MeetingState.HELD])
def test_a_meeting_that_is_not_planned_takes_no_answer(app: Flask, group: Group, state: MeetingState) -> None:
    row = invite(ahead(group, state=state), member(group, "Anna Bērziņa"))
    assert nobody(app).get(link_of(app, row)).status_code == 410


def test_a_link_of_somebody_else_or_for_something_else_opens_nothing(app: Flask, group: Group) -> None:
    meeting = ahead(group)
    row = invite(meeting, member(group, "Anna Bērziņa"))
    juris = member(group, "Juris Kalns")
    uninvited = Attendance(meeting=meeting, person=juris)
    db.session.add(uninvited)
    erased = invite(meeting, member(group, "Bijušais dalībnieks Nr. 1", erased_at=NOW))
    nameless = invite(meeting, member(group, "Zane Ozola"))
    nameless.person = None
    db.session.flush()
    addresses = [link_of(app, one) for one in (uninvited, erased, nameless)]
    addresses += [link_of(app, row, purpose=OPT_OUT), link_of(app, row)[:-3], "/en/answer/MQ.x", "/en/answer/1"]
    assert [nobody(app).get(address).status_code for address in addresses] == [404] * len(addresses)


def test_a_link_does_not_pass_to_who_gets_the_number_of_an_invitation_taken_back(app: Flask, group: Group) -> None:
    meeting = ahead(group)
    row = invite(meeting, member(group, "Anna Bērziņa"))
    address, number = link_of(app, row), row.id
    db.session.delete(row)
    db.session.flush()
    invite(meeting, member(group, "Juris Kalns"), id=number)
    db.session.commit()
    assert nobody(app).get(address).status_code == 404
    assert nobody(app).post(address, data={"reply": "declined"}).status_code == 404
    assert answers() == {"Juris Kalns": Reply.INVITED}


def test_who_has_signed_in_answers_on_the_page_of_the_meeting(app: Flask, group: Group) -> None:
    anna = member(group, "Anna Bērziņa")
    invite(ahead(group), anna)
    visitor = signed_in(app, factories.account(person=anna))
    page = visitor.get("/en/meetings/sanaksme")
    assert texts(page.text, "button", within="main")[:3] == ["I will come", "Perhaps", "I cannot come"]
    answer = send(visitor, "/en/meetings/sanaksme/answer", page=page, reply="declined")
    assert answer.location == "/en/meetings/sanaksme"
    assert "You answered: I cannot come." in visitor.get(answer.location).text
    assert answers() == {"Anna Bērziņa": Reply.DECLINED}


def test_whoever_is_not_invited_is_told_of_nothing(app: Flask, group: Group) -> None:
    juris = member(group, "Juris Kalns")
    invite(ahead(group), member(group, "Anna Bērziņa"))
    account = factories.account(person=juris)
    for visitor in (signed_in(app, account), member_of(app, group), manager_of(app, group)):
        assert visitor.get("/en/meetings/sanaksme/answer").status_code == 404
        assert visitor.post("/en/meetings/sanaksme/answer", data={"reply": "accepted"}).status_code == 404
        assert "Will you come?" not in visitor.get("/en/meetings/sanaksme").text


def test_a_guest_with_an_account_answers_although_the_meeting_is_for_members(app: Flask, group: Group) -> None:
    guest = factories.person("Ieva Liepa")
    invite(ahead(group, audience=Audience.MEMBERS), guest, is_guest=True)
    visitor = signed_in(app, factories.account(person=guest))
    assert visitor.get("/en/meetings/sanaksme").status_code == 404
    answer = send(visitor, "/en/meetings/sanaksme/answer", reply="accepted")
    assert answer.location == "/en/meetings/sanaksme/answer"
    assert "Thank you, noted." in visitor.get(answer.location).text


def test_an_answer_without_the_forms_token_is_refused_to_who_has_signed_in(app: Flask, group: Group) -> None:
    anna = member(group, "Anna Bērziņa")
    invite(ahead(group), anna)
    visitor = signed_in(app, factories.account(person=anna))
    assert visitor.post("/en/meetings/sanaksme/answer", data={"reply": "accepted"}).status_code == 409
    assert answers() == {"Anna Bērziņa": Reply.INVITED}


def test_the_page_of_a_meeting_costs_the_public_nothing_more(
    app: Flask, group: Group, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    meeting = ahead(group)
    db.session.commit()
    visitor = nobody(app)
    visitor.get("/en/meetings/sanaksme")
    with statements() as before:
        visitor.get("/en/meetings/sanaksme")
    for name in ("Anna Bērziņa", "Juris Kalns"):
        invite(meeting, member(group, name))
    db.session.commit()
    visitor.get("/en/meetings/sanaksme")
    with statements() as after:
        visitor.get("/en/meetings/sanaksme")
    assert len(after) == len(before)

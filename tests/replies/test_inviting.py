"""Managers invite people to meetings: each once, by a letter of their own."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.attendance import Attendance, Reply
from lag_tracker.models.group import Group, Tier
from lag_tracker.models.meeting import MeetingState
from lag_tracker.models.person import Person
from lag_tracker.models.traits import Audience
from tests import factories
from tests.reading import links, texts
from tests.replies.invited import DAY, NOW, ahead, answers, invite, letters, member
from tests.visitors import form_of, manager_of, member_of, send, send_at_once

ADDRESS = "/en/meetings/sanaksme/invite"


@pytest.fixture(autouse=True)
def _at_the_moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group("Ķekavas grupa", slug="kekava")
    return made


def person_called(name: str) -> int:
    return db.session.scalars(select(Person.id).where(Person.name == name)).one()


def test_each_invited_member_gets_a_letter_and_is_on_record(app: Flask, group: Group) -> None:
    ahead(group)
    member(group, "Anna Bērziņa", "anna@grupas.example")
    member(group, "Juris Kalns", "juris@grupas.example", tier=Tier.WIDER)
    manager = manager_of(app, group)
    answer = send(manager, ADDRESS)
    assert answer.location == "/en/meetings/sanaksme"
    assert "2 invitations are on their way." in manager.get(answer.location).text
    assert answers() == {"Anna Bērziņa": Reply.INVITED, "Juris Kalns": Reply.INVITED}
    assert [letter.to_email for letter in letters("meeting_invitation")] == [
        "anna@grupas.example",
        "juris@grupas.example",
    ]


def test_a_letter_says_in_the_receivers_language_what_when_and_where(app: Flask, group: Group) -> None:
    meeting = ahead(group, join_url="https://zoom.example/j/1", join_audience=Audience.MEMBERS)
    factories.agenda_item(meeting, "Veloceļi & <skola>", duration_minutes=30)
    factories.agenda_item(meeting, "Budžets", position=2, audience=Audience.MEMBERS)
    member(group, "Anna Bērziņa", "anna@grupas.example")
    member(group, "Zane Ozola", "zane@grupas.example", language="en")
    send(manager_of(app, group), ADDRESS, note="Būs kafija.\nUn kūkas.")
    latvian, english = letters("meeting_invitation")
    assert latvian.subject.endswith(": Velo & ceļi, 12.03.2027.")
    assert "\nKad: piektdiena, 2027. gada 12. marts, 18:00–20:00\nKur: Ķekavas pagasta pārvalde" in latvian.text
    assert "\nhttps://grupas.example/sanaksmes/sanaksme\n" in latvian.text
    assert "\nhttps://grupas.example/vestules/atteikties/" in latvian.text
    assert english.subject == "Invitation: Velo & ceļi, 12 Mar 2027"
    start = english.text.partition("https://grupas.example/en/answer/")[0]
    assert start == (
        "Good day!\n\n"
        "Ķekavas grupa invites you to a meeting.\n\n"
        "Velo & ceļi\n"
        "When: Friday, 12 March 2027, 18:00–20:00\n"
        "Where: Ķekavas pagasta pārvalde, Gaismas iela 19\n"
        "Join online: https://zoom.example/j/1\n\n"
        "Būs kafija.\nUn kūkas.\n\n"
        "Will you come? Please answer here; you need not sign in:\n"
    )
    assert "\n\nAgenda:\n1. 18:00 Veloceļi & <skola>\n2. 18:30 Budžets\n\n" in english.text
    assert "\nhttps://grupas.example/en/meetings/sanaksme\n" in english.text


def test_a_calendar_file_of_the_one_meeting_goes_along(app: Flask, group: Group) -> None:
    meeting = ahead(group, join_url="https://zoom.example/j/1", join_audience=Audience.MEMBERS)
    member(group, "Anna Bērziņa", "anna@grupas.example")
    send(manager_of(app, group), ADDRESS)
    (letter,) = letters()
    assert letter.calendar is not None
    calendar = Calendar.from_ical(letter.calendar)
    (event,) = calendar.walk("VEVENT")
    assert calendar.get("METHOD") is None
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (meeting.uid, 0, "CONFIRMED")
    assert "https://zoom.example/j/1" in str(event["DESCRIPTION"])
    assert [name for name in ("ATTENDEE", "ORGANIZER") if name in event] == []


def test_a_guest_reads_nothing_that_is_for_members(app: Flask, group: Group) -> None:
    meeting = ahead(group)
    factories.agenda_item(meeting, "Visiem")
    factories.agenda_item(meeting, "Tikai locekļiem", position=2, audience=Audience.MEMBERS)
    answer = send(manager_of(app, group), ADDRESS, guests="Ieva Liepa, ieva@viesi.example")
    assert answer.status_code == 303
    (letter,) = letters()
    assert ("Visiem" in letter.text, "Tikai locekļiem" in letter.text) == (True, False)
    assert letter.calendar is not None
    assert "Tikai locek" not in letter.calendar.decode()


def test_a_guest_by_name_and_address_is_put_on_record_once(app: Flask, group: Group) -> None:
    ahead(group)
    manager = manager_of(app, group)
    send(manager, ADDRESS, guests="Ieva Liepa, ieva@viesi.example\nUldis Kļava, uldis@viesi.example", language="en")
    send(manager, ADDRESS, guests="Ieva Liepa, Ieva@viesi.example", people=None)
    guests = db.session.execute(select(Person.name, Person.language, Attendance.is_guest).join(Attendance)).all()
    assert sorted(guests) == [("Ieva Liepa", "en", True), ("Uldis Kļava", "en", True)]


def test_nobody_learns_by_guessing_who_is_on_record_elsewhere(app: Flask, group: Group) -> None:
    ahead(group)
    other = factories.group("Cita grupa")
    member(other, "Ieva Liepa", "ieva@cita.example", phone="+37126123456")
    manager = manager_of(app, group)
    send(manager, ADDRESS, guests="Ieva Liepa, ieva@cita.example")
    people = db.session.scalars(select(Person.phone).where(Person.name == "Ieva Liepa").order_by(Person.id)).all()
    assert people == ["+37126123456", None]


@pytest.mark.parametrize(
    "line", ["Ieva Liepa", "ieva@viesi.example", "Ieva Liepa, nav adreses", ", ieva@viesi.example"]
)
def test_a_guest_without_name_or_address_is_refused_and_nothing_is_lost(app: Flask, group: Group, line: str) -> None:
    ahead(group)
    answer = send(manager_of(app, group), ADDRESS, guests=f"Ieva Liepa, ieva@viesi.example\n{line}", note="Kafija")
    assert answer.status_code == 422
    assert "Line 2 needs a name, a comma and an e-mail address" in answer.text
    assert form_of(answer)["guests"] == [f"Ieva Liepa, ieva@viesi.example\n{line}"]
    assert (form_of(answer)["note"], letters(), answers()) == (["Kafija"], [], {})


def test_who_has_no_address_or_wants_no_letters_is_invited_without_one(app: Flask, group: Group) -> None:
    ahead(group)
    member(group, "Anna Bērziņa")
    member(group, "Juris Kalns", "juris@grupas.example", wants_letters=False)
    manager = manager_of(app, group)
    page = manager.get(ADDRESS).text
    assert "Anna Bērziņa (no e-mail address)" in page
    assert "Juris Kalns (wants no letters)" in page
    answer = send(manager, ADDRESS)
    assert "2 people get no letter: tell them yourself." in manager.get(answer.location).text
    assert (answers(), letters()) == ({"Anna Bērziņa": Reply.INVITED, "Juris Kalns": Reply.INVITED}, [])


def test_those_planned_for_are_ticked_and_nobody_else(app: Flask, group: Group) -> None:
    meeting = ahead(group)
    anna = member(group, "Anna Bērziņa", "anna@grupas.example")
    member(group, "Juris Kalns", "juris@grupas.example")
    db.session.add(Attendance(meeting=meeting, person=anna))
    manager = manager_of(app, group)
    assert form_of(manager.get(ADDRESS))["people"] == [str(anna.id)]
    send(manager, ADDRESS)
    assert answers() == {"Anna Bērziņa": Reply.INVITED}


def test_a_member_who_is_also_typed_as_a_guest_is_invited_once(app: Flask, group: Group) -> None:
    ahead(group)
    anna = member(group, "Anna Bērziņa", "anna@grupas.example")
    line = "Anna Bērziņa, anna@grupas.example"
    send(manager_of(app, group), ADDRESS, people=[str(anna.id)], guests=f"{line}\n{line}")
    assert [(row.person_id, row.is_guest) for row in db.session.scalars(select(Attendance))] == [(anna.id, False)]
    assert [letter.to_email for letter in letters()] == ["anna@grupas.example"]


def test_whoever_is_invited_already_is_not_ticked_and_keeps_the_answer(app: Flask, group: Group) -> None:
    meeting = ahead(group)
    anna = member(group, "Anna Bērziņa", "anna@grupas.example")
    juris = member(group, "Juris Kalns", "juris@grupas.example")
    invite(meeting, anna, Reply.ACCEPTED)
    manager = manager_of(app, group)
    assert form_of(manager.get(ADDRESS))["people"] == [str(juris.id)]
    send(manager, ADDRESS, people=[str(anna.id), str(juris.id)])
    assert answers() == {"Anna Bērziņa": Reply.ACCEPTED, "Juris Kalns": Reply.INVITED}


def test_the_same_person_gets_one_invitation_a_day(app: Flask, group: Group) -> None:
    ahead(group)
    anna = member(group, "Anna Bērziņa", "anna@grupas.example")
    manager = manager_of(app, group)
    send(manager, ADDRESS)
    send(manager, ADDRESS, people=[str(anna.id)])
    assert len(letters()) == 1
    with time_machine.travel(NOW.replace(day=2), tick=False):
        send(manager_of(app, group), ADDRESS, people=[str(anna.id)])
    assert len(letters()) == 2


def test_a_double_click_invites_once(app: Flask, group: Group) -> None:
    ahead(group)
    member(group, "Anna Bērziņa", "anna@grupas.example")
    manager = manager_of(app, group)
    page = manager.get(ADDRESS)
    for _ in range(2):
        send(manager, ADDRESS, page=page, guests="Ieva Liepa, ieva@viesi.example")
    assert (len(letters()), db.session.scalars(select(Attendance.id)).all()) == (2, [1, 2])


def test_managers_who_invite_at_once_invite_each_person_once(app: Flask, group: Group) -> None:
    ahead(group)
    member(group, "Anna Bērziņa", "anna@grupas.example")
    guest = {"guests": ["Ieva Liepa, ieva@viesi.example"]}
    managers = [manager_of(app, group) for _ in range(4)]
    forms = [(one, ADDRESS, form_of(one.get(ADDRESS)) | guest) for one in managers]
    assert send_at_once(*forms) == [303] * 4
    assert len(db.session.scalars(select(Person.id)).all()) == 2
    assert answers() == {"Anna Bērziņa": Reply.INVITED, "Ieva Liepa": Reply.INVITED}
    assert len(db.session.scalars(select(Attendance.id)).all()) == 2
    assert [letter.to_email for letter in letters()] == ["anna@grupas.example", "ieva@viesi.example"]


def test_a_manager_does_not_write_to_half_of_the_town(app: Flask, group: Group) -> None:
    ahead(group)
    manager = manager_of(app, group)
    given = []
    for turn in range(3):
        guests = "\n".join(f"Viesis {number}, v{turn}-{number}@viesi.example" for number in range(160))
        answer = send(manager, ADDRESS, guests=guests)
        given.append(answer.status_code)
    assert given == [303, 303, 429]
    assert "Many letters were asked for. More can be sent at " in answer.text
    assert len(letters()) == 320


def test_an_invitation_of_nobody_is_refused(app: Flask, group: Group) -> None:
    ahead(group)
    answer = send(manager_of(app, group), ADDRESS)
    assert (answer.status_code, "Tick somebody, or write down a guest." in answer.text) == (422, True)


def test_people_of_another_group_cannot_be_invited_by_their_number(app: Flask, group: Group) -> None:
    ahead(group)
    stranger = member(factories.group("Cita grupa"), "Svešs Cilvēks", "svess@cita.example")
    answer = send(manager_of(app, group), ADDRESS, people=[str(stranger.id)])
    assert (answer.status_code, answers()) == (422, {})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"state": MeetingState.DRAFT}, "The meeting is a draft. Publish it first: letters lead to its page."),
        ({"state": MeetingState.CANCELLED}, "The meeting does not take place, so nobody can be invited to it."),
        ({"state": MeetingState.HELD}, "The meeting is over, so nobody can be invited to it."),
        ({"starts_on": NOW.date().replace(month=2)}, "The meeting is over, so nobody can be invited to it."),
        (
            {"starts_on": DAY.replace(day=1), "date_precision": "month", "starts_at_time": None, "ends_at_time": None},
            "Enter the day of the meeting first: people are invited to come on a day.",
        ),
    ],
)
def test_nobody_is_invited_to_what_is_not_ahead(app: Flask, group: Group, given: dict[str, Any], sentence: str) -> None:
    ahead(group, **given)
    member(group, "Anna Bērziņa", "anna@grupas.example")
    manager = manager_of(app, group)
    assert sentence in manager.get(ADDRESS).text
    answer = send(manager, ADDRESS, guests="Ieva Liepa, ieva@viesi.example")
    assert (answer.status_code, sentence in answer.text) == (409, True)
    assert (letters(), answers()) == ([], {})


def test_the_manager_sees_who_answered_what_and_others_do_not(app: Flask, group: Group) -> None:
    meeting = ahead(group)
    for name, reply in (
        ("Anna Bērziņa", Reply.ACCEPTED),
        ("Juris Kalns", Reply.DECLINED),
        ("Zane Ozola", Reply.INVITED),
    ):
        invite(meeting, member(group, name, name_is_public=False), reply)
    page = manager_of(app, group).get("/en/meetings/sanaksme").text
    assert texts(page, "dt", within="main")[-3:] == ["Accepted: 1", "Declined: 1", "Invited: 1"]
    for visitor in (member_of(app, group), app.test_client(use_cookies=False)):
        assert "Juris Kalns" not in visitor.get("/en/meetings/sanaksme").text


def test_a_manager_notes_what_somebody_answered_on_the_phone(app: Flask, group: Group) -> None:
    row = invite(ahead(group), member(group, "Anna Bērziņa"))
    manager = manager_of(app, group)
    address = links(manager.get(ADDRESS).text)["Anna Bērziņa"]
    assert address == f"{ADDRESS}/{row.id}"
    answer = send(manager, address, reply="tentative")
    assert answer.location == ADDRESS
    assert "The answer was noted." in manager.get(ADDRESS).text
    assert answers() == {"Anna Bērziņa": Reply.TENTATIVE}
    assert send(manager, address, reply="").status_code == 422


def test_an_invitation_by_mistake_is_taken_back_with_its_letter(app: Flask, group: Group) -> None:
    ahead(group)
    for name in ("anna", "juris"):
        member(group, name.title(), f"{name}@grupas.example")
    manager = manager_of(app, group)
    send(manager, ADDRESS)
    address = links(manager.get(ADDRESS).text)["Anna"]
    assert send(manager, f"{address}/take-back", page=manager.get(address)).location == ADDRESS
    assert answers() == {"Juris": Reply.INVITED}
    assert [letter.to_email for letter in letters()] == ["juris@grupas.example"]
    assert form_of(manager.get(ADDRESS))["people"] == [str(person_called("Anna"))]


def test_an_invitation_of_another_meeting_is_not_changed_here(app: Flask, group: Group) -> None:
    ahead(group)
    row = invite(ahead(factories.group("Cita grupa"), slug="cita"), factories.person("Ieva Liepa"))
    manager = manager_of(app, group)
    for path in (f"{ADDRESS}/{row.id}", f"{ADDRESS}/{row.id}/take-back"):
        assert manager.post(path, data={"reply": "accepted"}).status_code == 404


def test_guests_of_earlier_meetings_are_offered(app: Flask, group: Group) -> None:
    ahead(group)
    earlier = factories.meeting(groups=[group], starts_on=DAY.replace(year=2026))
    guest = factories.person("Ieva Liepa", email="ieva@viesi.example")
    db.session.add(Attendance(meeting=earlier, person=guest, is_guest=True))
    manager = manager_of(app, group)
    page = manager.get(ADDRESS)
    assert "Guests of earlier meetings" in page.text
    assert "people" not in form_of(page)
    send(manager, ADDRESS, page=page, people=[str(guest.id)])
    assert [letter.to_email for letter in letters()] == ["ieva@viesi.example"]


def test_guests_of_another_groups_meetings_are_neither_named_nor_taken(app: Flask, group: Group) -> None:
    other = factories.group("Cita grupa")
    closed = factories.meeting(groups=[other], starts_on=DAY.replace(year=2026), audience=Audience.MANAGERS)
    guest = factories.person("Ieva Liepa", email="ieva@viesi.example", name_is_public=False)
    db.session.add(Attendance(meeting=closed, person=guest, is_guest=True))
    ahead(group, groups=[group, other])
    pages = [manager_of(app, *groups).get(ADDRESS).text for groups in ([group], [group, other])]
    assert ["Ieva Liepa" in page for page in pages] == [False, True]
    assert send(manager_of(app, group), ADDRESS, people=[str(guest.id)]).status_code == 422
    assert letters() == []


def test_an_erased_or_archived_person_is_not_offered(app: Flask, group: Group) -> None:
    ahead(group)
    member(group, "Bijušais dalībnieks Nr. 1", erased_at=NOW)
    member(group, "Anna Bērziņa", archived_at=NOW)
    assert "people" not in form_of(manager_of(app, group).get(ADDRESS))

"""Those who are invited hear of a move and of a cancellation, when the manager says so, and each once."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar, Component
from sqlalchemy import select
from werkzeug.test import TestResponse

from lag_tracker.database import db
from lag_tracker.models.attendance import Reply
from lag_tracker.models.group import Group
from lag_tracker.models.letter import Letter
from lag_tracker.models.meeting import Meeting, MeetingSeries, MeetingState
from lag_tracker.models.person import Person
from tests import factories
from tests.reading import texts
from tests.replies.invited import NOW, ahead, answers, invite, letters, member
from tests.visitors import form_of, link_in, manager_of, send, send_at_once, signed_in

EDIT = "/en/meetings/sanaksme/edit"
CANCEL = "/en/meetings/sanaksme/cancel"


@pytest.fixture(autouse=True)
def _at_the_moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def group(app: Flask) -> Group:
    """Return a group with a meeting ahead, to which Anna said she comes."""
    made: Group = factories.group("Ķekavas grupa", slug="kekava")
    meeting = ahead(made)
    invite(meeting, member(made, "Anna Bērziņa", "anna@grupas.example", language="en"), Reply.ACCEPTED)
    invite(meeting, member(made, "Juris Kalns", "juris@grupas.example", wants_letters=False), Reply.DECLINED)
    db.session.commit()
    return made


def event_of(letter: Letter) -> Component:
    assert letter.calendar is not None
    (event,) = Calendar.from_ical(letter.calendar).walk("VEVENT")
    return event


def test_those_invited_hear_of_another_time_and_are_asked_anew(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    known = (
        "2 people are invited. After a change of the time they are asked anew. 1 answer then lapses. 1 answer stays,"
    )
    assert known in manager.get(EDIT).text
    answer = send(manager, EDIT, starts_on="2027-03-19", starts_at_time="17:30")
    said = "1 letter tells of it. 1 answer lapsed. 1 answer stays, of somebody who gets no letter: ask them yourself."
    assert said in manager.get(answer.location).text
    (letter,) = letters()
    assert (letter.kind, letter.subject) == ("meeting_moved", "Another time: Velo & ceļi, now 19 Mar 2027")
    assert (
        "The meeting is at another time now.\n"
        "It was: Friday, 12 March 2027, 18:00–20:00\n\n"
        "As it is now:\n\n"
        "Velo & ceļi\n"
        "When: Friday, 19 March 2027, 17:30–20:00\n"
    ) in letter.text
    assert "\n\nYou answered: I will come.\nEarlier answers no longer count. Will you come?" in letter.text
    assert answers() == {"Anna Bērziņa": Reply.INVITED, "Juris Kalns": Reply.DECLINED}


def test_what_was_answered_before_stands_beside_the_question(app: Flask, group: Group) -> None:
    manager, nobody = manager_of(app, group), app.test_client(use_cookies=False)
    anna = signed_in(app, factories.account(person=db.session.scalars(select(Person).order_by(Person.id)).first()))
    send(manager, EDIT, starts_on="2027-03-19")
    asked = "Earlier you answered: I will come. Please answer anew."
    (link,) = (link_in(letter) for letter in letters())
    for address in ("/en/meetings/sanaksme/answer", "/en/meetings/sanaksme", "/en/my-page"):
        assert asked in texts(anna.get(address).text, "p"), address
    assert asked in texts(nobody.get(link).text, "p")
    for address in ("/en/meetings/sanaksme/invite", "/en/meetings/sanaksme"):
        assert "Anna Bērziņa (earlier: accepted)" in texts(manager.get(address).text, "dd")
    said = texts(manager.get("/en/meetings/sanaksme/invite/1").text, "p", css_class="answer-hint")
    assert said == ["Invited; earlier: accepted"]
    # Moved once more without an answer in between, it is still the last that they gave; an answer ends it.
    send(manager, EDIT, starts_on="2027-03-26")
    assert asked in texts(nobody.get(link).text, "p")
    send(nobody, link, reply="declined")
    assert "earlier:" not in manager.get("/en/meetings/sanaksme/invite").text


def test_what_was_noted_of_people_without_an_address_stays_when_the_time_changes(app: Flask, group: Group) -> None:
    meeting = db.session.scalars(select(Meeting)).one()
    invite(meeting, member(group, "Zane Ozola"), Reply.ACCEPTED)
    invite(meeting, member(group, "Kārlis Vītols", "karlis@grupas.example"), Reply.INVITED)
    manager = manager_of(app, group)
    assert "1 answer then lapses. 2 answers stay, of people" in manager.get(EDIT).text
    send(manager, EDIT, starts_at_time="18:30")
    assert answers() == {
        "Anna Bērziņa": Reply.INVITED,
        "Juris Kalns": Reply.DECLINED,
        "Kārlis Vītols": Reply.INVITED,
        "Zane Ozola": Reply.ACCEPTED,
    }


def test_the_calendar_file_is_the_same_event_with_a_higher_sequence(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    send(manager, EDIT, starts_on="2027-03-19")
    send(manager, EDIT, starts_on="2027-03-26")
    first, second = (event_of(letter) for letter in letters("meeting_moved"))
    feed = Calendar.from_ical(app.test_client(use_cookies=False).get("/kalendari/sanaksmes/sanaksme.ics").text)
    (shown,) = feed.walk("VEVENT")
    assert first["UID"] == second["UID"] == shown["UID"]
    assert [event["SEQUENCE"] for event in (first, second, shown)] == [1, 2, 2]
    assert second.decoded("DTSTART") == shown.decoded("DTSTART")


def test_another_place_is_told_and_answers_stay(app: Flask, group: Group) -> None:
    send(manager_of(app, group), EDIT, place_lv="Bibliotēka")
    (letter,) = letters()
    assert letter.subject == "Another place: Velo & ceļi, 12 Mar 2027"
    assert "It was: Ķekavas pagasta pārvalde, Gaismas iela 19\n" in letter.text
    assert "Where: Bibliotēka\n" in letter.text
    assert answers()["Anna Bērziņa"] is Reply.ACCEPTED


def test_nobody_is_told_when_the_manager_does_not_want_it(app: Flask, group: Group) -> None:
    send(manager_of(app, group), EDIT, starts_on="2027-03-19", tells_invited=None)
    assert (letters(), answers()["Anna Bērziņa"]) == ([], Reply.ACCEPTED)


def test_a_change_of_words_is_told_to_nobody(app: Flask, group: Group) -> None:
    send(manager_of(app, group), EDIT, summary_lv="Par velosipēdiem")
    assert letters() == []


def test_moving_there_and_back_and_there_again_is_told_each_time(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    for day in ("2027-03-19", "2027-03-12", "2027-03-19"):
        send(manager, EDIT, starts_on=day)
    assert len(letters("meeting_moved")) == 3


def test_those_invited_hear_of_a_cancellation_with_its_reason(app: Flask, group: Group) -> None:
    send(manager_of(app, group), CANCEL, reason_lv="Lektors ir saslimis.")
    (letter,) = letters()
    assert (letter.kind, letter.subject) == ("meeting_cancelled", "Cancelled: Velo & ceļi, 12 Mar 2027")
    assert "The meeting to which you were invited does not take place.\n\nLektors ir saslimis.\n" in letter.text
    assert "/answer/" not in letter.text
    assert (event_of(letter)["STATUS"], event_of(letter)["SEQUENCE"]) == ("CANCELLED", 1)


def test_a_cancellation_can_be_kept_quiet(app: Flask, group: Group) -> None:
    send(manager_of(app, group), CANCEL, reason_lv="Dubults ieraksts.", tells_invited=None)
    assert letters() == []


def test_those_who_were_told_of_a_cancellation_hear_that_it_takes_place_after_all(app: Flask, group: Group) -> None:
    manager, publish = manager_of(app, group), "/en/meetings/sanaksme/publish"
    send(manager, CANCEL, reason_lv="Lektors ir saslimis.")
    answer = send(manager, publish)
    assert "1 letter tells of it." in manager.get(answer.location).text
    (letter,) = letters("meeting_restored")
    assert letter.subject == "Takes place after all: Velo & ceļi, 12 Mar 2027"
    assert "The meeting that had been cancelled takes place after all.\n\nVelo & ceļi\nWhen: Friday" in letter.text
    assert (event_of(letter)["STATUS"], event_of(letter)["SEQUENCE"]) == ("CONFIRMED", 2)
    assert answers() == {"Anna Bērziņa": Reply.INVITED, "Juris Kalns": Reply.DECLINED}
    send(manager, CANCEL, reason_lv="Tomēr.")
    send(manager, publish, tells_invited=None)
    assert len(letters("meeting_restored")) == 1


def test_a_refused_change_tells_nobody(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    assert send(manager, CANCEL, reason_lv="").status_code == 422
    assert send(manager, EDIT, starts_on="").status_code in {409, 422}
    assert (letters(), answers()["Anna Bērziņa"]) == ([], Reply.ACCEPTED)


def test_those_invited_to_a_series_hear_of_what_is_done_to_all_of_it(app: Flask, group: Group) -> None:
    first = db.session.scalars(select(Meeting)).one()
    series = MeetingSeries(rule="every 1 months, friday second")
    db.session.add(series)
    db.session.flush()
    later = ahead(group, slug="velaka", starts_on=NOW.date().replace(month=4, day=9))
    first.series_id = later.series_id = series.id
    invite(later, member(group, "Zane Ozola", "zane@grupas.example", language="en"), Reply.TENTATIVE)
    manager = manager_of(app, group)
    page = "/en/meetings/sanaksme/series"
    assert "3 people are invited." in manager.get(page).text
    answer = send(manager, page, starts_at_time="17:00")
    assert "2 letters tell of it." in manager.get(answer.location).text
    assert [(letter.kind, letter.to_email) for letter in letters()] == [
        ("meeting_moved", "anna@grupas.example"),
        ("meeting_moved", "zane@grupas.example"),
    ]
    assert set(answers().items()) == {
        ("Anna Bērziņa", Reply.INVITED),
        ("Juris Kalns", Reply.DECLINED),
        ("Zane Ozola", Reply.INVITED),
    }
    send(manager, page, title_en="Evening meeting")
    assert len(letters()) == 2
    send(manager, f"{page}/cancel", reason_lv="Projekts beidzies")
    assert len(letters("meeting_cancelled")) == 2


def test_nobody_is_asked_about_letters_where_nobody_is_invited(app: Flask) -> None:
    lone = factories.group(slug="cita")
    ahead(lone, slug="klusa")
    page = manager_of(app, lone).get("/sanaksmes/klusa/labot")
    assert "tells_invited" not in form_of(page)


def test_a_meeting_of_the_past_is_corrected_quietly(app: Flask) -> None:
    lone = factories.group(slug="cita")
    invite(
        ahead(lone, slug="klusa", state=MeetingState.HELD, starts_on=NOW.date().replace(month=2)),
        member(lone, "Zane Ozola", "zane@grupas.example"),
        Reply.ACCEPTED,
    )
    send(manager_of(app, lone), "/sanaksmes/klusa/labot", starts_on="2027-02-02")
    assert letters() == []


def two_at_the_form(app: Flask, group: Group) -> tuple[FlaskClient, TestResponse]:
    """Let a manager move the meeting while another has its form open; return the other with that form."""
    first, second = manager_of(app, group), manager_of(app, group)
    page = second.get(EDIT)
    assert send(first, EDIT, starts_on="2027-03-19").status_code == 303
    return second, page


def test_a_move_that_another_writer_keeps_unseen_is_told_once(app: Flask, group: Group) -> None:
    second, page = two_at_the_form(app, group)
    refused = send(second, EDIT, page=page, summary_lv="Par velosipēdiem")
    assert (refused.status_code, len(letters())) == (409, 1)
    saved = send(second, EDIT, page=refused)
    assert (saved.status_code, "letter" in second.get(saved.location).text) == (303, False)
    assert [letter.subject for letter in letters()] == ["Another time: Velo & ceļi, now 19 Mar 2027"]


def test_who_takes_over_the_move_of_another_tells_nobody_again(app: Flask, group: Group) -> None:
    second, page = two_at_the_form(app, group)
    refused = send(second, EDIT, page=page, starts_on="2027-03-26")
    assert (refused.status_code, len(letters())) == (409, 1)
    assert send(second, EDIT, page=refused, take_saved=["starts_on"]).status_code == 303
    assert [letter.subject for letter in letters()] == ["Another time: Velo & ceļi, now 19 Mar 2027"]


def test_who_moves_it_otherwise_tells_from_when_to_when(app: Flask, group: Group) -> None:
    second, page = two_at_the_form(app, group)
    assert send(second, EDIT, page=send(second, EDIT, page=page, starts_on="2027-03-26")).status_code == 303
    told = [letter.text.partition("It was: ")[2].partition("\n")[0] for letter in letters()]
    assert told == ["Friday, 12 March 2027, 18:00–20:00", "Friday, 19 March 2027, 18:00–20:00"]


def test_who_moves_it_to_the_same_day_tells_nobody_again(app: Flask, group: Group) -> None:
    second, page = two_at_the_form(app, group)
    refused = send(second, EDIT, page=page, starts_on="2027-03-19")
    assert send(second, EDIT, page=refused).status_code == 303
    assert len(letters()) == 1


def test_a_move_of_what_was_cancelled_meanwhile_is_told_to_nobody(app: Flask, group: Group) -> None:
    first, second = manager_of(app, group), manager_of(app, group)
    page = second.get(EDIT)
    send(first, CANCEL, reason_lv="Lektors ir saslimis.")
    refused = send(second, EDIT, page=page, starts_on="2027-03-19")
    assert (refused.status_code, send(second, EDIT, page=refused).status_code) == (409, 303)
    assert [letter.kind for letter in letters()] == ["meeting_cancelled"]


def test_of_two_moves_at_the_same_moment_one_is_told(app: Flask, group: Group) -> None:
    days = ("2027-03-19", "2027-03-26")
    managers = [manager_of(app, group) for _ in days]
    forms = [
        (one, EDIT, form_of(one.get(EDIT)) | {"starts_on": [day]}) for one, day in zip(managers, days, strict=True)
    ]
    assert send_at_once(*forms) == [303, 409]
    (letter,) = letters()
    assert f"now {db.session.scalars(select(Meeting.starts_on)).one():%-d} Mar 2027" in letter.subject


def test_of_two_cancellations_at_the_same_moment_one_is_told(app: Flask, group: Group) -> None:
    managers = [manager_of(app, group) for _ in range(2)]
    forms = [(one, CANCEL, form_of(one.get(CANCEL)) | {"reason_lv": ["Slimība."]}) for one in managers]
    assert send_at_once(*forms)[0] == 303
    assert [letter.kind for letter in letters()] == ["meeting_cancelled"]

"""After a meeting its manager writes down who came."""

from contextlib import nullcontext
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lag_tracker.database import db
from lag_tracker.models.attendance import Attendance, Presence, Reply
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import Meeting, MeetingState
from lag_tracker.models.organisation import Organisation, Sector
from lag_tracker.models.person import Person
from tests import factories
from tests.reading import links, texts
from tests.visitors import form_of, manager_of, send, send_at_once

PAGE = "/en/meetings/vizija/attendance"


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def manager(app: Flask, group: Group) -> FlaskClient:
    return manager_of(app, group)


@pytest.fixture
def meeting(group: Group) -> Meeting:
    made: Meeting = factories.meeting(
        "Vīzija", slug="vizija", groups=[group], starts_on=date(2020, 11, 10), state=MeetingState.HELD
    )
    db.session.commit()
    return made


def member(group: Group, name: str, **given: Any) -> Membership:
    """Add a person to a group."""
    one = Membership(group=group, person=factories.person(name, name_is_public=False), **given)
    db.session.add(one)
    db.session.commit()
    return one


def key(one: Membership | Attendance) -> str:
    return str((one.person_id or 0) * 2)


def stored() -> list[tuple[str | None, str | None, bool]]:
    db.session.expire_all()
    found = db.session.execute(
        select(Person.name, Attendance.presence, Attendance.is_guest)
        .select_from(Attendance)
        .outerjoin(Person, Person.id == Attendance.person_id)
        .order_by(Person.name)
    )
    return [(name, presence.value if presence else None, is_guest) for name, presence, is_guest in found]


def test_members_of_that_day_are_offered_by_name(group: Group, manager: FlaskClient, meeting: Meeting) -> None:
    for name, given in (
        ("Velta Ābele", {}),
        ("Anna Bērziņa", {"from_on": date(2019, 1, 1), "until_on": date(2021, 1, 1)}),
        ("Vēlāka Nākusi", {"from_on": date(2021, 1, 1)}),
        ("Agrāka Gājusi", {"until_on": date(2020, 1, 1)}),
    ):
        member(group, name, **given)
    assert texts(manager.get(PAGE).text, "label", css_class="chip")[:2] == ["Velta Ābele", "Anna Bērziņa"]
    assert len(form_of(manager.get(PAGE)).get("present", [])) == 0


def test_who_came_and_who_was_excused_is_written_down(group: Group, manager: FlaskClient, meeting: Meeting) -> None:
    body = Organisation(name_lv="Dome", sector=Sector.PUBLIC)
    came, excused, _away = (
        member(group, "Anna", organisation=body),
        member(group, "Jānis"),
        member(group, "Līga"),
    )
    answer = send(
        manager,
        PAGE,
        present=[key(came)],
        excused=[key(excused)],
        guests="Viesis Viesītis, Osta",
        head_count="25",
        participants_en="Residents",
    )
    assert (answer.status_code, answer.location) == (303, "/en/meetings/vizija")
    assert stored() == [("Anna", "present", False), ("Jānis", "excused", False), ("Viesis Viesītis", "present", True)]
    db.session.refresh(meeting)
    assert (meeting.head_count, meeting.participants_en) == (25, "Residents")
    page = manager.get("/en/meetings/vizija").text
    assert "Dome" in page
    assert "Osta" in page


def test_who_was_expected_and_is_not_ticked_stayed_away(group: Group, manager: FlaskClient, meeting: Meeting) -> None:
    came, away = member(group, "Anna"), member(group, "Jānis")
    for one in (came, away):
        db.session.add(Attendance(meeting=meeting, person_id=one.person_id))
    db.session.add(Attendance(meeting=meeting, person=factories.person("Viesis"), is_guest=True, presence="present"))
    db.session.commit()
    send(manager, PAGE, present=[key(came)])
    assert stored() == [("Anna", "present", False), ("Jānis", "absent", False)]
    assert form_of(manager.get(PAGE))["present"] == [key(came)]


def test_an_erased_person_stays_counted(group: Group, manager: FlaskClient, meeting: Meeting) -> None:
    db.session.add(Attendance(meeting=meeting, presence=Presence.PRESENT))
    db.session.commit()
    send(manager, PAGE)
    assert stored() == [(None, "present", False)]


def test_an_organisation_without_a_person_is_ticked_too(group: Group, manager: FlaskClient, meeting: Meeting) -> None:
    body = Organisation(name_lv="Osta")
    db.session.add(Membership(group=group, organisation=body))
    db.session.commit()
    send(manager, PAGE, present=[str(body.id * 2 + 1)])
    assert [(one.person_id, one.organisation_id) for one in db.session.scalars(select(Attendance))] == [(None, body.id)]


def test_nobody_both_came_and_was_excused(group: Group, manager: FlaskClient, meeting: Meeting) -> None:
    one = member(group, "Anna")
    answer = send(manager, PAGE, present=[key(one)], excused=[key(one)])
    assert answer.status_code == 422
    assert "Nobody both came and was excused: tick each name once." in texts(answer.text, "a", within="main")
    assert stored() == []


def test_somebody_who_is_not_offered_is_refused(manager: FlaskClient, meeting: Meeting) -> None:
    stranger = factories.person("Svešs")
    db.session.commit()
    assert send(manager, PAGE, present=[str(stranger.id * 2)]).status_code == 422
    assert stored() == []


def test_two_who_write_at_the_same_time_see_both_versions(app: Flask, group: Group, meeting: Meeting) -> None:
    anna, janis = member(group, "Anna"), member(group, "Jānis")
    first, second = manager_of(app, group), manager_of(app, group)
    page = second.get(PAGE)
    send(first, PAGE, present=[key(anna)])
    answer = send(second, PAGE, page=page, present=[key(janis)])
    assert answer.status_code == 409
    assert texts(answer.text, "blockquote") == ["Anna"]
    assert send(second, PAGE, page=answer, present=[key(anna), key(janis)]).status_code == 303
    assert stored() == [("Anna", "present", False), ("Jānis", "present", False)]


def test_nobody_is_on_record_twice(group: Group, manager: FlaskClient, meeting: Meeting) -> None:
    anna, janis = member(group, "Anna Liepa"), member(group, "Jānis Ozols")
    lines = "Anna Liepa\nJānis Ozols\nViesis Viesītis\nViesis Viesītis"
    assert send(manager, PAGE, present=[key(anna)], excused=[key(janis)], guests=lines).status_code == 303
    assert stored() == [
        ("Anna Liepa", "present", False), ("Jānis Ozols", "present", False), ("Viesis Viesītis", "present", True),
    ]  # fmt: skip


@pytest.mark.parametrize("person", [True, False])
def test_the_database_itself_refuses_a_second_row_of_a_person(group: Group, meeting: Meeting, person: bool) -> None:
    who = {"person_id": member(group, "Anna").person_id if person else None}
    db.session.add_all([Attendance(meeting=meeting, **who), Attendance(meeting=meeting, **who)])
    with pytest.raises(IntegrityError) if person else nullcontext():
        db.session.commit()


def test_two_who_tick_the_same_name_at_once_put_it_on_record_once(app: Flask, group: Group, meeting: Meeting) -> None:
    anna = member(group, "Anna")
    managers = [manager_of(app, group) for _ in range(3)]
    forms = [form_of(manager.get(PAGE)) | {"present": [key(anna)]} for manager in managers]
    answers = send_at_once(*((manager, PAGE, form) for manager, form in zip(managers, forms, strict=True)))
    assert answers == [303, 409, 409]
    assert stored() == [("Anna", "present", False)]


def test_names_are_read_by_managers_and_numbers_by_everyone(
    app: Flask, group: Group, manager: FlaskClient, meeting: Meeting
) -> None:
    send(manager, PAGE, present=[key(member(group, "Anna Slepenā"))])
    page = app.test_client(use_cookies=False).get("/en/meetings/vizija").text
    assert "1 present" in page
    assert "Slepenā" not in page


def test_a_sheet_to_sign_names_those_who_may_come_and_leaves_lines(
    app: Flask, manager: FlaskClient, group: Group, meeting: Meeting
) -> None:
    member(group, "Jānis Ozols", organisation=factories.organisation("Biedrība"))
    db.session.add(Attendance(meeting=meeting, person_id=member(group, "Anna Liepa").person_id, reply=Reply.DECLINED))
    db.session.add(Attendance(meeting=meeting, person=factories.person("Zane Viese"), is_guest=True))
    db.session.commit()
    address = links(manager.get(PAGE).text)["Sheet to print and sign"]
    cells = texts(manager.get(address).text, "td")
    assert cells[:8] == ["1.", "Jānis Ozols", "Biedrība", "", "2.", "Zane Viese", "", ""]
    assert cells[8:] == [cell for number in range(3, 9) for cell in (f"{number}.", "", "", "")]
    assert manager_of(app, factories.group("Cita grupa")).get(address).status_code == 404

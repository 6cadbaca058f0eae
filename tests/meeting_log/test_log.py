"""A held meeting is put on record on one page."""

from datetime import date, time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lag_tracker.database import db
from lag_tracker.models.attendance import Attendance, Presence
from lag_tracker.models.group import Group, GroupKind, Membership
from lag_tracker.models.meeting import Meeting, MeetingKind, MeetingState, MinutesState, Mode
from lag_tracker.models.organisation import Organisation, Sector
from lag_tracker.models.person import Person
from lag_tracker.models.traits import Precision
from tests import factories
from tests.reading import texts
from tests.visitors import form_of, manager_of, member_of, send

LOG = "/en/groups/kekava/meetings/log"


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def manager(app: Flask, group: Group) -> FlaskClient:
    return manager_of(app, group)


def the_meeting() -> Meeting:
    db.session.expire_all()
    options = [
        selectinload(getattr(Meeting, name)) for name in ("agenda", "attendances", "decisions", "meeting_groups")
    ]
    return db.session.scalars(select(Meeting).order_by(Meeting.id.desc()).options(*options)).first()  # type: ignore[return-value]


def member(group: Group, name: str, organisation: Organisation | None = None) -> Membership:
    """Add a person to a group."""
    one = Membership(group=group, person=factories.person(name, name_is_public=False), organisation=organisation)
    db.session.add(one)
    db.session.flush()
    return one


def test_a_day_is_all_that_a_meeting_needs(group: Group, manager: FlaskClient) -> None:
    answer = send(manager, LOG, starts_on="10.11.2020.")
    assert (answer.status_code, answer.location) == (303, "/en/meetings/2020-11-10-grupas-sanaksme")
    assert "The meeting was put on record." in manager.get(answer.location).text
    meeting = the_meeting()
    assert (meeting.starts_on, meeting.starts_at_time, meeting.state) == (date(2020, 11, 10), None, MeetingState.HELD)
    assert (meeting.minutes_state, meeting.uid.partition("@")[2]) == (MinutesState.NONE, "grupas.example")
    assert [link.group_id for link in meeting.meeting_groups] == [group.id]


def test_agenda_people_and_decisions_are_taken_from_one_page(group: Group, manager: FlaskClient) -> None:
    board = Organisation(name_lv="Ķekavas dome", sector=Sector.PUBLIC)
    anna, _janis, osta = member(group, "Anna Bērziņa", board), member(group, "Jānis Ozols"), Membership(group=group)
    osta.organisation = Organisation(name_lv="Osta")
    db.session.add(osta)
    db.session.commit()
    answer = send(
        manager,
        "/grupas/kekava/sanaksmes/pieraksts",
        starts_on="2020-11-10",
        starts_at_time="18.00",
        kind="steering",
        title="Vīzija",
        mode="hybrid",
        place="Ķekava, Gaismas iela 19",
        agenda="Atklāšana\r\n\r\n Vīzija – 40 min \r\nDažādi (1 stunda)",
        people=[str(anna.id), str(osta.id)],
        guests="Līga Kalna, Rīgas enerģētikas aģentūra\n, SIA Ceļš",
        head_count="14",
        decisions="Uzsākt izpēti.\nLūgt domi.",
    )
    assert answer.location == "/sanaksmes/2020-11-10-vizija"
    meeting = the_meeting()
    assert (meeting.starts_at_time, meeting.kind, meeting.mode) == (time(18), MeetingKind.STEERING, Mode.HYBRID)
    assert (meeting.title, meeting.place.lv, meeting.head_count) == (("Vīzija", None), "Ķekava, Gaismas iela 19", 14)
    assert [(item.position, item.title_lv, item.duration_minutes) for item in meeting.agenda] == [
        (1, "Atklāšana", None),
        (2, "Vīzija", 40),
        (3, "Dažādi (1 stunda)", None),
    ]
    came = db.session.execute(
        select(Person.name, Organisation.name_lv, Attendance.presence, Attendance.is_guest)
        .select_from(Attendance)
        .outerjoin(Person, Person.id == Attendance.person_id)
        .outerjoin(Organisation, Organisation.id == Attendance.organisation_id)
        .order_by(Attendance.id)
    ).all()
    assert came == [
        ("Anna Bērziņa", "Ķekavas dome", Presence.PRESENT, False),
        (None, "Osta", Presence.PRESENT, False),
        ("Līga Kalna", "Rīgas enerģētikas aģentūra", Presence.PRESENT, True),
        (None, "SIA Ceļš", Presence.PRESENT, True),
    ]
    assert [(one.number, one.text_lv, one.published_on) for one in meeting.decisions] == [
        (1, "Uzsākt izpēti.", None),
        (2, "Lūgt domi.", None),
    ]
    assert meeting.minutes_state is MinutesState.DRAFT


def test_texts_are_kept_in_the_language_of_the_page(manager: FlaskClient) -> None:
    send(manager, LOG, starts_on="2020-11-10", title="Vision", place="Town hall", agenda="Opening", decisions="Begin.")
    meeting = the_meeting()
    assert (meeting.title, meeting.place, meeting.agenda[0].title, meeting.decisions[0].text) == (
        (None, "Vision"),
        (None, "Town hall"),
        (None, "Opening"),
        (None, "Begin."),
    )


def test_decisions_are_numbered_on_within_the_leading_groups_year(group: Group, manager: FlaskClient) -> None:
    other = factories.group("Cita grupa")
    for holders, year, number in (([group], 2020, 4), ([group], 2019, 9), ([other, group], 2020, 7)):
        held = factories.meeting(groups=holders, starts_on=date(year, 2, 1))
        factories.decision(held, number=number)
    db.session.commit()
    send(manager, LOG, starts_on="2020-11-10", decisions="First.\nSecond.", publish="y")
    meeting = the_meeting()
    assert [one.number for one in meeting.decisions] == [5, 6]
    assert all(one.published_on for one in meeting.decisions)
    assert meeting.minutes_state is MinutesState.NONE


def test_the_page_begins_with_what_the_last_meeting_was_like(group: Group, manager: FlaskClient) -> None:
    like = {"kind": MeetingKind.WORKSHOP, "mode": Mode.ONLINE, "place_lv": "Zoom"}
    factories.meeting(groups=[group], starts_on=date(2020, 5, 1), **like)
    factories.meeting(groups=[group], starts_on=date(2019, 5, 1), place_lv="Ķekava")
    factories.meeting(groups=[group], starts_on=date(2021, 5, 1), state=MeetingState.CANCELLED, place_lv="Rīga")
    factories.meeting(groups=[group], starts_on=date(2999, 5, 1), kind=MeetingKind.GENERAL_ASSEMBLY, place_lv="Ādaži")
    db.session.commit()
    form = form_of(manager.get(LOG))
    # Not its kind: what is logged next is an ordinary meeting again.
    assert (form["kind"], form["mode"], form["place"]) == (["local_group"], ["online"], ["Zoom"])


@pytest.mark.sqlite_only
def test_the_usual_meeting_of_a_steering_group_is_a_steering_meeting(app: Flask) -> None:
    steering = factories.group("Vadība", slug="vadiba", kind=GroupKind.STEERING)
    form = form_of(manager_of(app, steering).get("/en/groups/vadiba/meetings/log"))
    assert form["kind"] == ["steering"]


@pytest.mark.sqlite_only
def test_an_hour_that_came_twice_is_named(group: Group, manager: FlaskClient) -> None:
    answer = send(manager, LOG, starts_on="2026-10-25", starts_at_time="03:30")
    words = "On 25.10.2026 the clocks show 03:30 twice; the first one is meant."
    assert words in manager.get(answer.location).text


def test_a_day_to_come_is_refused_and_nothing_typed_is_lost(manager: FlaskClient) -> None:
    answer = send(manager, LOG, starts_on="2199-01-01", title="Vision", agenda="One\nTwo")
    assert answer.status_code == 422
    assert texts(answer.text, "p", css_class="field-error") == [
        "Error: That day is still to come. Plan the meeting instead."
    ]
    form = form_of(answer)
    assert (form["starts_on"], form["title"], form["agenda"]) == (["2199-01-01"], ["Vision"], ["One\nTwo"])
    assert the_meeting() is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Enter the day of the meeting."),
        ({"starts_on": "31.02.2020."}, "Enter a day such as 15.03.2027."),
        ({"starts_on": "2020-11-10", "ends_at_time": "20:00"}, "Enter when it starts, or leave out when it ends."),
        (
            {"starts_on": "2020-11-10", "starts_at_time": "18:00", "ends_at_time": "17:00"},
            "It ends before it starts. If it goes on past midnight, enter the last day, too.",
        ),
        (
            {"starts_on": "2020-03-29", "starts_at_time": "03:30"},
            "There is no 03:30 on that day: the clocks go forward in that hour. Choose another time, as 04:30.",
        ),
        (
            {"starts_on": "2020-03-29", "starts_at_time": "03:30", "date_precision": "month"},
            "A time needs a day. Enter the day, or leave out the times.",
        ),
        ({"starts_on": "2020-11-10", "people": ["999"]}, "Choose from the list."),
        ({"starts_on": "2020-11-10", "others": ["999"]}, "Choose from the list."),
        ({"starts_on": "2020-11-10", "head_count": "-1"}, "Enter a whole number from 1 to 100000."),
    ],
)
def test_each_mistake_is_named_at_its_field(manager: FlaskClient, typed: dict[str, Any], sentence: str) -> None:
    answer = send(manager, LOG, **typed)
    assert answer.status_code == 422
    assert sentence in texts(answer.text, "a", within="main")
    assert the_meeting() is None


def test_a_month_is_kept_as_a_month(manager: FlaskClient) -> None:
    assert send(manager, LOG, starts_on="2022-05-17", date_precision="month").status_code == 303
    meeting = the_meeting()
    assert (meeting.starts_on, meeting.date_precision) == (date(2022, 5, 1), Precision.MONTH)
    assert meeting.slug == "2022-grupas-sanaksme"


def test_groups_that_a_manager_runs_meet_together_and_people_of_both_are_ticked(app: Flask, group: Group) -> None:
    core, foreign = factories.group("Kodols", slug="kodols"), factories.group("Sveša", slug="sveša")
    own, theirs, twice = member(group, "Anna"), member(core, "Jānis"), member(core, "Anna Otrā")
    twice.person = own.person
    manager = manager_of(app, group, core)
    page = manager.get(LOG)
    assert texts(page.text, "label", css_class="chip") == ["Anna", "Jānis"]
    answer = send(manager, LOG, starts_on="2020-11-10", others=[str(foreign.id)])
    assert answer.status_code == 422
    both = [str(own.id), str(theirs.id)]
    assert send(manager, LOG, starts_on="2020-11-10", others=[str(core.id)], people=both).status_code == 303
    meeting = the_meeting()
    assert [link.group_id for link in meeting.meeting_groups] == [group.id, core.id]
    assert len(meeting.attendances) == 2


def test_a_guest_whom_the_group_knows_is_not_put_on_record_twice(group: Group, manager: FlaskClient) -> None:
    agency = Organisation(name_lv="Rīgas enerģētikas aģentūra")
    known = member(group, "Līga Kalna", agency)
    stranger = factories.person("Jānis Ozols")
    db.session.commit()
    lines = "līga kalna, Rīgas Enerģētikas aģentūra\nJānis Ozols\nJānis Ozols, Osta"
    for day in ("2020-11-10", "2020-12-10"):
        assert send(manager, LOG, starts_on=day, guests=lines).status_code == 303
    people = {one.person_id for one in db.session.scalars(select(Attendance))}
    assert known.person_id in people
    assert stranger.id not in people
    assert len(people) == 3
    assert db.session.scalars(select(Organisation.name_lv).order_by(Organisation.name_lv)).all() == [
        "Osta",
        "Rīgas enerģētikas aģentūra",
    ]


def test_a_double_click_logs_one_meeting(manager: FlaskClient) -> None:
    page = manager.get(LOG)
    answers = [send(manager, LOG, page=page, starts_on="2020-11-10") for _ in range(2)]
    assert len({answer.location for answer in answers}) == 1
    assert len(db.session.scalars(select(Meeting)).all()) == 1


def test_a_logged_meeting_is_in_the_feed_and_found(manager: FlaskClient, app: Flask) -> None:
    send(manager, LOG, starts_on="2020-11-10", title="Vision", decisions="We plant oaks.", publish="y")
    visitor = app.test_client(use_cookies=False)
    feed = visitor.get("/en/calendars/groups/kekava.ics?past=all")
    assert feed.text.count("BEGIN:VEVENT") == 1
    assert "DTSTART;VALUE=DATE:20201110" in feed.text
    assert "Vision" in visitor.get("/en/search?q=oaks").text


def test_only_managers_of_the_group_log_its_meetings(app: Flask, group: Group) -> None:
    stranger, insider = manager_of(app, factories.group("Cita")), member_of(app, group)
    assert [client.get(LOG).status_code for client in (stranger, insider)] == [404, 404]
    assert [client.post(LOG).status_code for client in (stranger, insider)] == [404, 404]

"""A meeting is planned from nothing, or from the last one in three actions."""

from datetime import date, time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lag_tracker.database import db
from lag_tracker.models.action import Action, ActionState
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.attendance import Attendance, Presence
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.initiative import InitiativeState
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind, MeetingState, MinutesState, Mode
from lag_tracker.models.topic import TopicState
from lag_tracker.models.traits import Audience
from tests import factories
from tests.reading import links, texts
from tests.visitors import form_of, manager_of, member_of, send

NEW, NEXT = "/en/groups/kekava/meetings/new", "/en/groups/kekava/meetings/next"
SOON = date(2027, 1, 1)
HELD: dict[str, Any] = {"state": MeetingState.HELD, "starts_on": date(2020, 11, 10)}


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def manager(app: Flask, group: Group) -> FlaskClient:
    return manager_of(app, group)


def newest() -> Meeting:
    db.session.expire_all()
    parts = ("agenda", "attendances", "meeting_groups", "networks")
    options = [selectinload(getattr(Meeting, part)) for part in parts]
    return db.session.scalars(select(Meeting).order_by(Meeting.id.desc()).options(*options)).first()  # type: ignore[return-value]


def member(group: Group, name: str) -> Membership:
    """Add a person to a group."""
    one = Membership(group=group, person=factories.person(name, name_is_public=False))
    db.session.add(one)
    db.session.flush()
    return one


def test_a_meeting_is_planned_from_nothing(app: Flask, group: Group, manager: FlaskClient) -> None:
    member(group, "Anna Bērziņa")
    member(group, "Jānis Ozols")
    db.session.commit()
    typed: dict[str, Any] = {
        "starts_on": SOON.isoformat(),
        "starts_at_time": "18",
        "title_lv": "Vīzija",
        "agenda": "Atklāšana – 5 min",
    }
    answer = send(manager, "/grupas/kekava/sanaksmes/jauna", **typed, state="scheduled")
    assert (answer.status_code, answer.location) == (303, f"/sanaksmes/{SOON.year}-vizija")
    meeting = newest()
    assert (meeting.state, meeting.starts_on, meeting.starts_at_time) == (MeetingState.SCHEDULED, SOON, time(18))
    assert [(item.title_lv, item.duration_minutes) for item in meeting.agenda] == [("Atklāšana", 5)]
    assert [(one.reply, one.presence, one.invited_at) for one in meeting.attendances] == [(None, None, None)] * 2
    feed = app.test_client(use_cookies=False).get("/kalendari/grupas/kekava.ics").text
    assert feed.count("BEGIN:VEVENT") == 1
    assert "Kas piedalījās" not in texts(manager.get(answer.location).text, "h2")


def test_a_draft_may_lack_its_day_and_only_managers_see_it(app: Flask, group: Group, manager: FlaskClient) -> None:
    refused = send(manager, NEW, title_en="Vision", state="scheduled")
    assert refused.status_code == 422
    assert "Enter the day, or keep the meeting as a draft." in texts(refused.text, "a", within="main")
    answer = send(manager, NEW, title_en="Vision", state="draft")
    assert answer.location == "/en/meetings/vision"
    assert newest().state is MeetingState.DRAFT
    assert member_of(app, group).get(answer.location).status_code == 404


@pytest.mark.sqlite_only
def test_an_hour_that_comes_twice_is_named_when_planned_and_when_published(manager: FlaskClient) -> None:
    words = "On 31.10.2027 the clocks show 03:30 twice; the first one is meant."
    planned = send(manager, NEW, starts_on="2027-10-31", starts_at_time="03:30", state="draft")
    assert words in manager.get(planned.location).text
    published = send(manager, f"{planned.location}/publish")
    assert words in manager.get(published.location).text


def test_a_day_that_is_over_is_for_the_log(manager: FlaskClient) -> None:
    answer = send(manager, NEW, starts_on="2020-11-10", state="scheduled")
    assert "That day is over. Log the meeting instead." in texts(answer.text, "a", within="main")
    assert newest() is None


def test_a_state_that_cannot_be_planned_is_refused(manager: FlaskClient) -> None:
    assert send(manager, NEW, starts_on=SOON.isoformat(), state="held").status_code == 422
    assert newest() is None


def test_the_next_meeting_is_as_the_last_one_was(app: Flask, group: Group) -> None:
    core, network = factories.group("Kodols", slug="kodols"), factories.network()
    came, _stayed_away = member(group, "Anna Bērziņa"), member(group, "Jānis Ozols")
    gone = member(group, "Aizgājis Sen")
    gone.until_on = date(2021, 1, 1)
    last = factories.evening(
        groups=[group, core],
        kind=MeetingKind.WORKSHOP,
        mode=Mode.HYBRID,
        place_lv="Rātsnams",
        place_en="Town hall",
        join_url="https://zoom.example/j/1",
        audience=Audience.MEMBERS,
        **HELD,
    )
    last.networks = [network]
    for person in (came.person, gone.person, factories.person("Viesis")):
        is_guest = person not in {came.person, gone.person}
        db.session.add(Attendance(meeting=last, person=person, presence=Presence.PRESENT, is_guest=is_guest))
    manager = manager_of(app, group, core)
    answer = send(manager, NEXT, starts_on=SOON.isoformat(), state="scheduled")
    assert answer.status_code == 303
    meeting = newest()
    assert (meeting.kind, meeting.mode, meeting.place) == (
        MeetingKind.WORKSHOP,
        Mode.HYBRID,
        ("Rātsnams", "Town hall"),
    )
    assert (meeting.starts_on, meeting.starts_at_time, meeting.ends_at_time) == (SOON, time(18), time(20))
    assert (meeting.join_url, meeting.audience) == ("https://zoom.example/j/1", Audience.MEMBERS)
    assert [link.group_id for link in meeting.meeting_groups] == [group.id, core.id]
    assert (meeting.networks, [one.person_id for one in meeting.attendances]) == ([network], [came.person_id])


def test_what_the_last_meeting_left_is_offered(group: Group, manager: FlaskClient) -> None:
    last = factories.evening(groups=[group], **HELD)
    topic, closed = factories.topic(group), factories.topic(group, "Slēgts", state=TopicState.CLOSED)
    declined = factories.initiative(group, state=InitiativeState.DECLINED)
    items = [
        factories.agenda_item(last, title, position=number, topic=topic, initiative=initiative, duration_minutes=20)
        for number, (title, topic, initiative) in enumerate(
            [
                ("Atklāšana", None, None),
                ("Velo", topic, None),
                ("Izlemts", topic, None),
                ("Vecs", closed, None),
                ("Skola", None, factories.initiative(group)),
                ("Noraidīts", None, declined),
            ],
            1,
        )
    ]
    factories.decision(last, agenda_item=items[2])
    actions = (("Uzrakstīt", ActionState.OPEN), ("Pasūtīt", ActionState.IN_PROGRESS), ("Izdarīts", ActionState.DONE))
    for text, state in actions:
        factories.action(last, text, state=state)
    factories.action(last, "Slepeni", audience=Audience.MANAGERS)
    db.session.commit()
    page = manager.get(NEXT)
    fields = form_of(page)
    assert (fields["approve_minutes"], fields["progress"]) == (["y"], ["y"])
    assert fields["items"] == [str(items[1].id), str(items[4].id)]
    assert "3 are not finished." in page.text
    assert "Izlemts" not in page.text
    send(manager, NEXT, starts_on=SOON.isoformat(), agenda="New one", state="draft")
    found = newest().agenda
    assert [(item.position, item.title_lv, item.title_en) for item in found] == [
        (1, "Iepriekšējās sanāksmes protokola apstiprināšana", "Approval of the minutes of the previous meeting"),
        (2, "Uzdevumu izpildes gaita", "Progress of actions"),
        (3, "Velo", None),
        (4, "Skola", None),
        (5, None, "New one"),
    ]
    assert found[1].text_lv == "Uzrakstīt\n\nPasūtīt"
    assert (found[2].topic_id, found[2].duration_minutes) == (topic.id, 20)


@pytest.mark.parametrize("given", [{"audience": Audience.MEMBERS}, {"state": MeetingState.DRAFT}])
def test_what_a_closed_meeting_is_still_to_do_is_not_told_to_everyone(
    group: Group, manager: FlaskClient, given: dict[str, Any]
) -> None:
    closed = factories.meeting("Slēgta", groups=[group], **(HELD | given))
    last = factories.meeting("Atklāta", groups=[group], slug="atklata", **HELD)
    factories.action(closed, "Slepeni")
    factories.action(last, "Uzrakstīt")
    db.session.commit()
    address = f"{NEXT}?after=atklata"
    assert "2 are not finished." in manager.get(address).text
    assert send(manager, address, starts_on=SOON.isoformat(), state="scheduled").status_code == 303
    assert [item.text_lv for item in newest().agenda if item.title_en == "Progress of actions"] == ["Uzrakstīt"]


def test_what_is_unticked_stays_behind(group: Group, manager: FlaskClient) -> None:
    last = factories.evening(groups=[group], **HELD)
    factories.agenda_item(last, "Velo", topic=factories.topic(group))
    db.session.add(Action(meeting=last, text_lv="Uzrakstīt"))
    db.session.commit()
    unticked: dict[str, Any] = dict.fromkeys(("approve_minutes", "progress", "items", "people"))
    assert send(manager, NEXT, starts_on=SOON.isoformat(), state="draft", **unticked).status_code == 303
    assert (newest().agenda, newest().attendances) == ([], [])


def test_approved_minutes_are_not_offered_for_approval(group: Group, manager: FlaskClient) -> None:
    factories.evening(groups=[group], minutes_state=MinutesState.APPROVED, **HELD)
    db.session.commit()
    assert "approve_minutes" not in form_of(manager.get(NEXT))
    send(manager, NEXT, starts_on=SOON.isoformat(), state="draft")
    assert newest().agenda == []


def test_without_a_last_meeting_one_begins_from_nothing(group: Group, manager: FlaskClient) -> None:
    factories.meeting(groups=[group], state=MeetingState.CANCELLED)
    led_by_other = factories.meeting(groups=[factories.group("Cita"), group], slug="cita-sanaksme")
    db.session.commit()
    assert manager.get(NEXT).location == NEW
    assert manager.get(f"{NEXT}?after={led_by_other.slug}").status_code == 404
    assert manager.get(f"{NEXT}?after=nav").status_code == 404


def test_the_page_of_a_meeting_leads_to_the_one_after_it(group: Group, manager: FlaskClient) -> None:
    factories.meeting(groups=[group], slug="veca", starts_on=date(2019, 5, 1), place_lv="Bibliotēka")
    factories.meeting(groups=[group], slug="jauna", starts_on=date(2020, 5, 1), place_lv="Rātsnams")
    db.session.commit()
    assert form_of(manager.get(NEXT))["place_lv"] == ["Rātsnams"]
    address = links(manager.get("/en/meetings/veca").text)["Plan the next one"]
    assert address == f"{NEXT}?after=veca"
    assert form_of(manager.get(address))["place_lv"] == ["Bibliotēka"]


def test_a_form_of_somebody_elses_numbers_is_refused(group: Group, manager: FlaskClient) -> None:
    factories.evening(groups=[group], **HELD)
    foreign = factories.group("Cita")
    other = factories.agenda_item(factories.meeting(groups=[foreign]))
    stranger = member(foreign, "Svešs Svešais")
    network = factories.network()
    db.session.commit()
    for name, number in (
        ("items", other.id),
        ("people", stranger.id),
        ("others", foreign.id),
        ("networks", network.id),
    ):
        typed: dict[str, Any] = {name: [str(number)]}
        answer = send(manager, NEXT, starts_on=SOON.isoformat(), state="draft", **typed)
        assert answer.status_code == 422, name
    assert db.session.scalars(select(AgendaItem)).all() == [other]


def test_a_double_click_plans_one_meeting(group: Group, manager: FlaskClient) -> None:
    page = manager.get(NEW)
    for _ in range(2):
        assert send(manager, NEW, page=page, starts_on=SOON.isoformat(), state="scheduled").status_code == 303
    assert len(db.session.scalars(select(MeetingGroup)).all()) == 1

"""Managers write agendas: line by line, in place, in any order; subscribers see what is public of it."""

from datetime import date, time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lag_tracker.agenda.operations import Line, read_line
from lag_tracker.database import db
from lag_tracker.models.agenda import AgendaItem, Speaker
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.person import Person
from lag_tracker.models.topic import TopicState
from lag_tracker.models.traits import Audience
from tests import factories
from tests.reading import texts
from tests.visitors import form_of, manager_of, member_of, send, send_at_once

AGENDA = "/en/meetings/vizija/agenda"
LINES = -1


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def manager(app: Flask, group: Group) -> FlaskClient:
    return manager_of(app, group)


@pytest.fixture
def meeting(group: Group) -> Meeting:
    made: Meeting = factories.evening("Vīzija", slug="vizija", groups=[group], starts_on=date(2026, 12, 1))
    db.session.commit()
    return made


def add(meeting: Meeting, *titles: str, **given: Any) -> list[AgendaItem]:
    """Add items in this order."""
    items = [factories.agenda_item(meeting, title, position=n, **given) for n, title in enumerate(titles, 1)]
    db.session.commit()
    return items


def stored() -> list[tuple[int, str | None, int | None]]:
    db.session.expire_all()
    items = db.session.scalars(select(AgendaItem).order_by(AgendaItem.position))
    return [(item.position, item.title_lv or item.title_en, item.duration_minutes) for item in items]


def only_item() -> AgendaItem:
    db.session.expire_all()
    options = selectinload(AgendaItem.presenters).joinedload(Speaker.person)
    return db.session.scalars(select(AgendaItem).options(options)).one()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Vīzija", Line("Vīzija", None)),
        ("Vīzija – 40 min", Line("Vīzija", 40)),
        ("Vīzija (40 min.)", Line("Vīzija", 40)),
        ("Vision, 40 minutes", Line("Vision", 40)),
        ("Pārskats 5 minūtes", Line("Pārskats", 5)),
        ("Rīcības plāns 2027", Line("Rīcības plāns 2027", None)),
        ("Grupa 40 minerāli", Line("Grupa 40 minerāli", None)),
        ("40 min", Line("40 min", None)),
        ("Vīzija 0 min", Line("Vīzija 0 min", None)),
    ],
)
def test_a_line_tells_its_title_and_how_long_it_lasts(typed: str, expected: Line) -> None:
    assert read_line(typed) == expected


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_no_line_loses_more_than_its_minutes(typed: str) -> None:
    line = read_line(typed)
    assert typed.startswith(line.title)
    assert line.minutes is None or 0 < line.minutes < 1000


def test_items_are_added_line_by_line(manager: FlaskClient, meeting: Meeting) -> None:
    for line in ("Atklāšana – 5 min", "  Vīzija "):
        answer = send(manager, "/sanaksmes/vizija/darba-kartiba", number=LINES, line=line)
        assert (answer.status_code, answer.location) == (303, "/sanaksmes/vizija/darba-kartiba")
    assert stored() == [(1, "Atklāšana", 5), (2, "Vīzija", None)]


def test_an_empty_line_adds_nothing(manager: FlaskClient, meeting: Meeting) -> None:
    answer = send(manager, AGENDA, number=LINES, line=" ")
    assert answer.status_code == 422
    assert "Say what is to be talked about." in texts(answer.text, "a", within="main")
    assert stored() == []


def test_an_item_is_changed_at_its_place(group: Group, manager: FlaskClient, meeting: Meeting) -> None:
    item, _next = add(meeting, "Vīzija", "Budžets")
    topic, initiative = factories.topic(group), factories.initiative(group)
    db.session.commit()
    address = f"{AGENDA}/{item.id}"
    page = manager.get(address)
    assert form_of(page, 1)["title_lv"] == ["Vīzija"]
    assert "Budžets" in page.text
    answer = send(
        manager,
        address,
        number=1,
        title_en="Vision",
        duration_minutes="45",
        audience="members",
        topic_id=str(topic.id),
        initiative_id=str(initiative.id),
        text_lv="Vairāk",
    )
    assert (answer.status_code, answer.location) == (303, f"{AGENDA}?at={item.id}")
    db.session.refresh(item)
    assert (item.title, item.duration_minutes, item.audience) == (("Vīzija", "Vision"), 45, Audience.MEMBERS)
    assert (item.topic_id, item.initiative_id, item.text_lv) == (topic.id, initiative.id, "Vairāk")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title_lv": ""}, "Say what is to be talked about."),
        ({"duration_minutes": "0"}, "Enter a whole number from 1 to 1440."),
        ({"duration_minutes": "9999999999999999"}, "Enter a whole number from 1 to 1440."),
        ({"topic_id": "77"}, "Choose one of the list."),
        ({"presenters": ["77"]}, "Choose from the list."),
        ({"audience": "nobody"}, "Choose one of the list."),
    ],
)
def test_each_mistake_is_named_at_the_item(
    manager: FlaskClient, meeting: Meeting, typed: dict[str, Any], sentence: str
) -> None:
    (item,) = add(meeting, "Vīzija")
    answer = send(manager, f"{AGENDA}/{item.id}", number=1, text_en="Kept", **typed)
    assert answer.status_code == 422
    assert sentence in texts(answer.text, "a", within="main")
    assert form_of(answer, 1)["text_en"] == ["Kept"]
    assert stored() == [(1, "Vīzija", None)]


def test_only_open_topics_of_the_meetings_groups_are_offered(
    group: Group, manager: FlaskClient, meeting: Meeting
) -> None:
    closed = factories.topic(group, "Slēgts", state=TopicState.CLOSED)
    add(meeting, "Vīzija", topic=closed)
    factories.topic(group, "Atvērts")
    factories.topic(group, "Cits slēgts", state=TopicState.CLOSED)
    factories.topic(factories.group("Cita"), "Svešs")
    db.session.commit()
    page = manager.get(f"{AGENDA}/{only_item().id}")
    offered = texts(page.text, "option")
    assert [title for title in ("Atvērts", "Slēgts", "Cits slēgts", "Svešs") if title in offered] == [
        "Atvērts",
        "Slēgts",
    ]


def test_who_presents_an_item_is_a_speaker_of_the_meeting(group: Group, manager: FlaskClient, meeting: Meeting) -> None:
    member = Membership(group=group, person=factories.person("Anna Bērziņa"))
    db.session.add(member)
    first, second = add(meeting, "Vīzija", "Budžets")
    for item in (first, second):
        both = [str(member.person_id)]
        typed: dict[str, Any] = {"newcomer": "Jānis Ozols, Osta"} if item is first else {}
        answer = send(manager, f"{AGENDA}/{item.id}", number=1, presenters=both, **typed)
        assert answer.status_code == 303
    speakers = db.session.scalars(select(Speaker).order_by(Speaker.position)).all()
    assert [(one.position, one.affiliation_en) for one in speakers] == [(1, None), (2, "Osta")]
    newcomer = db.session.scalars(select(Person).where(Person.name == "Jānis Ozols")).one()
    assert newcomer.name_is_public is False
    send(manager, f"{AGENDA}/{first.id}", number=1, presenters=None)
    left = db.session.scalars(select(Speaker)).all()
    assert [one.person_id for one in left] == [member.person_id]


def test_a_presenters_name_is_public_only_where_it_was_said_so(
    app: Flask, manager: FlaskClient, meeting: Meeting
) -> None:
    (item,) = add(meeting, "Vīzija")
    send(manager, f"{AGENDA}/{item.id}", number=1, newcomer="Jānis Ozols")
    visitor = app.test_client(use_cookies=False)
    assert "Ozols" not in visitor.get("/sanaksmes/vizija").text
    send(manager, f"{AGENDA}/{item.id}", number=1, newcomer="Līga Kalna", newcomer_is_public="y")
    assert "Līga Kalna" in visitor.get("/sanaksmes/vizija").text


def test_buttons_move_an_item_up_and_down(manager: FlaskClient, meeting: Meeting) -> None:
    first, _second, third = add(meeting, "A", "B", "C")
    page = manager.get(AGENDA)
    answer = manager.post(f"{AGENDA}/order", data=form_of(page) | {"up": [str(third.id)]})
    assert (answer.status_code, answer.location) == (303, f"{AGENDA}?at={third.id}")
    assert [title for _, title, _ in stored()] == ["A", "C", "B"]
    manager.post(f"{AGENDA}/order", data=form_of(manager.get(AGENDA)) | {"down": [str(first.id)]})
    assert stored() == [(1, "C", None), (2, "A", None), (3, "B", None)]
    manager.post(f"{AGENDA}/order", data=form_of(manager.get(AGENDA)) | {"up": [str(third.id)]})
    assert [title for _, title, _ in stored()] == ["C", "A", "B"]


def test_dragging_sends_the_whole_order_once(manager: FlaskClient, meeting: Meeting) -> None:
    a, b, c = add(meeting, "A", "B", "C")
    order = {"order": [str(c.id), str(a.id), str(b.id)], "moved": [str(c.id)]}
    answer = manager.post(f"{AGENDA}/order", data=form_of(manager.get(AGENDA)) | order)
    assert answer.location == f"{AGENDA}?at={c.id}"
    assert [title for _, title, _ in stored()] == ["C", "A", "B"]


def test_an_order_of_an_agenda_that_has_changed_meanwhile_is_refused(manager: FlaskClient, meeting: Meeting) -> None:
    a, b = add(meeting, "A", "B")
    page = manager.get(AGENDA)
    factories.agenda_item(meeting, "C", position=3)
    db.session.commit()
    answer = manager.post(f"{AGENDA}/order", data=form_of(page) | {"order": [str(b.id), str(a.id)]})
    assert answer.status_code == 409
    assert "Somebody has changed the agenda meanwhile." in answer.text
    assert [title for _, title, _ in stored()] == ["A", "B", "C"]


def test_a_removed_item_leaves_no_gap_and_its_decisions_stay(manager: FlaskClient, meeting: Meeting) -> None:
    _a, b, _c = add(meeting, "A", "B", "C")
    factories.decision(meeting, agenda_item=b)
    db.session.commit()
    assert send(manager, f"{AGENDA}/{b.id}/remove").location == AGENDA
    assert stored() == [(1, "A", None), (2, "C", None)]
    assert db.session.scalars(select(Decision.agenda_item_id)).all() == [None]


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [
        ((60, 30), "The items take 90 minutes of 120; 30 are free."),
        ((60, 60), "The items take 120 minutes, just as long as the meeting."),
        ((60, 75), "The items take 135 minutes; that is 15 more than the meeting has."),
        (
            (60, None),
            "The items take 60 minutes of 120; 60 are free. Of 1 item nobody has said how long it takes.",
        ),
    ],
)
def test_durations_add_up_against_the_meetings_length(
    manager: FlaskClient, meeting: Meeting, minutes: tuple[int | None, ...], sentence: str
) -> None:
    for number, lasting in enumerate(minutes, 1):
        factories.agenda_item(meeting, position=number, duration_minutes=lasting)
    db.session.commit()
    assert texts(manager.get(AGENDA).text, "p", css_class="agenda-sum") == [sentence]


def test_the_length_of_a_meeting_counts_the_hours_that_really_pass(manager: FlaskClient, meeting: Meeting) -> None:
    meeting.starts_on, meeting.starts_at_time, meeting.ends_at_time = date(2026, 10, 25), time(1), time(5)
    add(meeting, "A", duration_minutes=60)
    assert "of 300" in texts(manager.get(AGENDA).text, "p", css_class="agenda-sum")[0]


def test_what_is_internal_takes_its_time_and_stays_unseen(
    app: Flask, group: Group, manager: FlaskClient, meeting: Meeting
) -> None:
    (inner,) = add(meeting, "Algas", audience=Audience.MANAGERS, duration_minutes=30)
    factories.agenda_item(meeting, "Vīzija", position=2, duration_minutes=30)
    db.session.commit()
    visitor, member = app.test_client(use_cookies=False), member_of(app, group)
    for client in (visitor, member):
        page = client.get("/en/meetings/vizija").text
        assert "Algas" not in page
        assert texts(page, "span", css_class="agenda-clock") == ["18:30 · 30 min"]
    assert "Algas" not in visitor.get("/kalendari/grupas/kekava.ics").text
    send(manager, f"{AGENDA}/{inner.id}", number=1, audience="public")
    feed = visitor.get("/kalendari/grupas/kekava.ics").text.replace("\r\n ", "")
    assert "Algas" in feed
    assert "SEQUENCE:0" in feed


def test_two_managers_at_one_item_see_both_versions(app: Flask, group: Group, meeting: Meeting) -> None:
    (item,) = add(meeting, "Vīzija")
    first, second = manager_of(app, group), manager_of(app, group)
    address = f"{AGENDA}/{item.id}"
    page = second.get(address)
    send(first, address, number=1, title_lv="Pirmā")
    answer = send(second, address, number=1, page=page, title_lv="Otrā")
    assert answer.status_code == 409
    assert texts(answer.text, "blockquote") == ["Pirmā"]


def test_items_that_are_added_at_once_stand_one_after_another(app: Flask, group: Group, meeting: Meeting) -> None:
    managers = [manager_of(app, group) for _ in range(3)]
    forms = [form_of(one.get(AGENDA), LINES) | {"line": [f"Punkts {place}"]} for place, one in enumerate(managers)]
    assert send_at_once(*((one, AGENDA, form) for one, form in zip(managers, forms, strict=True))) == [303] * 3
    assert [position for position, *_ in stored()] == [1, 2, 3]


def test_an_item_of_another_meeting_is_not_found(group: Group, manager: FlaskClient, meeting: Meeting) -> None:
    other = factories.agenda_item(factories.meeting(groups=[group], slug="cita"))
    db.session.commit()
    assert manager.get(f"{AGENDA}/{other.id}").status_code == 404
    assert manager.post(f"{AGENDA}/{other.id}/remove").status_code == 404


def test_the_page_costs_as_much_for_three_items_as_for_one(
    group: Group, manager: FlaskClient, meeting: Meeting, statements: Any
) -> None:
    add(meeting, "A")
    manager.get(AGENDA)
    counts = []
    for number in (2, 4):
        with statements() as ran:
            manager.get(AGENDA)
        counts.append(len(ran))
        for position in (number, number + 1):
            factories.agenda_item(meeting, position=position, topic=factories.topic(group))
        db.session.commit()
    assert counts[0] == counts[1]

"""Several meetings are planned by a rule; each is one of its own, and later ones can be changed together."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lag_tracker.database import db
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.audit import AuditEntry, Deed
from lag_tracker.models.group import Group, Membership, group_network
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingSeries, MeetingState, Mode
from lag_tracker.models.rhythm import Nth, Pattern, Rhythm, Weekday
from lag_tracker.models.traits import Audience
from tests import factories
from tests.reading import links, texts
from tests.visitors import form_of, letters, manager_of, send

NEW = "/en/groups/kekava/meetings/series"
RULE: dict[str, Any] = {
    "starts_on": "2097-01-01",
    "pattern": "months",
    "every": "1",
    "weekday": "tuesday",
    "nth": "second",
    "how_many": "3",
    "starts_at_time": "18:00",
    "ends_at_time": "20:00",
    "title_lv": "Sanāksme",
}


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def manager(app: Flask, group: Group) -> FlaskClient:
    return manager_of(app, group)


def all_meetings() -> list[Meeting]:
    db.session.expire_all()
    return list(db.session.scalars(select(Meeting).order_by(Meeting.starts_on)))


def make(manager: FlaskClient, **typed: Any) -> list[Meeting]:
    """Make a series as its page wants it: look at the days, then make them."""
    days = send(manager, NEW, **(RULE | typed))
    assert days.status_code == 200
    assert all_meetings() == []
    assert send(manager, NEW, page=days).status_code == 303
    return all_meetings()


def test_the_record_of_changes_calls_a_series_by_its_first_meeting(app: Flask, manager: FlaskClient) -> None:
    make(manager)
    for address, words in (
        ("/izmainas", "tagad: Sanāksme, no 08.01.2097."),
        ("/en/changes", "Sanāksme, from 8 Jan 2097"),
    ):
        page = manager.get(f"{address}?noun=meeting").text
        series = [one for one in texts(page, "dd") if words in one]
        assert (len(series), "#1" in page) == (3, False)
    send(manager, f"/en/meetings/{all_meetings()[0].slug}/edit", title_lv="")
    assert "tagad: Grupas sanāksme, no 08.01.2097." in texts(manager.get("/izmainas").text, "dd")


def rhythm(**given_parts: Any) -> Rhythm:
    parts: dict[str, Any] = {"pattern": Pattern.MONTHS, "every": 1, "weekday": Weekday.TUESDAY, "nth": Nth.SECOND}
    return Rhythm(**(parts | given_parts))


@pytest.mark.parametrize(
    ("rule", "first", "expected"),
    [
        ({}, date(2026, 12, 8), [date(2026, 12, 8), date(2027, 1, 12), date(2027, 2, 9)]),
        ({}, date(2026, 12, 9), [date(2027, 1, 12), date(2027, 2, 9), date(2027, 3, 9)]),
        ({"nth": Nth.LAST}, date(2027, 1, 1), [date(2027, 1, 26), date(2027, 2, 23), date(2027, 3, 30)]),
        ({"every": 3}, date(2026, 12, 9), [date(2027, 1, 12), date(2027, 4, 13), date(2027, 7, 13)]),
        (
            {"pattern": Pattern.WEEKS, "every": 2, "weekday": Weekday.MONDAY},
            date(2026, 12, 8),
            [date(2026, 12, 14), date(2026, 12, 28), date(2027, 1, 11)],
        ),
    ],
)
def test_a_rule_finds_its_days(rule: dict[str, Any], first: date, expected: list[date]) -> None:
    assert rhythm(**rule).days(first=first, number=3) == expected


@given(
    st.builds(
        Rhythm,
        pattern=st.sampled_from(Pattern),
        every=st.integers(1, 12),
        weekday=st.sampled_from(Weekday),
        nth=st.sampled_from(Nth),
    ),
    st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    st.integers(1, 52),
)
def test_every_day_is_on_its_weekday_after_the_one_before(rule: Rhythm, first: date, number: int) -> None:
    days = rule.days(first=first, number=number)
    assert len(days) == number
    assert days == sorted(set(days))
    assert {day.weekday() for day in days} == {rule.weekday.number}
    assert days[0] >= first
    assert days[0] - first <= timedelta(days=7 if rule.pattern is Pattern.WEEKS else 63)


def test_skipped_days_are_made_up_for_at_the_end() -> None:
    days = rhythm().days(first=date(2026, 12, 1), number=2, skipped=[date(2026, 12, 8)])
    assert days == [date(2027, 1, 12), date(2027, 2, 9)]


def test_the_days_are_shown_before_anything_is_made(manager: FlaskClient, group: Group) -> None:
    page = send(manager, NEW, **RULE)
    assert page.status_code == 200
    assert texts(page.text, "li", within="section") == [
        "Tuesday, 8 January 2097",
        "Tuesday, 12 February 2097",
        "Tuesday, 12 March 2097",
    ]
    assert all_meetings() == []
    answer = send(manager, NEW, page=page)
    assert (answer.status_code, answer.location) == (303, "/en/meetings/2097-sanaksme")
    assert "3 meetings were made." in manager.get(answer.location).text


def test_each_is_a_meeting_of_its_own(app: Flask, manager: FlaskClient, group: Group) -> None:
    db.session.add(Membership(group=group, person=factories.person()))
    db.session.commit()
    made = make(manager)
    assert [meeting.starts_on for meeting in made] == [date(2097, 1, 8), date(2097, 2, 12), date(2097, 3, 12)]
    assert {(meeting.starts_at_time, meeting.state) for meeting in made} == {(time(18), MeetingState.SCHEDULED)}
    assert len({meeting.uid for meeting in made}) == 3
    assert [meeting.slug for meeting in made] == ["2097-sanaksme", "2097-sanaksme-2", "2097-sanaksme-3"]
    assert db.session.scalars(select(MeetingSeries.rule)).all() == ["every 1 months, tuesday second"]
    assert len(db.session.scalars(select(Attendance)).all()) == 3
    feed = app.test_client(use_cookies=False).get("/kalendari/grupas/kekava.ics").text
    assert (feed.count("BEGIN:VEVENT"), feed.count("RRULE:FREQ=YEARLY"), feed.count("RRULE")) == (3, 2, 2)


def test_link_and_networks_are_those_of_the_last_meeting(manager: FlaskClient, group: Group) -> None:
    network = factories.network()
    last = factories.meeting(groups=[group], starts_on=date(2026, 1, 8), join_url="https://meet.example/kekava")
    last.networks, last.join_audience = [network], Audience.MEMBERS
    db.session.commit()
    send(manager, NEW, page=send(manager, NEW, **RULE))
    made = db.session.scalars(
        select(Meeting).where(Meeting.series_id.is_not(None)).options(selectinload(Meeting.networks))
    )
    found = [(one.join_url, one.join_audience, [each.name for each in one.networks]) for one in made]
    assert found == [("https://meet.example/kekava", Audience.MEMBERS, ["Cities4CSR"])] * 3


@pytest.mark.sqlite_only
def test_an_hour_that_comes_twice_is_named_for_its_day(manager: FlaskClient, group: Group) -> None:
    last_sundays = {"starts_on": "2027-10-01", "nth": "last", "weekday": "sunday", "how_many": "2"}
    days = send(manager, NEW, **(RULE | last_sundays | {"starts_at_time": "03:30", "ends_at_time": "05:00"}))
    made = send(manager, NEW, page=days)
    said = manager.get(made.location).text
    assert "On 31.10.2027 the clocks show 03:30 twice; the first one is meant." in said
    assert said.count("the clocks show") == 1


def test_a_changed_rule_shows_its_days_anew_before_it_is_carried_out(manager: FlaskClient, group: Group) -> None:
    page = send(manager, NEW, **RULE)
    again = send(manager, NEW, page=page, weekday="monday")
    assert again.status_code == 200
    assert texts(again.text, "li", within="section")[0] == "Monday, 14 January 2097"
    assert all_meetings() == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"starts_on": ""}, "Enter the first day on which the group may meet."),
        ({"how_many": "53"}, "Enter a whole number from 1 to 52."),
        ({"every": "0"}, "Enter a whole number from 1 to 12."),
        ({"skipped": "24.12.2096\nsometime"}, "Line 2 is no day such as 15.03.2027."),
        (
            {"starts_on": "2027-03-01", "nth": "last", "weekday": "sunday", "starts_at_time": "03:30"},
            (
                "On 28.03.2027.: There is no 03:30 on that day: the clocks go forward in that hour. "
                "Choose another time, as 04:30."
            ),
        ),
    ],
)
def test_each_mistake_is_named(manager: FlaskClient, group: Group, typed: dict[str, Any], sentence: str) -> None:
    answer = send(manager, NEW, **(RULE | typed))
    assert answer.status_code == 422
    assert sentence in texts(answer.text, "a", within="main")


def test_a_change_is_for_this_meeting_and_all_later_ones(app: Flask, manager: FlaskClient, group: Group) -> None:
    _first, second, third = make(manager)
    third.place_lv = "Bibliotēka"
    db.session.commit()
    address = f"/en/meetings/{second.slug}/series"
    assert links(manager.get(f"/en/meetings/{second.slug}").text)["Its series"] == address
    answer = send(manager, address, starts_at_time="17:30", mode="online", title_en="Meeting")
    assert (answer.status_code, answer.location) == (303, f"/en/meetings/{second.slug}")
    assert "2 meetings were changed." in manager.get(answer.location).text
    found = [(one.starts_at_time, one.ends_at_time, one.mode, one.title, one.place_lv) for one in all_meetings()]
    assert found == [
        (time(18), time(20), None, ("Sanāksme", None), None),
        (time(17, 30), time(20), Mode.ONLINE, ("Sanāksme", "Meeting"), None),
        (time(17, 30), time(20), Mode.ONLINE, ("Sanāksme", "Meeting"), "Bibliotēka"),
    ]
    feed = app.test_client(use_cookies=False).get("/kalendari/grupas/kekava.ics").text
    sequences = [line for line in feed.split("\r\n") if line.startswith("SEQUENCE")]
    assert sequences == ["SEQUENCE:0", "SEQUENCE:1", "SEQUENCE:2"]


def test_a_change_may_be_for_one_meeting_alone(manager: FlaskClient, group: Group) -> None:
    first, _second, _third = make(manager)
    send(manager, f"/en/meetings/{first.slug}/series", scope="this", place_en="Library")
    assert [one.place_en for one in all_meetings()] == ["Library", None, None]


def test_all_later_ones_are_joined_by_another_link(manager: FlaskClient, group: Group) -> None:
    _first, second, third = make(manager, join_url="https://meet.example/veca")
    third.join_url = "https://meet.example/cita"
    db.session.commit()
    new: dict[str, Any] = {"join_url": "https://meet.example/jauna", "join_audience": "managers", "kind": "workshop"}
    assert send(manager, f"/en/meetings/{second.slug}/series", **new).status_code == 303
    found = [(one.join_url, one.join_audience.value, one.kind.value) for one in all_meetings()]
    assert found == [("https://meet.example/veca", "members", "local_group"), *[tuple(new.values())] * 2]


def events_in(app: Flask, address: str) -> int:
    """Return how many meetings a feed shows."""
    return app.test_client(use_cookies=False).get(f"/kalendari/{address}.ics").text.count("BEGIN:VEVENT")


def whose() -> list[tuple[list[str], list[str], Audience]]:
    """Return of each meeting its groups, the leading one first, its networks, and for whom it is."""
    db.session.expire_all()
    found = db.session.scalars(
        select(Meeting)
        .options(selectinload(Meeting.meeting_groups).joinedload(MeetingGroup.group), selectinload(Meeting.networks))
        .order_by(Meeting.starts_on)
    )
    return [([each.slug for each in one.groups], [each.slug for each in one.networks], one.audience) for one in found]


def noted(noun: str, deed: Deed) -> list[int]:
    """Return of which rows of a table the record of changes says that this was done to them."""
    entries = select(AuditEntry.record_id).where(AuditEntry.noun == noun, AuditEntry.deed == deed)
    return list(db.session.scalars(entries.order_by(AuditEntry.record_id)))


def test_all_later_ones_are_for_another_audience(app: Flask, manager: FlaskClient, group: Group) -> None:
    _first, second, third = make(manager)
    assert noted("meeting", Deed.CHANGED) == []
    address = f"/en/meetings/{second.slug}/series"
    assert "the meetings disappear without a word. No letter tells of it." in manager.get(address).text
    assert send(manager, address, audience="members").status_code == 303
    assert [audience for _, _, audience in whose()] == [Audience.PUBLIC, Audience.MEMBERS, Audience.MEMBERS]
    assert (events_in(app, "grupas/kekava"), letters()) == (1, [])
    assert noted("meeting", Deed.CHANGED) == [second.id, third.id]


def test_all_later_ones_are_held_with_other_groups(app: Flask, group: Group) -> None:
    joining, single = factories.group("Ādaži", slug="adazi"), factories.group("Baldone", slug="baldone")
    manager = manager_of(app, group, joining, single)
    _first, second, third = make(manager)
    send(manager, f"/en/meetings/{third.slug}/edit", others=[str(single.id)])
    address = f"/en/meetings/{second.slug}/series"
    assert send(manager, address, others=[str(joining.id)]).status_code == 303
    assert [groups for groups, _, _ in whose()] == [["kekava"], ["kekava", "adazi"], ["kekava", "baldone", "adazi"]]
    assert events_in(app, "grupas/adazi") == 2
    send(manager, address, leading=str(joining.id), others=None)
    assert [groups for groups, _, _ in whose()] == [["kekava"], ["adazi"], ["adazi", "baldone"]]
    assert (events_in(app, "grupas/kekava"), events_in(app, "grupas/adazi")) == (1, 2)
    assert noted("meeting_group", Deed.ERASED) == [second.id, third.id]


def test_all_later_ones_are_part_of_other_networks(app: Flask, manager: FlaskClient, group: Group) -> None:
    networks = [factories.network(name, slug=name.lower()) for name in ("Agri", "Cities", "Own")]
    db.session.flush()
    rows = [{"group_id": group.id, "network_id": network.id} for network in networks]
    db.session.execute(group_network.insert(), rows)
    db.session.commit()
    agri, cities, own = (str(network.id) for network in networks)
    _first, second, third = make(manager, networks=[agri])
    send(manager, f"/en/meetings/{third.slug}/edit", networks=[agri, own])
    assert send(manager, f"/en/meetings/{second.slug}/series", networks=[cities]).status_code == 303
    assert [sorted(of) for _, of, _ in whose()] == [["agri"], ["cities"], ["cities", "own"]]
    assert [events_in(app, f"tikli/{name}") for name in ("agri", "cities", "own")] == [1, 2, 1]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            {"audience": "public"},
            "On 12.03.2097.: Only who manages all groups of the meeting may show it to more people.",
        ),
        (
            {"leading": "2"},
            "On 12.03.2097.: Only who manages all groups of the meeting may choose which of them leads.",
        ),
        (
            {"others": ["2"]},
            "On 12.03.2097.: Only who manages all groups of the meeting may add a group that changes who can read it.",
        ),
    ],
)
def test_what_may_not_be_done_to_one_of_them_is_done_to_none(
    app: Flask, group: Group, typed: dict[str, Any], sentence: str
) -> None:
    own, foreign = factories.group("Ādaži", slug="adazi"), factories.group("Baldone", slug="baldone")
    manager = manager_of(app, group, own)
    assert own.id == 2
    _first, second, third = make(manager, audience="members")
    db.session.add(MeetingGroup(meeting_id=third.id, group=foreign, position=2))
    db.session.commit()
    before = whose()
    answer = send(manager, f"/en/meetings/{second.slug}/series", **typed)
    assert (answer.status_code, sentence in texts(answer.text, "a", within="main")) == (422, True)
    assert whose() == before


def test_no_meeting_is_left_to_nobody(app: Flask, group: Group) -> None:
    joining = factories.group("Ādaži", slug="adazi")
    manager = manager_of(app, group, joining)
    _first, second, third = make(manager, others=[str(joining.id)])
    send(manager, f"/en/meetings/{third.slug}/edit", others=None, leading=str(joining.id))
    answer = send(manager, f"/en/meetings/{second.slug}/series", others=None)
    assert "On 12.03.2097.: A meeting belongs to a group or to a network." in answer.text
    assert [groups for groups, _, _ in whose()] == [["kekava", "adazi"], ["kekava", "adazi"], ["adazi"]]


def test_no_manager_takes_a_meeting_from_themselves(app: Flask, group: Group) -> None:
    joining, network = factories.group("Ādaži", slug="adazi"), factories.network("Agri")
    group.networks = [network]
    joining.networks = [network]
    manager = manager_of(app, group, joining)
    _first, second, third = make(manager, others=[str(joining.id)], networks=[str(network.id)])
    send(manager, f"/en/meetings/{third.slug}/edit", others=None, leading=str(joining.id))
    answer = send(manager, f"/en/meetings/{second.slug}/series", others=None)
    assert "On 12.03.2097.: It would belong to no group any more, and you could not change it." in answer.text
    assert [groups for groups, _, _ in whose()] == [["kekava", "adazi"], ["kekava", "adazi"], ["adazi"]]


def test_an_untouched_form_changes_no_meeting(manager: FlaskClient, group: Group) -> None:
    first, *_later = make(manager)
    answer = send(manager, f"/en/meetings/{first.slug}/series")
    assert "0 meetings were changed." in manager.get(answer.location).text
    assert {one.revision for one in all_meetings()} == {first.revision}


def test_all_later_ones_move_to_another_day_of_the_week(manager: FlaskClient, group: Group) -> None:
    _first, second, third = make(manager)
    third.ends_on = date(2097, 3, 13)
    db.session.commit()
    answer = send(manager, f"/en/meetings/{second.slug}/series", weekday="thursday", starts_at_time="17:00")
    assert "2 meetings were changed." in manager.get(answer.location).text
    assert [(one.starts_on, one.ends_on, one.starts_at_time) for one in all_meetings()] == [
        (date(2097, 1, 8), None, time(18)),
        (date(2097, 2, 14), None, time(17)),
        (date(2097, 3, 14), date(2097, 3, 15), time(17)),
    ]


def test_no_meeting_moves_to_a_day_that_is_over(app: Flask, group: Group) -> None:
    with time_machine.travel(datetime(2097, 1, 8, 8, tzinfo=UTC), tick=False):
        manager = manager_of(app, group)
        first = make(manager)[0]
        answer = send(manager, f"/en/meetings/{first.slug}/series", weekday="monday")
    assert (answer.status_code, "In the first of these weeks that day is over already." in answer.text) == (422, True)
    assert all_meetings()[0].starts_on == date(2097, 1, 8)


def test_what_was_held_or_cancelled_is_left_alone(manager: FlaskClient, group: Group) -> None:
    first, second, third = make(manager)
    second.state = MeetingState.CANCELLED
    db.session.commit()
    send(manager, f"/en/meetings/{first.slug}/series", place_en="Library")
    assert [one.place_en for one in all_meetings()] == ["Library", None, "Library"]
    assert manager.get(f"/en/meetings/{second.slug}/series").status_code == 404
    assert third.series_id == first.series_id


def test_hours_that_a_later_day_does_not_have_change_nothing(manager: FlaskClient, group: Group) -> None:
    made = make(manager, starts_on="2096-02-01", weekday="sunday", nth="last")
    assert [one.starts_on for one in made][1] == date(2096, 3, 25)
    answer = send(manager, f"/en/meetings/{made[0].slug}/series", starts_at_time="03:30", ends_at_time="05:00")
    assert answer.status_code == 422
    assert "On 25.03.2096.: There is no 03:30" in answer.text
    assert {one.starts_at_time for one in all_meetings()} == {time(18)}


def test_this_and_all_later_ones_are_cancelled_with_one_reason(app: Flask, manager: FlaskClient, group: Group) -> None:
    _first, second, _third = make(manager)
    address = f"/en/meetings/{second.slug}/series/cancel"
    assert send(manager, address, reason_lv=" ").status_code == 422
    assert send(manager, address, reason_lv="Projekts beidzies").status_code == 303
    assert [(one.state, one.cancelled_reason_lv) for one in all_meetings()] == [
        (MeetingState.SCHEDULED, None),
        (MeetingState.CANCELLED, "Projekts beidzies"),
        (MeetingState.CANCELLED, "Projekts beidzies"),
    ]
    feed = app.test_client(use_cookies=False).get("/kalendari/grupas/kekava.ics").text
    assert feed.count("STATUS:CANCELLED") == 2


def test_drafts_are_not_cancelled_and_stay_unseen(app: Flask, manager: FlaskClient, group: Group) -> None:
    first, second, _third = make(manager)
    second.state = MeetingState.DRAFT
    db.session.commit()
    address = f"/en/meetings/{first.slug}/series/cancel"
    assert "1 draft is not cancelled: nobody knows of it." in manager.get(address).text
    assert send(manager, address, reason_lv="Projekts beidzies").status_code == 303
    left = [MeetingState.CANCELLED, MeetingState.DRAFT, MeetingState.CANCELLED]
    assert [one.state for one in all_meetings()] == left
    assert app.test_client().get(f"/en/meetings/{second.slug}").status_code == 404


def test_drafts_alone_are_not_cancelled_together(manager: FlaskClient, group: Group) -> None:
    first, *_later = make(manager, state="draft")
    answer = send(manager, f"/en/meetings/{first.slug}/series/cancel", reason_lv="Projekts beidzies")
    assert answer.status_code == 409
    assert {one.state for one in all_meetings()} == {MeetingState.DRAFT}


def test_drafts_are_made_where_that_is_wanted(app: Flask, manager: FlaskClient, group: Group) -> None:
    made = make(manager, state="draft")
    assert {one.state for one in made} == {MeetingState.DRAFT}
    assert "VEVENT" not in app.test_client(use_cookies=False).get("/kalendari/grupas/kekava.ics").text


def test_a_double_click_makes_one_series(manager: FlaskClient, group: Group) -> None:
    days = send(manager, NEW, **RULE)
    for _ in range(2):
        assert send(manager, NEW, page=days).status_code == 303
    assert len(all_meetings()) == 3


def test_a_meeting_of_no_series_has_no_such_page(manager: FlaskClient, group: Group) -> None:
    factories.meeting(groups=[group], slug="vizija")
    db.session.commit()
    assert manager.get("/en/meetings/vizija/series").status_code == 404
    assert "Its series" not in links(manager.get("/en/meetings/vizija").text)
    assert form_of(manager.get(NEW))["how_many"] == ["6"]

"""Managers change meetings, bring them from state to state, put them away; subscribers see each change."""

import re
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lag_tracker.database import db
from lag_tracker.meetings.operations import MOVES, bring_to
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, group_network
from lag_tracker.models.initiative import InitiativeStateChange, initiative_meeting
from lag_tracker.models.meeting import (
    Meeting,
    MeetingGroup,
    MeetingKind,
    MeetingState,
    MinutesState,
    Mode,
    meeting_network,
)
from lag_tracker.models.traits import Audience, Precision
from lag_tracker.web.clock import today
from tests import factories
from tests.reading import links, texts
from tests.visitors import administrator, form_of, manager_of, member_of, send

NEXT_YEAR = date(2027, 5, 12)
EDIT, CANCEL, PUBLISH = "/en/meetings/vizija/edit", "/en/meetings/vizija/cancel", "/en/meetings/vizija/publish"


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def manager(app: Flask, group: Group) -> FlaskClient:
    return manager_of(app, group)


@pytest.fixture
def meeting(group: Group) -> Meeting:
    made: Meeting = factories.evening("Vīzija", slug="vizija", groups=[group], starts_on=NEXT_YEAR)
    db.session.commit()
    return made


def reread(meeting: Meeting) -> Meeting:
    """Return the meeting as it is stored now, with its groups and networks."""
    db.session.expire_all()
    options = (selectinload(Meeting.meeting_groups), selectinload(Meeting.networks))
    return db.session.scalars(select(Meeting).where(Meeting.id == meeting.id).options(*options)).one()


def events(app: Flask, lang: str = "lv") -> list[dict[str, str]]:
    """Return the events of the group's feed as a subscriber gets them: property to value."""
    address = "/en/calendars/groups/kekava.ics" if lang == "en" else "/kalendari/grupas/kekava.ics"
    answer = app.test_client(use_cookies=False).get(address)
    assert answer.status_code == 200
    unfolded = answer.text.replace("\r\n ", "")
    found = re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", unfolded, re.DOTALL)
    return [dict(line.partition(":")[::2] for line in event.splitlines()) for event in found]


def test_every_field_can_be_changed(group: Group, manager: FlaskClient, meeting: Meeting) -> None:
    network, other = factories.network(), factories.group("Kodols", slug="kodols")
    db.session.flush()
    db.session.execute(group_network.insert().values(group_id=group.id, network_id=network.id))
    db.session.commit()
    typed: dict[str, Any] = {
        "title_lv": "Jauna vīzija",
        "title_en": "New vision",
        "kind": "workshop",
        "ordinal": "3",
        "starts_on": "13.05.2027.",
        "ends_on": "2027-05-14",
        "starts_at_time": "10:00",
        "ends_at_time": "15:30",
        "mode": "hybrid",
        "place_lv": "Rātsnams",
        "join_url": "https://zoom.example/j/1",
        "join_audience": "public",
        "audience": "members",
        "networks": [str(network.id)],
        "summary_lv": "Par ko",
        "head_count": "12",
    }
    answer = send(manager, EDIT, **typed)
    assert (answer.status_code, answer.location) == (303, "/en/meetings/vizija")
    found = reread(meeting)
    assert (found.title, found.kind, found.ordinal) == (("Jauna vīzija", "New vision"), MeetingKind.WORKSHOP, 3)
    assert (found.starts_on, found.ends_on) == (date(2027, 5, 13), date(2027, 5, 14))
    assert (found.starts_at_time, found.ends_at_time) == (time(10), time(15, 30))
    assert (found.mode, found.place_lv, found.head_count) == (Mode.HYBRID, "Rātsnams", 12)
    assert (found.join_url, found.join_audience) == ("https://zoom.example/j/1", Audience.PUBLIC)
    assert (found.audience, found.networks, found.slug) == (Audience.MEMBERS, [network], "vizija")
    refused = send(manager, EDIT, others=[str(other.id)])
    assert refused.status_code == 422


def test_an_untouched_form_changes_nothing_that_subscribers_see(
    app: Flask, manager: FlaskClient, meeting: Meeting
) -> None:
    before = events(app)
    send(manager, EDIT)
    assert "The meeting was saved." in texts(manager.get("/en/meetings/vizija").text, "p")
    assert events(app) == before


def test_a_moved_meeting_keeps_its_uid_and_raises_its_sequence(
    app: Flask, manager: FlaskClient, meeting: Meeting
) -> None:
    (before,) = events(app)
    answer = send(manager, EDIT, starts_on=(NEXT_YEAR + timedelta(days=1)).isoformat())
    assert "Subscribed calendars move it when they next look" in manager.get(answer.location).text
    (after,) = events(app)
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == ("0", "1")
    assert after["DTSTART;TZID=Europe/Riga"] == f"{NEXT_YEAR + timedelta(days=1):%Y%m%d}T180000"


def test_who_changes_other_words_does_not_undo_a_move_saved_meanwhile(
    app: Flask, group: Group, manager: FlaskClient, meeting: Meeting
) -> None:
    second, moved_to = manager_of(app, group), NEXT_YEAR + timedelta(days=3)
    page = second.get(EDIT)
    send(manager, EDIT, starts_on=moved_to.isoformat(), starts_at_time="16:00", ends_at_time="17:00", join_url="")
    answer = send(second, EDIT, page=page, title_lv="Jauna vīzija")
    assert (answer.status_code, texts(answer.text, "blockquote")) == (409, [])
    assert "What they changed now stands here together with yours" in answer.text
    assert send(second, EDIT, page=answer).status_code == 303
    found = reread(meeting)
    assert (found.title_lv, found.starts_on, found.starts_at_time) == ("Jauna vīzija", moved_to, time(16))


def test_a_cancelled_meeting_is_struck_out_in_calendars_and_says_why(
    app: Flask, manager: FlaskClient, meeting: Meeting
) -> None:
    (before,) = events(app)
    assert send(manager, CANCEL, reason_lv="Vadītāja ir slima.").location == "/en/meetings/vizija"
    (after,) = events(app)
    assert (after["UID"], after["STATUS"], after["SEQUENCE"]) == (before["UID"], "CANCELLED", "1")
    assert after["SUMMARY"] == "ATCELTA: Vīzija"
    assert "Vadītāja ir slima." in after["DESCRIPTION"]
    assert "Vadītāja ir slima." in app.test_client(use_cookies=False).get("/sanaksmes/vizija").text


def test_a_draft_is_not_cancelled_as_that_would_publish_it(app: Flask, manager: FlaskClient, meeting: Meeting) -> None:
    meeting.state = MeetingState.DRAFT
    db.session.commit()
    answer = send(manager, CANCEL, reason_lv="Nav kvoruma")
    assert answer.status_code == 409
    assert "Archive it instead." in answer.text
    assert (reread(meeting).state, events(app)) == (MeetingState.DRAFT, [])


def test_cancelling_needs_a_reason(manager: FlaskClient, meeting: Meeting) -> None:
    answer = send(manager, CANCEL, reason_lv="  ")
    assert answer.status_code == 422
    assert reread(meeting).state is MeetingState.SCHEDULED


def test_what_takes_place_after_all_is_back_without_its_reason(
    app: Flask, manager: FlaskClient, meeting: Meeting
) -> None:
    send(manager, CANCEL, reason_lv="Slimība")
    assert send(manager, PUBLISH).status_code == 303
    found = reread(meeting)
    assert (found.state, found.cancelled_at, found.cancelled_reason_lv) == (MeetingState.SCHEDULED, None, None)
    assert [(one.get("STATUS"), one["SEQUENCE"]) for one in events(app)] == [("CONFIRMED", "2")]


def test_a_draft_is_in_no_feed_and_on_no_page_until_it_is_published(
    app: Flask, group: Group, manager: FlaskClient, meeting: Meeting
) -> None:
    send(manager, "/en/meetings/vizija/withdraw")
    visitor, member = app.test_client(use_cookies=False), member_of(app, group)
    assert [one.get("/sanaksmes/vizija").status_code for one in (visitor, member, manager)] == [404, 404, 200]
    assert events(app) == []
    assert "draft" in texts(manager.get("/en/groups/kekava").text, "span", css_class="badge")
    send(manager, PUBLISH)
    assert visitor.get("/sanaksmes/vizija").status_code == 200
    assert len(events(app)) == 1


ALL_WAYS = [(a, b) for a in MeetingState for b in MeetingState if b is not MeetingState.CANCELLED]
BY_STATE = {MeetingState.SCHEDULED: "publish", MeetingState.DRAFT: "withdraw", MeetingState.HELD: "held"}


@pytest.mark.parametrize(("state", "wanted"), ALL_WAYS)
def test_a_meeting_comes_only_to_states_that_may_follow(
    manager: FlaskClient, meeting: Meeting, state: MeetingState, wanted: MeetingState
) -> None:
    meeting.state, meeting.starts_on = state, date(2020, 1, 1)
    db.session.commit()
    answer = send(manager, f"/en/meetings/vizija/{BY_STATE[wanted]}")
    may = wanted in MOVES[state]
    assert answer.status_code == (303 if may else 409)
    assert reread(meeting).state is (wanted if may else state)


def test_a_meeting_to_come_was_not_held(manager: FlaskClient, meeting: Meeting) -> None:
    answer = send(manager, "/en/meetings/vizija/held")
    assert answer.status_code == 409
    assert "Its day is still to come." in answer.text
    assert reread(meeting).state is MeetingState.SCHEDULED


def test_what_has_approved_minutes_stays_held(app: Flask, manager: FlaskClient, meeting: Meeting) -> None:
    meeting.state, meeting.minutes_state, meeting.starts_on = MeetingState.HELD, MinutesState.APPROVED, date(2020, 1, 1)
    db.session.commit()
    assert send(manager, PUBLISH).status_code == 409


def test_a_draft_without_a_day_is_not_published(app: Flask, manager: FlaskClient, meeting: Meeting) -> None:
    meeting.state, meeting.starts_on, meeting.date_precision = MeetingState.DRAFT, None, Precision.UNKNOWN
    meeting.starts_at_time = meeting.ends_at_time = None
    db.session.commit()
    assert "To publish it, enter the day." in links(manager.get("/en/meetings/vizija").text)
    assert send(manager, PUBLISH).status_code == 409
    with app.test_request_context("/en/"):
        meeting.starts_on = NEXT_YEAR
        bring_to(meeting, MeetingState.SCHEDULED, today=today())
    assert meeting.state is MeetingState.SCHEDULED


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            {"starts_on": "2027-03-28", "starts_at_time": "03:15"},
            "There is no 03:15 on that day: the clocks go forward in that hour. Choose another time, as 04:15.",
        ),
        ({"ends_on": "2020-01-01"}, "The last day is before the first day."),
        (
            {"starts_on": "", "starts_at_time": "", "ends_at_time": ""},
            "Say when it is, or at least in which year.",
        ),
        ({"time_zone": "Europe/Atlantis"}, "Choose one of the list."),
        ({"join_url": "javascript:alert(1)"}, "Enter an address that begins with https:// or http://."),
        ({"leading": "999999"}, "Choose one of the list."),
        ({"networks": ["1"]}, "Choose from the list."),
    ],
)
def test_each_mistake_is_named_and_nothing_is_changed(
    manager: FlaskClient, meeting: Meeting, typed: dict[str, Any], sentence: str
) -> None:
    before = reread(meeting).revision
    answer = send(manager, EDIT, title_en="Kept", **typed)
    assert answer.status_code == 422
    assert sentence in texts(answer.text, "a", within="main")
    assert form_of(answer)["title_en"] == ["Kept"]
    assert reread(meeting).revision == before


def test_an_hour_that_comes_twice_is_named(manager: FlaskClient, meeting: Meeting) -> None:
    answer = send(manager, EDIT, starts_on="2027-10-31", starts_at_time="03:30", ends_at_time="05:00")
    assert answer.status_code == 303
    assert "On 31.10.2027 the clocks show 03:30 twice; the first one is meant." in manager.get(answer.location).text


def test_a_coarse_date_is_kept_as_coarse(app: Flask, manager: FlaskClient, meeting: Meeting) -> None:
    coarse: dict[str, Any] = {"starts_at_time": "", "ends_at_time": "", "date_precision": "month"}
    assert send(manager, EDIT, starts_on="2027-05-20", ends_on="2027-06-03", **coarse).status_code == 303
    found = reread(meeting)
    assert (found.starts_on, found.ends_on) == (date(2027, 5, 1), date(2027, 6, 30))
    assert events(app) == []


def test_the_second_of_two_managers_sees_what_the_first_saved(
    app: Flask, group: Group, manager: FlaskClient, meeting: Meeting
) -> None:
    second = manager_of(app, group)
    page = second.get(EDIT)
    send(manager, EDIT, place_lv="Rātsnams")
    answer = send(second, EDIT, page=page, place_lv="Bibliotēka")
    assert answer.status_code == 409
    assert texts(answer.text, "blockquote") == ["Rātsnams"]
    assert send(second, EDIT, page=answer).status_code == 303
    assert reread(meeting).place_lv == "Bibliotēka"


def test_a_change_of_groups_alone_is_noticed_by_who_writes_at_the_same_time(
    app: Flask, group: Group, meeting: Meeting
) -> None:
    core = factories.group("Kodols", slug="kodols")
    first, second = manager_of(app, group, core), manager_of(app, group, core)
    page = second.get(EDIT)
    meeting.changed_at -= timedelta(minutes=5)
    db.session.commit()
    page = second.get(EDIT)
    assert send(first, EDIT, others=[str(core.id)]).status_code == 303
    assert send(second, EDIT, page=page, title_en="Vision").status_code == 409
    assert [link.group_id for link in reread(meeting).meeting_groups] == [group.id, core.id]


def test_a_group_that_somebody_else_manages_is_not_taken_away(app: Flask, group: Group, meeting: Meeting) -> None:
    core = factories.group("Kodols", slug="kodols")
    own = manager_of(app, core)
    db.session.add(MeetingGroup(meeting=meeting, group=core, position=2))
    db.session.commit()
    page = own.get(EDIT)
    assert send(own, EDIT, page=page, others=None).status_code == 303
    assert [link.group_id for link in reread(meeting).meeting_groups] == [group.id]
    assert own.get(EDIT).status_code == 404


def test_who_manages_one_of_its_groups_neither_takes_the_lead_nor_opens_a_meeting(
    app: Flask, group: Group, meeting: Meeting
) -> None:
    core = factories.group("Kodols", slug="kodols")
    some, every = manager_of(app, core), manager_of(app, core, group)
    db.session.add(MeetingGroup(meeting=meeting, group=core, position=2))
    meeting.audience = Audience.MEMBERS
    db.session.commit()
    taken: dict[str, Any] = {"leading": str(core.id), "others": [str(group.id)]}
    for typed in (taken, {"audience": "public"}):
        assert send(some, EDIT, **typed).status_code == 422
    assert [link.group_id for link in reread(meeting).meeting_groups] == [group.id, core.id]
    assert reread(meeting).audience is Audience.MEMBERS
    assert send(some, EDIT, audience="managers", title_lv="Cits").status_code == 303
    assert send(every, EDIT, audience="public", **taken).status_code == 303
    assert [link.group_id for link in reread(meeting).meeting_groups] == [core.id, group.id]
    assert reread(meeting).audience is Audience.PUBLIC


def test_only_drafts_and_cancelled_meetings_are_archived(
    app: Flask, group: Group, manager: FlaskClient, meeting: Meeting
) -> None:
    archive = "/en/meetings/vizija/archive"
    assert send(manager, archive).status_code == 409
    send(manager, CANCEL, reason_en="Illness")
    assert send(manager, archive).status_code == 303
    assert app.test_client(use_cookies=False).get("/sanaksmes/vizija").status_code == 404
    lists = ("/en/groups/kekava", "/en/calendar", "/en")
    assert ["Vīzija" in manager.get(address).text for address in lists] == [True, False, False]
    assert "Archived meetings" in texts(manager.get("/en/groups/kekava").text, "h2")
    assert "Vīzija" not in member_of(app, group).get("/en/groups/kekava").text
    assert events(app) == []
    assert send(manager, PUBLISH).status_code == 409
    assert send(manager, archive).status_code == 303
    assert "Vīzija" in texts(manager.get("/en/groups/kekava").text, "a")
    assert "Archived meetings" not in texts(manager.get("/en/groups/kekava").text, "h2")
    assert [one["STATUS"] for one in events(app)] == ["CANCELLED"]


def test_an_administrator_erases_a_meeting_with_all_that_belongs_to_it(
    app: Flask, group: Group, manager: FlaskClient, meeting: Meeting
) -> None:
    factories.agenda_item(meeting)
    factories.decision(meeting)
    initiative, network = factories.initiative(group), factories.network()
    db.session.flush()
    db.session.execute(meeting_network.insert().values(meeting_id=meeting.id, network_id=network.id))
    db.session.execute(initiative_meeting.insert().values(meeting_id=meeting.id, initiative_id=initiative.id))
    step = InitiativeStateChange(
        position=2, state="accepted", meeting=meeting, initiative=factories.initiative(group, "Cita")
    )
    db.session.add(step)
    db.session.commit()
    chief = administrator(app)
    assert manager.get("/en/meetings/vizija/erase").status_code == 404
    assert "1 agenda item" in texts(chief.get("/en/meetings/vizija/erase").text, "li")
    assert send(chief, "/en/meetings/vizija/erase").location == "/en/calendar"
    db.session.expire_all()
    assert [db.session.scalars(select(noun)).all() for noun in (Meeting, AgendaItem, Decision)] == [[], [], []]
    assert db.session.get(InitiativeStateChange, step.id).meeting_id is None  # type: ignore[union-attr]
    assert events(app) == []


def test_the_page_offers_managers_what_they_may_do_and_others_nothing(
    app: Flask, group: Group, manager: FlaskClient, meeting: Meeting
) -> None:
    page = manager.get("/en/meetings/vizija").text
    assert links(page)["Edit"] == EDIT
    assert "Cancel the meeting" in links(page)
    for other in (app.test_client(use_cookies=False), member_of(app, group), manager_of(app, factories.group("Cita"))):
        assert "Edit" not in links(other.get("/en/meetings/vizija").text)


def test_a_meeting_that_a_network_holds_is_changed_by_administrators_alone(app: Flask, group: Group) -> None:
    event = factories.meeting("Tīkla diena", slug="tikls", starts_on=NEXT_YEAR)
    event.networks = [factories.network()]
    db.session.commit()
    chief = administrator(app)
    assert manager_of(app, group).get("/en/meetings/tikls/edit").status_code == 404
    assert send(chief, "/en/meetings/tikls/edit", title_en="Network day").status_code == 303
    refused = send(chief, "/en/meetings/tikls/edit", networks=None)
    assert refused.status_code == 422
    assert "A meeting belongs to a group or to a network." in refused.text

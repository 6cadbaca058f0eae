"""A private feed holds what its owner may read, and nothing else: kind of feed by audience by role."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from lag_tracker.calendars.operations import calendars_are_true
from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account, GroupRole, Role
from lag_tracker.models.action import Action, ActionState
from lag_tracker.models.attendance import Attendance, Reply
from lag_tracker.models.calendar_token import FeedKind
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingState
from lag_tracker.models.traits import Audience
from tests import factories
from tests.calendars.conftest import NOON
from tests.calendars.subscribers import Subscriber
from tests.private_feeds.conftest import feed_of

ROLES = (*Role, None)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def groups(app: Flask) -> tuple[Group, Group]:
    """Return our group and another; each has a meeting for every audience, a draft and one that was put away."""
    found = (factories.group("Mūsu"), factories.group("Cita"))
    for group in found:
        for audience in Audience:
            held = factories.evening(f"{group.name_lv} {audience.value}", groups=[group], audience=audience)
            held.join_url, held.join_audience = "https://zoom.example/j/1", Audience.MEMBERS
            for position, of_item in enumerate(Audience, 1):
                factories.agenda_item(held, f"punkts {of_item.value}", position=position, audience=of_item)
        factories.evening(f"{group.name_lv} melnraksts", groups=[group], state=MeetingState.DRAFT)
        factories.evening(f"{group.name_lv} nolikta", groups=[group], archived_at=utc_now())
    db.session.commit()
    return found


PUBLIC, MEMBERS = {"Mūsu public"}, {"Mūsu public", "Mūsu members"}
ALL = {*MEMBERS, "Mūsu managers", "MELNRAKSTS: Mūsu melnraksts"}
#: Kind and role -> what the feed shows; None where it is gone.
EXPECTED: dict[tuple[FeedKind, Role | None], set[str] | None] = {
    (FeedKind.MINE, Role.MANAGER): MEMBERS,
    (FeedKind.MINE, Role.MEMBER): MEMBERS,
    (FeedKind.MINE, Role.OBSERVER): MEMBERS,
    (FeedKind.MINE, None): None,
    (FeedKind.GROUP, Role.MANAGER): ALL,
    (FeedKind.GROUP, Role.MEMBER): MEMBERS,
    (FeedKind.GROUP, Role.OBSERVER): MEMBERS,
    (FeedKind.GROUP, None): None,
    (FeedKind.MANAGED, Role.MANAGER): ALL,
    (FeedKind.MANAGED, Role.MEMBER): None,
    (FeedKind.MANAGED, Role.OBSERVER): None,
    (FeedKind.MANAGED, None): None,
}


@pytest.mark.parametrize(("kind", "role"), EXPECTED)
def test_a_feed_shows_what_the_role_lets_read(
    groups: tuple[Group, Group], client: FlaskClient, shown: Callable, kind: FeedKind, role: Role | None
) -> None:
    ours, _ = groups
    account = factories.account(roles={ours: role} if role else {})
    path, expected = feed_of(account, kind, ours if kind is FeedKind.GROUP else None), EXPECTED[kind, role]
    if expected is None:
        assert client.get(path).status_code == 410
        return
    events = shown(path)
    assert set(events) == expected
    sees_managers = expected == ALL
    for title, event in events.items():
        if "melnraksts" in title:
            assert event["STATUS"] == "TENTATIVE"
            continue
        assert event["STATUS"] == "CONFIRMED"
        text = str(event["DESCRIPTION"])
        assert [f"punkts {one.value}" in text for one in Audience] == [True, True, sees_managers]
        assert "https://zoom.example/j/1" in text


def test_the_public_feed_shows_nothing_of_it(groups: tuple[Group, Group], client: FlaskClient, shown: Callable) -> None:
    feed = shown("/kalendari/visi.ics")
    assert set(feed) == {"Mūsu public", "Cita public"}
    assert [f"punkts {one.value}" in str(feed["Mūsu public"]["DESCRIPTION"]) for one in Audience] == [
        True,
        False,
        False,
    ]
    assert "zoom" not in client.get("/kalendari/visi.ics").text


@pytest.mark.parametrize("kind", FeedKind)
def test_a_role_in_another_group_opens_nothing_of_ours(
    groups: tuple[Group, Group], client: FlaskClient, kind: FeedKind
) -> None:
    ours, other = groups
    owner = factories.account(roles={other: Role.MANAGER}, person=factories.person())
    answer = client.get(feed_of(owner, kind, ours if kind is FeedKind.GROUP else None))
    assert answer.status_code == (410 if kind is FeedKind.GROUP else 200)
    assert "Mūsu" not in answer.text


@pytest.mark.parametrize("kind", [FeedKind.MINE, FeedKind.GROUP, FeedKind.MANAGED, FeedKind.DEADLINES])
def test_a_role_that_ends_turns_the_feed_to_gone_at_once(
    groups: tuple[Group, Group], client: FlaskClient, kind: FeedKind
) -> None:
    ours, _ = groups
    account = factories.account(roles={ours: Role.MANAGER}, person=factories.person())
    path = feed_of(account, kind, ours if kind is FeedKind.GROUP else None)
    first = client.get(path)
    assert first.status_code == 200
    db.session.execute(delete(GroupRole).where(GroupRole.account_id == account.id))
    db.session.commit()
    answer = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (answer.status_code, b"VCALENDAR" in answer.data) == (410, False)


def test_a_manager_who_becomes_a_member_reads_as_one_at_once(groups: tuple[Group, Group], shown: Callable) -> None:
    ours, _ = groups
    account = factories.account(roles={ours: Role.MANAGER})
    path = feed_of(account, FeedKind.GROUP, ours)
    assert set(shown(path)) == ALL
    db.session.scalars(select(GroupRole).where(GroupRole.account_id == account.id)).one().role = Role.MEMBER
    db.session.commit()
    assert set(shown(path)) == MEMBERS


def test_a_joint_meeting_stands_once_in_the_feed_of_both_groups(groups: tuple[Group, Group], shown: Callable) -> None:
    factories.evening("Kopā", groups=list(groups))
    account = factories.account(roles=dict.fromkeys(groups, Role.MEMBER))
    # The check is in `shown`: no UID comes twice.
    assert set(shown(feed_of(account, FeedKind.MINE))) == {*MEMBERS, "Cita public", "Cita members", "Kopā"}


def test_a_group_feed_shows_of_the_groups_below_what_everyone_may_read(
    groups: tuple[Group, Group], shown: Callable
) -> None:
    ours, _ = groups
    below = factories.group("Kodols", parent=ours)
    for audience in Audience:
        factories.evening(f"Kodols {audience.value}", groups=[below], audience=audience)
    account = factories.account(roles={ours: Role.MANAGER})
    assert set(shown(feed_of(account, FeedKind.GROUP, ours))) == {*ALL, "Kodols public"}


def test_a_hidden_group_shows_its_members_its_meetings_and_milestones(app: Flask, shown: Callable) -> None:
    hidden = factories.group("Slēptā", audience=Audience.MEMBERS)
    factories.evening("Slepena", groups=[hidden])
    factories.milestone(None, "Slepens termiņš", group=hidden)
    account = factories.account(roles={hidden: Role.MEMBER})
    path = feed_of(account, FeedKind.GROUP, hidden)
    assert set(shown(path)) == {"Slepena", "Slepens termiņš"}
    assert shown("/kalendari/visi.ics") == {}


def invite(meeting: Meeting, account: Account) -> None:
    db.session.add(Attendance(meeting=meeting, person=account.person, reply=Reply.INVITED))


def test_who_is_only_invited_reads_where_to_join_but_nothing_internal(
    groups: tuple[Group, Group], shown: Callable
) -> None:
    ours, _ = groups
    account = factories.account(roles={ours: Role.MEMBER}, person=factories.person())
    for title in ("Cita managers", "Cita melnraksts", "Cita nolikta", "Mūsu public"):
        invite(db.session.scalars(select(Meeting).where(Meeting.title_lv == title)).one(), account)
    path = feed_of(account, FeedKind.MINE)
    events = shown(path)
    assert set(events) == {*MEMBERS, "Cita managers"}
    text = str(events["Cita managers"]["DESCRIPTION"])
    assert ("zoom" in text, "punkts members" in text, "punkts managers" in text) == (True, False, False)
    # Of one's own group one reads all that members read, invited or not.
    assert "punkts members" in str(events["Mūsu public"]["DESCRIPTION"])


def test_an_invitation_taken_back_takes_the_meeting_out(groups: tuple[Group, Group], shown: Callable) -> None:
    ours, _ = groups
    account = factories.account(roles={ours: Role.MEMBER}, person=factories.person())
    invite(db.session.scalars(select(Meeting).where(Meeting.title_lv == "Cita members")).one(), account)
    path = feed_of(account, FeedKind.MINE)
    assert set(shown(path)) == {*MEMBERS, "Cita members"}
    db.session.delete(db.session.scalars(select(Attendance)).one())
    db.session.commit()
    assert set(shown(path)) == MEMBERS


#: Audience of the meeting and of the task -> the roles of those who may read the task.
READERS: dict[tuple[Audience, Audience], set[Role | None]] = {
    (Audience.PUBLIC, Audience.PUBLIC): {Role.MANAGER, Role.MEMBER, Role.OBSERVER, None},
    (Audience.PUBLIC, Audience.MEMBERS): {Role.MANAGER, Role.MEMBER, Role.OBSERVER},
    (Audience.PUBLIC, Audience.MANAGERS): {Role.MANAGER},
    (Audience.MEMBERS, Audience.PUBLIC): {Role.MANAGER, Role.MEMBER, Role.OBSERVER},
    (Audience.MEMBERS, Audience.MANAGERS): {Role.MANAGER},
    (Audience.MANAGERS, Audience.PUBLIC): {Role.MANAGER},
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("of_meeting", "of_task"), READERS)
def test_deadlines_are_those_that_one_may_read(
    app: Flask, shown: Callable, of_meeting: Audience, of_task: Audience, role: Role | None
) -> None:
    ours, elsewhere = factories.group("Mūsu"), factories.group("Cita")
    doer, somebody = factories.person("Anna Kalna"), factories.person("Jānis Lejnieks")
    held = factories.evening("Sēde", groups=[ours], audience=of_meeting)
    for person, text in ((doer, "Uzrakstīt vēstuli"), (somebody, "Cita darbs")):
        db.session.add(Action(meeting=held, text_lv=text, person=person, due_on=date(2026, 12, 7), audience=of_task))
    account = factories.account(roles={ours: role} if role else {elsewhere: Role.MEMBER}, person=doer)
    events = shown(feed_of(account, FeedKind.DEADLINES))
    readers: set[Role | None] = READERS[of_meeting, of_task]
    assert set(events) == ({"TERMIŅŠ: Uzrakstīt vēstuli"} if role in readers else set())
    for event in events.values():
        assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2026, 12, 7), date(2026, 12, 8))
        assert str(event["URL"]).endswith(f"/sanaksmes/{held.slug}")
        assert "Anna" not in event.to_ical().decode()


@pytest.mark.parametrize(
    ("given", "summary"),
    [
        ({"state": ActionState.DONE}, "PAVEIKTS: Darbs"),
        ({"state": ActionState.DROPPED}, "ATCELTS: Darbs"),
        ({"text_lv": "Cits darbs"}, "TERMIŅŠ: Cits darbs"),
        ({"due_on": None}, None),
        ({"person_id": None}, None),
    ],
)
def test_a_deadline_follows_its_task(app: Flask, shown: Callable, given: dict[str, Any], summary: str | None) -> None:
    ours, doer = factories.group("Mūsu"), factories.person()
    action = Action(meeting=factories.evening(groups=[ours]), text_lv="Darbs", person=doer, due_on=date(2026, 12, 7))
    db.session.add(action)
    path = feed_of(factories.account(roles={ours: Role.MEMBER}, person=doer), FeedKind.DEADLINES)
    assert set(shown(path)) == {"TERMIŅŠ: Darbs"}
    for name, value in given.items():
        setattr(action, name, value)
    db.session.commit()
    assert set(shown(path)) == ({summary} if summary else set())


def test_a_draft_that_is_published_becomes_certain_under_the_same_identity(
    groups: tuple[Group, Group], shown: Callable
) -> None:
    ours, _ = groups
    path = feed_of(factories.account(roles={ours: Role.MANAGER}), FeedKind.MANAGED)
    draft = shown(path)["MELNRAKSTS: Mūsu melnraksts"]
    meeting = db.session.scalars(select(Meeting).where(Meeting.title_lv == "Mūsu melnraksts")).one()
    meeting.state = MeetingState.SCHEDULED
    db.session.commit()
    published = shown(path)["Mūsu melnraksts"]
    assert (published["UID"], published["STATUS"]) == (draft["UID"], "CONFIRMED")
    assert published["SEQUENCE"] == draft["SEQUENCE"] + 1
    assert calendars_are_true(db.session())


def test_a_joint_meeting_does_not_tell_members_of_one_group_about_a_hidden_other(
    groups: tuple[Group, Group], shown: Callable
) -> None:
    ours, _ = groups
    factories.evening("Kopā", groups=[ours, factories.group("Slēptā", audience=Audience.MEMBERS)])
    events = shown(feed_of(factories.account(roles={ours: Role.MEMBER}), FeedKind.MINE))
    assert str(events["Kopā"]["DESCRIPTION"]).startswith("Mūsu\n")
    assert "Slēptā" not in str(events["Kopā"]["DESCRIPTION"])


def test_a_meeting_that_is_read_first_as_anybody_and_then_as_a_member_never_looks_older(
    app: Flask, client: FlaskClient
) -> None:
    parent = factories.group("Lielā")
    child = factories.group("Mazā", parent=parent)
    held = factories.evening("Sanāksme", groups=[child])
    path = feed_of(factories.account(roles={parent: Role.MEMBER}), FeedKind.GROUP, parent)
    follower = Subscriber(client, path)
    follower.poll()
    for _ in range(3):
        # Each time that it comes back it looks newer to everyone; to members it never was away.
        for audience in (Audience.MEMBERS, Audience.PUBLIC):
            held.audience = audience
            db.session.commit()
            follower.poll()
    links = [db.session.scalars(select(MeetingGroup)).one()]
    for groups in ([child, parent], [child], [parent], [child]):
        kept = {link.group_id: link for link in links}
        for number in kept.keys() - {group.id for group in groups}:
            db.session.delete(kept[number])
        links = [
            kept.get(group.id) or MeetingGroup(meeting_id=held.id, group_id=group.id, position=1 + len(kept) + place)
            for place, group in enumerate(groups)
        ]
        db.session.add_all(links)
        db.session.commit()
        assert follower.poll() is not None

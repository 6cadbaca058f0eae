"""How an event and its feeds change when records change: stamps, sequences, what goes and what comes back."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, load_only, selectinload

from lag_tracker.calendars.operations import calendars_are_true
from lag_tracker.database import db, utc_now
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind, MeetingState
from lag_tracker.models.network import Network
from lag_tracker.models.person import Person
from lag_tracker.models.traits import Audience, Precision
from tests import factories

FEED = "/kalendari/visi.ics"
ENGLISH = "/en/calendars/all.ics"


def stamps(event: Any) -> tuple[datetime, int]:
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED")
    return event.decoded("DTSTAMP"), event["SEQUENCE"]


@pytest.fixture(autouse=True)
def true_after_every_step(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each commit the joined months of all calendars are what their events say."""
    commit = db.session.commit

    def commit_and_look() -> None:
        commit()
        with Session(db.engine) as looking:
            assert calendars_are_true(looking)

    monkeypatch.setattr(db.session, "commit", commit_and_look)


@pytest.fixture
def held(app: Flask, clock: time_machine.Traveller) -> Meeting:
    meeting = factories.evening(
        "Sanāksme", title_en="Meeting", groups=[factories.group("Ķekavas grupa", slug="kekava")]
    )
    factories.agenda_item(meeting, "Ievads")
    db.session.commit()
    clock.shift(60)
    return meeting


def test_a_new_event_bears_the_time_it_was_written(held: Meeting, event: Callable) -> None:
    assert stamps(event()) == (datetime(2026, 11, 2, 12, tzinfo=UTC), 0)


@pytest.mark.parametrize(
    ("given", "sequence"),
    [
        ({"starts_at_time": time(17)}, 1),
        ({"ends_at_time": time(21)}, 1),
        ({"starts_on": date(2026, 12, 2)}, 1),
        ({"starts_at_time": None, "ends_at_time": None}, 1),
        ({"place_lv": "Cita zāle"}, 1),
        ({"place_en": "Another hall"}, 1),
        ({"state": MeetingState.CANCELLED}, 1),
        ({"title_lv": "Cits nosaukums"}, 0),
        ({"kind": MeetingKind.WORKSHOP}, 0),
    ],
)
def test_time_place_and_state_raise_the_sequence_and_every_change_the_stamp(
    held: Meeting, event: Callable, given: dict[str, Any], sequence: int
) -> None:
    for name, value in given.items():
        setattr(held, name, value)
    db.session.commit()
    assert stamps(event()) == (datetime(2026, 11, 2, 12, 1, tzinfo=UTC), sequence)


def test_both_languages_bear_one_sequence(held: Meeting, event: Callable) -> None:
    held.place_en = "Hall"
    db.session.commit()
    assert event()["SEQUENCE"] == event(ENGLISH)["SEQUENCE"] == 1


def test_a_change_that_no_event_shows_changes_no_byte(held: Meeting, client: FlaskClient) -> None:
    before = client.get(FEED)
    held.note_lv = "Piezīme"
    held.head_count = 40
    db.session.commit()
    after = client.get(FEED)
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])
    assert after.headers["Last-Modified"] == before.headers["Last-Modified"]


def test_a_change_of_one_language_leaves_the_other_as_it_is(held: Meeting, client: FlaskClient) -> None:
    before = client.get(FEED).data, client.get(ENGLISH).data
    held.title_en = "Gathering"
    db.session.commit()
    after = client.get(FEED).data, client.get(ENGLISH).data
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_a_second_change_within_a_second_still_looks_newer(held: Meeting, event: Callable) -> None:
    for title in ("Pirmais", "Otrais"):
        held.title_lv = title
        db.session.commit()
    assert stamps(event())[0] == datetime(2026, 11, 2, 12, 1, 1, tzinfo=UTC)


def test_a_clock_set_back_does_not_set_stamps_back(
    held: Meeting, event: Callable, clock: time_machine.Traveller
) -> None:
    clock.shift(-86400)
    held.title_lv = "Vēlāk"
    db.session.commit()
    assert stamps(event())[0] == datetime(2026, 11, 2, 12, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("gone", "back"),
    [
        ({"audience": Audience.MEMBERS}, {"audience": Audience.PUBLIC}),
        ({"state": MeetingState.DRAFT}, {"state": MeetingState.SCHEDULED}),
        (
            {"starts_at_time": None, "ends_at_time": None, "date_precision": Precision.MONTH},
            {"starts_at_time": time(18), "ends_at_time": time(20), "date_precision": Precision.DAY},
        ),
    ],
)
def test_what_goes_and_comes_back_goes_on_counting(
    held: Meeting, events: Callable, clock: time_machine.Traveller, gone: dict[str, Any], back: dict[str, Any]
) -> None:
    held.place_lv = "Zāle"
    db.session.commit()
    before = stamps(events()["Sanāksme"])
    for name, value in gone.items():
        setattr(held, name, value)
    db.session.commit()
    assert events() == {}
    clock.shift(-3600)
    for name, value in back.items():
        setattr(held, name, value)
    db.session.commit()
    after = stamps(events()["Sanāksme"])
    # Managers saw it as a draft meanwhile, which is one more change of state.
    assert (before[1], after[1]) in {(1, 2), (1, 3)}
    assert after[0] > before[0]


def test_a_cancelled_meeting_says_so_and_stays_sixty_days(
    held: Meeting, events: Callable, clock: time_machine.Traveller
) -> None:
    held.state, held.cancelled_at, held.cancelled_reason_lv = MeetingState.CANCELLED, utc_now(), "Slimība"
    db.session.commit()
    found = events()["ATCELTA: Sanāksme"]
    assert (found["STATUS"], found["TRANSP"], found["SEQUENCE"]) == ("CANCELLED", "TRANSPARENT", 1)
    assert "Atcelšanas iemesls: Slimība" in found["DESCRIPTION"]
    assert list(events(ENGLISH)) == ["CANCELLED: Meeting"]
    clock.shift(timedelta(days=60))
    assert list(events()) == ["ATCELTA: Sanāksme"]
    clock.shift(timedelta(days=1))
    assert events() == events(f"{FEED}?past=all") == {}


def test_a_cancelled_meeting_without_a_day_of_cancelling_is_kept_from_when_it_was_noticed(
    held: Meeting, events: Callable, clock: time_machine.Traveller
) -> None:
    held.state = MeetingState.CANCELLED
    db.session.commit()
    clock.shift(timedelta(days=50))
    held.title_lv = "Cits"
    db.session.commit()
    assert list(events()) == ["ATCELTA: Cits"]
    clock.shift(timedelta(days=11))
    assert events() == {}


def test_a_cancelled_meeting_may_take_place_after_all(
    held: Meeting, events: Callable, clock: time_machine.Traveller
) -> None:
    held.state, held.cancelled_at = MeetingState.CANCELLED, utc_now()
    db.session.commit()
    held.state, held.cancelled_at = MeetingState.SCHEDULED, None
    db.session.commit()
    assert (events()["Sanāksme"]["STATUS"], events()["Sanāksme"]["SEQUENCE"]) == ("CONFIRMED", 2)
    clock.shift(timedelta(days=100))
    assert list(events()) == ["Sanāksme"]


def test_a_feed_reaches_back_a_year_and_another_as_far_as_the_records(
    app: Flask, events: Callable, clock: time_machine.Traveller
) -> None:
    for title, last in (("Gads", date(2025, 11, 2)), ("Diena par daudz", date(2025, 11, 1))):
        factories.meeting(title, starts_on=date(2025, 10, 20), ends_on=last)
    db.session.commit()
    assert list(events()) == ["Gads"]
    assert list(events(f"{FEED}?past=all")) == ["Gads", "Diena par daudz"]
    clock.shift(timedelta(hours=11))
    assert events() == {}, "midnight in Riga is two hours before midnight in UTC"


def test_a_leap_day_is_a_year_ago_on_the_day_before_march(
    app: Flask, events: Callable, clock: time_machine.Traveller
) -> None:
    factories.meeting(starts_on=date(2028, 2, 29))
    db.session.commit()
    clock.move_to(datetime(2029, 2, 28, 12, tzinfo=UTC))
    assert len(events()) == 1
    clock.shift(timedelta(days=1))
    assert events() == {}


def test_a_deleted_meeting_leaves_every_feed(held: Meeting, events: Callable, client: FlaskClient) -> None:
    first = client.get("/kalendari/grupas/kekava.ics")
    db.session.delete(held)
    db.session.commit()
    after = client.get("/kalendari/grupas/kekava.ics", headers={"If-None-Match": first.headers["ETag"]})
    assert after.status_code == 200
    assert after.last_modified is not None
    assert first.last_modified is not None
    assert after.last_modified > first.last_modified
    assert events() == events("/kalendari/grupas/kekava.ics") == {}


def test_what_hangs_on_a_meeting_changes_its_event(held: Meeting, event: Callable) -> None:
    item = db.session.scalars(select(AgendaItem)).one()
    item.title_lv = "Vīzija"
    db.session.commit()
    assert "1. 18:00 Vīzija" in event()["DESCRIPTION"]
    speaker = factories.speaker(held, factories.person("Anna Bērziņa"))
    item = db.session.scalars(select(AgendaItem).options(selectinload(AgendaItem.presenters))).one()
    item.presenters = [speaker]
    db.session.commit()
    assert "1. 18:00 Vīzija (Anna Bērziņa)" in event()["DESCRIPTION"]
    db.session.expire_all()
    db.session.scalars(select(Person)).one().name_is_public = False
    db.session.commit()
    assert "Anna" not in event()["DESCRIPTION"]
    db.session.delete(db.session.scalars(select(AgendaItem)).one())
    db.session.commit()
    assert "Vīzija" not in event()["DESCRIPTION"]


def test_a_deleted_person_is_no_longer_named(held: Meeting, event: Callable) -> None:
    speaker = factories.speaker(held, factories.person("Anna Bērziņa"))
    factories.agenda_item(held, "Vīzija", position=2, presenters=[speaker])
    db.session.commit()
    assert "Anna" in event()["DESCRIPTION"]
    db.session.expunge_all()
    db.session.delete(db.session.scalars(select(Person)).one())
    db.session.commit()
    assert "Anna" not in event()["DESCRIPTION"]


def test_an_agenda_item_that_moves_changes_both_meetings(held: Meeting, events: Callable) -> None:
    other = factories.evening("Cita")
    db.session.commit()
    number = other.id
    db.session.expunge_all()
    item = db.session.scalars(select(AgendaItem).options(load_only(AgendaItem.id))).one()
    item.meeting_id = number
    db.session.commit()
    found = events()
    assert "Ievads" not in found["Sanāksme"]["DESCRIPTION"]
    assert "Ievads" in found["Cita"]["DESCRIPTION"]


def test_a_group_is_renamed_hidden_and_shown_again(held: Meeting, read: Callable, events: Callable) -> None:
    found = db.session.scalars(select(Group)).one()
    found.name_lv = "Ķekavas kopa"
    db.session.commit()
    assert read("/kalendari/grupas/kekava.ics")["NAME"] == "Ķekavas kopa"
    assert "Ķekavas kopa" in events()["Sanāksme"]["DESCRIPTION"]
    found.audience = Audience.MEMBERS
    db.session.commit()
    assert events() == {}
    found.audience = Audience.PUBLIC
    db.session.commit()
    assert list(events()) == ["Sanāksme"]


def test_a_group_that_gave_its_meetings_away_and_is_deleted_is_named_no_more(held: Meeting, events: Callable) -> None:
    group = db.session.scalars(select(Group)).one()
    for link in db.session.scalars(select(MeetingGroup)):
        db.session.delete(link)
    db.session.flush()
    db.session.delete(group)
    db.session.commit()
    assert "Ķekavas grupa" not in events()["Sanāksme"]["DESCRIPTION"]


def test_a_meeting_stands_in_the_calendars_of_all_it_belongs_to(app: Flask, events: Callable) -> None:
    county, organiser = factories.municipality(slug="kekava"), factories.municipality("Rīga", slug="riga")
    parent = factories.group("Vietējā grupa", slug="lielaka", municipality=county)
    child = factories.group("Kodols", slug="kodols", parent=parent)
    network = factories.network(slug="cities4csr")
    factories.evening(
        "Abas", groups=[child], networks=[network], organiser=organiser, kind=MeetingKind.CORE_GROUP, slug="abas"
    )
    factories.milestone(network, "Termiņš", group=child)
    db.session.commit()
    in_both = {
        "/kalendari/visi.ics",
        "/kalendari/grupas/kodols.ics",
        "/kalendari/grupas/lielaka.ics",
        "/kalendari/tikli/cities4csr.ics",
        "/en/calendars/groups/kodols.ics",
        "/en/calendars/networks/cities4csr.ics",
    }
    of_meeting = {
        "/kalendari/pasvaldibas/kekava.ics",
        "/kalendari/pasvaldibas/riga.ics",
        "/kalendari/veidi/core_group.ics",
        "/kalendari/sanaksmes/abas.ics",
        "/en/calendars/municipalities/riga.ics",
        "/en/calendars/kinds/core_group.ics",
        "/en/calendars/meetings/abas.ics",
    }
    found = {address: set(events(address)) for address in in_both | of_meeting}
    assert found == {address: {"Abas", "Termiņš"} if address in in_both else {"Abas"} for address in found}
    assert set(events("/kalendari/termini.ics")) == {"Termiņš"}
    assert events("/kalendari/veidi/workshop.ics") == {}


def test_a_group_that_moves_takes_its_meetings_along(app: Flask, events: Callable) -> None:
    old, new = factories.municipality(slug="vecais"), factories.municipality(slug="jaunais")
    parent = factories.group("Lielākā", slug="lielaka", municipality=old)
    child = factories.group("Mazākā", parent=parent)
    factories.evening("Sanāksme", groups=[child])
    db.session.commit()
    assert list(events("/kalendari/pasvaldibas/vecais.ics")) == ["Sanāksme"]
    parent.municipality = new
    db.session.commit()
    assert events("/kalendari/pasvaldibas/vecais.ics") == {}
    assert list(events("/kalendari/pasvaldibas/jaunais.ics")) == ["Sanāksme"]
    child.parent = None
    db.session.commit()
    assert events("/kalendari/grupas/lielaka.ics") == {}
    db.session.delete(new)
    db.session.commit()
    assert list(events()) == ["Sanāksme"]


def test_groups_in_a_circle_do_not_hang(app: Flask, events: Callable) -> None:
    first, second = factories.group("Pirmā"), factories.group("Otrā")
    factories.evening("Sanāksme", groups=[first])
    db.session.commit()
    first.parent = second
    db.session.commit()
    second.parent_id = first.id
    db.session.commit()
    assert list(events(f"/kalendari/grupas/{second.slug}.ics")) == ["Sanāksme"]


def test_a_deleted_network_takes_its_milestones_along(app: Flask, events: Callable) -> None:
    network = factories.network()
    factories.milestone(network)
    factories.evening("Sanāksme", networks=[network])
    db.session.commit()
    assert len(events()) == 2
    db.session.expunge_all()
    db.session.delete(db.session.scalars(select(Network).options(load_only(Network.id))).one())
    db.session.commit()
    assert list(events()) == ["Sanāksme"]


def test_a_change_that_is_taken_back_changes_nothing(held: Meeting, client: FlaskClient) -> None:
    before = client.get(FEED).data
    held.title_lv = "Cits"
    db.session.flush()
    db.session.rollback()
    db.session.commit()
    assert client.get(FEED).data == before

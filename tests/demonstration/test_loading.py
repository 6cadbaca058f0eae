"""Loading a file twice is loading it once, and a changed file changes what it names and nothing else."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from lag_tracker import demonstration
from lag_tracker.database import Base, db
from lag_tracker.demonstration.loading import known_records, load_facts
from lag_tracker.demonstration.reading import read_facts
from lag_tracker.errors import FactsRefused
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.calendar import CalendarEntry, EventAudience
from lag_tracker.models.decision import Decision, DecisionMethod
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative, InitiativeState, InitiativeStateChange, initiative_meeting
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingState
from lag_tracker.models.milestone import Milestone, MilestoneKind
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network, NetworkKind, Partnership
from lag_tracker.models.source import CITING, Citation, Source
from lag_tracker.models.traits import Certainty, Precision
from tests import factories

TODAY = date(2026, 11, 22)
FACTS = Path(demonstration.__file__).with_name("urbact_latvia.yaml").read_text(encoding="utf-8")

SMALL = """\
organisations:
  - {key: shop, name_lv: Veikals}
people:
  - {key: anna, name: Anna Bērziņa}
  - {key: zane, name: Zane Ozola}
networks:
  - {key: streets, name: Streets, kind: transfer}
groups:
  - {key: ours, name_lv: Mūsu grupa, kind: other, members: [{person: anna}, {person: zane, substitute_for: anna}]}
  - {key: theirs, name_lv: Viņu grupa, kind: other, parent: ours}
meetings:
  - key: first
    kind: workshop
    title_lv: Pirmā
    starts_on: 2020-11-10
    groups: [ours, theirs]
    speakers: [{person: anna}, {person: zane}]
    agenda:
      - {title_lv: Ievads, presenters: [anna, zane], duration_minutes: 10}
      - {title_lv: Noslēgums}
    attendances: [{organisation: shop, presence: present}]
decisions:
  - {key: yes, meeting: first, agenda_item: 2, text_lv: Jā}
"""


def load(text: str, *, today: date = TODAY) -> None:
    facts = read_facts(text.encode(), known=known_records())
    load_facts(facts, uid_domain="grupas.example", today=today)
    db.session.commit()


def everything() -> dict[str, list[Any]]:
    """Return every row of every table."""
    return {
        table.name: sorted(map(repr, db.session.execute(table.select()).all())) for table in Base.metadata.sorted_tables
    }


def one(model: Any, key: str) -> Any:
    return db.session.scalars(select(model).where(model.import_key == key)).one()


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("text", [FACTS, SMALL])
def test_a_second_load_changes_not_a_single_row(app: Flask, text: str) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 10, tzinfo=UTC), tick=False):
        load(text)
        first = everything()
    with time_machine.travel(datetime(2027, 3, 1, 10, tzinfo=UTC), tick=False):
        load(text, today=date(2027, 3, 1))
        assert everything() == first
    assert first["calendar_entry"] != []


def test_every_fact_about_the_ten_networks_and_kekavas_own_is_loaded(app: Flask) -> None:
    load(FACTS)
    kinds = {
        row.kind: row.number
        for row in db.session.execute(select(Network.kind, func.count().label("number")).group_by(Network.kind))
    }
    assert kinds == {NetworkKind.ACTION_PLANNING: 8, NetworkKind.IMPLEMENTATION: 1, NetworkKind.TRANSFER: 2}
    assert (count(Municipality), count(Partnership), count(Meeting), count(Initiative)) == (13, 16, 11, 5)
    arrival = one(Network, "arrival")
    assert (arrival.name, arrival.official_name, arrival.kind_certainty) == (
        "Arrival Networks",
        "Arrival Cities",
        Certainty.INFERRED,
    )
    own = one(Network, "cities4csr")
    assert (own.starts_on, own.ends_on) == (date(2019, 6, 5), date(2022, 8, 7))


def test_the_decision_of_10_november_2020_is_public_and_says_nothing_about_votes(app: Flask) -> None:
    load(FACTS)
    decision = one(Decision, "focus_2020")
    assert decision.meeting_id == one(Meeting, "joint_2020_11_10").id
    assert (decision.method, decision.votes_for) == (DecisionMethod.NOT_STATED, None)
    assert decision.published_on == date(2020, 12, 16)


def test_meetings_without_a_date_are_told_apart_by_their_titles_also_where_they_were_loaded_without(app: Flask) -> None:
    load("".join(line for line in FACTS.splitlines(keepends=True) if "vizīte Liepājā" not in line))
    before = {one.slug: one.title for one in db.session.scalars(select(Meeting).where(Meeting.starts_on.is_(None)))}
    load(FACTS)
    after = {one.slug: one.title for one in db.session.scalars(select(Meeting).where(Meeting.starts_on.is_(None)))}
    assert {title.lv for title in before.values()} == {None}
    assert {slug: title.lv for slug, title in after.items()} == {
        "liepaja-pirma-macibu-vizite": "Pirmā mācību vizīte Liepājā: Beberliņu un Karostas attīstība",
        "liepaja-otra-macibu-vizite": "Otrā mācību vizīte Liepājā",
    }
    assert len({title.en for title in after.values()}) == 2


def test_where_in_an_english_source_a_fact_stands_is_said_in_latvian(app: Flask) -> None:
    load(FACTS)
    source = one(Source, "urbact_eu")
    passages = db.session.scalars(select(Citation.passage).where(Citation.source_id == source.id))
    assert set(passages) == {"partneru saraksts", "projekta datumi", "ziņa par otro posmu"}
    assert source.title.lv == "Cities4CSR tīkla lapas"


def test_five_initiatives_were_discussed_on_2_december_2020(app: Flask) -> None:
    load(FACTS)
    discussed = db.session.scalars(
        select(Initiative.import_key)
        .join(initiative_meeting)
        .join(Meeting, Meeting.id == initiative_meeting.c.meeting_id)
        .where(Meeting.starts_on == date(2020, 12, 2))
    )
    assert set(discussed) == {"crossings", "mobility_points", "park_and_ride", "campaigns", "land"}
    assert one(Initiative, "land").state is InitiativeState.UNDER_DISCUSSION


def test_the_project_management_group_leads_the_joint_meeting(app: Flask) -> None:
    load(FACTS)
    held_by = db.session.execute(
        select(MeetingGroup.position, Group.import_key)
        .join(Group)
        .where(MeetingGroup.meeting_id == one(Meeting, "joint_2020_11_10").id)
        .order_by(MeetingGroup.position)
    )
    assert [tuple(row) for row in held_by] == [(1, "kekava_pmg"), (2, "kekava_core")]


def test_coarse_and_unknown_dates_stay_so(app: Flask) -> None:
    load(FACTS)
    may = one(Meeting, "milan_2022")
    assert (may.starts_on, may.date_precision, may.starts_at_time) == (date(2022, 5, 1), Precision.MONTH, None)
    visit = one(Meeting, "liepaja_visit_1")
    assert (visit.starts_on, visit.date_precision, visit.state) == (None, Precision.UNKNOWN, MeetingState.HELD)
    phase = one(Milestone, "cities4csr_exchange")
    assert (phase.kind, phase.starts_on, phase.ends_on) == (MilestoneKind.PHASE, date(2020, 5, 1), date(2022, 8, 31))


def test_every_record_but_bodies_and_themes_says_where_it_comes_from(app: Flask) -> None:
    load(FACTS)
    for noun in CITING:
        table = Base.metadata.tables[noun]
        column = getattr(Citation, f"{noun}_id")
        unsourced = select(table.c.import_key).where(table.c.id.not_in(select(column).where(column.is_not(None))))
        assert db.session.scalars(unsourced).all() == [], noun


def test_a_field_with_a_source_of_its_own_names_it(app: Flask) -> None:
    load(FACTS)
    found = db.session.execute(
        select(Citation.aspect, Source.import_key)
        .join(Source)
        .where(Citation.network_id == one(Network, "cities4csr").id, Citation.aspect.like("%_on"))
    )
    assert {tuple(row) for row in found} == {("starts_on", "urbact_eu"), ("ends_on", "kekava_2022")}


def test_a_changed_file_changes_what_it_names(app: Flask) -> None:
    load(SMALL)
    before = one(Meeting, "first")
    slug, uid = before.slug, before.uid
    load(SMALL.replace("title_lv: Pirmā", "title_lv: Otrā").replace("2020-11-10", "2020-11-11"))
    after = one(Meeting, "first")
    assert (after.title_lv, after.starts_on) == ("Otrā", date(2020, 11, 11))
    assert (after.slug, after.uid) == (slug, uid)
    assert count(Meeting) == 1


def test_a_moved_meeting_keeps_its_identity_in_calendars_with_a_higher_sequence(app: Flask) -> None:
    load(SMALL)
    load(SMALL.replace("2020-11-10", "2020-11-11"))
    of_everyone = (CalendarEntry.lang == "lv") & (CalendarEntry.audience == EventAudience.PUBLIC)
    sequences = db.session.scalars(select(CalendarEntry.sequence).where(of_everyone)).all()
    assert sequences == [1]


def test_the_identity_of_a_meeting_is_the_same_in_every_installation_of_a_domain(app: Flask) -> None:
    load(SMALL)
    assert one(Meeting, "first").uid == "e8dd89e6582609b068645dcf9e066e1f@grupas.example"


def test_a_field_that_the_file_leaves_out_is_left_alone(app: Flask) -> None:
    load(SMALL)
    one(Meeting, "first").outcome_lv = "Ierakstīts ar roku"
    db.session.commit()
    load(SMALL.replace("title_lv: Pirmā", "title_lv: Otrā"))
    assert one(Meeting, "first").outcome_lv == "Ierakstīts ar roku"


def test_a_field_that_the_file_empties_is_emptied(app: Flask) -> None:
    load(SMALL.replace("title_lv: Pirmā", "title_lv: Pirmā\n    note_lv: Piezīme"))
    load(SMALL.replace("title_lv: Pirmā", "title_lv: Pirmā\n    note_lv: null"))
    assert one(Meeting, "first").note_lv is None


def test_a_list_is_what_the_file_says_and_rows_entered_by_hand_stay(app: Flask) -> None:
    load(SMALL)
    factories.agenda_item(one(Meeting, "first"), "Ar roku", position=3)
    db.session.commit()
    shorter = SMALL.replace("      - {title_lv: Ievads, presenters: [anna, zane], duration_minutes: 10}\n", "")
    load(shorter.replace("agenda_item: 2", "agenda_item: 1"))
    rows = db.session.execute(select(AgendaItem.title_lv, AgendaItem.duration_minutes).order_by(AgendaItem.position))
    assert [tuple(row) for row in rows] == [("Noslēgums", None), ("Ar roku", None)]
    assert one(Decision, "yes").agenda_item_id == one(AgendaItem, "first/agenda/1").id


def test_the_order_of_groups_follows_the_file(app: Flask) -> None:
    load(SMALL)
    load(SMALL.replace("groups: [ours, theirs]", "groups: [theirs, ours]"))
    leading = select(Group.import_key).join(MeetingGroup).where(MeetingGroup.position == 1)
    assert db.session.scalars(leading).all() == ["theirs"]


def test_a_second_file_may_speak_of_records_of_the_first(app: Flask) -> None:
    load(SMALL)
    load("meetings:\n  - {key: second, kind: training, starts_on: 2030-01-08, groups: [ours], title_en: Training}")
    second = one(Meeting, "second")
    assert (second.slug, second.state) == ("2030-01-08-training", MeetingState.SCHEDULED)


def test_records_of_one_name_get_addresses_of_their_own(app: Flask) -> None:
    load("groups:\n" + "".join(f"  - {{key: g{n}, name_lv: Grupa, kind: other}}\n" for n in range(3)))
    assert set(db.session.scalars(select(Group.slug))) == {"grupa", "grupa-2", "grupa-3"}


def test_a_name_of_signs_alone_gets_its_key_as_address(app: Flask) -> None:
    load("groups: [{key: odd_one, name_lv: '!!!', kind: other}]")
    assert one(Group, "odd_one").slug == "odd-one"


def test_a_refused_file_leaves_no_trace(app: Flask) -> None:
    load(SMALL)
    before = everything()
    with pytest.raises(FactsRefused):
        load(SMALL.replace("Veikals", "Tirgus").replace("kind: workshop", "kind: party"))
    assert everything() == before


def test_an_address_taken_by_a_record_entered_by_hand_is_refused_with_its_place(app: Flask) -> None:
    factories.network("Refill", slug="refill")
    db.session.commit()
    with pytest.raises(FactsRefused, match=r"networks\[8\]\.slug: \"refill\" is the address of another record"):
        load(FACTS)


def test_progress_is_told_from_nothing_to_all(app: Flask) -> None:
    told: list[tuple[int, int, str]] = []
    load_facts(
        read_facts(SMALL.encode()),
        uid_domain="grupas.example",
        today=TODAY,
        progress=lambda *step: told.append(step),
    )
    assert told[0] == (0, 8, "sources")
    assert told[-1] == (8, 8, "")
    assert [done for done, _total, _section in told] == sorted(done for done, _total, _section in told)


def test_an_organisation_that_took_part_is_counted_as_present(app: Flask) -> None:
    load(FACTS)
    present = select(func.count()).where(Attendance.presence == "present", Attendance.person_id.is_(None))
    assert db.session.scalar(present) == 11


def test_the_history_of_an_initiative_ends_with_its_present_state(app: Flask) -> None:
    load(FACTS)
    last = (
        select(InitiativeStateChange.state, Initiative.state)
        .join(Initiative)
        .where(InitiativeStateChange.position == 2)
    )
    assert {tuple(row) for row in db.session.execute(last)} == {(InitiativeState.UNDER_DISCUSSION,) * 2}

"""Entries follow the records at each commit, and hold only what the public may read."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload

from lag_tracker.database import db
from lag_tracker.members.operations import erase_membership
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.attendance import Attendance, Presence, Reply
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingState
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.search import SearchEntry, Subject
from lag_tracker.models.traits import Audience
from lag_tracker.models.visibility import PUBLIC
from lag_tracker.search.operations import rebuild_search, search_is_true
from lag_tracker.search.queries import find
from tests import factories


def titles(typed: str, **given: Any) -> list[str]:
    found = find(db.session(), typed, lang="lv", viewer=PUBLIC, **given)
    assert search_is_true(db.session())
    return [row.title.read_in("lv").words for row in found.rows]


def test_a_new_title_is_found_and_the_old_one_no_more(app: Flask) -> None:
    held = factories.meeting("Veloceliņi", starts_on=date(2024, 1, 1))
    db.session.commit()
    held.title_lv, held.starts_on = "Dzelzceļš", date(2024, 5, 5)
    db.session.commit()
    assert (titles("veloceliņi"), titles("dzelzceļš")) == ([], ["Dzelzceļš"])


def test_a_deleted_record_is_found_no_more(app: Flask) -> None:
    held = factories.meeting("Veloceliņi")
    factories.decision(held, "Veloceliņus būvēt")
    db.session.commit()
    db.session.delete(held)
    db.session.commit()
    assert titles("veloceliņi") == []


@pytest.mark.parametrize("values", [{"audience": Audience.MEMBERS}, {"state": MeetingState.DRAFT}])
def test_a_meeting_that_is_hidden_takes_its_decisions_along(app: Flask, values: dict[str, Any]) -> None:
    held = factories.meeting("Veloceliņi")
    factories.decision(held, "Veloceliņus būvēt")
    db.session.commit()
    before = {name: getattr(held, name) for name in values}
    for name, value in values.items():
        setattr(held, name, value)
    db.session.commit()
    hidden = titles("veloceliņi")
    for name, value in before.items():
        setattr(held, name, value)
    db.session.commit()
    assert (hidden, len(titles("veloceliņi"))) == ([], 2)


def test_a_group_that_is_hidden_takes_all_its_records_along(app: Flask) -> None:
    group = factories.group("Velo grupa")
    held = factories.meeting("Velo sanāksme", groups=[factories.group("Cita velo grupa"), group])
    factories.decision(held, "Velo lēmums")
    factories.topic(group, "Velo temats")
    factories.initiative(group, "Velo iniciatīva")
    db.session.commit()
    seen = sorted(titles("velo"))
    group.audience = Audience.MEMBERS
    db.session.commit()
    hidden = titles("velo")
    group.audience = Audience.PUBLIC
    db.session.commit()
    assert hidden == ["Cita velo grupa"]
    assert sorted(titles("velo")) == seen
    assert len(seen) == 6


def test_a_group_that_no_longer_holds_a_meeting_is_found_by_it_no_more(app: Flask) -> None:
    group = factories.group("Kodols")
    held = factories.meeting("Veloceliņi", groups=[factories.group("Cita"), group])
    db.session.commit()
    assert titles("kodols") == ["Kodols", "Veloceliņi"]
    db.session.delete(db.session.get_one(MeetingGroup, (held.id, group.id)))
    db.session.commit()
    db.session.delete(db.session.get_one(Group, group.id))
    db.session.commit()
    assert (titles("kodols"), titles("veloceliņi")) == ([], ["Veloceliņi"])


def test_what_is_internal_is_not_found(app: Flask) -> None:
    held = factories.meeting("Sanāksme")
    item = factories.agenda_item(held, "Balsojums", audience=Audience.MEMBERS)
    decided = factories.decision(held, "Balsojums", published_on=None)
    spoke = factories.person("Anna Balsojuma", name_is_public=False)
    factories.speaker(held, spoke, affiliation_lv="Balsojums")
    db.session.commit()
    assert titles("balsojums") == []
    entry = db.session.scalars(select(SearchEntry).where(SearchEntry.audience == Audience.PUBLIC)).one()
    assert "alsojum" not in f"{entry.body_words}{entry.passages_lv}{entry.title_words}{entry.title_keys}"
    item.audience = Audience.PUBLIC
    db.session.commit()
    assert titles("balsojums") == ["Sanāksme"]
    item.audience, decided.published_on = Audience.MEMBERS, date(2024, 1, 1)
    db.session.commit()
    assert sorted(titles("balsojums")) == ["Balsojums", "Sanāksme"]
    decided.published_on, spoke.name_is_public = None, True
    db.session.commit()
    assert titles("anna balsojuma") == ["Sanāksme"]
    spoke.name_is_public = False
    db.session.commit()
    assert titles("balsojums") == []


def test_a_deleted_person_is_found_no_more(app: Flask) -> None:
    held = factories.meeting("Sanāksme")
    spoke = factories.person("Anna Bērziņa")
    factories.speaker(held, spoke)
    db.session.commit()
    assert titles("bērziņa") == ["Sanāksme"]
    db.session.delete(spoke)
    db.session.commit()
    assert titles("bērziņa") == []


def test_parts_that_are_moved_or_deleted_leave_their_meeting(app: Flask) -> None:
    first, second = factories.meeting("Pirmā"), factories.meeting("Otrā")
    item = factories.agenda_item(first, "Veloceliņi")
    db.session.commit()
    assert titles("veloceliņi") == ["Pirmā"]
    item.meeting_id = second.id
    db.session.commit()
    assert titles("veloceliņi") == ["Otrā"]
    db.session.delete(db.session.get_one(AgendaItem, item.id))
    db.session.commit()
    assert titles("veloceliņi") == []


def test_names_that_change_are_found_in_what_shows_them(app: Flask) -> None:
    place = factories.municipality("Cēsis")
    network = factories.network("TechTown")
    group = factories.group("Kodols", municipality=place, networks=[network])
    factories.meeting("Sanāksme", groups=[group], networks=[network], organiser=place)
    db.session.commit()
    place.name_lv, network.name, group.name_lv = "Sigulda", "AgriUrban", "Padome"
    db.session.commit()
    assert [titles(typed) for typed in ("cēsis", "techtown", "kodols")] == [[], [], []]
    assert titles("sigulda agriurban padome", subjects={Subject.MEETING}) == ["Sanāksme"]
    assert titles("sigulda agriurban padome", subjects={Subject.GROUP}) == ["Padome"]
    found = db.session.scalars(select(Group).options(selectinload(Group.networks))).one()
    found.networks = []
    db.session.commit()
    assert titles("agriurban padome", subjects={Subject.GROUP}) == []


def test_a_meeting_is_found_by_the_organisations_that_were_there(app: Flask) -> None:
    shop, bank = factories.organisation("SIA “Maxima”"), factories.organisation("AS SEB banka")
    held = factories.meeting("Sanāksme")
    db.session.flush()
    came = Attendance(meeting_id=held.id, organisation_id=shop.id, presence=Presence.PRESENT)
    invited = Attendance(meeting_id=held.id, organisation_id=bank.id, reply=Reply.ACCEPTED)
    db.session.add_all([came, invited])
    db.session.commit()
    assert (titles("maxima"), titles("banka")) == (["Sanāksme"], [])
    shop.name_lv, invited.presence = "Veikals", Presence.PRESENT
    db.session.commit()
    assert (titles("maxima"), titles("veikals"), titles("seb bankas")) == ([], ["Sanāksme"], ["Sanāksme"])
    came.presence = Presence.EXCUSED
    db.session.delete(db.session.get_one(Organisation, bank.id))
    db.session.commit()
    assert (titles("veikals"), titles("seb")) == ([], [])


@pytest.mark.parametrize("is_person", [True, False])
def test_an_organisation_that_a_member_keeps_to_themselves_finds_no_meeting(app: Flask, is_person: bool) -> None:
    shop, held = factories.organisation("SIA “Maxima”"), factories.meeting("Sanāksme")
    who = factories.person() if is_person else None
    member = factories.membership(factories.group(), who, shop)
    db.session.flush()
    number = who.id if who else None
    came = Attendance(meeting_id=held.id, person_id=number, organisation_id=shop.id, presence=Presence.PRESENT)
    db.session.add(came)
    db.session.commit()
    named = titles("maxima")
    member.organisation_is_public = False
    db.session.commit()
    hidden = titles("maxima")
    erase_membership(member, session=db.session())
    db.session.commit()
    assert (named, hidden, titles("maxima")) == (["Sanāksme"], [], [])


def test_what_was_rolled_back_is_not_found(app: Flask) -> None:
    factories.meeting("Veloceliņi")
    db.session.flush()
    db.session.rollback()
    assert titles("veloceliņi") == []


def test_a_commit_of_many_records_costs_as_many_statements_as_one_of_few(app: Flask, count_statements: Any) -> None:
    def commit(number: int) -> int:
        group = factories.group("Grupa")
        for _ in range(number):
            held = factories.meeting("Sanāksme", groups=[group])
            factories.agenda_item(held, "Punkts")
        db.session.flush()
        with count_statements() as sent:
            db.session.commit()
        return len([statement for statement in sent if "search" in statement])

    commit(1)
    assert commit(2) == commit(9)


def test_a_damaged_index_is_noticed_and_made_anew(app: Flask) -> None:
    factories.meeting("Veloceliņi", groups=[factories.group("Kodols")])
    db.session.commit()
    told: list[tuple[int, int]] = []
    for damage in (delete(SearchEntry), delete(Meeting)):
        db.session.execute(damage)
        assert not search_is_true(db.session())
        rebuild_search(db.session(), progress=lambda done, total: told.append((done, total)))
        assert search_is_true(db.session())
    assert told == [(1, 2), (2, 2), (1, 1)]

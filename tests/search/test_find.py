"""Search finds records by their words in any form, order and spelling, in both languages."""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from lag_tracker.database import db
from lag_tracker.models.group import GroupKind
from lag_tracker.models.meeting import MeetingKind
from lag_tracker.models.network import PartnerRole, Partnership
from lag_tracker.models.search import Subject
from lag_tracker.models.theme import Theme
from lag_tracker.models.visibility import PUBLIC
from lag_tracker.search.queries import Found, find
from tests import factories


def search(typed: str, **given: Any) -> Found:
    values: dict[str, Any] = {"lang": "lv", "viewer": PUBLIC} | given
    return find(db.session(), typed, **values)


def titles(typed: str, **given: Any) -> list[str]:
    lang = given.get("lang", "lv")
    return [row.title.read_in(lang).words for row in search(typed, **given).rows]


@pytest.mark.parametrize(
    "typed",
    [
        "kekava lēmums",
        "lemumi KEKAVAS",
        "Ķekavā lēm",
        "grupu lēmumiem, Ķekava!",
        "k\u0327ekava",
        "kek",
    ],
)
def test_a_record_is_found_in_any_form_order_and_spelling(app: Flask, typed: str) -> None:
    factories.meeting("Ķekavas vietējās grupas lēmumi")
    factories.meeting("Ādažu sanāksme")
    db.session.commit()
    assert titles(typed) == ["Ķekavas vietējās grupas lēmumi"]
    assert titles(typed, order="newest") == ["Ķekavas vietējās grupas lēmumi"]


@pytest.mark.parametrize("typed", ["sanaksme", "sanāksmēs", "sanaksmju", "sanāks"])
def test_sanaksme_finds_sanaksmju(app: Flask, typed: str) -> None:
    factories.topic(factories.group("Grupa"), "Sanāksmju kārtība")
    db.session.commit()
    assert titles(typed) == ["Sanāksmju kārtība"]


def test_all_words_must_be_found(app: Flask) -> None:
    factories.topic(factories.group("Grupa"), "Velosatiksme")
    db.session.commit()
    assert titles("velosatiksme dzelzceļš") == []


def test_only_the_last_word_may_be_half_a_word(app: Flask) -> None:
    factories.topic(factories.group("Grupa"), "Velosatiksme Ādažos")
    db.session.commit()
    assert titles("ādaži velo") == ["Velosatiksme Ādažos"]
    assert titles("velo ādaži") == []


@pytest.mark.parametrize("typed", ["Arrival Cities", "Arrival Networks", "arrival", "cities arrival"])
def test_a_network_is_found_by_its_printed_and_its_official_name(app: Flask, typed: str) -> None:
    arrival = factories.network("Arrival Networks", official_name="Arrival Cities")
    factories.meeting("Darbnīca", networks=[arrival])
    db.session.commit()
    assert titles(typed) == ["Arrival Networks", "Darbnīca"]


@pytest.mark.parametrize("typed", ["gen-y", "Gen–Y", "GEN Y city", "gen\u2011y cities"])
def test_dashes_do_not_matter(app: Flask, typed: str) -> None:
    factories.network("Gen–Y City", official_name="Gen-Y City")
    db.session.commit()
    assert titles(typed) == ["Gen–Y City"]


@pytest.mark.parametrize("typed", ["park&ride", "Park & Ride", "park ride"])
def test_signs_do_not_matter(app: Flask, typed: str) -> None:
    factories.topic(factories.group("Grupa"), "Stāvlaukums Park&Ride")
    db.session.commit()
    assert titles(typed) == ["Stāvlaukums Park&Ride"]


def test_both_languages_are_searched_at_once(app: Flask) -> None:
    factories.meeting("Ceļveža apspriešana", title_en="Discussing the roadmap", starts_on=date(2021, 3, 1))
    db.session.commit()
    assert titles("roadmaps ceļvedis") == ["Ceļveža apspriešana"]
    assert titles("apspriešanu", lang="en") == ["Discussing the roadmap"]


def test_a_meeting_is_found_by_whatever_is_public_about_it(app: Flask) -> None:
    group = factories.group("Kodols")
    held = factories.meeting(
        "Tikšanās",
        groups=[group],
        networks=[factories.network("Cities4CSR")],
        organiser=factories.municipality("Milāna"),
        kind=MeetingKind.WORKSHOP,
        summary_lv="Kopsavilkums",
        outcome_lv="Iznākums",
        note_lv="Piezīme",
        place_lv="Kultūras nams",
        starts_on=date(2020, 11, 10),
    )
    factories.agenda_item(held, "Veloceliņi", text_lv="Balsojums par maršrutu", text_en="Vote on the route")
    factories.speaker(held, factories.person("Anna Bērziņa"), affiliation_lv="Arhitekte")
    factories.decision(held, "Apstiprināt plānu")
    db.session.commit()
    for typed in (
        "kodolā", "cities4csr", "milana", "darbnīcas", "workshops", "kopsavilkumi", "iznakums", "piezīmes",
        "kulturas namā", "veloceliņš", "maršruts", "routes", "berzina anna", "arhitekti", "plānā apstiprināt",
        "10 novembris 2020", "10.11.2020", "november 2020",
    ):  # fmt: skip
        assert titles(typed, subjects={Subject.MEETING}) == ["Tikšanās"], typed


def test_a_meeting_without_a_title_is_found_by_the_one_it_is_given(app: Flask) -> None:
    factories.meeting("", title_lv=None, kind=MeetingKind.TRANSNATIONAL, ordinal=3)
    db.session.commit()
    assert titles("3 starpvalstu sanāksme") == ["3. starpvalstu sanāksme"]
    assert titles("third 3rd transnational", lang="en") == []
    assert titles("3rd transnational meetings", lang="en") == ["3rd transnational meeting"]


def test_every_other_subject_is_found(app: Flask) -> None:
    place = factories.municipality("Cēsu novads", name_en="Cēsis Municipality")
    network = factories.network("TechTown", summary_lv="Digitālā ekonomika")
    network.themes = [Theme(slug="jauniesi", name_lv="Jaunieši", name_en="Young people")]
    db.session.add(Partnership(network=network, municipality=place, role=PartnerRole.PARTNER, focus_lv="Inkubators"))
    group = factories.group(
        "Atbalsta grupa",
        municipality=place,
        networks=[network],
        tasks_lv="Sagatavot stratēģiju",
        kind=GroupKind.LEADER_LAG,
    )
    factories.initiative(group, "Mobilitātes punkts", summary_en="Parking for bicycles")
    db.session.commit()
    for typed, subject, title in (
        ("cēsīs", Subject.MUNICIPALITY, "Cēsu novads"),
        ("inkubatori", Subject.MUNICIPALITY, "Cēsu novads"),
        ("techtown jauniešiem", Subject.NETWORK, "TechTown"),
        ("cesis digitala", Subject.NETWORK, "TechTown"),
        ("leader stratēģijas cēsis techtown", Subject.GROUP, "Atbalsta grupa"),
        ("bicycle iniciatīva", Subject.INITIATIVE, "Mobilitātes punkts"),
    ):
        assert titles(typed, subjects={subject}) == [title], typed


def test_a_decision_leads_to_its_place_on_the_page_of_its_meeting(app: Flask) -> None:
    held = factories.meeting("Sanāksme", slug="sanaksme-2020", starts_on=date(2020, 11, 10))
    decided = factories.decision(held, "Apstiprināt rīcības plānu")
    db.session.commit()
    row = search("plāns", subjects={Subject.DECISION}).rows[0]
    assert (row.slug, row.anchor, row.day) == ("sanaksme-2020", f"lemums-{decided.id}", date(2020, 11, 10))


def test_the_spelling_typed_comes_before_others(app: Flask) -> None:
    group = factories.group("Grupa")
    factories.topic(group, "Kārta")
    factories.topic(group, "Karte")
    db.session.commit()
    assert titles("kārta") == ["Kārta", "Karte"]
    assert titles("karte") == ["Karte", "Kārta"]


def test_a_hit_in_the_title_comes_before_one_in_the_text(app: Flask) -> None:
    factories.meeting("Pavasara tikšanās", summary_lv="Par ceļvedi", starts_on=date(2021, 1, 2))
    factories.meeting("Ceļvedis", starts_on=date(2020, 1, 1))
    db.session.commit()
    assert titles("celvedis") == ["Ceļvedis", "Pavasara tikšanās"]
    assert titles("celvedis", order="newest") == ["Pavasara tikšanās", "Ceļvedis"]


def test_a_municipality_comes_before_the_meetings_named_after_it(app: Flask) -> None:
    factories.municipality("Ķekavas novads")
    for day in range(1, 4):
        factories.meeting("Ķekavas sanāksme", starts_on=date(2024, 1, day))
    db.session.commit()
    assert titles("ķekava") == ["Ķekavas novads", *["Ķekavas sanāksme"] * 3]


@pytest.mark.parametrize("order", ["best", "newest"])
def test_pages_follow_one_another_without_gap_or_repetition(app: Flask, order: str) -> None:
    for day in range(1, 8):
        factories.meeting(f"Sanāksme {day}", starts_on=date(2024, 1, day) if day > 2 else None)
    db.session.commit()
    seen: list[str] = []
    after = None
    for _ in range(4):
        page = search("sanāksme", order=order, after=after, limit=2)
        seen += [row.title.lv or "" for row in page.rows]
        after = page.next
    assert after is None
    assert seen == [f"Sanāksme {day}" for day in (7, 6, 5, 4, 3, 2, 1)]


@pytest.mark.parametrize("after", ["", "x", "1.2.3", "99999.1", "1.9999999999999999999", "-1", "\u0661"])
def test_a_page_that_never_was_is_refused(app: Flask, after: str) -> None:
    with pytest.raises(ValueError, match="No page"):
        search("sanāksme", after=after)


def test_subjects_are_counted_whichever_were_asked_for(app: Flask) -> None:
    group = factories.group("Velo grupa")
    factories.topic(group, "Velo ceļi")
    factories.topic(group, "Velo novietnes")
    db.session.commit()
    found = search("velo", subjects={Subject.GROUP})
    assert [row.title.lv for row in found.rows] == ["Velo grupa"]
    assert [tuple(facet) for facet in found.facets] == [(Subject.TOPIC, 2, False), (Subject.GROUP, 1, False)]


def test_counting_stops_at_a_hundred(app: Flask) -> None:
    group = factories.group("Grupa")
    for _ in range(102):
        factories.topic(group, "Velo")
    db.session.commit()
    assert [tuple(facet) for facet in search("velo").facets] == [(Subject.TOPIC, 100, True)]


def test_an_excerpt_shows_the_words_in_the_language_read(app: Flask) -> None:
    held = factories.meeting(
        "Tikšanās", summary_lv="Pirmais teikums. " * 20 + "Te apsprieda ceļvežus un kartes.", summary_en="Roadmaps."
    )
    factories.agenda_item(held, "Dažādi", text_en="Next steps of the roadmap")
    db.session.commit()
    lv = search("ceļvedis").rows[0].excerpt
    assert lv.lang == "lv"
    assert [text for text, is_hit in lv.pieces if is_hit] == ["ceļvežus"]
    assert "".join(text for text, _ in lv.pieces).startswith("… ")
    en = search("steps roadmap", lang="en").rows[0].excerpt
    assert en == ([("Next ", False), ("steps", True), (" of the ", False), ("roadmap", True)], "en")


def test_an_excerpt_falls_back_to_the_other_language(app: Flask) -> None:
    factories.meeting("Tikšanās", summary_lv="Par ceļvedi")
    db.session.commit()
    assert search("ceļvedis", lang="en").rows[0].excerpt == ([("Par ", False), ("ceļvedi", True)], "lv")


def test_the_words_understood_are_told_and_can_be_marked(app: Flask) -> None:
    found = search("„Ķekavas” LĒMUM")
    assert found.words == ["kekavas", "lemum"]
    assert found.words == [] or found.rows == []
    factories.meeting("Ķekavas lēmumi")
    db.session.commit()
    assert search("Ķekava LĒM").marked("Ķekavas novada lēmumi") == [
        ("Ķekavas", True), (" novada ", False), ("lēmumi", True),
    ]  # fmt: skip


HOSTILE = [
    "", " ", "\0", "\"'", '"', "'", "((((", "*", "^~=", "AND", "OR NOT", "NEAR(a b)", "title:x", "{a b}: c", "-a",
    "a* b*", "%_%", "' OR 1=1 --", "\\", "😀", "\ud800", "½", "ﾞ", "Å", "ß", "\u0131", "=group_1", "^velo x", "a\0b",
    "𞤀𞤁", "नमस्ते", "北京", "x:*", "'a':*",
    "a" * 10_000, "a " * 5_000, "ā" * 10_000, " ".join(f"vārds{n}" for n in range(2_000)), "!?." * 4_000,
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE, ids=lambda typed: ascii(typed[:12]))
def test_hostile_input_finds_nothing_and_breaks_nothing(app: Flask, typed: str) -> None:
    factories.topic(factories.group("Grupa"), "Velo")
    db.session.commit()
    for order in ("best", "newest"):
        assert titles(typed, order=order) == []


def test_marks_of_the_index_cannot_be_typed(app: Flask) -> None:
    factories.topic(factories.group("Grupa"), "Ceļš")
    db.session.commit()
    assert titles("=lasting") == titles("^cel") == [] or titles("^cel") == ["Ceļš"]


def test_strange_words_are_found_alike(app: Flask) -> None:
    strange = ["½", "ﾞ", "𞤀𞤁", "北京", "ß", "İstanbul", "a" * 100, "ŀ", "①", "ªx"]
    for word in strange:
        factories.meeting(f"Vārds {word}", starts_on=None)
    db.session.commit()
    for word in strange:
        assert titles(f"vārds {word}") == [f"Vārds {word}"]


def test_every_search_costs_the_same_number_of_statements(app: Flask, count_statements: Any) -> None:
    group = factories.group("Grupa")
    factories.topic(group, "Velo viens")
    db.session.commit()
    with count_statements() as of_one:
        search("velo viens")
    for number in range(30):
        factories.meeting(f"Velo viens {number}", groups=[group])
    db.session.commit()
    with count_statements() as of_many:
        search("velo viens")
    assert len(of_one) == len(of_many) <= 3


def test_postgresql_plans_each_search_for_its_own_words(app: Flask, count_statements: Any) -> None:
    if db.engine.dialect.name == "postgresql":
        with count_statements() as sent:
            search("lēmums")
        assert all("'lemum'" in statement.replace("''", "'") for statement in sent)

"""Managers put initiatives on record, change them, put them away; an administrator erases them."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.comment import Comment, CommentState
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.initiative import Initiative, InitiativeState, InitiativeStateChange
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.theme import Theme
from lag_tracker.models.traits import Audience, Precision
from tests import factories
from tests.reading import facts, texts
from tests.visitors import administrator, form_of, manager_of, member_of, send

NEW, EDIT = "/en/groups/kekava/initiatives/new", "/en/initiatives/soli/edit"


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


def stored(slug: str = "soli") -> Initiative:
    db.session.expire_all()
    return db.session.scalars(select(Initiative).where(Initiative.slug == slug)).one()


def steps() -> list[tuple[InitiativeState, date | None, Precision]]:
    found = db.session.scalars(select(InitiativeStateChange).order_by(InitiativeStateChange.position))
    return [(one.state, one.changed_on, one.date_precision) for one in found]


def test_a_manager_puts_an_initiative_on_record_proposed_today(app: Flask, group: Group) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False):
        manager = manager_of(app, group)
        answer = send(manager, NEW, title_lv="Soli pie skolas")
        assert (answer.status_code, answer.location) == (303, "/en/initiatives/soli-pie-skolas")
        assert texts(manager.get(answer.location).text, "h1") == ["Soli pie skolas"]
    assert steps() == [(InitiativeState.PROPOSED, date(2026, 11, 22), Precision.DAY)]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("3.5.2021", (date(2021, 5, 3), Precision.DAY)),
        ("2021-05-03", (date(2021, 5, 3), Precision.DAY)),
        ("05.2021.", (date(2021, 5, 1), Precision.MONTH)),
        ("2021", (date(2021, 1, 1), Precision.YEAR)),
        ("", (None, Precision.UNKNOWN)),
    ],
)
def test_the_day_it_was_proposed_is_kept_no_finer_than_it_was_typed(
    app: Flask, group: Group, typed: str, kept: tuple[date | None, Precision]
) -> None:
    send(manager_of(app, group), NEW, title_lv="Soli", since=typed)
    assert steps() == [(InitiativeState.PROPOSED, *kept)]


def test_a_day_that_there_is_not_is_refused_and_shown_again(app: Flask, group: Group) -> None:
    answer = send(manager_of(app, group), NEW, title_lv="Soli", since="31.02.2021.")
    assert answer.status_code == 422
    assert "Enter a day such as 15.03.2027., a month such as 03.2027., or a year." in answer.text
    assert form_of(answer)["since"] == ["31.02.2021."]
    assert steps() == []


def test_theme_topic_and_proposer_are_chosen_among_those_of_the_group(app: Flask, group: Group) -> None:
    theme = Theme(slug="zala", name_lv="zaļā mobilitāte")
    anna = factories.person("Anna Bērziņa", name_is_public=False)
    stranger = factories.person("Svešais Cilvēks")
    topic, foreign = factories.topic(group, "Ceļi"), factories.topic(factories.group(), "Svešais")
    db.session.add_all([theme, Membership(group=group, person=anna), Membership(group=foreign.group, person=stranger)])
    factories.initiative(group, "Soli", slug="soli")
    manager = manager_of(app, group)
    answer = send(manager, EDIT, theme_id=theme.id, topic_id=topic.id, proposer_id=anna.id)
    assert answer.status_code == 303
    found = stored()
    assert (found.theme_id, found.topic_id, found.proposer_id) == (theme.id, topic.id, anna.id)
    assert facts(manager.get("/en/initiatives/soli").text)["Proposed by"] == "Anna Bērziņa"
    refused = (
        send(manager, EDIT, topic_id=foreign.id),
        send(manager, EDIT, proposer_id=stranger.id),
        send(manager, EDIT, theme_id=999),
    )
    assert [answer.status_code for answer in refused] == [422, 422, 422]


def test_the_public_reads_the_proposers_name_only_with_consent(app: Flask, group: Group) -> None:
    anna, public = factories.person("Anna Bērziņa", name_is_public=False), app.test_client(use_cookies=False)
    factories.initiative(group, "Soli", slug="soli", proposer=anna)
    db.session.commit()
    assert "Anna" not in public.get("/en/initiatives/soli").text
    anna.name_is_public = True
    db.session.commit()
    assert facts(public.get("/en/initiatives/soli").text)["Proposed by"] == "Anna Bērziņa"


def test_a_topic_of_another_group_is_kept_without_being_named(app: Flask, group: Group) -> None:
    hidden = factories.topic(factories.group(audience=Audience.MEMBERS), "Slepenais temats")
    factories.initiative(group, "Soli", slug="soli", topic=hidden)
    manager = manager_of(app, group)
    assert "Slepenais" not in manager.get(EDIT).text
    assert send(manager, EDIT, title_en="Benches").status_code == 303
    assert (stored().title_en, stored().topic_id) == ("Benches", hidden.id)


def test_the_second_of_two_managers_sees_both_versions(app: Flask, group: Group) -> None:
    factories.initiative(group, "Soli", slug="soli")
    first, second = manager_of(app, group), manager_of(app, group)
    page = second.get(EDIT)
    send(first, EDIT, title_lv="Jauni soli")
    answer = send(second, EDIT, page=page, title_lv="Krēsli")
    assert answer.status_code == 409
    assert texts(answer.text, "blockquote") == ["Jauni soli"]
    assert stored().title_lv == "Jauni soli"


def test_meetings_that_spoke_about_it_are_ticked_and_others_stay(app: Flask, group: Group) -> None:
    one, two = (factories.meeting(title, groups=[group]) for title in ("Pirmā", "Otrā"))
    elsewhere = factories.meeting("Citur", groups=[factories.group(audience=Audience.MEMBERS)])
    initiative = factories.initiative(group, "Soli", slug="soli")
    initiative.meetings = [one, elsewhere]
    manager = manager_of(app, group)
    page = manager.get("/en/initiatives/soli/meetings")
    assert "Citur" not in page.text
    answer = send(manager, "/en/initiatives/soli/meetings", page=page, meetings=[two.id])
    assert answer.location == "/en/initiatives/soli"
    db.session.expire_all()
    assert {meeting.title_lv for meeting in _meetings_of(initiative.id)} == {"Otrā", "Citur"}
    assert (
        send(manager, "/en/initiatives/soli/meetings", page=page, meetings=[one.id]).location == "/en/initiatives/soli"
    )


def _meetings_of(number: int) -> list[Meeting]:
    found = select(Initiative).where(Initiative.id == number).options(db.selectinload(Initiative.meetings))
    return db.session.scalars(found).one().meetings


def test_an_archived_one_keeps_its_page_and_leaves_every_list(app: Flask, group: Group) -> None:
    factories.initiative(group, "Soli", slug="soli")
    manager = manager_of(app, group)
    assert send(manager, "/en/initiatives/soli/archive").location == "/en/initiatives/soli"
    lists = ("/en/initiatives", "/en/initiative-list", "/en/groups/kekava", "/")
    readers = (member_of(app, group), manager_of(app, factories.group("Cita grupa", slug="cita")))
    assert [address for address in lists for one in readers if "Soli" in one.get(address).text] == []
    found = [one for one in (*lists, "/en/initiatives?state=completed") if "Soli" in manager.get(one).text]
    assert found == ["/en/initiatives", "/en/initiative-list"]
    assert "Archived initiatives" in texts(manager.get("/en/initiatives").text, "h2")
    assert "This initiative is archived." in manager.get("/en/initiatives/soli").text
    assert send(manager, "/en/initiatives/soli/archive").status_code == 303
    assert [address for address in lists if "Soli" in manager.get(address).text] == list(lists)


def test_an_administrator_erases_it_and_decisions_stay(app: Flask, group: Group) -> None:
    initiative = factories.initiative(group, "Soli", slug="soli")
    decision = factories.decision(factories.meeting(groups=[group]), "Likt solus", initiative=initiative)
    said = Comment(initiative=initiative, text="Jā", language="lv", state=CommentState.SHOWN)
    db.session.add(said)
    manager, chief = manager_of(app, group), administrator(app)
    assert manager.get("/en/initiatives/soli/erase").status_code == 404
    page = chief.get("/en/initiatives/soli/erase")
    assert texts(page.text, "li", within="form") == []
    assert "1 decision" in texts(page.text, "li", within="main")
    assert send(chief, "/en/initiatives/soli/erase", page=page).location == "/en/initiatives"
    db.session.expire_all()
    assert db.session.get_one(Decision, decision.id).initiative_id is None
    assert db.session.scalars(select(Comment)).all() == []


def test_members_see_no_way_to_write(app: Flask, group: Group) -> None:
    factories.initiative(group, "Soli", slug="soli")
    member, manager = member_of(app, group), manager_of(app, group)
    pages = [client.get("/en/initiatives/soli").text for client in (member, manager)]
    assert [EDIT in page for page in pages] == [False, True]


def test_hostile_words_stay_words(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    words = "<script>alert(1)</script>"
    slug = send(manager, NEW, title_lv=words, summary_lv=words).location.rpartition("/")[2]
    for place in ("", "/edit", "/state", "/merge", "/split", "/archive", "/meetings", "/state/1"):
        assert words not in manager.get(f"/en/initiatives/{slug}{place}").text

"""Two initiatives become one and one becomes two, and nothing that was said about them is lost."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.action import Action
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.comment import Comment, CommentState
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative, InitiativeState
from lag_tracker.models.proposal import Proposal, ProposalKind
from lag_tracker.models.theme import Theme
from tests import factories
from tests.reading import facts, links, texts
from tests.visitors import manager_of, send

NOUNS = (AgendaItem, Decision, Action, Comment, Proposal)
MERGE = "/en/initiatives/soli/merge"


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


def with_everything(group: Group, title: str = "Soli", **given: Any) -> Initiative:
    """Add an initiative with one record of each kind about it."""
    initiative = factories.initiative(group, title, **given)
    held = factories.meeting(f"{title}: sēde", groups=[group], starts_on=date(2026, 1, 5))
    factories.agenda_item(held, f"{title}: punkts", initiative=initiative)
    factories.decision(held, f"{title}: lēmums", initiative=initiative)
    initiative.meetings = [factories.meeting(f"{title}: saruna", groups=[group], starts_on=date(2026, 1, 6))]
    words = Comment(initiative=initiative, text=f"{title}: doma", language="lv", state=CommentState.SHOWN)
    db.session.add_all([Action(meeting=held, initiative=initiative, text_lv=f"{title}: darbs"), words])
    db.session.add(Proposal(group=group, initiative=initiative, kind=ProposalKind.INITIATIVE, title="x", language="lv"))
    return initiative


def about(initiative: Initiative) -> list[int]:
    """Return how many records of each kind are about an initiative, and how many meetings are linked to it."""
    db.session.expire_all()
    counts = [len(db.session.scalars(select(noun).where(noun.initiative_id == initiative.id)).all()) for noun in NOUNS]
    found = select(Initiative).where(Initiative.id == initiative.id).options(db.selectinload(Initiative.meetings))
    return [*counts, len(db.session.scalars(found).one().meetings)]


def test_all_that_is_about_it_goes_to_the_other_and_its_page_leads_there(app: Flask, group: Group) -> None:
    theme = Theme(slug="zala", name_lv="zaļā mobilitāte")
    one = with_everything(group, slug="soli", theme=theme, state=InitiativeState.TESTING)
    two = with_everything(group, "Krēsli", slug="kresli")
    manager, public = manager_of(app, group), app.test_client(use_cookies=False)
    chosen = send(manager, MERGE, into=two.id)
    assert chosen.location == f"{MERGE}/kresli"
    page = manager.get(chosen.location)
    assert texts(page.text, "li", within="main")[-5:] == [
        "1 meeting linked to it",
        "1 agenda item",
        "1 decision",
        "1 action",
        "1 comment",
    ]
    assert send(manager, chosen.location, page=page).location == "/en/initiatives/kresli"
    assert (about(one), about(two)) == ([0] * 6, [2] * 6)
    old, new = (public.get(f"/en/initiatives/{slug}").text for slug in ("soli", "kresli"))
    assert links(old)["Krēsli"] == "/en/initiatives/kresli"
    assert "testing" in texts(old, "div", css_class="path-change")[0]
    assert texts(new, "div", css_class="path-change")[0].startswith(("Initiative Soli", "proposed"))
    assert facts(new)["Became part of it"] == "Soli"
    assert facts(new)["Theme"] == "zaļā mobilitāte"
    assert texts(new, "p", css_class="decision-text") == ["Soli: lēmums", "Krēsli: lēmums"]
    assert texts(public.get("/en/initiatives").text, "h3", css_class="card-title") == ["Krēsli"]


def test_what_became_part_of_the_first_belongs_to_the_second_too(app: Flask, group: Group) -> None:
    a, b, c = (factories.initiative(group, title, slug=title) for title in ("a", "b", "c"))
    manager = manager_of(app, group)
    send(manager, "/en/initiatives/a/merge/b")
    send(manager, "/en/initiatives/b/merge/c")
    db.session.expire_all()
    assert (a.merged_into_id, b.merged_into_id, c.merged_into_id) == (c.id, c.id, None)


@pytest.mark.parametrize("into", ["soli", "sens", "svesi"])
def test_one_cannot_become_part_of_itself_of_an_archived_one_or_of_another_groups(
    app: Flask, group: Group, into: str
) -> None:
    other = factories.group("Cita", slug="cita")
    factories.initiative(other, slug="svesi")
    one = with_everything(group, slug="soli")
    factories.initiative(group, slug="sens", archived_at=datetime(2026, 1, 1, tzinfo=UTC))
    manager = manager_of(app, group, other)
    assert send(manager, f"{MERGE}/{into}").status_code == 409
    assert about(one) == [1] * 6


def test_what_became_part_of_another_neither_moves_nor_comes_back(app: Flask, group: Group) -> None:
    two = factories.initiative(group, "Krēsli", slug="kresli")
    factories.initiative(group, "Soli", slug="soli", merged_into=two, archived_at=datetime(2026, 1, 1, tzinfo=UTC))
    manager = manager_of(app, group)
    answers = [
        send(manager, "/en/initiatives/soli/archive"),
        send(manager, "/en/initiatives/soli/state", to="accepted"),
        send(manager, "/en/initiatives/soli/split", title_lv="Daļa"),
        send(manager, "/en/initiatives/soli/merge/kresli"),
    ]
    assert [answer.status_code for answer in answers] == [409] * 4
    assert len(db.session.scalars(select(Initiative)).all()) == 2


def test_a_double_click_merges_once(app: Flask, group: Group) -> None:
    with_everything(group, slug="soli")
    factories.initiative(group, "Krēsli", slug="kresli")
    manager = manager_of(app, group)
    page = manager.get(f"{MERGE}/kresli")
    answers = [send(manager, f"{MERGE}/kresli", page=page) for _ in range(2)]
    assert [answer.location for answer in answers] == ["/en/initiatives/kresli"] * 2


def test_a_part_goes_on_by_itself_with_what_was_chosen(app: Flask, group: Group) -> None:
    one = with_everything(group, slug="soli", state=InitiativeState.TESTING)
    factories.decision(factories.meeting(groups=[group]), "Paliek", initiative=one)
    taken = db.session.scalars(select(Decision).where(Decision.text_lv == "Soli: lēmums")).one()
    talk = db.session.scalars(select(Comment)).one()
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False):
        manager = manager_of(app, group)
        answer = send(manager, "/en/initiatives/soli/split", title_lv="Galdi", decisions=[taken.id], comments=[talk.id])
    assert answer.location == "/en/initiatives/galdi"
    part = db.session.scalars(select(Initiative).where(Initiative.slug == "galdi")).one()
    assert (about(one), about(part)) == ([1, 1, 1, 0, 1, 1], [0, 1, 0, 1, 0, 0])
    public = app.test_client(use_cookies=False)
    new, old = (public.get(f"/en/initiatives/{slug}").text for slug in ("galdi", "soli"))
    assert (facts(new)["Split off from"], facts(old)["Split off"]) == ("Soli", "Galdi")
    assert texts(new, "span", css_class="badge")[0] == "testing"
    assert texts(new, "p", css_class="timeline-when")[-1] == "Sunday, 22 November 2026"
    assert texts(old, "div", css_class="path-change") == ["testing Iemesls"]


def test_a_part_needs_a_title_and_takes_nothing_of_others(app: Flask, group: Group) -> None:
    one, other = with_everything(group, slug="soli"), with_everything(group, "Krēsli", slug="kresli")
    manager = manager_of(app, group)
    foreign = db.session.scalars(select(Decision).where(Decision.initiative_id == other.id)).one()
    assert send(manager, "/en/initiatives/soli/split").status_code == 422
    assert send(manager, "/en/initiatives/soli/split", title_lv="Galdi", decisions=[foreign.id]).status_code == 422
    assert (about(one), about(other)) == ([1] * 6, [1] * 6)


def test_a_part_of_a_declined_one_keeps_the_reason(app: Flask, group: Group) -> None:
    factories.initiative(group, "Soli", slug="soli", state=InitiativeState.DECLINED)
    manager = manager_of(app, group)
    answer = send(manager, "/en/initiatives/soli/split", title_lv="Galdi")
    assert "Iemesls" in texts(manager.get(answer.location).text, "div", css_class="notice")[0]

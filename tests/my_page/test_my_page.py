"""Who has signed in finds what is wanted of them, deals with it in one click, and chooses for themselves."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.account import Account, Role
from lag_tracker.models.action import Action, ActionState
from lag_tracker.models.attendance import Attendance, Reply
from lag_tracker.models.comment import Comment, CommentState
from lag_tracker.models.consent import Consent
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import InitiativeState
from lag_tracker.models.meeting import Meeting, MeetingState, MinutesState
from lag_tracker.models.person import Person
from lag_tracker.models.traits import Audience
from tests import factories
from tests.reading import links, texts
from tests.replies.invited import NOW, ahead, answers, invite
from tests.visitors import form_of, send, signed_in

PAGE = "/en/my-page"
SETTINGS = "/en/my-page/settings"


@pytest.fixture(autouse=True)
def _at_the_moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group("Ķekavas grupa", slug="kekava")
    return made


@pytest.fixture
def anna(group: Group) -> Person:
    made: Person = factories.person("Anna Bērziņa", email="anna@grupas.example", name_is_public=False)
    return made


@pytest.fixture
def visitor(app: Flask, group: Group, anna: Person) -> FlaskClient:
    return signed_in(app, factories.account(person=anna, roles={group: Role.MEMBER}))


def held(group: Group, **given: Any) -> Meeting:
    values: dict[str, Any] = {"slug": "pagajusi", "state": MeetingState.HELD, "starts_on": date(2027, 2, 1)}
    made: Meeting = factories.meeting("Pagājusī", groups=[group], **(values | given))
    return made


def action(meeting: Meeting, person: Person, text: str = "Sarunāt zāli", **given: Any) -> Action:
    made = Action(**({"meeting": meeting, "person": person, "text_lv": text} | given))
    db.session.add(made)
    db.session.flush()
    return made


def states() -> dict[str | None, ActionState]:
    db.session.expire_all()
    return {one.text_lv: one.state for one in db.session.scalars(select(Action))}


def items(page: str, heading: str) -> list[str]:
    """Return what stands in the list below a heading, without its buttons."""
    start = page.index(f'id="{heading}"')
    part = page[start : page.index("</section>", start)]
    return [text for text in texts(f"<main>{part}</main>", "a", within="main") if text]


def test_an_invitation_is_answered_in_one_click(visitor: FlaskClient, group: Group, anna: Person) -> None:
    invite(ahead(group), anna)
    db.session.commit()
    page = visitor.get(PAGE)
    assert items(page.text, "waiting-h") == ["Velo & ceļi"]
    answer = send(visitor, "/en/meetings/sanaksme/answer", page=page, reply="accepted")
    assert answer.location == PAGE
    page = visitor.get(PAGE)
    assert 'id="waiting-h"' not in page.text
    assert "You answered: I will come." in page.text
    assert links(page.text)["Change the answer: Velo & ceļi"] == "/en/meetings/sanaksme/answer"
    assert answers() == {"Anna Bērziņa": Reply.ACCEPTED}


def test_meetings_of_the_own_groups_are_shown_and_no_others(visitor: FlaskClient, group: Group) -> None:
    ahead(group, slug="sava", audience=Audience.MEMBERS)
    hidden: dict[str, dict[str, Any]] = {
        "pagajusi": {"starts_on": date(2027, 2, 1)},
        "melnraksts": {"state": MeetingState.DRAFT},
        "atcelta": {"state": MeetingState.CANCELLED},
        "vaditaju": {"audience": Audience.MANAGERS},
    }
    for slug, given in hidden.items():
        ahead(group, slug=slug, **given)
    ahead(factories.group("Cita grupa"), slug="cita")
    db.session.commit()
    assert [address for address in links(visitor.get(PAGE).text).values() if "/en/meetings/" in address] == [
        "/en/meetings/sava"
    ]


def test_a_guest_is_led_to_the_invitation_where_the_meetings_page_is_not_for_them(
    visitor: FlaskClient, anna: Person
) -> None:
    invite(ahead(factories.group("Cita grupa"), audience=Audience.MEMBERS), anna, is_guest=True)
    db.session.commit()
    assert links(visitor.get(PAGE).text)["Velo & ceļi"] == "/en/meetings/sanaksme/answer"


def test_an_own_action_is_done_and_opened_again_in_one_click(visitor: FlaskClient, group: Group, anna: Person) -> None:
    meeting = held(group)
    later = action(meeting, anna, "Izdrukāt plakātus", due_on=date(2027, 4, 1))
    late = action(meeting, anna, due_on=date(2027, 2, 20))
    action(meeting, anna, "Bez termiņa", state=ActionState.IN_PROGRESS)
    db.session.commit()
    page = visitor.get(PAGE)
    assert texts(page.text, "p", css_class="own-action") == ["Sarunāt zāli", "Izdrukāt plakātus", "Bez termiņa"]
    assert texts(page.text, "span", css_class="badge") == ["late", "open", "in progress"]
    answer = send(visitor, f"{PAGE}/action", page=page, action=str(late.id), state="done")
    assert answer.location == PAGE
    send(visitor, f"{PAGE}/action", page=visitor.get(PAGE), action=str(later.id), state="in_progress")
    assert states() == {
        "Sarunāt zāli": ActionState.DONE,
        "Izdrukāt plakātus": ActionState.IN_PROGRESS,
        "Bez termiņa": ActionState.IN_PROGRESS,
    }
    assert texts(visitor.get(PAGE).text, "p", css_class="own-action")[-1] == "Sarunāt zāli"
    send(visitor, f"{PAGE}/action", page=visitor.get(PAGE), action=str(late.id), state="open")
    assert states()["Sarunāt zāli"] is ActionState.OPEN


def test_what_is_not_their_own_or_not_for_their_eyes_is_neither_shown_nor_turned(
    visitor: FlaskClient, group: Group, anna: Person
) -> None:
    meeting, own = held(group), factories.person("Juris Kalns")
    theirs = action(meeting, own, "Jura")
    secret = action(meeting, anna, "Vadītāju", audience=Audience.MANAGERS)
    dropped = action(meeting, anna, "Atmests", state=ActionState.DROPPED)
    mine = action(meeting, anna, "Mans")
    elsewhere = action(held(factories.group("Cita"), slug="cita", audience=Audience.MEMBERS), anna, "Cits")
    db.session.commit()
    page = visitor.get(PAGE)
    assert texts(page.text, "p", css_class="own-action") == ["Mans"]
    before = states()
    statuses = [
        send(visitor, f"{PAGE}/action", page=page, action=str(one), state="done").status_code
        for one in (theirs.id, secret.id, dropped.id, elsewhere.id, 987654, "x", "")
    ]
    assert statuses == [404] * 7
    for state in ("dropped", "open", "odd", ""):
        assert send(visitor, f"{PAGE}/action", page=page, action=str(mine.id), state=state).status_code == 400
    assert visitor.post(f"{PAGE}/action", data={"action": mine.id, "state": "done"}).status_code == 400
    assert states() == before


def test_open_questions_are_those_of_the_own_groups(visitor: FlaskClient, group: Group) -> None:
    other = factories.group("Cita grupa")
    for of, slug in ((group, "sava"), (other, "cita")):
        held(of, slug=f"{slug}-sanaksme", minutes_state=MinutesState.IN_REVIEW)
        held(of, slug=f"{slug}-vecaka", minutes_state=MinutesState.APPROVED)
        factories.initiative(of, slug=f"{slug}-iniciativa", state=InitiativeState.UNDER_DISCUSSION)
        factories.initiative(of, slug=f"{slug}-padarita", state=InitiativeState.DONE)
    db.session.commit()
    page = visitor.get(PAGE).text
    shown = list(links(page).values())
    assert {"/en/meetings/sava-sanaksme", "/en/initiatives/sava-iniciativa"} <= set(shown)
    assert [slug for slug in ("vecaka", "padarita", "cita-") if slug in page] == []


def test_own_groups_proposals_and_comments_are_listed(visitor: FlaskClient, group: Group, anna: Person) -> None:
    factories.proposal(group, "Soliņi pie skolas", person=anna)
    factories.proposal(group, "Cita cilvēka")
    meeting = held(group)
    for person, text in ((anna, "Lūdzu, datus par oktobri."), (factories.person("Juris Kalns"), "Cita cilvēka vārdi")):
        db.session.add(Comment(meeting=meeting, person=person, text=text, language="lv", state=CommentState.SHOWN))
    db.session.commit()
    page = visitor.get(PAGE).text
    found = links(page)
    assert found["Ķekavas grupa"] == "/en/groups/kekava"
    assert found["Soliņi pie skolas"] == "/en/my-page/proposals"
    assert "Lūdzu, datus par oktobri." in page
    assert "Cita cilvēka" not in page


def test_settings_are_kept_with_the_words_that_were_agreed_to(visitor: FlaskClient, anna: Person) -> None:
    page = visitor.get(SETTINGS)
    assert {name: form_of(page).get(name) for name in ("language", "wants_letters", "name_is_public")} == {
        "language": ["lv"],
        "wants_letters": ["y"],
        "name_is_public": None,
    }
    send(visitor, SETTINGS, language="en", wants_letters=None, name_is_public="y")
    db.session.expire_all()
    person, account = db.session.scalars(select(Person)).one(), db.session.scalars(select(Account)).one()
    assert (person.language, account.language, person.wants_letters, person.name_is_public) == ("en", "en", False, True)
    send(visitor, SETTINGS)
    assert "You agreed: 1 March 2027." in visitor.get(SETTINGS).text
    send(visitor, SETTINGS, name_is_public=None)
    given, taken = db.session.scalars(select(Consent).order_by(Consent.id))
    assert (given.is_given, taken.is_given, given.decided_at) == (True, False, NOW)
    assert given.wording in page.text
    assert given.wording.startswith("I agree that everyone may read my name")


def test_a_language_that_there_is_not_is_refused(visitor: FlaskClient) -> None:
    assert send(visitor, SETTINGS, language="xx").status_code == 422
    assert db.session.scalars(select(Person.language)).all() == ["lv"]


def test_an_account_of_nobody_on_record_has_a_page_and_a_language(app: Flask) -> None:
    nobody = factories.person("Bez konta")
    db.session.flush()
    meeting = ahead(factories.group("Cita grupa"))
    db.session.add(Attendance(meeting=meeting, reply=Reply.INVITED))
    db.session.add(Action(meeting=meeting, text_lv="Nevienam"))
    visitor = signed_in(app, factories.account(is_administrator=True))
    page = visitor.get(PAGE).text
    assert ("Nevienam" in page, 'id="waiting-h"' in page, "You belong to no group yet." in page) == (False, False, True)
    assert "name_is_public" not in form_of(visitor.get(SETTINGS))
    assert send(visitor, SETTINGS, language="en").location == PAGE
    assert (db.session.scalars(select(Account.language)).one(), nobody.language) == ("en", "lv")


def test_the_page_asks_as_often_however_much_there_is(
    visitor: FlaskClient, group: Group, anna: Person, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    def fill(slug: str) -> None:
        invite(ahead(group, slug=slug), anna)
        meeting = held(group, slug=f"{slug}-bija", minutes_state=MinutesState.IN_REVIEW)
        action(meeting, anna, slug)
        factories.initiative(group, slug=f"{slug}-iniciativa")
        factories.proposal(group, slug, person=anna)
        db.session.add(Comment(meeting=meeting, person=anna, text=slug, language="lv", state=CommentState.SHOWN))
        db.session.commit()

    fill("a")
    visitor.get(PAGE)
    with statements() as before:
        visitor.get(PAGE)
    fill("b")
    fill("c")
    visitor.get(PAGE)
    with statements() as after:
        visitor.get(PAGE)
    assert len(after) == len(before)

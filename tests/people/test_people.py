"""Managers read and change the people of their own groups, and learn nothing about those of others."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Role
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.consent import Consent
from lag_tracker.models.group import Group
from lag_tracker.models.person import Person
from lag_tracker.people.queries import Known, namesakes, surely
from tests import factories
from tests.reading import facts, links, texts
from tests.visitors import administrator, form_of, manager_of, member_of, send


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def anna(group: Group) -> Person:
    made: Person = factories.person(email="anna@kekava.example", phone="+37126123456", name_is_public=False)
    factories.membership(group, made, factories.organisation())
    return made


def test_a_manager_finds_the_people_of_the_group_by_a_part_of_the_name(app: Flask, anna: Person, group: Group) -> None:
    other = factories.group("Cita")
    factories.membership(other, factories.person("Zane Kalniņa", email="zane@cits.example"))
    guest = factories.person("Oskars Ziemelis")
    db.session.add(Attendance(meeting=factories.meeting(groups=[group]), person=guest, is_guest=True))
    factories.speaker(factories.meeting(groups=[group]), factories.person("Vija Runātāja"))
    manager = manager_of(app, group)
    assert texts(manager.get("/en/people").text, "th", within="tbody") == [
        "Anna Bērziņa",
        "Vija Runātāja",
        "Oskars Ziemelis",
    ]
    assert texts(manager.get("/en/people?q=berz").text, "th", within="tbody") == ["Anna Bērziņa"]
    assert texts(manager.get("/en/people?q=anna@").text, "h2") == ["1 person found"]
    assert "Nobody of your groups is called that." in manager.get("/en/people?q=zane").text
    assert "Zane Kalniņa" in administrator(app).get("/en/people").text


def test_the_list_of_people_costs_the_same_for_one_and_for_three(
    app: Flask, anna: Person, group: Group, statements: Any
) -> None:
    manager = manager_of(app, group)
    with statements() as one:
        manager.get("/en/people")
    for name in ("Juris Kalns", "Zane Upe"):
        factories.membership(group, factories.person(name, organisation=factories.organisation(name)))
    db.session.commit()
    with statements() as three:
        manager.get("/en/people")
    assert len(one) == len(three)


def test_a_persons_page_shows_what_managers_need(app: Flask, anna: Person, group: Group) -> None:
    page = manager_of(app, group).get(f"/en/people/{anna.id}").text
    assert facts(page) == {
        "E-mail address": "anna@kekava.example",
        "Phone number": "+371 26 123 456",
        "Language of letters": "Latvian",
        "Letters about meetings": "yes",
        "Everyone may read the name": "no",
    }
    assert links(page)["+371 26 123 456"] == "tel:+37126123456"


def test_a_manager_changes_a_person(app: Flask, anna: Person, group: Group) -> None:
    manager, number = manager_of(app, group), anna.id
    assert form_of(manager.get(f"/en/people/{number}/edit"))["phone"] == ["+371 26 123 456"]
    answer = send(
        manager,
        f"/en/people/{number}/edit",
        name="Anna Kalniņa-Bērziņa",
        organisation="Biedrība „Vide”",
        phone="29 876 543",
        language="en",
        wants_letters=None,
    )
    assert (answer.status_code, answer.location) == (303, f"/en/people/{number}")
    db.session.expire_all()
    kept = db.session.scalars(select(Person)).one()
    assert (kept.name, kept.phone, kept.language, kept.wants_letters, kept.email) == (
        "Anna Kalniņa-Bērziņa",
        "+37129876543",
        "en",
        False,
        "anna@kekava.example",
    )
    assert facts(manager.get(answer.location).text)["Organisation"] == "Biedrība „Vide”"


@pytest.mark.parametrize(
    ("field", "typed", "mistake"),
    [
        ("name", "", "Enter the name and surname."),
        ("phone", "zvani", "Enter a phone number such as +371 26 123 456."),
        ("email", "anna@", "Enter an e-mail address such as vards@example.lv."),
        ("language", "ru", "Choose one of the list."),
    ],
)
def test_a_mistake_is_tied_to_its_field(app: Flask, anna: Person, field: str, typed: str, mistake: str) -> None:
    answer = send(administrator(app), f"/en/people/{anna.id}/edit", **{field: typed})  # type: ignore[arg-type]
    assert (answer.status_code, links(answer.text).get(mistake)) == (422, f"#{field}")


def test_consent_is_written_down_with_its_words_and_day(app: Flask, anna: Person, group: Group) -> None:
    manager, address = manager_of(app, group), f"/en/people/{anna.id}/edit"
    send(manager, address, name_is_public="y")
    send(manager, address, email="a@kekava.example")
    send(manager, address, name_is_public=None)
    words = "The person agrees that everyone may read their name"
    assert [(one.is_given, one.wording) for one in db.session.scalars(select(Consent).order_by(Consent.id))] == [
        (True, words),
        (False, words),
    ]


def test_who_signs_in_decides_about_their_own_name(app: Flask, anna: Person, group: Group) -> None:
    factories.account(person=anna)
    manager, address = manager_of(app, group), f"/en/people/{anna.id}/edit"
    assert "name_is_public" not in form_of(manager.get(address))
    send(manager, address, name_is_public="y")
    db.session.expire_all()
    assert db.session.get_one(Person, anna.id).name_is_public is False


def test_a_person_of_two_managers_groups_is_read_by_both_and_changed_by_neither(
    app: Flask, anna: Person, group: Group
) -> None:
    other = factories.group("Cita")
    factories.membership(other, anna)
    manager, both = manager_of(app, group), manager_of(app, group, other)
    page = manager.get(f"/en/people/{anna.id}")
    assert "only an administrator can change what is on record" in page.text
    assert manager.get(f"/en/people/{anna.id}/edit").status_code == 404
    assert both.get(f"/en/people/{anna.id}/edit").status_code == 200


@pytest.mark.parametrize("tie", ["came", "spoke", "was a member", "has a role"])
def test_nobody_changes_a_person_whom_another_group_names(app: Flask, anna: Person, group: Group, tie: str) -> None:
    other = factories.group("Cita")
    elsewhere = factories.meeting(groups=[other])
    if tie == "came":
        db.session.add(Attendance(meeting=elsewhere, person=anna))
    elif tie == "spoke":
        factories.speaker(elsewhere, anna)
    elif tie == "was a member":
        factories.membership(other, anna, until_on=date(2020, 1, 1))
    else:
        factories.account(person=anna, roles={other: Role.MEMBER})
    manager = manager_of(app, group)
    assert manager.get(f"/en/people/{anna.id}").status_code == 200
    assert manager.get(f"/en/people/{anna.id}/edit").status_code == 404


def test_a_joint_meeting_keeps_nobody_from_changing_a_person(app: Flask, anna: Person, group: Group) -> None:
    joint = factories.meeting(groups=[group, factories.group("Cita")])
    db.session.add(Attendance(meeting=joint, person=anna))
    assert manager_of(app, group).get(f"/en/people/{anna.id}/edit").status_code == 200


def test_who_adds_somebody_of_another_group_reads_no_contacts(app: Flask, anna: Person, group: Group) -> None:
    other = factories.group("Cita", slug="cita")
    ours, theirs = manager_of(app, group), manager_of(app, other)
    number = anna.id
    answer = send(theirs, "/en/groups/cita/members/new", name=anna.name, email="anna@kekava.example")
    assert answer.status_code == 303
    pages = (
        f"/en/people/{number}",
        "/en/people",
        "/en/people.csv",
        "/en/groups/{}/members",
        "/en/groups/{}/members.csv",
    )
    told = [
        ["26 123 456" in page or "anna@" in page for page in (who.get(one.format(slug)).text for one in pages)]
        for who, slug in ((ours, "kekava"), (theirs, "cita"))
    ]
    assert told == [[True] * len(pages), [False] * len(pages)]
    assert "1 person found" not in theirs.get("/en/people?q=anna@").text
    factories.account(person=anna, roles={other: Role.MEMBER})
    db.session.commit()
    assert "26 123 456" in theirs.get(pages[0]).text


def test_the_first_to_have_a_guest_reads_how_to_reach_them(app: Flask, group: Group) -> None:
    guest, other = factories.person(phone="+37126123456"), factories.group("Cita")
    for holder in (group, other):
        db.session.add(Attendance(meeting=factories.meeting(groups=[holder]), person=guest, is_guest=True))
        db.session.flush()
    number = guest.id
    readers = (manager_of(app, group), manager_of(app, other), administrator(app))
    assert ["26 123 456" in who.get(f"/en/people/{number}").text for who in readers] == [True, False, True]


def test_members_do_not_open_the_people_pages(app: Flask, anna: Person, group: Group) -> None:
    assert member_of(app, group).get(f"/en/people/{anna.id}").status_code == 404


def test_an_archived_person_is_listed_apart(app: Flask, anna: Person, group: Group) -> None:
    manager, address = manager_of(app, group), f"/en/people/{anna.id}/archive"
    assert send(manager, address).status_code == 303
    page = manager.get("/en/people").text
    assert (texts(page, "td"), "Archived people" in texts(page, "h2")) == ([], True)
    send(manager, address)
    assert "Archived people" not in manager.get("/en/people").text


def test_an_erased_person_has_no_page(app: Flask, anna: Person, group: Group) -> None:
    number = anna.id
    anna.erased_at = anna.archived_at = utc_now()
    assert manager_of(app, group).get(f"/en/people/{number}").status_code == 404


def known(name: str, **given: Any) -> Known:
    values: dict[str, Any] = {
        "email": None,
        "organisation": Bilingual("Dome", None),
        "is_readable": True,
        "tells_contacts": True,
        "has_contact": True,
    }
    return Known(1, name, **(values | {"name_is_public": False} | given))


@pytest.mark.parametrize(
    ("one", "name", "email", "is_found"),
    [
        (known("Anna Bērziņa"), "anna berzina", None, True),
        (known("Anna Bērziņa", email="A@x.lv"), "Zane Upe", "a@X.lv", True),
        (known("Anna Bērziņa"), "Anna Bērziņ", None, False),
        (known("Anna Bērziņa"), None, None, False),
        (known("Anna Bērziņa", is_readable=False), "Anna Bērziņa", None, False),
        (known("Anna Bērziņa", is_readable=False, email="a@x.lv"), "Anna Bērziņa", "b@x.lv", False),
        (known("Anna Bērziņa", is_readable=False, email="a@x.lv"), "Zane Upe", "a@x.lv", False),
        (known("Anna Bērziņa", is_readable=False, email="a@x.lv"), "Anna Bērziņa", "a@x.lv", True),
        (known("Anna Bērziņa", is_readable=False, name_is_public=True), "Anna Bērziņa", None, False),
        (known("Anna Bērziņa", is_readable=False, name_is_public=True, has_contact=False), "Anna Bērziņa", None, True),
    ],
)
def test_a_namesake_is_told_of_only_when_nothing_new_is_learnt(
    one: Known, name: str | None, email: str | None, is_found: bool
) -> None:
    assert bool(namesakes([one], name=name, email=email)) is is_found


@pytest.mark.parametrize(
    ("name", "email", "organisation", "is_alone", "is_sure"),
    [
        ("anna bērziņa", None, None, True, True),
        ("Anna Berzina", None, None, True, False),
        ("Anna Bērziņa", None, "dome", False, True),
        ("Anna Bērziņa", None, "Skola", False, False),
        ("Anna Bērziņa", "a@x.lv", "Skola", False, True),
        ("Anna Bērziņa", "b@x.lv", "Dome", False, False),
    ],
)
def test_somebody_is_meant_without_a_doubt(
    name: str, email: str | None, organisation: str | None, is_alone: bool, is_sure: bool
) -> None:
    one = known("Anna Bērziņa", email="a@x.lv")
    given: dict[str, Any] = {"name": name, "email": email, "organisation": organisation, "is_alone": is_alone}
    assert surely([one], **given) == (one if is_sure else None)
    assert surely([one, one], **given) is None

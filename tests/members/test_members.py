"""Members read who belongs to their group, and managers say who does, on one page each."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.members.queries import balance
from lag_tracker.models.attendance import Attendance, Presence
from lag_tracker.models.group import Group, GroupKind, MemberRole, Membership, Tier
from lag_tracker.models.meeting import MeetingState
from lag_tracker.models.organisation import Organisation, Sector
from lag_tracker.models.person import Person
from tests import factories
from tests.reading import links, texts
from tests.visitors import administrator, form_of, manager_of, member_of, observer_of, send

NEW = "/en/groups/kekava/members/new"
LIST = "/en/groups/kekava/members"


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


def members() -> list[tuple[str | None, str | None, Tier, MemberRole]]:
    db.session.expire_all()
    return [
        (name, body, one.tier, one.role)
        for one, name, body in db.session.execute(
            select(Membership, Person.name, Organisation.name_lv)
            .outerjoin(Person, Person.id == Membership.person_id)
            .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
            .order_by(Membership.id)
        )
    ]


def people() -> list[tuple[str, str | None, str | None]]:
    db.session.expire_all()
    return [(one.name, one.email, one.phone) for one in db.session.scalars(select(Person).order_by(Person.id))]


def test_a_new_member_with_a_new_organisation_is_added_in_one_form(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    answer = send(
        manager,
        NEW,
        name="  Anna   Bērziņa ",
        organisation="Biedrība „Vide”",
        sector="civic",
        email="anna@vide.example",
        phone="26123456",
        tier="core",
        role="chair",
        from_on="1.9.2020.",
    )
    assert (answer.status_code, answer.location) == (303, LIST)
    assert members() == [("Anna Bērziņa", "Biedrība „Vide”", Tier.CORE, MemberRole.CHAIR)]
    assert people() == [("Anna Bērziņa", "anna@vide.example", "+37126123456")]
    page = manager.get(LIST).text
    assert texts(page, "th", "td", within="tbody") == [
        "Anna Bērziņa",
        "Biedrība „Vide”Civic sector",
        "Chair Core from 1 Sep 2020",
        "anna@vide.example+371 26 123 456 Edit Anna Bērziņa · End it Anna Bērziņa · Invite Anna Bērziņa",
    ]


def test_members_read_names_and_no_contacts(app: Flask, group: Group) -> None:
    anna = factories.person(email="anna@vide.example", phone="+37126123456", name_is_public=False)
    factories.membership(group, anna, factories.organisation())
    page = member_of(app, group).get(LIST).text
    assert texts(page, "th", within="tbody") == ["Anna Bērziņa"]
    assert ("anna@vide.example" in page, "123 456" in page, "Edit" in page) == (False, False, False)
    assert observer_of(app, group).get(LIST).status_code == 404
    assert "Members" in links(member_of(app, group).get("/en/groups/kekava").text)


def test_somebody_picked_by_name_is_not_put_on_record_twice(app: Flask, group: Group) -> None:
    factories.membership(group, factories.person(email="anna@vide.example"), until_on=date(2020, 1, 1))
    manager = manager_of(app, group)
    assert '<option value="Anna Bērziņa">' in manager.get(NEW).text
    assert send(manager, NEW, name="Anna Bērziņa").status_code == 303
    assert people() == [("Anna Bērziņa", "anna@vide.example", None)]
    assert len(members()) == 2


def test_a_namesake_is_asked_about_and_nothing_typed_is_lost(app: Flask, group: Group) -> None:
    factories.membership(group, factories.person(email="anna@vide.example"), until_on=date(2020, 1, 1))
    manager = manager_of(app, group)
    typed = {"name": "Anna Berzina", "email": "anna.b@skola.example", "organisation": "Skola"}
    answer = send(manager, NEW, **typed)  # type: ignore[arg-type]
    assert answer.status_code == 422
    question = "Somebody on record has this name or e-mail address. Say whether it is the same person."
    assert links(answer.text)[question] == "#who"
    assert texts(answer.text, "option", within="select") == [
        "Choose …",
        "Anna Bērziņa, anna@vide.example",
        "Nobody of these: a new person",
    ]
    assert form_of(answer)["email"] == ["anna.b@skola.example"]
    same = send(manager, NEW, page=answer, who="1")
    assert (same.status_code, people()) == (303, [("Anna Bērziņa", "anna@vide.example", None)])


def test_a_namesake_may_be_somebody_else(app: Flask, group: Group) -> None:
    factories.membership(group, factories.person(email="anna@vide.example"))
    manager = manager_of(app, group)
    answer = send(manager, NEW, name="Anna Bērziņa", email="cita@skola.example")
    assert (answer.status_code, len(people())) == (422, 1)
    assert send(manager, NEW, page=answer, who="0").status_code == 303
    assert people() == [("Anna Bērziņa", "anna@vide.example", None), ("Anna Bērziņa", "cita@skola.example", None)]


def test_people_of_other_groups_are_neither_offered_nor_taken(app: Flask, group: Group) -> None:
    zane = factories.person("Zane Upe", email="zane@cits.example", name_is_public=False)
    factories.membership(factories.group("Cita"), zane)
    manager = manager_of(app, group)
    assert "Zane" not in manager.get(NEW).text
    answer = send(manager, NEW, name="Anna Bērziņa", who=str(zane.id))
    assert (answer.status_code, "zane@" in answer.text) == (422, False)
    answer = send(manager, NEW, name="Zane Upe", email="cita@cits.example")
    assert (answer.status_code, len(people())) == (303, 2)


def test_a_manager_is_told_who_keeps_the_contacts_of_somebody_from_another_group(app: Flask, group: Group) -> None:
    away = factories.person("Dace Zeme", email="dace@cita.example")
    factories.membership(factories.group("Cita grupa"), away)
    factories.membership(group, away)
    factories.membership(group, factories.person("Ieva Liepa", email="ieva@grupas.example"))
    db.session.commit()
    page = manager_of(app, group).get(f"/en/groups/{group.slug}/members").text
    contacts = [cell.split(" Edit")[0].strip() for cell in texts(page, "td")[2::3]]
    assert contacts == ["ieva@grupas.example", "read by the group they belonged to first"]


def test_who_belongs_already_is_not_added_again(app: Flask, group: Group) -> None:
    factories.membership(group, factories.person(email="anna@vide.example"))
    body = factories.organisation()
    factories.membership(group, None, body)
    manager = manager_of(app, group)
    for typed in ({"name": "Anna Bērziņa"}, {"organisation": "Ķekavas novada pašvaldība"}):
        answer = send(manager, NEW, **typed)  # type: ignore[arg-type]
        assert answer.status_code == 422
        assert "This member belongs to the group already. Change that membership instead." in links(answer.text)
    assert len(members()) == 2


def test_a_member_is_somebody(app: Flask, group: Group) -> None:
    answer = send(manager_of(app, group), NEW, email="a@x.example")
    assert links(answer.text)["Enter a name, or an organisation that is a member itself."] == "#name"
    assert (people(), members()) == ([], [])


def test_an_organisation_or_another_group_is_a_member_itself(app: Flask, group: Group) -> None:
    other = factories.group("LEADER grupa", slug="leader")
    manager = manager_of(app, group)
    send(manager, NEW, organisation="Biedrība „Vide”", sector="civic")
    assert send(manager, NEW, member_group_id=str(other.id)).status_code == 303
    assert members() == [
        (None, "Biedrība „Vide”", Tier.WIDER, MemberRole.MEMBER),
        (None, None, Tier.WIDER, MemberRole.MEMBER),
    ]
    assert texts(manager.get(LIST).text, "th", within="tbody") == ["Biedrība „Vide”", "LEADER grupa"]


def test_a_sector_that_is_known_is_left_alone(app: Flask, group: Group) -> None:
    factories.organisation("Dome", sector=Sector.PUBLIC)
    factories.organisation("Skola")
    manager = manager_of(app, group)
    send(manager, NEW, name="Anna Bērziņa", organisation="dome", sector="civic")
    send(manager, NEW, name="Juris Kalns", organisation="SKOLA", sector="public")
    sectors = [(one.name_lv, one.sector) for one in db.session.scalars(select(Organisation).order_by(Organisation.id))]
    assert sectors == [("Dome", Sector.PUBLIC), ("Skola", Sector.PUBLIC)]


def test_contacts_that_are_not_known_yet_are_filled_in(app: Flask, group: Group) -> None:
    factories.membership(group, factories.person(email="anna@vide.example"), until_on=date(2020, 1, 1))
    send(manager_of(app, group), NEW, name="Anna Bērziņa", email="ANNA@vide.example", phone="26123456")
    assert people() == [("Anna Bērziņa", "anna@vide.example", "+37126123456")]


def test_a_manager_changes_a_membership(app: Flask, group: Group) -> None:
    first = factories.membership(group, factories.person())
    factories.membership(group, factories.person("Juris Kalns"), factories.organisation("Skola"))
    manager = manager_of(app, group)
    address = f"{LIST}/2/edit"
    assert form_of(manager.get(address))["organisation"] == ["Skola"]
    answer = send(
        manager, address, organisation="Dome", sector="public", role="expert", substitute_for_id=str(first.id)
    )
    assert (answer.status_code, answer.location) == (303, LIST)
    assert members()[1] == ("Juris Kalns", "Dome", Tier.WIDER, MemberRole.EXPERT)
    assert "stands in for Anna Bērziņa" in manager.get(LIST).text


def test_nobody_stands_in_for_themselves_or_for_a_member_of_another_group(app: Flask, group: Group) -> None:
    factories.membership(group, factories.person())
    factories.membership(factories.group("Cita"), factories.person("Juris Kalns"))
    manager = manager_of(app, group)
    for number in ("1", "2"):
        answer = send(manager, f"{LIST}/1/edit", substitute_for_id=number)
        assert links(answer.text).get("Choose one of the list.") == "#substitute_for_id"


def test_the_organisation_that_is_the_member_cannot_be_left_out(app: Flask, group: Group) -> None:
    factories.membership(group, None, factories.organisation())
    answer = send(manager_of(app, group), f"{LIST}/1/edit", organisation="")
    assert links(answer.text)["The organisation itself is the member, so it cannot be left out."] == "#organisation"


def test_a_membership_ends_and_the_attendance_stays(app: Flask, group: Group) -> None:
    anna = factories.person()
    factories.membership(group, anna, from_on=date(2020, 1, 1))
    held = factories.meeting(groups=[group], starts_on=date(2020, 5, 5))
    db.session.add(Attendance(meeting=held, person=anna, presence=Presence.PRESENT))
    manager = manager_of(app, group)
    early = send(manager, f"{LIST}/1/end", until_on="2019-12-31")
    assert links(early.text)["The membership cannot end before it began; check the day."] == "#until_on"
    assert send(manager, f"{LIST}/1/end", until_on="30.6.2020.").status_code == 303
    page = manager.get(LIST).text
    assert "Anna Bērziņa until 30 Jun 2020 · Edit Anna Bērziņa" in texts(page, "li")
    assert db.session.scalars(select(Attendance.person_id)).all() == [anna.id]


def test_an_administrator_erases_a_membership_and_not_the_person(app: Flask, group: Group) -> None:
    factories.membership(group, factories.person())
    assert send(administrator(app), f"{LIST}/1/erase").status_code == 303
    assert (members(), len(people())) == ([], 1)


def test_the_second_of_two_managers_is_shown_the_organisation_that_was_saved(app: Flask, group: Group) -> None:
    factories.membership(group, factories.person(), factories.organisation("Skola"))
    manager = manager_of(app, group)
    page = manager.get(f"{LIST}/1/edit")
    send(manager, f"{LIST}/1/edit", organisation="Dome")
    answer = send(manager, f"{LIST}/1/edit", page=page, organisation="Biedrība")
    assert (answer.status_code, texts(answer.text, "blockquote")) == (409, ["Dome"])


def test_the_list_of_members_costs_the_same_for_one_and_for_three(app: Flask, group: Group, statements: Any) -> None:
    first = factories.membership(group, factories.person(), factories.organisation("Dome"))
    manager = manager_of(app, group)
    with statements() as one:
        manager.get(LIST)
    for name in ("Juris Kalns", "Zane Upe"):
        factories.membership(group, factories.person(name), factories.organisation(name), substitute_for=first)
    db.session.commit()
    with statements() as three:
        manager.get(LIST)
    assert len(three) - len(one) <= 1, "those whom somebody stands in for are read in one statement"


def of(*sectors: Sector | None, **given: Any) -> list[Membership]:
    return [Membership(organisation=Organisation(sector=one), **({"tier": Tier.WIDER} | given)) for one in sectors]


PUBLIC, PRIVATE, CIVIC = Sector.PUBLIC, Sector.PRIVATE, Sector.CIVIC


@pytest.mark.parametrize(
    ("voting", "over"),
    [
        (of(PUBLIC, PRIVATE), [PUBLIC, PRIVATE]),
        (of(PUBLIC, PRIVATE, CIVIC), []),
        (of(*[PUBLIC] * 49, *[PRIVATE] * 26, *[CIVIC] * 25), []),
        (of(*[PUBLIC] * 50, *[PRIVATE] * 25, *[CIVIC] * 25), [PUBLIC]),
        (of(PUBLIC, PUBLIC, PRIVATE, None), [PUBLIC]),
        ([], []),
    ],
)
def test_a_sector_with_more_than_49_per_cent_is_named(voting: list[Membership], over: list[Sector]) -> None:
    assert balance(voting).over == over


def test_observers_and_substitutes_have_no_vote() -> None:
    voting = of(PUBLIC, PRIVATE, CIVIC)
    assert balance([*voting, *of(PUBLIC, tier=Tier.OBSERVER), *of(PUBLIC, substitute_for_id=1)]) == balance(voting)
    assert balance([*voting, Membership(tier=Tier.CORE)]).unknown == 1


def test_a_leader_group_is_told_how_its_votes_stand(app: Flask) -> None:
    leader = factories.group(slug="kekava", kind=GroupKind.LEADER_LAG)
    manager = manager_of(app, leader)
    for name, sector in (("Dome", PUBLIC), ("SIA „A”", PRIVATE)):
        factories.membership(leader, None, factories.organisation(name, sector=sector))
    db.session.commit()
    page = manager.get(LIST).text
    assert "Public sector has more than 49 % of the votes." in page
    factories.membership(leader, None, factories.organisation("Vide", sector=CIVIC))
    db.session.commit()
    assert "No sector has more than 49 % of the votes, as LEADER demands." in manager.get(LIST).text
    factories.membership(leader, factories.person())
    db.session.commit()
    assert "The sector of 1 member is not stated, so the balance is not certain." in manager.get(LIST).text


@pytest.mark.parametrize("is_person", [True, False])
def test_an_organisation_kept_to_oneself_is_not_named_at_meetings_nor_afterwards(app: Flask, is_person: bool) -> None:
    """The wish is that of the meetings then, whomever the member comes for today."""
    group, quiet, anna = factories.group(slug="kekava"), factories.organisation("Klusa biedrība"), factories.person()
    one = factories.membership(group, anna if is_person else None, quiet, organisation_is_public=False)
    held = factories.meeting("Tikšanās", groups=[group], slug="tiksanas", state=MeetingState.HELD)
    db.session.flush()
    came = Attendance(meeting_id=held.id, person_id=anna.id, organisation_id=quiet.id, presence=Presence.PRESENT)
    db.session.add(came)
    db.session.commit()

    def named() -> tuple[bool, bool]:
        stranger = app.test_client()
        page, found = stranger.get("/sanaksmes/tiksanas"), stranger.get("/meklet?q=klusa+biedriba")
        assert (page.status_code, found.status_code) == (200, 200)
        return "Klusa biedrība" in page.text, "Tikšanās" in found.text

    before, manager = named(), manager_of(app, group)
    place = f"/en/groups/kekava/members/{one.id}/edit"
    changed = send(manager, place, organisation="Jauna firma", organisation_is_public="y")
    assert (before, changed.status_code, named()) == ((False, False), 303, (False, False))

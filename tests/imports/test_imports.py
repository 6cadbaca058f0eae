"""A manager adds many members from a file: sees what it would do row by row, and then does all of it or nothing."""

import io
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lag_tracker.database import db
from lag_tracker.imports.forms import columns_of, entries_of
from lag_tracker.models.attendance import Attendance, Presence
from lag_tracker.models.group import Group, MemberRole, Membership, Tier
from lag_tracker.models.meeting import MeetingState
from lag_tracker.models.organisation import Organisation, Sector
from lag_tracker.models.person import Person
from lag_tracker.models.submission import Draft
from tests import factories
from tests.reading import links, texts
from tests.visitors import administrator, form_of, manager_of, send

IMPORT = "/en/groups/kekava/members/import"
HEAD = "Vārds un uzvārds;Organizācija;Sektors;E-pasts;Tālrunis;Loks;Loma;Kopš"


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


def upload(client: FlaskClient, *lines: str, name: str = "x.csv", content: bytes | None = None) -> TestResponse:
    """Send a file as a browser would, and return the page that it leads to."""
    fields: dict[str, Any] = dict(form_of(client.get(IMPORT)))
    fields["file"] = (io.BytesIO(content if content is not None else "\r\n".join(lines).encode()), name)
    answer = client.post(IMPORT, data=fields, content_type="multipart/form-data")
    return client.get(answer.location) if answer.status_code == 303 else answer


def what_happens(page: TestResponse) -> list[str]:
    return texts(page.text, "td", within="tbody")[1::2]


def members() -> list[tuple[Any, ...]]:
    db.session.expire_all()
    return [
        tuple(row)
        for row in db.session.execute(
            select(
                Person.name, Person.email, Organisation.name_lv, Organisation.sector, Membership.tier, Membership.role
            )
            .select_from(Membership)
            .outerjoin(Person, Person.id == Membership.person_id)
            .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
            .order_by(Membership.id)
        )
    ]


def test_nothing_is_done_before_the_manager_confirms_and_then_all_of_it(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    page = upload(
        manager,
        HEAD,
        "Anna Bērziņa;Biedrība „Vide”;pilsoniskais;anna@vide.example;26123456;kodols;vada;1.9.2020.",
        "",
        "Juris Kalns;biedrība „vide”;;;;;;",
        ";Ķekavas dome;Public sector;;;novērotāji;;",
    )
    assert what_happens(page) == ["New person", "New person", "New person"]
    assert "New person: 3" in texts(page.text, "li")
    assert (members(), db.session.scalars(select(Organisation)).all()) == ([], [])
    answer = send(manager, page.request.path)
    assert (answer.status_code, answer.location) == (303, "/en/groups/kekava/members")
    assert members() == [
        ("Anna Bērziņa", "anna@vide.example", "Biedrība „Vide”", Sector.CIVIC, Tier.CORE, MemberRole.CHAIR),
        ("Juris Kalns", None, "Biedrība „Vide”", Sector.CIVIC, Tier.WIDER, MemberRole.MEMBER),
        (None, None, "Ķekavas dome", Sector.PUBLIC, Tier.OBSERVER, MemberRole.MEMBER),
    ]
    assert db.session.scalars(select(Person.phone).where(Person.name == "Anna Bērziņa")).one() == "+37126123456"
    assert db.session.scalars(select(Draft)).all() == []
    assert manager.get(page.request.path).status_code == 404


def test_only_who_sent_a_list_opens_it(app: Flask, group: Group) -> None:
    manager, colleague, chief = manager_of(app, group), manager_of(app, group), administrator(app)
    page = upload(manager, HEAD, "Anna Bērziņa;;;anna@vide.example;;;;")
    address = page.request.path
    assert [visitor.get(address).status_code for visitor in (manager, colleague, chief)] == [200, 404, 404]
    assert [visitor.post(address, data=form_of(page)).status_code for visitor in (colleague, manager)] == [404, 303]


def test_a_list_that_is_sent_anew_takes_the_place_of_the_earlier_one(app: Flask, group: Group) -> None:
    manager, colleague = manager_of(app, group), manager_of(app, group)
    others = upload(colleague, HEAD, "Juris Kalns;;;;;;;").request.path
    for name in ("Ana Bērziņa", "Anna Bērziņa"):
        page = upload(manager, HEAD, f"{name};;;;;;;")
    assert db.session.scalars(select(Draft.path)).all() == [f"members of {group.id}"] * 2
    assert [manager.get(page.request.path).status_code, colleague.get(others).status_code] == [200, 200]


def test_each_row_says_what_it_comes_to(app: Flask, group: Group) -> None:
    dome = factories.organisation("Dome", sector=Sector.PUBLIC)
    factories.membership(group, factories.person("Anna Bērziņa", email="anna@dome.example"), dome)
    factories.membership(group, factories.person("Juris Kalns", phone="+37126123456"), dome, role=MemberRole.CHAIR)
    factories.membership(group, factories.person("Zane Upe"), until_on=date(2020, 1, 1))
    factories.membership(group, None, dome)
    page = upload(
        manager_of(app, group),
        "name,organisation,e-mail,phone,office,colour",
        "anna berzina,dome,ANNA@dome.example,,,red",
        "Juris Kalns,Skola,,29 876 543,member,",
        "Zane Upe,,,,,",
        "Jauns Cilvēks,Dome,,,expert,",
        ",Dome,,,,",
    )
    assert what_happens(page) == [
        "Belongs already, nothing changes",
        "Belongs already, is changed Phone number: +371 26 123 456 +371 29 876 543Office: chair memberOrganisation: Dome Skola",  # noqa: E501
        "On record, joins the group",
        "New person",
        "Belongs already, nothing changes",
    ]
    assert "These columns are left out: colour." in page.text


def test_rows_with_mistakes_are_named_and_nothing_can_be_confirmed(app: Flask, group: Group) -> None:
    factories.membership(group, factories.person("Anna Bērziņa", email="anna@dome.example"))
    factories.membership(group, factories.person("Zane Upe", email="zane@dome.example"), until_on=date(2020, 1, 1))
    manager = manager_of(app, group)
    page = upload(
        manager,
        "Vārds;E-pasts;Tālrunis;Sektors;Kopš;Līdz;Organizācija",
        "Juris Kalns;juris@;zvani;mežs;32.1.2020.;;",
        "Ieva Ozola;anna@dome.example;;;;;",
        "Zane Upe;cita@dome.example;;;;;",
        "Pēteris Liepa;;;;1.1.2021.;1.1.2020.;",
        "Jauns Cilvēks;;;;;;",
        "JAUNS CILVĒKS;;;;;;",
        ";;;civic;;;",
        "Labs Cilvēks;;;;;;",
    )
    unread, *others = what_happens(page)
    assert unread == (
        "Sector: Choose one of the list.E-mail address: Enter an e-mail address such as vards@example.lv."
        "Phone number: Enter a phone number such as +371 26 123 456.Member since: Enter a day such as 15.03.2027."
    )
    assert others == [
        "This e-mail address is on record for somebody of another name.",
        "Somebody of this name is on record with another address. Add this member by hand.",
        "Member until: The membership cannot end before it began; check the two days.",
        "New person",
        "Row 6 names the same member.",
        "Enter a name, or an organisation that is a member itself.",
        "New person",
    ]
    assert "Do all of this" not in texts(page.text, "button")
    before = members()
    forced = send(manager, page.request.path)
    assert (forced.status_code, members()) == (409, before)
    assert "Mend the rows that are marked, and send the file again." in forced.text


def test_what_changed_since_it_was_shown_is_shown_again(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    page = upload(manager, "Vārds", "Anna Bērziņa")
    factories.membership(group, factories.person("Anna Bērziņa"))
    db.session.commit()
    answer = send(manager, page.request.path, page=page)
    assert (answer.status_code, len(members())) == (409, 1)
    assert "What is on record has changed meanwhile." in answer.text
    assert what_happens(answer) == ["Belongs already, nothing changes"]


def test_people_of_other_groups_are_not_given_away(app: Flask, group: Group) -> None:
    other = factories.group("Cita")
    factories.membership(other, factories.person("Zane Upe", email="zane@cits.example", name_is_public=False))
    shared = factories.person("Anna Bērziņa", email="anna@cits.example")
    factories.membership(other, shared)
    factories.membership(group, shared)
    page = upload(
        manager_of(app, group),
        "Vārds;E-pasts",
        "Zane Upe;zane@cits.example",
        "Anna Bērziņa;jauna@cits.example",
    )
    assert what_happens(page) == [
        "New person",
        "Another group has this person, too: leave position, e-mail and phone as they are on record.",
    ]


@pytest.mark.parametrize("name", ["Anna Bērziņa", "Kāds Cits"])
def test_whether_an_address_or_number_is_right_is_told_to_nobody_who_may_not_read_it(
    app: Flask, group: Group, name: str
) -> None:
    shared = factories.person("Anna Bērziņa", email="anna@cits.example", phone="+37126123456")
    factories.membership(factories.group("Cita"), shared)
    factories.membership(group, shared)
    rows = [
        f"{name};{contact}"
        for contact in ("anna@cits.example;", "jauna@cits.example;", ";+37126123456", ";+37126123457")
    ]
    manager = manager_of(app, group)
    answers = [what_happens(upload(manager, "Vārds;E-pasts;Tālrunis", row)) for row in rows]
    assert answers[0] == answers[1] == answers[2] == answers[3]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", "The file holds no rows."),
        (b"MZ\x90\x00", "This is neither a CSV file nor an Excel workbook (.xlsx). Save the table as one of them."),
        (b"Krasa;Augums\r\nzila;2\r\n", "The first row must name the columns, such as “Name and surname” and"),
    ],
)
def test_a_file_that_is_no_list_is_refused(app: Flask, group: Group, content: bytes, refusal: str) -> None:
    answer = upload(manager_of(app, group), content=content)
    assert answer.status_code in {409, 422}
    assert refusal in answer.text
    assert db.session.scalars(select(Draft)).all() == []


def test_no_file_is_asked_for_in_words(app: Flask, group: Group) -> None:
    assert links(send(manager_of(app, group), IMPORT).text)["Choose a file."] == "#file"


def test_a_file_that_is_too_large_is_refused(app: Flask, group: Group) -> None:
    answer = upload(manager_of(app, group), content=b"a" * 1_100_000)
    assert answer.status_code == 413


def test_what_was_sent_for_one_group_is_not_confirmed_for_another(app: Flask, group: Group) -> None:
    other = factories.group("Cita", slug="cita")
    manager, stranger = manager_of(app, group, other), manager_of(app, other)
    path = upload(manager, "Vārds", "Anna Bērziņa").request.path
    assert stranger.get(path).status_code == 404
    assert [client.get(path.replace("kekava", "cita")).status_code for client in (manager, stranger)] == [404, 404]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("prefix", ["/en/example-of-members", "/dalibnieku-saraksta-paraugs"])
def test_the_example_is_read_without_a_mistake(app: Flask, group: Group, ending: str, prefix: str) -> None:
    manager = manager_of(app, group)
    example = manager.get(f"{prefix}.{ending}")
    assert example.headers["Content-Disposition"].startswith("attachment; filename=")
    page = upload(manager, content=example.data, name=f"x.{ending}")
    assert what_happens(page) == ["New person", "New person"]
    assert "These columns are left out" not in page.text
    assert send(manager, page.request.path).status_code == 303
    assert [row[3:] for row in members()] == [
        (Sector.CIVIC, Tier.CORE, MemberRole.CHAIR),
        (Sector.PUBLIC, Tier.WIDER, MemberRole.MEMBER),
    ]


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("head", "columns"),
    [
        (["Vārds, uzvārds", "IESTĀDE", "E-pasta adrese:"], ["name", "organisation", "email"]),
        (["Vārds", "Uzvārds *", "Amats"], ["given_name", "surname", "position"]),
        (["First name", "Surname"], ["given_name", "surname"]),
        (["Vārds", "Vārds"], ["name"]),
        (["'+x", "Name"], ["name"]),
    ],
)
def test_columns_are_known_by_their_names_in_both_languages(app: Flask, head: list[str], columns: list[str]) -> None:
    assert list(columns_of([[], head]).values()) == columns


@pytest.mark.sqlite_only
def test_names_come_in_either_order(app: Flask) -> None:
    with app.test_request_context("/"):
        app.preprocess_request()
        found = [one.name for one in entries_of([["Vārds"], ["Bērziņa, Anna"], ["Anna  Bērziņa"]])]
        apart = [one.name for one in entries_of([["Uzvārds", "Vārds"], ["Bērziņa", "Anna"]])]
    assert (found, apart) == (["Anna Bērziņa", "Anna Bērziņa"], ["Anna Bērziņa"])


def test_hostile_cells_are_shown_as_they_are(app: Flask, group: Group) -> None:
    page = upload(manager_of(app, group), "Vārds;Organizācija;<b>", "<script>alert(1)</script>;'=1+1;x")
    assert "<script>alert" not in page.text
    assert texts(page.text, "th", within="tbody") == ["<script>alert(1)</script>=1+1 (new organisation)"]


def test_two_thousand_rows_are_planned_in_as_many_statements_as_two(app: Flask, group: Group, statements: Any) -> None:
    manager, found = manager_of(app, group), []
    for rows in (2, 2000):
        lines = [f"Persona {n};p{n}@x.example" for n in range(rows)]
        address = upload(manager, "Vārds;E-pasts", *lines).request.path
        with statements() as asked:
            page = manager.get(address)
        found.append((len(asked), texts(page.text, "strong")))
    few, many = found
    assert (few[1], many) == (["2"], (few[0], ["2000"]))


def test_a_list_that_gives_a_member_another_organisation_names_the_former_nowhere(app: Flask, group: Group) -> None:
    anna, quiet = factories.person("Anna Bērziņa"), factories.organisation("Klusa biedrība")
    member = factories.membership(group, anna, quiet, organisation_is_public=False)
    held = factories.meeting("Tikšanās", groups=[group], slug="tiksanas", state=MeetingState.HELD)
    db.session.flush()
    came = Attendance(meeting_id=held.id, person_id=anna.id, organisation_id=quiet.id, presence=Presence.PRESENT)
    db.session.add(came)
    db.session.commit()
    manager = manager_of(app, group)
    page = upload(manager, "name,organisation", "Anna Bērziņa,Skola")
    assert send(manager, page.request.path).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Organisation, member.organisation_id).name_lv == "Skola"
    member.organisation_is_public = True
    db.session.commit()
    assert "Klusa biedrība" not in app.test_client().get("/sanaksmes/tiksanas").text

"""Lists as files: the rows of their pages, chosen by the same address and the same rights."""

import csv
import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select, update

from lag_tracker.accounts.limits import Quota
from lag_tracker.database import db
from lag_tracker.exports import views
from lag_tracker.exports.columns import MOST_ROWS, listed
from lag_tracker.models.account import Role
from lag_tracker.models.action import Action
from lag_tracker.models.attendance import Attendance, Presence, Reply
from lag_tracker.models.audit import AuditEntry, Deed
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, MemberRole
from lag_tracker.models.initiative import InitiativeState
from lag_tracker.models.meeting import MeetingState
from lag_tracker.models.network import PartnerRole, Partnership
from lag_tracker.models.organisation import Sector
from lag_tracker.models.source import Source
from lag_tracker.models.traits import Audience, Precision
from tests import factories
from tests.reading import links, texts
from tests.visitors import administrator, form_of, manager_of, member_of, send, signed_in

PUBLIC_LISTS = ["groups", "calendar", "topics", "initiatives", "decisions", "networks", "municipalities"]
OWN_LISTS = [
    "groups/kekava/members", "groups/kekava/actions", "groups/kekava/milestones", "people", "organisations", "sources",
]  # fmt: skip


def rows_of(client: FlaskClient, address: str) -> list[list[str]]:
    """Return the rows of a CSV at an English address, its head first."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    text = answer.data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter="," if address.startswith("/en/") else ";"))


def column(client: FlaskClient, address: str, head: str) -> list[str]:
    names, *rows = rows_of(client, address)
    return [row[names.index(head)] for row in rows]


@pytest.fixture
def group(app: Flask) -> Group:
    """Make a group with a record of everything that lists show."""
    kekava = factories.municipality(slug="kekava")
    made: Group = factories.group(slug="kekava", municipality=kekava)
    network = factories.network("Cities4CSR")
    network.partnerships = [Partnership(municipality=kekava, role=PartnerRole.PARTNER)]
    anna = factories.person(
        "Anna Bērziņa", email="anna@x.example", phone="+37126123456", position_lv="Valdes priekšsēdētāja"
    )
    factories.membership(
        made,
        anna,
        factories.organisation("Biedrība", sector=Sector.CIVIC),
        role=MemberRole.CHAIR,
        from_on=date(2026, 9, 1),
    )
    held = factories.evening("Rudens sanāksme", groups=[made], slug="rudens", starts_on=date(2026, 10, 1))
    held.state = MeetingState.HELD
    factories.decision(held, "Velonovietnes jābūvē", number=3, topic=factories.topic(made))
    factories.initiative(made, state=InitiativeState.ACCEPTED)
    factories.milestone(None, group=made)
    db.session.add(Source(publisher="URBACT", title_lv="Par projektu"))
    db.session.flush()
    factories.action(held, "=Uzmērīt ielu", person_id=anna.id, due_on=date(2026, 11, 1))
    db.session.commit()
    return made


@pytest.mark.usefixtures("group")
def test_a_list_is_the_same_in_both_kinds_of_file(client: FlaskClient) -> None:
    answers = {ending: client.get(f"/en/decisions.{ending}") for ending in ("csv", "xlsx")}
    assert {ending: (answer.mimetype, answer.headers["Content-Disposition"]) for ending, answer in answers.items()} == {
        "csv": ("text/csv", "attachment; filename=decisions.csv"),
        "xlsx": (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "attachment; filename=decisions.xlsx",
        ),
    }
    expected = {
        "Number": "No. 3/2026",
        "Decision": "Velonovietnes jābūvē",
        "Date": "2026-10-01",
        "How well the date is known": "",
        "Group": "Ķekavas vietējā rīcības grupa",
        "Meeting": "Rudens sanāksme",
        "How it was decided": "method not stated",
        "Votes for": "",
        "Votes against": "",
        "Abstained": "",
        "Public since": "2026-12-15",
        "Initiative": "",
        "Topic": "Velosatiksme",
        "Page": "https://grupas.example/en/meetings/rudens",
    }
    head, *rows = rows_of(client, "/en/decisions.csv")
    assert [dict(zip(head, row, strict=True)) for row in rows] == [expected]
    sheet = load_workbook(io.BytesIO(answers["xlsx"].data)).active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0] == head
    assert cells[1][:4] == ["No. 3/2026", "Velonovietnes jābūvē", sheet["C2"].value, None]
    assert sheet["C2"].is_date


def test_a_file_tells_what_is_not_public_yet(app: Flask, group: Group) -> None:
    db.session.execute(update(Decision).values(published_on=None))
    db.session.execute(update(Action).values(is_published=False))
    db.session.commit()
    head, row = rows_of(manager_of(app, group), "/en/decisions.csv")
    assert row[head.index("Public since")] == "not public yet"
    assert len(rows_of(app.test_client(use_cookies=False), "/en/decisions.csv")) == 1
    actions = "/en/groups/kekava/actions.csv"
    told = [column(manager_of(app, group), actions, "Who may see it")]
    db.session.execute(update(Action).values(is_published=True, audience=Audience.MEMBERS))
    db.session.commit()
    assert [*told, column(member_of(app, group), actions, "Who may see it")] == [["not public yet"], ["for members"]]


def test_every_list_has_its_rows_and_the_same_columns_in_both_languages(app: Flask, group: Group) -> None:
    visitor = manager_of(app, group)
    lists = [*PUBLIC_LISTS, *OWN_LISTS]
    found = {name: rows_of(visitor, f"/en/{name}.csv") for name in lists}
    assert {name: len(rows) for name, rows in found.items()} == dict.fromkeys(lists, 2)
    in_latvian = dict(zip(lists, [
        "grupas", "kalendars", "temati", "iniciativas", "lemumi", "tikli", "pasvaldibas", "grupas/kekava/dalibnieki",
        "grupas/kekava/uzdevumi", "grupas/kekava/termini", "personas", "organizacijas", "avoti",
    ], strict=True))  # fmt: skip
    assert {name: len(rows_of(visitor, f"/{path}.csv")[0]) for name, path in in_latvian.items()} == {
        name: len(rows[0]) for name, rows in found.items()
    }


def test_a_cell_never_begins_a_formula(app: Flask, group: Group) -> None:
    assert column(member_of(app, group), "/en/groups/kekava/actions.csv", "Action") == ["'=Uzmērīt ielu"]


def test_files_show_each_reader_what_the_pages_show_them(app: Flask, client: FlaskClient) -> None:
    hidden = factories.group("Slepenā grupa", audience=Audience.MEMBERS)
    held = factories.meeting("Slepenā sanāksme", groups=[hidden])
    factories.decision(held, "Slepenais lēmums")
    factories.topic(hidden, "Slepenais temats")
    factories.initiative(hidden, "Slepenā iniciatīva")
    factories.meeting("Slepenais melnraksts", groups=[factories.group("Atklātā")], state=MeetingState.DRAFT)
    db.session.commit()
    sought, everything = "Slepen", administrator(app)
    lists = ["groups", "calendar", "topics", "initiatives", "decisions"]
    assert {name: sought in client.get(f"/en/{name}.csv").text for name in lists} == dict.fromkeys(lists, False)
    assert {name: sought in everything.get(f"/en/{name}.csv").text for name in lists} == dict.fromkeys(lists, True)
    assert client.get("/en/groups.csv").headers["Vary"] == "Cookie"


def test_a_page_leads_to_the_file_of_just_what_it_shows(client: FlaskClient, group: Group) -> None:
    other = factories.group("Cita grupa", slug="cita")
    factories.decision(factories.meeting("Cita", groups=[other], starts_on=date(2025, 5, 5)), "Cits lēmums")
    factories.initiative(other, "Cita iniciatīva")
    factories.network("Arrival Cities")
    factories.meeting("Vēl viena", groups=[group], starts_on=None, date_precision=Precision.UNKNOWN)
    db.session.commit()
    expected = {
        "/en/decisions?group=kekava": ("Decision", ["Velonovietnes jābūvē"]),
        "/en/decisions?year=2025": ("Decision", ["Cits lēmums"]),
        "/en/initiatives?state=accepted": ("Initiative", ["Mobilitātes punkti"]),
        "/en/initiative-list?sort=group&group=cita": ("Initiative", ["Cita iniciatīva"]),
        "/en/networks": ("Network", ["Arrival Cities", "Cities4CSR"]),
        "/en/networks?kind=action_planning": ("Network", ["Arrival Cities", "Cities4CSR"]),
        "/en/calendar/2025": ("Meeting", ["Cita"]),
        "/en/calendar/2025/5": ("Meeting", ["Cita"]),
        "/en/calendar/2025/6": ("Meeting", []),
        "/en/calendar/2026?group=kekava": ("Meeting", ["Rudens sanāksme"]),
        "/en/calendar/past?group=kekava": ("Meeting", ["Rudens sanāksme", "Vēl viena"]),
        "/en/calendar": ("Meeting", []),
        "/en/groups/kekava": ("Meeting", ["Rudens sanāksme", "Vēl viena"]),
    }
    found = {
        page: column(
            client,
            next(
                address
                for address in links(client.get(page).text).values()
                if re.search("(?<!milestones)\\.csv", address)
            ),
            expected[page][0],
        )
        for page in expected
    }
    assert found == {page: rows for page, (_, rows) in expected.items()}


@pytest.mark.parametrize(
    "address",
    [
        "/en/groups.pdf", "/en/decisions.csv?group=nav", "/en/decisions.csv?year=x", "/en/initiatives.csv?sort=x",
        "/en/networks.csv?theme=x", "/en/calendar.csv?kind=x", "/en/calendar.csv?when=x",
        "/en/calendar.csv?during=2026-13", "/en/calendar.csv?during=1000",
    ],
)  # fmt: skip
@pytest.mark.sqlite_only
def test_what_the_address_asks_for_and_there_is_not_is_answered_404(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_day_is_no_finer_than_it_is_known(client: FlaskClient) -> None:
    factories.meeting("Pavasarī", starts_on=date(2026, 5, 1), date_precision=Precision.MONTH)
    factories.meeting("Gadā", starts_on=date(2027, 1, 1), date_precision=Precision.YEAR)
    db.session.commit()
    assert column(client, "/en/calendar.csv", "Date") == ["May 2026", "2027"]


def test_members_come_with_addresses_for_managers_alone_and_it_is_written_down(app: Flask, group: Group) -> None:
    manager, member = manager_of(app, group), member_of(app, group)
    assert rows_of(member, "/en/groups/kekava/members.csv")[1][:5] == [
        "Anna Bērziņa", "Biedrība", "civic sector", "wider group", "chair",
    ]  # fmt: skip
    head, row = rows_of(manager, "/en/groups/kekava/members.csv")
    assert dict(zip(head, row, strict=True)) == {
        "Name and surname": "Anna Bērziņa",
        "Organisation": "Biedrība",
        "Sector": "civic sector",
        "Position": "Valdes priekšsēdētāja",
        "E-mail address": "anna@x.example",
        "Phone number": "'+371 26 123 456",
        "Place in the group": "wider group",
        "Office": "chair",
        "Member since": "2026-09-01",
        "Member until": "",
        "Group as a member": "",
        "Stands in for": "",
    }
    assert column(manager, "/en/people.csv?q=berzina", "E-mail address") == ["anna@x.example"]
    assert column(manager, "/en/people.csv?q=kalnina", "E-mail address") == []
    entries = db.session.execute(select(AuditEntry.deed, AuditEntry.noun, AuditEntry.record_id)).all()
    assert [tuple(entry) for entry in entries] == [(Deed.EXPORTED, "group", group.id)] * 3
    assert "exported" in manager.get("/en/changes").text


def test_a_manager_saves_who_was_invited_to_a_meeting_and_who_came(app: Flask, group: Group) -> None:
    meeting = factories.meeting("Vīzija", groups=[group], slug="vizija")
    body = factories.organisation("Jaunatnes centrs", sector=Sector.PUBLIC)
    answered = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
    for who, more in (
        (factories.person("Ilze Zariņa"), {"reply": Reply.ACCEPTED, "replied_at": answered, "organisation": body}),
        (factories.person("Juris Ābols"), {"reply": Reply.DECLINED, "presence": Presence.EXCUSED}),
        (None, {"organisation": body, "presence": Presence.PRESENT, "is_guest": True}),
        (None, {"is_nameless": True, "presence": Presence.ABSENT}),
    ):
        db.session.add(Attendance(meeting=meeting, person=who, **more))
    manager, member = manager_of(app, group), member_of(app, group)
    address = links(manager.get("/en/meetings/vizija").text)["Save who was invited and who came: CSV"]
    assert address == "/en/meetings/vizija/attendance.csv"
    assert rows_of(manager, address) == [
        ["Name and surname", "Organisation", "Sector", "Guest", "Answer", "Answered at", "Attendance"],
        ["Juris Ābols", "", "", "no", "declined", "", "excused"],
        ["Ilze Zariņa", "Jaunatnes centrs", "public sector", "no", "accepted", "20 Nov 2026 09:30", ""],
        ["name no longer kept", "", "", "no", "", "", "absent"],
        ["", "Jaunatnes centrs", "public sector", "yes", "", "", "present"],
    ]
    assert db.session.execute(select(AuditEntry.deed, AuditEntry.noun, AuditEntry.record_id)).all() == [
        (Deed.EXPORTED, "meeting", meeting.id)
    ]
    assert member.get(address).status_code == 404
    assert "attendance.csv" not in member.get("/en/meetings/vizija").text


def test_roles_and_proposals_are_saved_and_it_is_written_down(app: Flask, group: Group) -> None:
    factories.proposal(group, "Soli", proposer_name="Līga")
    factories.proposal(factories.group("Cita grupa"), "Citi soli")
    anna = factories.account("anna@x.example", person=factories.person("Anna Liepa"), roles={group: Role.MANAGER})
    manager = signed_in(app, anna)
    roles = links(manager.get("/en/groups/kekava/roles").text)["Save the list: CSV"]
    head, row = rows_of(manager, roles)
    assert [head[place] + ": " + row[place] for place in (0, 1, 2, 4)] == [
        "Name and surname: Anna Liepa", "E-mail address: anna@x.example", "Role: manager", "Account: open",
    ]  # fmt: skip
    proposals = links(manager.get("/en/desk/proposals").text)["Save the list of proposals: CSV"]
    head, row = rows_of(manager, proposals)
    assert {name: row[head.index(name)] for name in ("Proposal", "Proposed by", "State", "Answer")} == {
        "Proposal": "Soli", "Proposed by": "Līga", "State": "waiting for an answer", "Answer": "",
    }  # fmt: skip
    entries = db.session.execute(select(AuditEntry.deed, AuditEntry.noun, AuditEntry.record_id)).all()
    assert [tuple(entry) for entry in entries] == [(Deed.EXPORTED, "group", group.id)] * 2


def test_themes_and_what_happened_to_one_record_are_saved(app: Flask, group: Group) -> None:
    chief, manager = administrator(app), manager_of(app, group)
    send(chief, "/en/themes/new", name_lv="Mobilitāte", name_en="Mobility")
    send(manager, "/en/groups/kekava/edit", name_lv="Ķekavas grupa")
    assert rows_of(chief, links(chief.get("/en/themes").text)["Save the list: CSV"]) == [
        ["Name in Latvian", "Name in English", "Networks", "Initiatives"],
        ["Mobilitāte", "Mobility", "0", "0"],
    ]
    history = f"/en/changes/group/{group.id}"
    assert links(chief.get(history).text)["Save the list: CSV"] == f"{history}.csv"
    assert column(chief, f"{history}.csv", "Changes") == [
        "name (in Latvian): Ķekavas vietējā rīcības grupa → Ķekavas grupa"
    ]
    assert manager_of(app, factories.group("Cita grupa")).get(f"{history}.csv").status_code == 404


def test_everyone_saves_the_deadlines_that_they_see(app: Flask, client: FlaskClient, group: Group) -> None:
    hidden = factories.group("Slepenā grupa", slug="slepena", audience=Audience.MEMBERS)
    factories.milestone(None, "Slepenais termiņš", group=hidden)
    factories.milestone(factories.network("Arrival Cities", slug="tikls"), "Tīkla termiņš")
    db.session.commit()
    assert len(rows_of(client, "/en/groups/kekava/milestones.csv")) == 2
    assert column(client, "/en/networks/tikls/milestones.csv", "Title") == ["Tīkla termiņš"]
    assert client.get("/en/groups/slepena/milestones.csv").status_code == 404
    assert column(member_of(app, hidden), "/en/groups/slepena/milestones.csv", "Title") == ["Slepenais termiņš"]


def test_a_list_of_guests_is_written_down_too(app: Flask) -> None:
    group = factories.group(slug="kekava")
    guest = factories.person("Ieva Liepa", email="ieva@viesi.example")
    db.session.add(Attendance(meeting=factories.meeting(groups=[group]), person=guest, is_guest=True))
    manager = manager_of(app, group)
    assert column(manager, "/en/people.csv", "E-mail address") == ["ieva@viesi.example"]
    assert db.session.execute(select(AuditEntry.deed, AuditEntry.record_id)).all() == [(Deed.EXPORTED, group.id)]


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/grupas/kekava/dalibnieki/imports", "/grupas/kekava/dalibnieki.csv"),
        ("/en/groups/kekava/members/import", "/en/groups/kekava/members.xlsx"),
    ],
)
def test_a_list_of_members_can_be_sent_back_and_changes_nothing(app: Flask, group: Group, path: str, file: str) -> None:
    manager = manager_of(app, group)
    fields = dict(form_of(manager.get(path))) | {"file": (io.BytesIO(manager.get(file).data), "x")}
    answer = manager.post(path, data=fields, content_type="multipart/form-data")
    page = manager.get(f"/en/groups/kekava/members/import/{answer.location.rpartition('/')[2]}").text
    assert texts(page, "td", within="tbody")[1::2] == ["Belongs already, nothing changes"]
    *_, member_group, substitute = rows_of(manager, file.replace("xlsx", "csv"))[0]
    assert f"These columns are left out: {member_group}, {substitute}." in page


@pytest.fixture
def three_files_an_hour(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody save more than three lists within an hour."""
    monkeypatch.setattr(views, "FILES", Quota("file", most=3, within=timedelta(hours=1)))


def test_a_file_that_had_to_be_cut_says_so(app: Flask) -> None:
    with app.test_request_context("/en/groups"):
        app.preprocess_request()
        found = listed("x", range(MOST_ROWS + 1), {"A": lambda number: number, "B": str})
    assert found.rows[-2:] == [
        [MOST_ROWS - 1, str(MOST_ROWS - 1)],
        ["Only the first 5000 rows are here. Narrow the list down for the rest.", None],
    ]


@pytest.mark.usefixtures("three_files_an_hour")
def test_who_saves_list_after_list_has_to_wait_until_the_first_is_an_hour_ago(client: FlaskClient) -> None:
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False) as clock:
        for _ in range(3):
            assert client.get("/en/groups.csv").status_code == 200
            clock.shift(timedelta(minutes=15))
        for minutes in (15, 10, 5):
            refused = client.get("/en/groups.csv")
            assert (refused.status_code, refused.headers["Retry-After"]) == (429, str(minutes * 60))
            assert "from your network in a short time. The next one can be saved after 13:00." in refused.text
            clock.shift(timedelta(minutes=5))
        assert client.get("/en/groups.csv").status_code == 200
        assert client.get("/en/groups.csv").headers["Retry-After"] == str(15 * 60)


@pytest.mark.usefixtures("three_files_an_hour")
def test_files_are_counted_for_the_account_where_somebody_signed_in(app: Flask, client: FlaskClient) -> None:
    first, second = administrator(app), member_of(app, factories.group())
    answers = [visitor.get("/en/groups.csv") for visitor in (client, first, second) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429] * 3
    assert "You saved many lists in a short time." in answers[7].text


def test_changes_are_saved_as_they_are_read(app: Flask, group: Group) -> None:
    account = factories.account("ilze@x.example", roles={group: Role.MANAGER})
    manager = signed_in(app, account)
    send(manager, "/en/groups/kekava/edit", name_lv="Ķekavas grupa")
    head, row = rows_of(manager, "/en/changes.csv")
    assert dict(zip(head[1:], row[1:], strict=True)) == {
        "Who": "ilze@x.example",
        "Record": "Group",
        "Name": "Ķekavas grupa",
        "What was done": "changed",
        "Changes": "name (in Latvian): Ķekavas vietējā rīcības grupa → Ķekavas grupa",
    }


def test_a_list_costs_the_same_however_long_it_is(
    app: Flask, group: Group, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    manager, lists = manager_of(app, group), [*PUBLIC_LISTS, *OWN_LISTS]

    def cost() -> dict[str, int]:
        found = {}
        for name in lists:
            manager.get(f"/en/{name}.csv")
            with statements() as ran:
                manager.get(f"/en/{name}.csv")
            # Now and then a file sweeps out what is counted of files.
            found[name] = len([one for one in ran if "attempt" not in one])
        return found

    before = cost()
    network = factories.network("Arrival Cities")
    for name in ("Rīga", "Sigulda"):
        municipality = factories.municipality(name)
        network.partnerships.append(Partnership(municipality=municipality, role=PartnerRole.PARTNER))
        factories.membership(group, factories.person(f"Anna {name}"), factories.organisation(name))
        held = factories.meeting(name, groups=[group, factories.group(name, municipality=municipality)])
        factories.decision(held, topic=factories.topic(group, name))
        factories.initiative(group, name)
        factories.milestone(None, name, group=group)
        factories.action(held, name)
        db.session.add(Source(publisher=name, title_lv=name))
    db.session.commit()
    assert cost() == before

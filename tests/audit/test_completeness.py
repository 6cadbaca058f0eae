"""Nothing changes unnoticed: neither what people without an account send, nor what is done to many records at once."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from lag_tracker.audit.operations import ACTOR
from lag_tracker.audit.scope import AUDITED
from lag_tracker.database import Base, db, utc_now
from lag_tracker.models.account import Account, Role
from lag_tracker.models.attendance import Attendance, Reply
from lag_tracker.models.audit import AuditEntry
from lag_tracker.models.group import Group
from lag_tracker.models.invitation import Invitation
from lag_tracker.models.letter import LetterState
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.person import Person
from lag_tracker.models.submission import Draft, Submission
from lag_tracker.privacy.operations import apply_terms
from lag_tracker.site_settings import Terms
from tests import factories
from tests.reading import texts
from tests.test_architecture import PACKAGE
from tests.visitors import administrator, enter_password, form_of, hashed, letters, link_in, manager_of, send, signed_in

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA = "anna@grupas.example"
FOR_EVER = {"traces": 0, "invitations": 0, "contacts": 0, "attendance": 0, "changes": 0}
Entry = tuple[str, str, dict[str, object]]


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava", takes_public_comments=True)
    db.session.commit()
    return made


@pytest.fixture
def anna(app: Flask, group: Group) -> Account:
    made: Account = factories.account(
        ANNA, password=hashed(), person=factories.person("Anna Bērziņa"), roles={group: Role.MEMBER}
    )
    db.session.commit()
    return made


def entries(*nouns: str) -> list[Entry]:
    """Return what was written down of these tables, the first entry first: deed, who did it, changes."""
    db.session.expire_all()
    found = select(AuditEntry).where(AuditEntry.noun.in_(nouns)).order_by(AuditEntry.id)
    emails = dict(db.session.execute(select(Account.id, Account.email)).all())
    return [
        (entry.deed.value, emails.get(entry.account_id or 0, "nobody"), entry.changes)
        for entry in db.session.scalars(found)
    ]


def test_what_a_visitor_sends_is_written_down_without_a_word_of_it(app: Flask, group: Group) -> None:
    initiative = factories.initiative(group, slug="soli")
    db.session.commit()
    visitor, manager = app.test_client(), manager_of(app, group)
    stranger = manager_of(app, factories.group("Cita grupa", slug="cita"))
    forms = {
        "/en/groups/kekava/propose": {"title": "Zvaniet 26123456", "name": "Juris", "email": "juris@x.example"},
        "/en/initiatives/soli/opinion": {"text": "Zvaniet 26123456", "name": "Juris"},
    }
    for address, typed in forms.items():
        with time_machine.travel(NOW, tick=False) as clock:
            fields = form_of(visitor.get(address)) | typed
            clock.shift(timedelta(seconds=30))
            assert visitor.post(address, data=fields).status_code == 303
    assert entries("proposal", "comment") == [
        ("sent_in", "nobody", {"group_id": [None, group.id]}),
        ("sent_in", "nobody", {"initiative_id": [None, initiative.id]}),
    ]
    page = manager.get("/en/changes?deed=sent_in").text
    assert texts(page, "strong") == ["Visitor"] * 2
    assert "Comment: Zvaniet 26123456 – sent in" in texts(page, "p")
    assert "Priekšlikums: Zvaniet 26123456 – iesniegšana" in texts(manager.get("/izmainas").text, "p")
    assert texts(stranger.get("/izmainas").text, "strong") == []


def test_a_proposal_sent_by_somebody_signed_in_is_written_down_as_theirs(app: Flask, group: Group) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        manager = signed_in(app, factories.account(ANNA))
        fields = form_of(manager.get("/en/groups/kekava/propose")) | {"title": "Soli"}
        clock.shift(timedelta(seconds=30))
        assert manager.post("/en/groups/kekava/propose", data=fields).status_code == 303
    assert [(deed, who) for deed, who, _ in entries("proposal")] == [("created", ANNA)]


def test_signing_out_everywhere_is_written_down(app: Flask, anna: Account) -> None:
    first, _second = signed_in(app, anna), signed_in(app, anna)
    send(first, "/konts/pieteiksanas/beigt-visas")
    assert entries("account") == [("signed_out", ANNA, {"count": [None, 2]})]
    page = administrator(app).get("/izmainas").text
    assert "Konts: Anna Bērziņa – aktīvo pieteikšanos izbeigšana" in texts(page, "p")
    assert texts(page, "dd") == ["tagad: 2"]


def test_closing_an_account_says_how_many_sign_ins_ended(app: Flask, anna: Account) -> None:
    signed_in(app, anna)
    send(signed_in(app, factories.account("chief@grupas.example", is_administrator=True)), f"/konti/{anna.id}/slegt")
    assert sorted(entries("account")) == [
        ("changed", "chief@grupas.example", {"active": [True, False]}),
        ("signed_out", "chief@grupas.example", {"count": [None, 1]}),
    ]


def test_a_new_password_by_a_link_is_written_down_as_the_owners(app: Flask, anna: Account) -> None:
    enter_password(app, ANNA)
    visitor = app.test_client()
    send(visitor, "/parole/aizmirsta", email=ANNA)
    new = "pavisam cita garā parole"
    assert send(visitor, link_in(letters()[-1]), password=new, password_confirm=new).status_code == 303
    assert sorted(entries("account")) == [
        ("changed", ANNA, {"password": None}),
        ("signed_out", ANNA, {"count": [None, 1]}),
    ]


def test_a_new_address_is_written_down_as_the_owners_wherever_the_link_is_opened(app: Flask, anna: Account) -> None:
    here, new = signed_in(app, anna), "jauna@grupas.example"
    send(here, "/konts/e-pasts", email=new)
    assert send(app.test_client(), link_in(letters()[-1])).status_code == 303
    (changed,) = [one for one in entries("account") if one[0] == "changed"]
    assert (changed[1], changed[2]["email"]) == (new, None)


def test_an_invitation_is_followed_from_the_first_letter_to_the_role(app: Flask, group: Group) -> None:
    manager = signed_in(app, factories.account(ANNA, roles={group: Role.MANAGER}))
    for name, email in (("Jānis Kalniņš", "janis@x.example"), ("Līga Ozola", "liga@x.example")):
        send(manager, "/en/groups/kekava/roles/invite", name=name, email=email, role="member")
    janis, liga = (letters()[number] for number in (0, 1))
    numbers = dict(db.session.execute(select(Invitation.email, Invitation.id)).all())
    with time_machine.travel(utc_now() + timedelta(minutes=1), tick=False):
        send(manager, f"/uzaicinajumi/{numbers['liga@x.example']}/velreiz")
        send(manager, f"/uzaicinajumi/{numbers['liga@x.example']}/atsaukt")
    assert send(app.test_client(), link_in(janis), way="letters").status_code == 303
    assert [(deed, who, sorted(changes)) for deed, who, changes in entries("invitation")] == [
        *[("created", ANNA, ["email", "expires_at", "group_id", "invited_by_id", *REST])] * 2,
        ("changed", ANNA, ["expires_at"]),
        ("changed", ANNA, ["withdrawn_at"]),
        ("changed", "janis@x.example", ["accepted_at"]),
    ]
    assert [(deed, who) for deed, who, _ in entries("group_role")] == [("created", "janis@x.example")]
    assert {liga.to_email, janis.to_email}.isdisjoint(str(changes) for _, _, changes in entries("invitation"))
    page = administrator(app).get("/izmainas?noun=invitation").text
    assert "Uzaicinājums: Jānis Kalniņš, Ķekavas vietējā rīcības grupa – maiņa" in texts(page, "p")


REST = ("language", "person_id", "role")


def test_what_goes_with_a_person_is_counted(app: Flask, group: Group, anna: Account) -> None:
    person = db.session.get_one(Person, anna.person_id)
    for _ in range(2):
        factories.letter(ANNA, person=person)
    factories.invitation(group, ANNA, person=person)
    factories.proposal(group, proposer_name="Anna Bērziņa", proposer_email=ANNA)
    chief = administrator(app)
    db.session.add(Draft(account_id=anna.id, path="/", fields={"name": ["Anna Bērziņa"]}))
    db.session.commit()
    number = person.id
    send(chief, f"/personas/{number}/dzest")
    counted = {
        entry.noun: entry.changes for entry in db.session.scalars(select(AuditEntry).where(AuditEntry.record_id == 0))
    }
    assert {noun: changes["count"] for noun, changes in counted.items()} == {
        "draft": [None, 1],
        "invitation": [None, 1],
        "letter": [None, 2],
        "proposal": [None, 1],
    }
    assert [changes["person_id"] for changes in counted.values()] == [[None, number]] * 4
    page = chief.get("/izmainas?deed=forgotten").text
    assert "Vēstule – dzēšana ar personas datiem" in texts(page, "p")
    assert f"tagad: Bijušais dalībnieks Nr. {number}" in texts(page, "dd")
    assert "Anna" not in page


def test_what_goes_after_its_term_is_counted_once_a_run(app: Flask, group: Group) -> None:
    for _ in range(3):
        factories.letter(state=LetterState.SENT)
    db.session.add(Submission(key="x", result="/"))
    db.session.commit()
    later = utc_now() + timedelta(days=91)
    for _ in range(2):
        apply_terms(db.session(), Terms(**FOR_EVER | {"traces": 90}), now=later)
    db.session.commit()
    assert entries("letter", "submission") == [("expired", "nobody", {"count": [None, 3]})]
    chief = administrator(app)
    page = chief.get("/en/changes").text
    assert texts(page, "strong") == ["The program"]
    assert "Letter – end of the term of keeping" in texts(page, "p")
    assert "#0" not in chief.get("/izmainas.csv").text


def answered(app: Flask, group: Group, anna: Account) -> Meeting:
    """Return a meeting of the day before yesterday to which Anna was invited, and answered on her page."""
    with time_machine.travel(NOW - timedelta(days=9), tick=False):
        meeting = factories.meeting(slug="x", groups=[group], starts_on=(NOW - timedelta(days=2)).date())
        db.session.add(Attendance(meeting=meeting, person_id=anna.person_id, reply=Reply.INVITED))
        db.session.commit()
        db.session.info[ACTOR] = anna.id
        row = db.session.scalars(select(Attendance)).one()
        row.reply = Reply.ACCEPTED
        db.session.commit()
        db.session.info[ACTOR] = None
        row = db.session.scalars(select(Attendance)).one()
        row.reply = Reply.DECLINED
        db.session.commit()
        db.session.info.pop(ACTOR)
    return meeting


def test_who_answered_is_forgotten_together_with_the_names_in_attendance(
    app: Flask, group: Group, anna: Account
) -> None:
    answered(app, group, anna)
    number = anna.person_id
    assert [(who, changes.get("person_id")) for _, who, changes in entries("attendance")] == [
        (ANNA, None),
        ("nobody", [number, number]),
    ]
    for days, expected in ((5, [ANNA, "nobody"]), (1, ["nobody", "nobody", "nobody"])):
        apply_terms(db.session(), Terms(**FOR_EVER | {"attendance": days}), now=NOW)
        db.session.commit()
        assert [who for _, who, _ in entries("attendance")] == expected
    told = [changes for _, _, changes in entries("attendance")]
    assert ["person_id" in changes for changes in told] == [False, False, False]
    assert told[-1] == {"count": [None, 1]}
    assert "Anna" not in administrator(app).get("/izmainas?noun=attendance").text


def test_who_was_invited_once_and_no_more_is_forgotten_after_the_same_term(
    app: Flask, group: Group, anna: Account
) -> None:
    answered(app, group, anna)
    with time_machine.travel(NOW - timedelta(days=8), tick=False):
        db.session.info[ACTOR] = anna.id
        db.session.delete(db.session.scalars(select(Attendance)).one())
        db.session.commit()
        db.session.info.pop(ACTOR)
    for days, names in ((9, 2), (7, 0)):
        apply_terms(db.session(), Terms(**FOR_EVER | {"attendance": days}), now=NOW)
        db.session.commit()
        assert sum("person_id" in changes for _, _, changes in entries("attendance")) == names


FOLLOWS = "is made from records, whose changes are written down"
JOINS = "is written down with the record that it belongs to"
OWN = "is shown to its owner with the day on which it was made"
PASSES = "only counts, or helps a form or a chore on its way"
#: Table -> why nothing is written down of it, or only how many rows went at once.
NOT_NOTED = {
    "agenda_presenter": JOINS,
    "attempt": PASSES,
    "audit_entry": "is what is written down",
    "audit_group": "says who reads what is written down",
    "calendar_entry": FOLLOWS,
    "calendar_feed": FOLLOWS,
    "calendar_format": FOLLOWS,
    "calendar_listing": FOLLOWS,
    "calendar_segment": FOLLOWS,
    "calendar_token": OWN,
    "calendar_version": FOLLOWS,
    "chore": PASSES,
    "consent": "is itself the record of what was agreed to and when, and never changes",
    "draft": OWN,
    "group_network": JOINS,
    "initiative_meeting": JOINS,
    "meeting_network": JOINS,
    "meeting_series": "is made once together with its meetings, and never changes",
    "network_theme": JOINS,
    "programme": "comes with files of facts alone",
    "search_entry": FOLLOWS,
    "sign_in": OWN,
    "sign_in_link": OWN,
    "submission": PASSES,
}
#: File and model -> how a statement that passes the session by is written down, or why it is not.
PAST_THE_SESSION = {
    ("invitations/operations.py", "Invitation"): "note_use",
    ("letters/operations.py", "Letter"): "how far a letter has come is shown with the letter",
    ("privacy/operations.py", "Comment"): "note_together",
    ("privacy/operations.py", "Invitation"): "note_together",
    ("privacy/operations.py", "Letter"): "note_together",
    ("privacy/operations.py", "Proposal"): "note_together",
    ("replies/operations.py", "Letter"): "follows from an invitation that is taken back",
    ("roles/operations.py", "GroupRole"): "changes nothing: it lets two managers take turns",
}


@pytest.mark.sqlite_only
def test_every_table_is_written_down_or_has_a_reason() -> None:
    assert set(Base.metadata.tables) - AUDITED == set(NOT_NOTED)


def written_past_the_session() -> Iterator[tuple[str, str]]:
    """Yield the file and the model of each statement that changes records of people without the session."""
    audited = {mapper.class_.__name__ for mapper in Base.registry.mappers if mapper.local_table.name in AUDITED}  # type: ignore[attr-defined]
    for file in PACKAGE.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in {"delete", "insert", "update"}:
                model = ast.unparse(call.args[0]) if call.args else ""
                yield from [(str(file.relative_to(PACKAGE)), model)] if model in audited else []


@pytest.mark.sqlite_only
def test_every_statement_past_the_session_is_written_down_or_has_a_reason() -> None:
    assert set(written_past_the_session()) == set(PAST_THE_SESSION)

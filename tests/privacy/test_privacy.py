"""People see all that is kept about them, and who is erased is gone from everywhere, yet still counted."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zipfile import ZipFile

import pytest
import time_machine
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import delete, inspect, select, text
from werkzeug.test import TestResponse

from lag_tracker.attendance.queries import members_on, presence_at
from lag_tracker.audit.operations import ACTOR
from lag_tracker.calendars.audiences import guests_calendar
from lag_tracker.database import Base, as_json, db, utc_now
from lag_tracker.letters.post import letter_folder
from lag_tracker.members.queries import members_of
from lag_tracker.models.account import Account, Attempt, Passkey, Role, SignIn
from lag_tracker.models.attendance import Attendance, Presence, Reply
from lag_tracker.models.audit import AuditEntry, Deed
from lag_tracker.models.bilingual import LANGUAGES
from lag_tracker.models.calendar import CalendarListing
from lag_tracker.models.chore import Chore
from lag_tracker.models.comment import Comment, CommentState
from lag_tracker.models.consent import Consent, ConsentPurpose
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.invitation import Invitation
from lag_tracker.models.letter import Letter, LetterState
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.person import Person
from lag_tracker.models.proposal import Proposal, ProposalKind
from lag_tracker.models.submission import Draft
from lag_tracker.models.visibility import PUBLIC
from lag_tracker.privacy.operations import apply_terms, erase_again, erase_person, keep_erased_list, read_erased_list
from lag_tracker.privacy.queries import is_free_text, mentions_of, traces_of
from lag_tracker.privacy.traces import traces
from lag_tracker.search.operations import sweep_index
from lag_tracker.site_settings import Terms
from lag_tracker.words import column_words, noun_words
from lag_tracker.worker import do_chores, send_due_letters
from tests import factories
from tests.reading import links, texts
from tests.visitors import administrator, manager_of, send, signed_in

NAME, EMAIL, PHONE = "Žanete Šķērsīte", "zanete.skersite@grupas.example", "+37126123456"
#: Whose texts the program itself writes.
WITHOUT_WORDS = {"attempt", "meeting_series"}
FOR_EVER = Terms(traces=0, invitations=0, contacts=0, attendance=0, changes=0)


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def person(app: Flask, group: Group) -> Person:
    """Return somebody who stands in every place a person can stand in."""
    who: Person = factories.person(NAME, email=EMAIL, phone=PHONE, position_lv="Priekšniece", name_is_public=True)
    meeting = factories.meeting("Vīzija", groups=[group], summary_lv=f"Vadīja {NAME}.")
    factories.agenda_item(meeting, f"{NAME} stāsta par ceļiem").presenters = [factories.speaker(meeting, who)]
    account = factories.account(EMAIL, person=who, roles={group: Role.MEMBER})
    db.session.flush()
    about = {"person_id": who.id}
    db.session.add_all(
        [
            Membership(group_id=group.id, **about),
            Attendance(meeting_id=meeting.id, presence=Presence.PRESENT, **about),
            Comment(meeting_id=meeting.id, text="Labi!", language="lv", state=CommentState.SHOWN, **about),
            Consent(purpose=ConsentPurpose.PUBLIC_NAME, is_given=True, wording="Piekrītu.", **about),
            Letter(
                kind="x",
                to_email=EMAIL,
                language="lv",
                subject=f"Labdien, {NAME}!",
                text=NAME,
                message_id="<1@x>",
                **about,
            ),
            Invitation(token_hash="1", email=EMAIL, group_id=group.id, expires_at=utc_now(), **about),
            Proposal(
                group_id=group.id,
                kind=ProposalKind.TOPIC,
                title="Ceļi",
                language="lv",
                proposer_email=EMAIL,
                proposer_name=NAME,
            ),
            SignIn(account_id=account.id, token_hash="2", device="Firefox"),
            Draft(account_id=account.id, path="/", fields={"name": [NAME]}),
        ]
    )
    db.session.commit()
    db.session.info[ACTOR] = account.id
    assert meeting.summary_lv
    meeting.summary_lv = f"{NAME} vadīja."
    db.session.commit()
    db.session.info.pop(ACTOR)
    return who


def everything() -> Iterator[tuple[str, str]]:
    """Yield every value in the database as text, with the table it is in, whatever the models know."""
    with db.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings():
                for value in row.values():
                    words = value.decode(errors="replace") if isinstance(value, bytes) else value
                    yield (
                        table,
                        words
                        if isinstance(words, str)
                        else as_json(words)
                        if isinstance(words, dict | list)
                        else str(words),
                    )


def holders(*words: str) -> set[str]:
    """Return the tables in which one of the words stands, folded over lines or not."""
    return {
        table for table, value in everything() for word in words if word.lower() in value.replace("\r\n ", "").lower()
    }


def erase_all_of(person: Person) -> None:
    erase_person(
        person,
        session=db.session(),
        now=utc_now(),
        today=utc_now().date(),
        mentions=mentions_of(db.session(), traces_of(db.session(), person)),
    )
    db.session.commit()
    sweep_index(db.session())
    db.session.commit()


def test_an_erased_person_stands_nowhere_in_the_database(app: Flask, person: Person) -> None:
    # Feeds and search hold the name before, so that it is seen to leave them.
    app.test_client(use_cookies=False).get("/kalendari/visi.ics")
    before = holders(NAME, EMAIL, PHONE)
    assert {
        "person",
        "account",
        "letter",
        "invitation",
        "proposal",
        "audit_entry",
        "draft",
        "meeting",
        "agenda_item",
    } <= before
    assert {"calendar_entry", "search_entry"} <= before
    erase_all_of(person)
    assert holders(NAME, EMAIL, PHONE, "Priekšniece", "zanete", "skersite") == set()


def test_what_an_erased_person_did_is_still_counted(app: Flask, person: Person, group: Group) -> None:
    erase_all_of(person)
    assert db.session.scalars(select(Attendance.presence).where(Attendance.person_id == person.id)).all() == [
        Presence.PRESENT
    ]
    assert [one.group_id for one in db.session.scalars(select(Membership))] == [group.id]
    assert person.name == f"Bijušais dalībnieks Nr. {person.id}"
    assert db.session.scalars(select(Account)).all() == []


def test_an_erased_person_belongs_to_nothing_any_more(app: Flask, person: Person, group: Group) -> None:
    day = utc_now().date()
    heir = factories.membership(factories.group("Cita grupa"), person, from_on=day + timedelta(days=3))
    coming = factories.meeting("Nākamā", groups=[group], starts_on=day + timedelta(days=9))
    past = factories.meeting("Pērnā", groups=[group], starts_on=day - timedelta(days=9))
    db.session.add_all(
        [
            Attendance(meeting=coming, person=person, reply=Reply.INVITED),
            Attendance(meeting=past, person=person, reply=Reply.DECLINED),
        ]
    )
    db.session.commit()
    assert [one.person_id for one in members_on(db.session(), [group], day=day)] == [person.id]
    erase_all_of(person)
    left = db.session.scalars(select(Membership)).all()
    assert ([one.until_on for one in left], heir in left) == ([day - timedelta(days=1)], False)
    at = select(Attendance.meeting_id).where(Attendance.person_id == person.id)
    assert coming.id not in db.session.scalars(at).all()
    assert past.id in db.session.scalars(at).all()
    assert members_of(db.session(), group.id, viewer=PUBLIC, today=day) == []
    assert members_on(db.session(), [group], day=day - timedelta(days=1)) == []


def test_who_was_erased_and_left_in_a_group_is_let_go_of_by_a_chore(app: Flask, group: Group) -> None:
    # In Riga that was half past one in the night of the tenth.
    erased_at = datetime(2025, 3, 9, 23, 30, tzinfo=UTC)
    gone = factories.person("Bijušais dalībnieks Nr. 7", name_is_public=False, erased_at=erased_at)
    staying = factories.person("Anna Bērziņa")
    for who in (gone, staying):
        factories.membership(group, who)
        coming = factories.meeting(groups=[group], starts_on=utc_now().date() + timedelta(days=9))
        db.session.add(Attendance(meeting=coming, person=who, reply=Reply.INVITED))
    former = factories.membership(factories.group("Cita grupa"), gone, until_on=erased_at.date() - timedelta(days=9))
    db.session.commit()
    own, others, stays = (gone.id, staying.id, former.group_id)
    for _ in range(2):
        with app.test_request_context():
            do_chores(app.config["SETTINGS"], now=utc_now())
        db.session.execute(delete(Chore))
        db.session.commit()
    ends = dict(db.session.execute(select(Membership.group_id, Membership.until_on).filter_by(person_id=own)).all())
    assert ends.pop(stays) == erased_at.date() - timedelta(days=9)
    assert list(ends.values()) == [date(2025, 3, 9)]
    assert db.session.scalars(select(Membership.until_on).filter_by(person_id=others)).all() == [None]
    assert db.session.scalars(select(Attendance.person_id)).all() == [others]
    noted = select(AuditEntry.deed, AuditEntry.noun, AuditEntry.account_id).order_by(AuditEntry.id)
    assert db.session.execute(noted).all() == [(Deed.CHANGED, "membership", None), (Deed.ERASED, "attendance", None)]


def test_nobody_is_offered_an_erased_person(app: Flask, person: Person, group: Group) -> None:
    erase_all_of(person)
    chief = administrator(app)
    for address in ("sanaksmes/nakama", "sanaksmes/pieraksts", "sanaksmes/serija"):
        answer = chief.get(f"/grupas/kekava/{address}")
        choices = [*texts(answer.text, "label"), *texts(answer.text, "option")]
        assert (answer.status_code, person.name in choices) == (200, False), address
    members = chief.get("/grupas/kekava/dalibnieki").text
    assert f"/{db.session.scalars(select(Membership.id)).one()}/beigas" not in members


def test_no_page_or_feed_names_an_erased_person(app: Flask, person: Person) -> None:
    chief = administrator(app)
    erase_all_of(person)
    slug = "vizija" in db.session.scalar(text("SELECT slug FROM meeting")) and db.session.scalar(
        text("SELECT slug FROM meeting")
    )
    for address in (
        "/",
        f"/sanaksmes/{slug}",
        "/grupas/kekava",
        "/kalendari/visi.ics",
        "/meklet?q=skersite",
        "/izmainas",
    ):
        assert NAME not in chief.get(address).text.replace("\r\n ", "").replace("<mark>", "").replace("</mark>", "")


def words_of(answer: TestResponse) -> str:
    """Return all words of a file, also of one that is packed."""
    if not answer.data.startswith(b"PK"):
        return answer.text
    with ZipFile(BytesIO(answer.data)) as packed:
        return "".join(packed.read(name).decode() for name in packed.namelist())


def files_naming(app: Flask, client: FlaskClient, *words: str) -> set[str]:
    """Return the lists that can be saved and hold one of the words, in either form and language."""
    found: set[str] = set()
    number, slug = db.session.execute(select(Meeting.id, Meeting.slug)).one()
    values: dict[str, Any] = {"group": "kekava", "network": "tikls", "slug": slug, "noun": "meeting", "number": number}
    with app.test_request_context():
        addresses = {
            url_for(rule.endpoint, **{name: values[name] for name in rule.arguments & values.keys()} | given)
            for rule in app.url_map.iter_rules()
            if rule.endpoint.startswith("exports.")
            for given in ({"lang": lang, "ending": ending} for lang in LANGUAGES for ending in ("csv", "xlsx"))
        }
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = words_of(answer).casefold()
        if any(word.casefold() in text for word in words):
            found.add(address)
    return found


def test_no_list_saved_as_a_file_names_an_erased_person(app: Flask, person: Person) -> None:
    factories.network(slug="tikls")
    chief = administrator(app)
    assert {"/personas.xlsx", "/grupas/kekava/dalibnieki.csv"} <= files_naming(app, chief, NAME, EMAIL, PHONE)
    erase_all_of(person)
    assert files_naming(app, chief, NAME, EMAIL, PHONE, "Priekšniece") == set()


def test_an_erased_person_is_found_in_every_form_of_the_name_and_by_address(app: Flask, group: Group) -> None:
    zane = factories.person("Zane Priede", email="zane@example.lv", phone="+37126123456")
    factories.person("Zanis Priedis")
    meeting = factories.meeting(groups=[group])
    chief = factories.account("galvena@grupas.example")
    db.session.commit()
    db.session.info[ACTOR] = chief.id
    meeting.summary_lv = "Zane Priede un ZANE PRIEDE; paldies Zanei Priedei, sūtīt uz zane@example.lv vai 26 123 456"
    meeting.note_lv = "Priedes Zanes vietā nāk Zanis Priedis un liezane@example.lv"
    group.contact_email = "Zane@example.lv"
    db.session.commit()
    db.session.info.pop(ACTOR)
    erase_all_of(zane)
    number = zane.name
    assert meeting.summary_lv == f"{number} un {number}; paldies {number}, sūtīt uz … vai …"
    assert meeting.note_lv == f"{number} vietā nāk Zanis Priedis un liezane@example.lv"
    assert db.session.scalars(select(Group.contact_email)).all() == [None]
    assert holders("zanei", "zane priede", "priedes", " zane@", '"zane@', "26 123") == set()


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("Annas-Marijas Bērziņas-Kalniņas", True),
        ("Anna Bērziņa", True),
        ("berzina-kalnina, anna marija", True),
        ("Anna\u00adMarija Bērziņa", False),
        ("Kalniņas (Annas)", True),
        ("Zanda. Anna. Bērziņa nav", False),
        ("Anna Marija", False),
        ("Bērziņas-Kalniņas", False),
        ("t. +371 26-12-34-56", True),
        ("t. 126123456", False),
        ("0037126123456", True),
    ],
)
def test_a_name_is_two_of_its_words_next_to_each_other(text: str, is_found: bool) -> None:
    sought = traces("Anna Marija Bērziņa-Kalniņa", others=[], emails=[], phones=["+37126123456"])
    assert bool(sought.places_in(text)) == is_found


def test_every_text_that_may_name_somebody_has_its_words() -> None:
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            if is_free_text(table, column) and "id" in table.c and table.name not in WITHOUT_WORDS:
                assert noun_words(table.name, "lv"), table.name
                assert column_words(column.name, "lv"), column.name


def test_an_administrator_chooses_the_texts_that_keep_the_name(app: Flask, person: Person) -> None:
    chief = administrator(app)
    address = f"/en/people/{person.id}/erase"
    page = chief.get(address)
    assert [words.split(":")[0] for words in texts(page.text, "label") if NAME in words] == [
        "Meeting, summary (in Latvian)",
        "Agenda item, title (in Latvian)",
        "Proposal, proposer's name",
    ]
    assert {links(page.text)[f"Search for “{word}”"] for word in NAME.split()} == {
        f"/en/search?q={quote(word)}" for word in NAME.split()
    }
    answer = send(chief, address, page=page, mention=[])
    assert answer.status_code == 303
    assert {"meeting", "agenda_item"} <= holders(NAME)
    assert read_erased_list(app.config["SETTINGS"].instance / "erased") == [person.id]
    assert chief.get(address).status_code == 404


def posted_letters(app: Flask, person: Person) -> Path:
    """Let a worker put letters into the folder: to the person, to an address they had before, and to somebody else."""
    own = db.session.scalars(select(Letter)).one()
    own.message_id = f"<{own.id}@x.example>"
    factories.letter("agrak@grupas.example", person=person)
    factories.letter("cits@grupas.example")
    db.session.commit()
    with app.test_request_context():
        assert send_due_letters(app.config["SETTINGS"]) == 3
    return letter_folder(app.config["SETTINGS"])


def test_letters_in_files_go_with_the_person_they_are_to(app: Flask, person: Person) -> None:
    address, folder = f"/personas/{person.id}/dzest", posted_letters(app, person)
    # Of one letter nothing but the file is left.
    db.session.execute(delete(Letter).where(Letter.to_email == EMAIL))
    db.session.commit()
    assert send(administrator(app), address).status_code == 303
    (left,) = folder.iterdir()
    assert "To: cits@grupas.example" in left.read_text(encoding="utf-8")


def test_letters_in_files_go_after_their_term(app: Flask, person: Person) -> None:
    folder, settings = posted_letters(app, person), app.config["SETTINGS"]
    first, *_ = sorted(folder.iterdir())
    os.utime(first, (0, 0))
    kept_for_ever = replace(settings, keep_traces_days=0)
    counts = []
    for given in (kept_for_ever, settings):
        db.session.execute(delete(Chore))
        db.session.commit()
        with app.test_request_context():
            do_chores(given, now=utc_now())
        counts.append(len(list(folder.iterdir())))
    assert counts == [3, 2]
    assert not first.exists()


def test_who_erases_nobody_is_led_back_to_the_person(app: Flask, person: Person) -> None:
    page = administrator(app).get(f"/en/people/{person.id}/erase").text
    assert links(page)["Cancel"] == f"/en/people/{person.id}"


def test_who_is_back_from_a_backup_is_erased_again(app: Flask, person: Person, tmp_path: Path) -> None:
    (tmp_path / "erased").write_text(f"{person.id}\n999\n")
    assert erase_again(db.session(), read_erased_list(tmp_path / "erased"), now=utc_now(), today=utc_now().date()) == 1
    db.session.commit()
    sweep_index(db.session())
    db.session.commit()
    assert holders(NAME, EMAIL) == set()
    assert erase_again(db.session(), [person.id], now=utc_now(), today=utc_now().date()) == 0


def test_the_list_of_the_erased_only_grows(app: Flask, person: Person, tmp_path: Path) -> None:
    (tmp_path / "erased").write_text("77\n")
    erase_all_of(person)
    keep_erased_list(db.session(), tmp_path / "erased")
    assert read_erased_list(tmp_path / "erased") == sorted([person.id, 77])


def test_people_see_all_that_is_kept_about_them_and_nobody_elses(app: Flask, person: Person, group: Group) -> None:
    other = signed_in(
        app,
        factories.account("cits@grupas.example", person=factories.person("Cits Cilvēks"), roles={group: Role.MEMBER}),
    )
    own = signed_in(app, db.session.scalars(select(Account).where(Account.email == EMAIL)).one())
    page = own.get("/en/my-page/data").text
    heads = {words.split(" (")[0] for words in texts(page, "h2")}
    assert {
        "Account",
        "Attendance",
        "Comment",
        "Consent",
        "Invitation",
        "Letter",
        "Membership",
        "Person",
        "Proposal",
        "Sign-in",
        "Speaker",
    } <= heads
    assert PHONE in page
    assert "password" not in page.lower().replace("passwords", "")
    file = own.get("/mana-lapa/dati.json")
    assert {row["table"] for row in (file.json or {})["rows"]} >= {"person", "account", "membership"}
    assert EMAIL not in other.get("/en/my-page/data").text


def test_nobodys_data_tell_of_others_that_had_or_have_the_same_number(app: Flask, group: Group) -> None:
    """A passkey's number may be given out again, and what is told of many records at once has no number."""
    own = factories.account("anna@grupas.example", is_administrator=True)
    other, chief = factories.account("cits@grupas.example"), factories.account("chief@grupas.example")
    db.session.flush()
    theirs = {"credential_id": b"1", "public_key": b"2", "device_type": "single_device", "name": "Sarkanā atslēga"}
    key = Passkey(user_id=other.id, usage="first", backup_state=False, **theirs)
    invited = {"group_id": group.id, "role": Role.MEMBER, "invited_by_id": chief.id, "expires_at": utc_now()}
    db.session.add_all([key, Invitation(token_hash="4", email=own.email, **invited)])
    db.session.flush()
    about = {"account_id": own.id, "done_at": utc_now() - timedelta(days=9)}
    db.session.add_all(
        [
            AuditEntry(
                deed=Deed.ERASED, noun="passkey", record_id=key.id, changes={"user_id": [own.id, None]}, **about
            ),
            AuditEntry(deed=Deed.FORGOTTEN, noun="draft", record_id=0, changes={}, **about),
        ]
    )
    db.session.commit()
    visitor, chiefs_number = signed_in(app, own), chief.id
    page, told = visitor.get("/en/my-page/data").text, visitor.get("/mana-lapa/dati.json").json or {}
    assert ("Sarkanā atslēga" in page, "#0" in page) == (False, False)
    assert [row["table"] for row in told["rows"] if row["table"] in {"invitation", "passkey"}] == ["invitation"]
    numbers = [row.get(name) for row in told["rows"] for name in ("invited_by_id", "account_id")]
    assert str(chiefs_number) not in {str(number) for number in numbers}
    of_invitations = [row["changes"] for row in told["rows"] if row.get("noun") == "invitation"]
    assert not any("invited_by_id" in changes for changes in of_invitations)


def test_an_answer_that_was_taken_off_a_meeting_loses_its_account_in_time(app: Flask, person: Person) -> None:
    account = db.session.scalars(select(Account).where(Account.person_id == person.id)).one()
    came = db.session.scalars(select(Attendance)).one()
    db.session.execute(delete(AuditEntry))
    db.session.info[ACTOR] = account.id
    came.reply = Reply.ACCEPTED
    db.session.commit()
    db.session.delete(came)
    db.session.commit()
    answers = select(AuditEntry.account_id).where(AuditEntry.changes["reply"].as_string().is_not(None))
    kept = db.session.scalars(answers).all()
    terms = Terms(**{**FOR_EVER.__dict__, "attendance": 1825})
    apply_terms(db.session(), terms, now=utc_now() + timedelta(days=4000))
    db.session.commit()
    assert kept
    assert set(kept) == {account.id}
    assert set(db.session.scalars(answers)) == {None}


def test_an_administrator_takes_out_the_data_of_somebody_without_an_account(app: Flask, group: Group) -> None:
    guest = factories.person(NAME, email=EMAIL, phone=PHONE)
    factories.membership(group, guest)
    other = factories.person("Cits Cilvēks", email="cits@grupas.example")
    db.session.commit()
    chief = administrator(app)
    address = links(chief.get(f"/en/people/{guest.id}").text)["All data about the person"]
    page = chief.get(address).text
    assert {"Person", "Membership"} <= {words.split(" (")[0] for words in texts(page, "h2")}
    assert (EMAIL in page, str(other.email) in page) == (True, False)
    told = chief.get(links(page)["Download (JSON)"]).json or {}
    assert sorted(row["table"] for row in told["rows"]) == ["audit_entry", "audit_entry", "membership", "person"]
    # That their data were taken is about them; who took them is not.
    assert [row.get("account_id") for row in told["rows"] if row["table"] == "audit_entry"] == [None, None]
    noted = select(AuditEntry.noun, AuditEntry.record_id).where(AuditEntry.deed == Deed.EXPORTED)
    assert db.session.execute(noted).all() == [("person", guest.id)] * 2
    assert "All data about the person" not in manager_of(app, group).get(f"/en/people/{guest.id}").text


def test_what_was_written_down_about_somebody_is_among_their_data(app: Flask, person: Person, group: Group) -> None:
    db.session.info[ACTOR] = factories.account("chief@grupas.example").id
    for who in (person, factories.person("Cits Cilvēks")):
        factories.membership(factories.group(), who)
    db.session.commit()
    own = signed_in(app, db.session.scalars(select(Account).where(Account.email == EMAIL)).one())
    rows = (own.get("/mana-lapa/dati.json").json or {})["rows"]
    assert [row["noun"] for row in rows if row["table"] == "audit_entry"] == ["meeting", "membership"]


def test_what_is_kept_is_told_in_words_of_the_page(app: Flask, person: Person, group: Group) -> None:
    own = signed_in(app, db.session.scalars(select(Account).where(Account.email == EMAIL)).one())
    with time_machine.travel(datetime(2026, 11, 22, 22, 30, tzinfo=UTC), tick=False):
        db.session.add(Draft(account_id=person_account(), path="/temati", fields={"title": ["Ceļi"], "empty": [""]}))
        db.session.commit()
    page = own.get("/mana-lapa/dati").text
    facts = set(zip(texts(page, "dt", within="main"), texts(page, "dd", within="main"), strict=True))
    assert {
        ("Persona", NAME),
        ("Grupa", str(group.name_lv)),
        ("Loma", "loceklis vai locekle"),
        ("Vārds redzams visiem", "jā"),
        ("Ir dota", "jā"),
        ("Mērķis", "rādīt vārdu visiem"),
        ("Klātbūtne", "piedalījās"),
        ("Sanāksme", "Vīzija"),
        ("Valoda", "latviešu"),
        ("Darbība", "maiņa"),
        ("Kas", "sanāksme"),
        ("Izmaiņas", "kopsavilkums (latviski)"),
        ("Saglabāts", "23.11.2026. 00:30"),
        ("Uzrakstītais", "Ceļi"),
    } - facts == set()
    assert [value for _, value in facts if value in {"true", "false", "lv", "member"} or "T" in value[10:11]] == []


def person_account() -> int:
    """Return the number of the account of Žanete."""
    return db.session.scalars(select(Account.id).where(Account.email == EMAIL)).one()


def test_nobody_reads_links_out_of_letters_in_their_data(app: Flask, person: Person) -> None:
    own = signed_in(app, db.session.scalars(select(Account).where(Account.email == EMAIL)).one())
    told = own.get("/mana-lapa/dati.json").json or {}
    letters = [row for row in told["rows"] if row["table"] == "letter"]
    assert [row["to_email"] for row in letters] == [EMAIL]
    assert {"text", "calendar", "message_id"}.isdisjoint(letters[0])


def test_an_address_that_a_manager_wrote_down_shows_nothing_of_its_owner(app: Flask, person: Person) -> None:
    # Somebody's record was given the address of Žanete; their account was not.
    other = factories.person("Cits Cilvēks", email=EMAIL)
    visitor = signed_in(app, factories.account("cits@grupas.example", person=other))
    page = visitor.get("/mana-lapa/dati.json").text
    assert page.count(EMAIL) == 1
    assert NAME not in page


def test_erasing_leaves_what_is_somebody_elses_at_a_wrong_address(app: Flask, person: Person) -> None:
    other = factories.person("Cits Cilvēks", email=EMAIL)
    db.session.commit()
    erase_all_of(other)
    assert db.session.scalars(select(Letter.to_email)).all() == [EMAIL]
    assert db.session.scalars(select(Proposal.proposer_email)).all() == [EMAIL]


def test_names_in_parts_and_names_left_with_comments_go_too(app: Flask, person: Person, group: Group) -> None:
    factories.comment(factories.initiative(group), "Labi", author_name=NAME)
    account = db.session.scalars(select(Account.id)).first()
    rows = [["Vārds", "Uzvārds"], list(reversed(NAME.split()))]
    db.session.add(Draft(account_id=account, path="members of 1", fields={"table": rows}))
    other = factories.account("cits@grupas.example")
    db.session.flush()
    db.session.add(Draft(account_id=other.id, path="members of 1", fields={"table": rows}))
    db.session.commit()
    erase_all_of(person)
    assert db.session.scalars(select(Draft)).all() == []
    assert NAME not in db.session.scalars(select(Comment.author_name).where(Comment.author_name.is_not(None))).all()


def test_every_column_about_people_is_emptied_or_its_row_goes(app: Flask) -> None:
    marked = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.c
        if column.info.get("is_personal")
    }
    # Whoever marks a column adds it here and to the erasure; what stands in a row that goes is gone with it.
    assert {table for table, _ in marked} == {
        "account",
        "calendar_token",
        "comment",
        "draft",
        "invitation",
        "letter",
        "passkey",
        "person",
        "proposal",
        "sign_in",
    }
    assert {column for table, column in marked if table == "person"} == {
        "email",
        "name",
        "name_sort",
        "phone",
        "position_en",
        "position_lv",
    }


@pytest.mark.parametrize(
    ("terms", "noun"),
    [
        ({"traces": 90}, "letter"),
        ({"invitations": 30}, "invitation"),
        ({"contacts": 365}, "person"),
        ({"attendance": 1825}, "attendance"),
        ({"changes": 1825}, "audit_entry"),
    ],
)
def test_what_was_kept_for_long_enough_goes(app: Flask, person: Person, terms: dict[str, int], noun: str) -> None:
    days = next(iter(terms.values()))
    db.session.delete(db.session.scalars(select(Account)).one())
    membership = db.session.scalars(select(Membership)).one()
    membership.until_on = utc_now().date()
    letter = db.session.scalars(select(Letter)).one()
    letter.state = LetterState.SENT
    db.session.commit()
    kept = {**FOR_EVER.__dict__, **terms}
    # The meeting is on 1 December 2026, a few days from the clock of these tests at most a year.
    early, late = (
        utc_now() + timedelta(days=days - 400 if noun == "attendance" else days - 1),
        utc_now() + timedelta(days=days + 800),
    )
    assert apply_terms(db.session(), Terms(**kept), now=early).get(noun, 0) == 0
    assert apply_terms(db.session(), Terms(**kept), now=late).get(noun, 0) == 1


def test_contacts_go_a_term_after_the_last_that_was_heard_of_somebody(app: Flask, group: Group) -> None:
    now = utc_now()
    late, long_ago = now - timedelta(days=364), now - timedelta(days=366)
    people = {name: factories.person(f"{name} Liepa", email=f"{name}@grupas.example") for name in "ABCDEFGHI"}
    old, fresh = (factories.meeting(groups=[group], starts_on=at.date()) for at in (long_ago, late))
    undated = factories.meeting(groups=[group], starts_on=None)
    factories.membership(group, people["A"], until_on=late.date())
    factories.membership(group, people["B"], until_on=long_ago.date())
    db.session.add_all(
        [
            Attendance(meeting=fresh, person=people["B"], is_guest=True),
            Attendance(meeting=old, person=people["C"], is_guest=True, invited_at=long_ago),
            Attendance(meeting=undated, person=people["D"], is_guest=True, invited_at=late),
        ]
    )
    factories.speaker(fresh, people["E"])
    factories.speaker(old, people["F"])
    factories.account(person=people["G"])
    db.session.flush()
    db.session.add_all(
        [
            AuditEntry(noun="person", record_id=people[name].id, deed=Deed.CREATED, done_at=at)
            for name, at in (("H", late), ("I", long_ago))
        ]
    )
    db.session.commit()
    assert apply_terms(db.session(), Terms(**{**FOR_EVER.__dict__, "contacts": 365}), now=now) == {"person": 3}
    assert {name for name, person in people.items() if person.email is None} == set("CFI")


def test_names_left_without_an_account_go_when_nobody_took_them_up(app: Flask, group: Group) -> None:
    now = utc_now()
    old, late = now - timedelta(days=366), now - timedelta(days=364)
    initiative = factories.initiative(group)
    proposals = [
        factories.proposal(group, proposer_name=NAME, proposer_email=EMAIL, created_at=at) for at in (old, late)
    ]
    states = (CommentState.WAITING, CommentState.HIDDEN, CommentState.SHOWN)
    comments = [factories.comment(initiative, author_name=NAME, created_at=old, state=state) for state in states]
    factories.comment(initiative, author_name=NAME, created_at=old, changed_at=late, state=CommentState.HIDDEN)
    db.session.commit()
    gone = apply_terms(db.session(), Terms(**{**FOR_EVER.__dict__, "contacts": 365}), now=now)
    db.session.expire_all()
    assert gone == {"proposal": 1, "comment": 2}
    assert [(one.proposer_name, one.proposer_email) for one in proposals] == [(None, None), (NAME, EMAIL)]
    assert [one.author_name for one in comments] == [None, None, NAME]


def test_nothing_goes_where_the_terms_are_for_ever(app: Flask, person: Person) -> None:
    assert apply_terms(db.session(), FOR_EVER, now=utc_now() + timedelta(days=40_000)) == {}


def test_tries_go_once_no_limit_counts_them(app: Flask) -> None:
    now = utc_now()
    db.session.add_all([Attempt(counted_by="a", tried_at=now - timedelta(hours=hours)) for hours in (23, 25)])
    db.session.commit()
    assert apply_terms(db.session(), FOR_EVER, now=now) == {"attempt": 1}


def test_attendance_is_still_counted_when_names_are_no_longer_kept(app: Flask, person: Person) -> None:
    meeting_id = db.session.scalars(select(Attendance.meeting_id)).one()
    before = presence_at(db.session(), meeting_id)
    db.session.scalars(select(Attendance)).one().reply = Reply.ACCEPTED
    db.session.commit()
    own = select(CalendarListing.calendar_key).where(CalendarListing.calendar_key == guests_calendar(person.id))
    assert db.session.scalars(own.distinct()).all() == [guests_calendar(person.id)]
    terms = Terms(**{**FOR_EVER.__dict__, "attendance": 1825})
    apply_terms(db.session(), terms, now=utc_now() + timedelta(days=4000))
    db.session.commit()
    assert db.session.scalars(select(Attendance.person_id)).all() == [None]
    assert db.session.scalars(own).all() == []
    assert presence_at(db.session(), meeting_id) == before
    assert before.present == 1


def test_an_organisation_kept_to_oneself_stays_so_when_the_name_is_gone(app: Flask, person: Person) -> None:
    came = db.session.scalars(select(Attendance)).one()
    body = factories.organisation("Pacientu biedrība")
    factories.membership(factories.group("Veselības grupa"), person, body, organisation_is_public=False)
    db.session.flush()
    came.organisation_id, came.presence = body.id, Presence.PRESENT
    db.session.commit()
    before = presence_at(db.session(), came.meeting_id)
    apply_terms(db.session(), Terms(**{**FOR_EVER.__dict__, "attendance": 1825}), now=utc_now() + timedelta(days=4000))
    db.session.commit()
    assert (before.organisations, presence_at(db.session(), came.meeting_id)) == ([], before)

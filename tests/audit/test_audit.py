"""What managers change is written down, so that they can read who did what; nothing about persons is repeated."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import configure_mappers

from lag_tracker.audit.operations import ACTOR
from lag_tracker.audit.scope import AUDITED, SILENT
from lag_tracker.audit.words import value_in_words
from lag_tracker.database import Base, db
from lag_tracker.models.account import Account, Role
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.audit import AuditEntry
from lag_tracker.models.comment import Comment, CommentState
from lag_tracker.models.group import Group, MemberRole
from lag_tracker.models.meeting import Meeting, Mode
from lag_tracker.models.traits import Audience
from lag_tracker.words import column_words, noun_words
from tests import factories
from tests.reading import links, texts
from tests.visitors import administrator, manager_of, send, signed_in


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def anna(app: Flask, group: Group) -> Account:
    made: Account = factories.account(person=factories.person("Anna Bērziņa"), roles={group: Role.MANAGER})
    db.session.commit()
    return made


def changes_by(account: Account) -> list[tuple[str, str, dict[str, object]]]:
    """Commit as this account does, and return what was written down: deed, noun, changes."""
    with db.session.no_autoflush:
        db.session.info[ACTOR] = account.id
    db.session.commit()
    db.session.info.pop(ACTOR)
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(entry.deed.value, entry.noun, entry.changes) for entry in entries]


def test_a_change_is_written_down_with_what_was_there_before(app: Flask, group: Group, anna: Account) -> None:
    meeting = factories.meeting("Vīzija", groups=[group], starts_on=date(2026, 12, 1), mode=Mode.ONLINE)
    db.session.commit()
    assert meeting.starts_on == date(2026, 12, 1)
    meeting.starts_on, meeting.mode = date(2026, 12, 8), Mode.HYBRID
    assert changes_by(anna) == [
        ("changed", "meeting", {"starts_on": ["2026-12-01", "2026-12-08"], "mode": ["online", "hybrid"]})
    ]


def test_what_nobody_signed_in_does_is_not_written_down(app: Flask, group: Group) -> None:
    factories.topic(group)
    db.session.commit()
    assert db.session.scalars(select(AuditEntry)).all() == []


def test_personal_data_are_named_but_not_repeated(app: Flask, anna: Account) -> None:
    who = factories.person("Jānis Ozols", email="janis@grupas.example", name_is_public=False)
    db.session.commit()
    assert who.name == "Jānis Ozols"
    who.name, who.name_is_public = "Jānis Kalns", True
    assert changes_by(anna) == [("changed", "person", {"name": None, "name_is_public": [False, True]})]


def test_what_is_saved_again_as_it_was_is_not_written_down(app: Flask, group: Group, anna: Account) -> None:
    network = factories.network(slug="tikls")
    group.municipality = factories.municipality()
    db.session.commit()
    chief = administrator(app)
    send(chief, "/en/groups/kekava/edit", name_en="Local group")
    send(chief, "/en/networks/tikls/edit", name="Pilsētas")
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.noun, entry.record_id, sorted(entry.changes)) for entry in entries] == [
        ("group", group.id, ["name_en"]),
        ("network", network.id, ["name"]),
    ]


def test_a_rolled_back_change_leaves_nothing(app: Flask, group: Group, anna: Account) -> None:
    group.name_lv = "Cita"
    db.session.info[ACTOR] = anna.id
    db.session.flush()
    db.session.rollback()
    assert db.session.scalars(select(AuditEntry)).all() == []


def test_managers_read_what_happened_in_their_groups_and_no_others(app: Flask, group: Group, anna: Account) -> None:
    other = factories.group("Cita grupa", slug="cita")
    manager, stranger, chief = signed_in(app, anna), manager_of(app, other), administrator(app)
    send(manager, "/en/groups/kekava/topics/new", title_lv="Velo", title_en="Cycling")
    page = manager.get("/en/changes").text
    assert texts(page, "strong") == ["Anna Bērziņa"]
    assert "Topic: Cycling – created" in texts(page, "p")
    assert texts(page, "dt") == ["Group", "State", "Title (in English)", "Title (in Latvian)"]
    assert texts(page, "dd") == ["after: Ķekavas vietējā rīcības grupa", "after: open", "after: Cycling", "after: Velo"]
    assert "Cycling" not in stranger.get("/en/changes").text
    assert "Cycling" in chief.get("/en/changes").text


def test_a_meeting_without_a_title_is_called_as_everywhere(app: Flask, group: Group, anna: Account) -> None:
    factories.meeting("", groups=[group], title_lv=None, ordinal=3)
    changes_by(anna)
    assert "3rd local group meeting" in texts(signed_in(app, anna).get("/en/changes").text, "a")


def test_what_gets_the_number_of_something_deleted_is_not_named_for_it(app: Flask, group: Group, anna: Account) -> None:
    other = factories.group("Cita grupa", slug="cita", audience=Audience.MEMBERS)
    first, second = factories.meeting(groups=[group], slug="x"), factories.meeting(groups=[other], slug="y")
    manager, stranger = signed_in(app, anna), manager_of(app, other)
    for meeting, title in ((first, "Mans"), (second, "Svešais"), (first, "Vēl viens")):
        item = factories.agenda_item(meeting, title, id=7)
        changes_by(anna)
        page = (manager.get("/en/changes").text, stranger.get("/en/changes").text)
        assert [title in text for text in page] == [meeting is first, meeting is second]
        db.session.delete(item)
        changes_by(anna)
    left = factories.agenda_item(second, "Svešais", id=7)
    db.session.commit()
    assert left.title_lv == "Svešais"
    assert "Svešais" not in manager.get("/en/changes").text


def test_one_records_changes_have_a_page(app: Flask, group: Group, anna: Account) -> None:
    manager, stranger = signed_in(app, anna), manager_of(app, factories.group("Cita grupa"))
    topic = factories.topic(group, "Velo", slug="velo")
    db.session.commit()
    address = f"/izmainas/topic/{topic.id}"
    empty = manager.get(address)
    assert (empty.status_code, texts(empty.text, "h1")) == (200, ["Izmaiņas: Velo"])
    assert texts(empty.text, "del", "ins") == []
    send(manager, "/temati/velo/labot", title_lv="Velosipēdi")
    assert texts(manager.get(address).text, "del", "ins") == ["pirms tam: Velo", "tagad: Velosipēdi"]
    assert stranger.get(address).status_code == 404
    for odd in ("sqlite_master/1", "group_role/1", "topic/99999999999999", "topic/1000000000000000000000000000000"):
        assert manager.get(f"/izmainas/{odd}").status_code == 404


def test_every_record_leads_its_managers_to_its_changes(app: Flask, group: Group, anna: Account) -> None:
    topic, initiative = factories.topic(group, slug="velo"), factories.initiative(group, slug="soli")
    meeting, network = factories.meeting(groups=[group], slug="x"), factories.network(slug="tikls")
    municipality, organisation = factories.municipality(slug="kekava"), factories.organisation("Biedrība")
    member = factories.person("Ilze Kalna")
    factories.membership(group, member)
    db.session.commit()
    own = {
        f"/grupas/{group.slug}": ("group", group.id),
        "/temati/velo": ("topic", topic.id),
        "/iniciativas/soli": ("initiative", initiative.id),
        "/sanaksmes/x": ("meeting", meeting.id),
        f"/personas/{member.id}": ("person", member.id),
    }
    shared = {
        "/tikli/tikls": ("network", network.id),
        "/pasvaldibas/kekava": ("municipality", municipality.id),
        f"/organizacijas/{organisation.id}/labot": ("organisation", organisation.id),
    }
    for visitor, found in ((signed_in(app, anna), own), (administrator(app), own | shared)):
        for address, (noun, number) in found.items():
            history = f"/izmainas/{noun}/{number}"
            assert links(visitor.get(address).text).get("Izmaiņas") == history, address
            assert visitor.get(history).status_code == 200
    stranger = app.test_client()
    assert not any("/izmainas" in stranger.get(address).text for address in own)


def test_changes_are_narrowed_to_one_of_the_readers_groups(app: Flask, group: Group) -> None:
    other, foreign = factories.group("Cita grupa", slug="cita"), factories.group("Sveša grupa", slug="svesa")
    manager = manager_of(app, group, other)
    send(manager, "/en/groups/kekava/topics/new", title_en="Cycling")
    send(manager, "/en/groups/cita/topics/new", title_en="Parks")
    page = manager.get("/en/changes?group=cita").text
    assert "Topic: Parks – created" in texts(page, "p")
    assert "Cycling" not in page
    assert "Cycling" not in manager.get("/en/changes.csv?group=cita").text
    assert links(page)["all groups"] == "/en/changes"
    assert [manager.get(f"/en/changes?group={slug}").status_code for slug in (foreign.slug, "nav")] == [404, 404]


def test_older_changes_are_on_further_pages(app: Flask, group: Group, anna: Account) -> None:
    for number in range(103):
        factories.topic(group, f"Temats {number}")
    changes_by(anna)
    chief = administrator(app)
    first = chief.get("/en/changes").text
    assert len(texts(first, "strong")) == 100
    assert len(texts(chief.get("/en/changes?before=4").text, "strong")) == 3
    assert chief.get("/en/changes?before=x").status_code == 404


@pytest.mark.sqlite_only
@pytest.mark.parametrize("lang", ["lv", "en"])
def test_every_noun_and_column_has_words(app: Flask, lang: str) -> None:
    configure_mappers()
    links = {
        relationship.key
        for mapper in Base.registry.mappers
        for relationship in mapper.relationships
        if relationship.secondary is not None and mapper.local_table.name in AUDITED  # type: ignore[attr-defined]
    }
    columns = {column.name for name in AUDITED for column in Base.metadata.tables[name].c} - SILENT
    assert all(noun_words(noun, lang) for noun in AUDITED)
    assert all(column_words(column, lang) for column in columns | links)


def test_what_is_deleted_leaves_its_words(app: Flask, group: Group, anna: Account) -> None:
    meeting = factories.meeting(groups=[group], slug="x")
    decision = factories.decision(meeting, "Būvēt veloceliņu", number=8)
    db.session.commit()
    db.session.delete(decision)
    assert changes_by(anna) == [
        ("erased", "decision", {"text_lv": ["Būvēt veloceliņu", None], "number": [8, None]}),
    ]
    assert "Būvēt veloceliņu" in signed_in(app, anna).get("/en/changes").text


def test_a_comment_and_a_person_leave_no_words(app: Flask, group: Group, anna: Account) -> None:
    meeting, person = factories.meeting(groups=[group], slug="x"), factories.person("Ilze Kalna")
    db.session.commit()
    comment = Comment(
        meeting=meeting, author_name="Ilze Kalna", text="Sveiki!", language="lv", state=CommentState.SHOWN
    )
    db.session.add(comment)
    db.session.commit()
    db.session.delete(comment)
    db.session.delete(person)
    found = changes_by(anna)
    assert sorted(found) == [("erased", "comment", {"meeting_id": [meeting.id, None]}), ("erased", "person", {})]


def test_managers_read_of_a_deleted_meeting_and_of_all_that_went_with_it(
    app: Flask, group: Group, anna: Account
) -> None:
    meeting = factories.meeting("Vīzija", groups=[group], slug="x")
    factories.agenda_item(meeting, "Budžets")
    factories.decision(meeting, "Pieņemt budžetu")
    db.session.add(Attendance(meeting=meeting, person=factories.person("Ilze Kalna")))
    db.session.commit()
    db.session.expire_all()
    db.session.delete(db.session.get_one(Meeting, meeting.id))
    deeds = [(deed, noun) for deed, noun, _ in changes_by(anna)]
    assert sorted(deeds) == [
        ("erased", "agenda_item"),
        ("erased", "attendance"),
        ("erased", "decision"),
        ("erased", "meeting"),
        ("erased", "meeting_group"),
    ]
    page = signed_in(app, anna).get("/en/changes").text
    assert [word in page for word in ("Vīzija", "Budžets", "Pieņemt budžetu")] == [True, True, True]


def test_managers_read_that_their_group_was_taken_off_a_meeting(app: Flask, group: Group) -> None:
    other = factories.group("Cita grupa", slug="cita")
    factories.meeting("Vīzija", groups=[group, other], slug="x", starts_on=date(2026, 12, 1))
    db.session.commit()
    manager = manager_of(app, group, other)
    assert send(manager, "/en/meetings/x/edit", others=None).status_code == 303
    page = manager_of(app, other).get("/en/changes").text
    assert [words for words in texts(page, "p") if "Group of a meeting" in words] == [
        "Group of a meeting: Vīzija – erased"
    ]


def test_managers_read_of_people_and_organisations_they_bring_in(app: Flask, group: Group, anna: Account) -> None:
    db.session.info[ACTOR] = anna.id
    person, organisation = factories.person("Ilze Kalna"), factories.organisation("Biedrība")
    db.session.flush()
    factories.membership(group, person, organisation)
    changes_by(anna)
    manager, stranger = signed_in(app, anna), manager_of(app, factories.group("Cita grupa", slug="cita"))
    for noun, record in (("person", person), ("organisation", organisation)):
        assert texts(manager.get(f"/izmainas/{noun}/{record.id}").text, "strong") == ["Anna Bērziņa"]
        assert stranger.get(f"/izmainas/{noun}/{record.id}").status_code == 404


def test_a_membership_is_called_by_who_belongs_to_what(app: Flask, group: Group, anna: Account) -> None:
    membership = factories.membership(group, factories.person("Ilze Kalna"))
    db.session.commit()
    assert membership.role is MemberRole.MEMBER
    membership.role = MemberRole.CHAIR
    changes_by(anna)
    page = signed_in(app, anna).get("/izmainas").text
    assert "Dalība grupā: Ilze Kalna, Ķekavas vietējā rīcības grupa – maiņa" in texts(page, "p")


def test_an_export_says_which_list_it_was(app: Flask, group: Group, anna: Account) -> None:
    manager = signed_in(app, anna)
    for address in ("/en/groups/kekava/members.csv", "/en/groups/kekava/roles.csv"):
        manager.get(address)
    page = manager.get("/en/changes?deed=exported").text
    assert texts(page, "dd") == ["after: roles and invitations", "after: members"]


@pytest.mark.sqlite_only
def test_values_are_said_as_people_say_them() -> None:
    said = {
        column: value_in_words("meeting" if column == "time_zone" else "account", column, value, {}, "lv")[0].words
        for column, value in (("time_zone", "Europe/Riga"), ("language", "lv"), ("is_administrator", True))
    }
    assert said == {"time_zone": "Rīga", "language": "latviešu", "is_administrator": "jā"}
    assert [column_words("name", "lv", noun=noun) for noun in ("person", "network")] == [
        "vārds un uzvārds",
        "nosaukums",
    ]


def test_that_a_password_changed_is_written_down_and_nothing_of_it(app: Flask, anna: Account) -> None:
    assert anna.password is None
    anna.password, anna.mf_recovery_codes = "$argon2id$secret", ["1234"]
    assert changes_by(anna) == [("changed", "account", {"password": None, "mf_recovery_codes": None})]

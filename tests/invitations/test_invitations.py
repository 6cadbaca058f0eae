"""People come by accounts and roles through invitations, which work once and not for long."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account, GroupRole, Role
from lag_tracker.models.group import Group, Membership, Tier
from lag_tracker.models.invitation import Invitation
from lag_tracker.models.person import Person
from tests import factories
from tests.reading import links, texts
from tests.visitors import (
    administrator,
    enter_password,
    hashed,
    is_in,
    letters,
    link_in,
    manager_of,
    send,
    signed_in,
)

INVITE = "/en/groups/kekava/roles/invite"
LIST = "/en/groups/kekava/roles"
NEW = "pavisam cita garā parole"


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def manager(app: Flask, group: Group) -> FlaskClient:
    return manager_of(app, group)


def invite(
    manager: FlaskClient, email: str = "janis@example.lv", *, name: str = "Jānis Kalniņš", role: str = "member"
) -> TestResponse:
    return send(manager, INVITE, name=name, email=email, role=role)


def invited_link() -> str:
    return link_in(letters()[-1])


def roles() -> list[tuple[str, Role]]:
    db.session.expire_all()
    found = db.session.execute(
        select(Account.email, GroupRole.role).join(GroupRole.account).where(Account.email.like("%example.lv"))
    )
    return [(email, role) for email, role in found]


def people() -> list[tuple[str, str | None]]:
    db.session.expire_all()
    return [(one.name, one.email) for one in db.session.scalars(select(Person).order_by(Person.id))]


def test_somebody_new_is_invited_accepts_and_chooses_a_password(app: Flask, manager: FlaskClient) -> None:
    assert invite(manager).location == LIST
    assert "The invitation is on its way to janis@example.lv." in manager.get(LIST).text
    client = app.test_client()
    answer = send(client, invited_link(), way="password")
    assert answer.location == "/en/account/password"
    assert send(client, answer.location, new_password=NEW, new_password_confirm=NEW).status_code == 303
    assert roles() == [("janis@example.lv", Role.MEMBER)]
    assert people() == [("Jānis Kalniņš", "janis@example.lv")]
    assert enter_password(app, "janis@example.lv", NEW)[1].status_code == 303
    account = db.session.scalars(select(Account).where(Account.email == "janis@example.lv")).one()
    member = db.session.scalars(select(Membership)).one()
    assert (member.person_id, member.tier) == (account.person_id, Tier.WIDER)


def test_a_member_on_record_is_invited_at_their_address(app: Flask, manager: FlaskClient, group: Group) -> None:
    person = factories.person("Līga Ozola", email="liga@example.lv", language="en")
    db.session.add(Membership(group=group, person=person))
    db.session.commit()
    send(manager, INVITE, person=str(person.id), role="observer")
    assert letters()[0].to_email == "liga@example.lv"
    assert "follow this link" in letters()[0].text
    send(app.test_client(), invited_link(), way="letters")
    assert roles() == [("liga@example.lv", Role.OBSERVER)]
    assert len(people()) == 1


def test_the_list_of_members_leads_to_inviting_each_who_cannot_sign_in(
    app: Flask, manager: FlaskClient, group: Group
) -> None:
    for name in ("Anna Bērziņa", "Ilze Kalniņa"):
        factories.membership(group, factories.person(name, email=f"{name[:4].lower()}@example.lv"))
    db.session.commit()
    anna, ilze = db.session.scalars(select(Person).where(Person.email.is_not(None)).order_by(Person.name))
    signed_in(app, factories.account("ilze@example.lv", person=ilze, roles={group: Role.MEMBER}))
    found = links(manager.get("/en/groups/kekava/members").text)
    assert {words: path for words, path in found.items() if words.startswith("Invite")} == {
        "Invite Anna Bērziņa": f"{INVITE}?person={anna.id}"
    }
    send(manager, found["Invite Anna Bērziņa"])
    assert [letter.to_email for letter in letters()] == ["anna@example.lv"]


def test_a_member_without_an_address_gets_the_one_typed(app: Flask, manager: FlaskClient, group: Group) -> None:
    person = factories.person("Līga Ozola")
    db.session.add(Membership(group=group, person=person))
    db.session.commit()
    assert send(manager, INVITE, person=str(person.id)).status_code == 422
    assert send(manager, INVITE, person=str(person.id), email="liga@example.lv").status_code == 303
    assert people() == [("Līga Ozola", "liga@example.lv")]


def test_a_manager_cannot_write_an_address_for_somebody_of_another_group(
    app: Flask, manager: FlaskClient, group: Group
) -> None:
    person = factories.person("Rita Ozola")
    factories.membership(factories.group("Cita"), person)
    factories.membership(group, person)
    db.session.commit()
    answer = send(manager, INVITE, person=str(person.id), email="cits@example.lv")
    refusal = "Another group has this person, too, so only an administrator can write down their address."
    assert (answer.status_code, links(answer.text)[refusal]) == (422, "#email")
    assert (letters(), people()) == ([], [("Rita Ozola", None)])
    assert send(administrator(app), INVITE, person=str(person.id), email="rita@example.lv").status_code == 303


def test_a_manager_cannot_have_somebodys_invitation_sent_elsewhere(
    app: Flask, manager: FlaskClient, group: Group
) -> None:
    person = factories.person("Līga Ozola", email="liga@example.lv")
    db.session.add(Membership(group=group, person=person))
    db.session.commit()
    assert send(manager, INVITE, person=str(person.id), email="cits@example.lv").status_code == 422
    assert letters() == []


def test_nobody_of_another_group_is_offered_or_taken(app: Flask, manager: FlaskClient) -> None:
    person = factories.person("Svešs Cilvēks", email="svess@example.lv")
    db.session.add(Membership(group=factories.group("Cita"), person=person))
    db.session.commit()
    assert "Svešs" not in manager.get(INVITE).text
    assert send(manager, INVITE, person=str(person.id)).status_code == 422
    assert letters() == []


@pytest.mark.parametrize(("name", "email"), [("", "janis@example.lv"), ("Jānis", ""), ("Jānis", "nav adreses")])
def test_what_is_missing_is_said_and_nothing_is_sent(app: Flask, manager: FlaskClient, name: str, email: str) -> None:
    assert invite(manager, email, name=name).status_code == 422
    assert (letters(), people()) == ([], [])


def test_an_invitation_works_once(app: Flask, manager: FlaskClient) -> None:
    invite(manager)
    link = invited_link()
    assert send(app.test_client(), link, way="letters").status_code == 303
    other = app.test_client()
    assert other.get(link).status_code == 410
    assert not is_in(other)


def test_the_managers_read_who_took_up_a_role(app: Flask, manager: FlaskClient) -> None:
    taken_up = "Role in a group: Jānis Kalniņš – created"
    invite(manager)
    assert taken_up not in texts(manager.get("/en/changes").text, "p")
    send(app.test_client(), invited_link(), way="letters")
    assert taken_up in texts(manager.get("/en/changes").text, "p")


def test_opening_the_link_accepts_nothing(app: Flask, manager: FlaskClient) -> None:
    invite(manager)
    assert app.test_client().get(invited_link()).status_code == 200
    assert roles() == []


def test_an_invitation_ends_after_seven_days(app: Flask, manager: FlaskClient) -> None:
    invite(manager)
    client = app.test_client()
    page = client.get(invited_link())
    with time_machine.travel(utc_now() + timedelta(days=7, minutes=1)):
        assert client.get(invited_link()).status_code == 410
        assert send(client, invited_link(), page=page, way="letters").status_code == 410
    assert roles() == []


def test_nothing_revives_an_invitation_that_ran_out(app: Flask, manager: FlaskClient) -> None:
    invite(manager)
    client = app.test_client()
    for address in ("/parole/aizmirsta", "/pieteikties/saite"):
        send(client, address, email="janis@example.lv")
    assert [letter.kind for letter in letters()] == ["invitation"]
    assert db.session.scalars(select(Account).where(Account.email == "janis@example.lv")).first() is None


def test_a_withdrawn_invitation_opens_nothing(app: Flask, manager: FlaskClient) -> None:
    invite(manager)
    link = invited_link()
    withdraw = links(manager.get(LIST).text)["Withdraw: Jānis Kalniņš"]
    assert send(manager, withdraw).location == LIST
    assert app.test_client().get(link).status_code == 410
    assert "Jānis Kalniņš" not in manager.get(LIST).text


def test_an_invitation_sent_again_has_a_new_link(app: Flask, manager: FlaskClient) -> None:
    invite(manager)
    first = invited_link()
    db.session.execute(update(Invitation).values(expires_at=utc_now() - timedelta(days=1)))
    db.session.commit()
    assert "the link has expired" in manager.get(LIST).text
    send(manager, links(manager.get(LIST).text)["Send again: Jānis Kalniņš"])
    second = invited_link()
    assert app.test_client().get(first).status_code == 410
    assert send(app.test_client(), second, way="letters").status_code == 303
    assert roles() == [("janis@example.lv", Role.MEMBER)]


def test_nobody_is_invited_twice(app: Flask, manager: FlaskClient) -> None:
    invite(manager)
    answer = invite(manager, "JANIS@example.lv")
    assert answer.status_code == 409
    assert "This person is invited already." in answer.text
    assert len(people()) == 1
    send(app.test_client(), invited_link(), way="letters")
    assert invite(manager).status_code == 409
    assert len(letters()) == 1


def test_who_has_an_account_only_gets_the_role(app: Flask, manager: FlaskClient) -> None:
    person = factories.person("Jānis Kalniņš", email="janis@example.lv")
    factories.account("janis@example.lv", password=hashed(), person=person)
    db.session.commit()
    invite(manager, name="Jānis K.")
    client = app.test_client()
    assert send(client, invited_link()).location == "/en/sign-in"
    assert not is_in(client)
    assert roles() == [("janis@example.lv", Role.MEMBER)]
    members = db.session.scalars(select(Membership.person_id)).all()
    assert members == [person.id]
    assert enter_password(app, "janis@example.lv")[1].status_code == 303


def test_a_closed_account_gets_no_role(app: Flask, manager: FlaskClient) -> None:
    factories.account("janis@example.lv", active=False)
    db.session.commit()
    invite(manager)
    assert send(app.test_client(), invited_link()).status_code == 409
    assert roles() == []


def test_an_invitation_takes_nothing_from_who_may_do_more(app: Flask, manager: FlaskClient, group: Group) -> None:
    invite(manager, role="observer")
    factories.account("janis@example.lv", roles={group: Role.MANAGER})
    db.session.commit()
    send(app.test_client(), invited_link())
    assert roles() == [("janis@example.lv", Role.MANAGER)]


def test_an_administrator_invites_into_any_group(app: Flask, group: Group) -> None:
    assert group.slug == "kekava"
    assert invite(administrator(app), role="manager").location == LIST
    send(app.test_client(), invited_link(), way="letters")
    assert roles() == [("janis@example.lv", Role.MANAGER)]


def test_who_wants_a_passkey_is_led_to_make_one(app: Flask, manager: FlaskClient) -> None:
    invite(manager)
    client = app.test_client()
    assert send(client, invited_link(), way="passkey").location == "/en/account/passkeys"
    assert is_in(client)


def test_only_a_digest_of_the_link_is_kept(app: Flask, manager: FlaskClient) -> None:
    invite(manager)
    token = invited_link().rpartition("/")[2]
    assert db.session.scalars(select(Invitation.token_hash)).one() != token
    assert len(token) >= 40


def test_a_double_click_sends_one_invitation(app: Flask, manager: FlaskClient) -> None:
    page = manager.get(INVITE)
    for _ in range(2):
        assert send(manager, INVITE, page=page, name="Jānis", email="janis@example.lv").location == LIST
    assert len(letters()) == 1


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "Jānis\r\nBcc: x@x.lv", "{{ 7 * 7 }}", "'; --"])
def test_odd_names_stay_names(app: Flask, manager: FlaskClient, name: str) -> None:
    assert invite(manager, name=name).status_code == 303
    assert "<script>alert" not in manager.get(LIST).text
    assert "\n" not in letters()[0].subject


def test_who_is_signed_in_as_somebody_else_accepts_for_the_invited(app: Flask, manager: FlaskClient) -> None:
    invite(manager)
    client = signed_in(app, factories.account("cits@example.lv"))
    send(client, invited_link(), way="letters")
    assert roles() == [("janis@example.lv", Role.MEMBER)]

"""Managers say who may do what in their groups; what ends, ends at once."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.account import Account, GroupRole, Role
from lag_tracker.models.group import Group
from tests import factories
from tests.reading import texts
from tests.visitors import administrator, manager_of, send, signed_in

LIST = "/en/groups/kekava/roles"


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def anna(app: Flask, group: Group) -> Account:
    person = factories.person("Anna Bērziņa")
    made: Account = factories.account("anna@grupas.example", roles={group: Role.MEMBER}, person=person)
    db.session.commit()
    return made


def stored() -> dict[int, Role]:
    db.session.expire_all()
    return {one.account_id: one.role for one in db.session.scalars(select(GroupRole))}


def test_the_list_names_who_may_do_what_managers_first(app: Flask, group: Group, anna: Account) -> None:
    page = manager_of(app, group).get(LIST).text
    assert texts(page, "strong", within="main")[1:] == ["Anna Bērziņa"]
    assert "anna@grupas.example" in page


def test_a_manager_changes_a_role(app: Flask, group: Group, anna: Account) -> None:
    assert send(manager_of(app, group), f"{LIST}/{anna.id}", role="manager").location == LIST
    assert stored()[anna.id] is Role.MANAGER


def test_what_a_role_opened_is_closed_at_the_next_click(app: Flask, group: Group, anna: Account) -> None:
    manager = manager_of(app, group)
    send(manager, f"{LIST}/{anna.id}", role="manager")
    client = signed_in(app, db.session.get_one(Account, anna.id))
    assert client.get("/galds").status_code == 200
    assert send(manager, f"{LIST}/{anna.id}/end").location == LIST
    assert client.get("/galds").status_code == 404
    assert anna.id not in stored()


@pytest.mark.parametrize(("address", "typed"), [("", {"role": "member"}), ("/end", {})])
def test_the_last_manager_stays_unless_an_administrator_says_otherwise(
    app: Flask, group: Group, anna: Account, address: str, typed: dict[str, Any]
) -> None:
    own = factories.account("vadiba@grupas.example", roles={group: Role.MANAGER})
    manager = signed_in(app, own)
    answer = send(manager, f"{LIST}/{own.id}{address}", **typed)
    assert answer.status_code == 409
    assert "left without a manager" in answer.text
    assert stored()[own.id] is Role.MANAGER
    assert send(administrator(app), f"{LIST}/{own.id}{address}", **typed).status_code == 303
    assert stored().get(own.id) is not Role.MANAGER


def test_a_closed_account_does_not_count_as_a_manager(app: Flask, group: Group) -> None:
    factories.account("bijusi@grupas.example", roles={group: Role.MANAGER}, active=False)
    own = factories.account("vadiba@grupas.example", roles={group: Role.MANAGER})
    assert send(signed_in(app, own), f"{LIST}/{own.id}/end").status_code == 409


def test_one_of_two_managers_may_leave(app: Flask, group: Group) -> None:
    manager_of(app, group)
    own = factories.account("vadiba@grupas.example", roles={group: Role.MANAGER})
    assert send(signed_in(app, own), f"{LIST}/{own.id}/end").status_code == 303
    assert own.id not in stored()


def test_accounts_without_a_role_in_the_group_are_not_to_be_found(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    other = factories.account("cita@grupas.example", roles={factories.group("Cita"): Role.MEMBER})
    db.session.commit()
    assert [manager.get(f"{LIST}/{number}").status_code for number in (other.id, 999_999_999)] == [404, 404]

"""What is asked of the database does not grow with the number of those who get letters."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
import time_machine
from flask import Flask

from lag_tracker.database import db
from lag_tracker.models.attendance import Reply
from lag_tracker.models.group import Group
from tests import factories
from tests.replies.invited import NOW, ahead, invite, letters, member
from tests.visitors import manager_of, send

FEW, MANY = 2, 20


@pytest.fixture(autouse=True)
def _at_the_moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def meeting_of(group: Group, slug: str, receivers: int) -> list[str]:
    """Add a meeting to which so many said that they come, in either language; return their numbers."""
    meeting = ahead(group, slug=slug)
    people = [
        member(group, f"Anna {number}", f"{slug}{number}@grupas.example", language="en" if number % 2 else "lv")
        for number in range(receivers)
    ]
    for person in people:
        invite(meeting, person, Reply.ACCEPTED)
    db.session.commit()
    return [str(person.id) for person in people]


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("edit", {"starts_on": "2027-03-19"}),
        ("cancel", {"reason_lv": "Lektors ir saslimis."}),
        ("invite", {}),
    ],
)
def test_nothing_is_asked_or_changed_for_each_receiver_alone(
    app: Flask, statements: Callable[[], AbstractContextManager[list[str]]], page: str, typed: dict[str, Any]
) -> None:
    group, costs = factories.group("Ķekavas grupa", slug="kekava"), []
    invited = {number: meeting_of(group, f"sanaksme-{number}", number) for number in (FEW, MANY)}
    manager = manager_of(app, group)
    for number, people in invited.items():
        address = f"/en/meetings/sanaksme-{number}/{page}"
        opened = manager.get(address)
        chosen: dict[str, Any] = typed | ({"people": people} if page == "invite" else {})
        with statements() as ran:
            assert send(manager, address, page=opened, **chosen).status_code == 303
        # SQLite takes new rows one by one, PostgreSQL together.
        costs.append(len([statement for statement in ran if not statement.startswith("INSERT")]))
    assert len(letters()) == FEW + MANY
    assert costs[0] == costs[1]

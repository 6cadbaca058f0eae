"""Managers add recordings and documents by their addresses."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import LinkKind, Meeting, MeetingLink
from lag_tracker.models.traits import Audience
from tests import factories
from tests.reading import texts
from tests.visitors import manager_of, send

PAGE = "/en/meetings/vizija/links"


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def manager(app: Flask, group: Group) -> FlaskClient:
    return manager_of(app, group)


@pytest.fixture
def meeting(group: Group) -> Meeting:
    made: Meeting = factories.meeting("Vīzija", slug="vizija", groups=[group])
    db.session.commit()
    return made


def stored() -> list[tuple[LinkKind, str, str | None, Audience]]:
    db.session.expire_all()
    found = db.session.scalars(select(MeetingLink).order_by(MeetingLink.id))
    return [(one.kind, one.url, one.title_lv, one.audience) for one in found]


def test_a_link_is_added_changed_and_deleted(app: Flask, manager: FlaskClient, meeting: Meeting) -> None:
    typed: dict[str, Any] = {"kind": "recording", "url": "https://video.example/1", "title_lv": "Ieraksts"}
    assert send(manager, PAGE, **typed).location == PAGE
    assert stored() == [(LinkKind.RECORDING, "https://video.example/1", "Ieraksts", Audience.PUBLIC)]
    visitor = app.test_client(use_cookies=False)
    assert 'href="https://video.example/1"' in visitor.get("/sanaksmes/vizija").text
    number = db.session.scalars(select(MeetingLink.id)).one()
    assert send(manager, f"{PAGE}/{number}", audience="members").location == PAGE
    assert "video.example" not in visitor.get("/sanaksmes/vizija").text
    assert send(manager, f"{PAGE}/{number}/remove").location == PAGE
    assert stored() == []


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "ftp://x.example/1", "//x.example", "https://", "https://x y.example"],
)
def test_what_no_browser_should_follow_is_refused(manager: FlaskClient, meeting: Meeting, address: str) -> None:
    answer = send(manager, PAGE, url=address)
    assert answer.status_code == 422
    assert "Enter an address that begins with https:// or http://." in texts(answer.text, "a", within="main")
    assert stored() == []


def test_two_who_change_a_link_see_both_versions(app: Flask, group: Group, meeting: Meeting) -> None:
    link = MeetingLink(meeting=meeting, kind=LinkKind.DOCUMENT, url="https://x.example/1")
    db.session.add(link)
    db.session.commit()
    first, second = manager_of(app, group), manager_of(app, group)
    page = second.get(f"{PAGE}/{link.id}")
    send(first, f"{PAGE}/{link.id}", url="https://x.example/2")
    answer = send(second, f"{PAGE}/{link.id}", page=page, url="https://x.example/3")
    assert answer.status_code == 409
    assert texts(answer.text, "blockquote") == ["https://x.example/2"]


def test_a_link_of_another_meeting_is_not_found(group: Group, manager: FlaskClient, meeting: Meeting) -> None:
    other = MeetingLink(
        meeting=factories.meeting(groups=[group], slug="cita"), kind=LinkKind.DOCUMENT, url="https://x.example"
    )
    db.session.add(other)
    db.session.commit()
    assert [manager.get(f"{PAGE}/{other.id}{end}").status_code for end in ("", "/remove")] == [404, 404]

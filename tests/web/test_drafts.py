"""What a browser keeps of a form is forgotten when that very form was saved, and at no other time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from lag_tracker.database import db
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import MeetingState
from tests import factories
from tests.visitors import form_of, manager_of, send

EDIT = "/en/topics/velo/edit"


@pytest.fixture
def group(app: Flask) -> Group:
    """Return a group with a topic."""
    made: Group = factories.group(slug="kekava")
    factories.topic(made, "Velo", slug="velo")
    db.session.commit()
    return made


@contextmanager
def busy(app: Flask) -> Iterator[None]:
    """Let the database take no change meanwhile."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def refuse(_connection: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("database is locked"))

    event.listen(db.engine, "commit", refuse)
    yield
    event.remove(db.engine, "commit", refuse)


def test_what_is_saved_names_its_form_to_the_browser(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    page = manager.get(EDIT)
    key = form_of(page)["submission"][0]
    saved = [manager.get(send(manager, EDIT, page=page).location).text for _ in range(2)]
    assert [f'data-saved="{key}"' in text for text in saved] == [True, True]
    assert "data-saved" not in manager.get("/en/topics").text


def test_the_forms_with_the_longest_texts_are_kept_by_the_browser(app: Flask, group: Group) -> None:
    factories.meeting("Sēde", groups=[group], slug="sede", state=MeetingState.HELD)
    manager = manager_of(app, group)
    for part in ("minutes", "decisions", "actions", "links"):
        page = manager.get(f"/en/meetings/sede/{part}").text
        assert ("data-draft-offer" in page, page.count("data-draft=")) == (True, 1), part


def test_what_the_database_did_not_take_does_not_count_as_saved(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    page = manager.get(EDIT)
    with busy(app):
        assert send(manager, EDIT, page=page).status_code == 503
    text = manager.get("/en/topics").text
    assert ("The topic was saved." in text, "data-saved" in text) == (False, False)
    assert "The topic was saved." in manager.get(send(manager, EDIT, page=page).location).text

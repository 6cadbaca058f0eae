"""Administrators keep the themes of networks and initiatives."""

import pytest
from flask import Flask
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.theme import Theme
from tests import factories
from tests.reading import links, texts
from tests.visitors import administrator, send


def stored() -> list[tuple[str, str | None, str | None]]:
    db.session.expire_all()
    return [(one.slug, one.name_lv, one.name_en) for one in db.session.scalars(select(Theme).order_by(Theme.id))]


def test_an_administrator_adds_a_theme_changes_and_erases_it(app: Flask) -> None:
    chief = administrator(app)
    assert send(chief, "/temas/jauna", name_lv="zaļā mobilitāte").location == "/temas"
    send(chief, "/temas/zala-mobilitate/labot", name_en="green mobility")
    assert stored() == [("zala-mobilitate", "zaļā mobilitāte", "green mobility")]
    send(chief, "/temas/zala-mobilitate/dzest")
    assert stored() == []


def test_what_somebody_else_called_it_meanwhile_is_not_overwritten_unseen(app: Flask) -> None:
    chief = administrator(app)
    send(chief, "/en/themes/new", name_lv="tūrisms")
    opened = chief.get("/en/themes/turisms/edit")
    send(chief, "/en/themes/turisms/edit", name_en="tourism")
    answer = send(chief, "/en/themes/turisms/edit", page=opened, name_en="travel")
    assert answer.status_code == 409
    assert "<blockquote>tourism</blockquote>" in answer.text
    assert stored() == [("turisms", "tūrisms", "tourism")]


def test_no_two_themes_share_a_name(app: Flask) -> None:
    chief = administrator(app)
    send(chief, "/en/themes/new", name_lv="tūrisms", name_en="tourism")
    answer = send(chief, "/en/themes/new", name_en="Tourism")
    assert (answer.status_code, "A theme of this name is on record already." in links(answer.text)) == (422, True)
    assert len(stored()) == 1


@pytest.mark.parametrize("use", ["network", "initiative"])
def test_a_theme_in_use_is_counted_and_not_erased(app: Flask, use: str) -> None:
    theme = Theme(name_lv="tūrisms", slug="turisms")
    if use == "network":
        factories.network().themes = [theme]
    else:
        factories.initiative(factories.group(), theme=theme)
    chief = administrator(app)
    assert texts(chief.get("/en/themes").text, "td")[0] == f"1 {use}"
    answer = send(chief, "/en/themes/turisms/erase")
    assert answer.status_code == 409
    assert "Networks or initiatives have this theme. Give them another one first." in answer.text
    assert len(stored()) == 1

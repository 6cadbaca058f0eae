"""Administrators decide on a page what the site is called, whom to ask, and for how long things are kept."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lag_tracker.database import db, utc_now
from lag_tracker.models.audit import AuditEntry
from lag_tracker.models.letter import LetterState
from lag_tracker.models.site_settings import Conformity, SiteSettings
from lag_tracker.web.settings import fresh_settings, settings_in_use
from lag_tracker.worker import send_due_letters
from tests import factories
from tests.reading import links, texts
from tests.visitors import administrator, form_of, letters, manager_of, send, send_at_once

PAGE = "/en/settings"


@pytest.fixture
def chief(app: Flask) -> FlaskClient:
    return administrator(app)


def decided() -> SiteSettings | None:
    db.session.expire_all()
    return db.session.get(SiteSettings, 1)


def fix(app: Flask, **given: Any) -> None:
    """Let the environment give some settings."""
    in_use = settings_in_use(app)
    in_use.own = replace(in_use.own, **given, given_by=dict.fromkeys(given, "environment"))
    in_use.look(at_once=True)


def test_what_is_decided_counts_at_once_on_every_page(chief: FlaskClient, client: FlaskClient) -> None:
    for address in ("/", "/en/"):
        assert "Ķekavas grupas" not in client.get(address).text
    answer = send(
        chief,
        PAGE,
        site_name="Ķekavas grupas",
        operator="Ķekavas novads",
        contact_email="grupas@kekava.example",
        data_protection_contact="dpo@kekava.example",
        keep_changes_days="3650",
    )
    assert (answer.status_code, answer.location) == (303, PAGE)
    for address in ("/", "/en/"):
        page = client.get(address).text
        assert texts(page, "title")[0].endswith(" – Ķekavas grupas")
        assert "Ķekavas novads" in page
        assert "mailto:grupas@kekava.example" in page
    privacy = client.get("/en/privacy").text
    assert "Data protection officer: dpo@kekava.example." in privacy
    assert "<td>10 years</td>" in privacy
    assert "News – Ķekavas grupas" in client.get("/en/news.atom").text
    assert client.get("/api/v1").get_json()["name"] == "Ķekavas grupas"


def test_readers_of_the_news_hear_of_a_new_name(chief: FlaskClient, client: FlaskClient) -> None:
    tag = {"If-None-Match": client.get("/jaunumi.atom").headers["ETag"]}
    assert client.get("/jaunumi.atom", headers=tag).status_code == 304
    send(chief, PAGE, site_name="Grupas")
    assert client.get("/jaunumi.atom", headers=tag).status_code == 200


def test_the_desk_leads_there_and_the_change_is_written_down(chief: FlaskClient) -> None:
    assert links(chief.get("/en/desk").text)["Site settings"] == PAGE
    send(chief, PAGE, operator="Ķekavas novads")
    send(chief, PAGE, operator="Ķekavas novada pašvaldība")
    changes = db.session.scalars(select(AuditEntry.changes).where(AuditEntry.noun == "site_settings")).all()
    assert changes == [
        {"operator": [None, "Ķekavas novads"]},
        {"operator": ["Ķekavas novads", "Ķekavas novada pašvaldība"]},
    ]
    page = chief.get(links(chief.get(PAGE).text)["Changes"]).text
    assert "Ķekavas novada pašvaldība" in page


def test_the_desk_reminds_administrators_until_it_is_said_whom_to_ask(app: Flask, chief: FlaskClient) -> None:
    manager = manager_of(app, factories.group())
    for operator in ("", "Ķekavas novads"):
        send(chief, PAGE, operator=operator)
        assert ["Fill in the site settings" in links(one.get("/en/desk").text) for one in (chief, manager)] == [
            True,
            False,
        ]
    send(chief, PAGE, contact_email="grupas@kekava.example")
    assert "Fill in the site settings" not in links(chief.get("/en/desk").text)


def test_before_anything_is_decided_no_link_leads_to_changes(chief: FlaskClient) -> None:
    assert "Changes" not in links(chief.get(PAGE).text)


def test_an_erased_name_goes_from_the_settings_too(app: Flask, chief: FlaskClient) -> None:
    person = factories.person("Zane Liepiņa")
    db.session.commit()
    send(chief, PAGE, data_protection_contact="Zane Liepiņa, dpo@kekava.example")
    assert (
        send(chief, f"/en/people/{person.id}/erase", mention="site_settings/1/data_protection_contact").status_code
        == 303
    )
    assert fresh_settings(app).data_protection_contact == f"Bijušais dalībnieks Nr. {person.id}, dpo@kekava.example"
    changes = db.session.scalars(select(AuditEntry.changes).where(AuditEntry.noun == "site_settings")).all()
    assert "Liepiņa" not in str(changes)


def test_an_emptied_field_brings_the_default_back(chief: FlaskClient, client: FlaskClient) -> None:
    send(chief, PAGE, site_name="Grupas")
    send(chief, PAGE, site_name="")
    assert texts(client.get("/en/").text, "title")[0].endswith(" – LAG Tracker")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"contact_email": "grupas"}, "Enter an e-mail address such as vards@example.lv."),
        ({"site_name": "x" * 101}, "This may hold 100 characters; shorten it."),
        ({"site_name": "Grupas\u202e"}, "There is a sign in it that cannot be printed. Type it anew."),
        ({"keep_traces_days": "36501"}, "Enter a whole number from 0 to 36500."),
        ({"keep_traces_days": "-1"}, "Enter a whole number from 0 to 36500."),
        ({"keep_traces_days": "9" * 40}, "Enter a whole number from 0 to 36500."),
        ({"accessibility_status": "perfect"}, "Choose one of the list."),
        ({"accessibility_assessed_on": "31.02.2026."}, "Enter a day such as 15.03.2027."),
        ({"accessibility_assessed_on": "2026-03-15"}, "Say what the assessment found."),
        ({"accessibility_status": "full"}, "Enter the day of the assessment."),
    ],
)
@pytest.mark.sqlite_only
def test_what_no_start_would_take_is_refused_beside_its_field(
    chief: FlaskClient, typed: dict[str, Any], sentence: str
) -> None:
    answer = send(chief, PAGE, **typed, operator="Ķekavas novads")
    assert answer.status_code == 422
    assert sentence in links(answer.text)
    assert "Ķekavas novads" in answer.text
    assert decided() is None


def test_the_statement_tells_of_an_assessment_once_all_of_it_is_known(chief: FlaskClient, client: FlaskClient) -> None:
    send(
        chief,
        PAGE,
        accessibility_assessed_on="15.03.2026.",
        accessibility_status="partial",
        accessibility_assessor="SIA Vērtētājs",
    )
    row = decided()
    assert row
    assert (row.accessibility_assessed_on, row.accessibility_status) == (date(2026, 3, 15), Conformity.PARTIAL)
    statement = client.get("/en/accessibility").text
    assert "The site conforms in part to these requirements. It was assessed on 15 March 2026 by SIA Vē" in statement


def test_a_shorter_term_asks_whether_older_things_may_go(app: Flask, chief: FlaskClient) -> None:
    answer = send(chief, PAGE, keep_changes_days="30")
    words = "Here a term becomes shorter: days that changes are kept. What is older is deleted for good."
    assert (answer.status_code, words in answer.text) == (422, True)
    send(chief, PAGE, keep_changes_days="30", may_delete="y")
    assert fresh_settings(app).terms.changes == 30
    # Longer, and for good, need no word; but from for good to any term does.
    for days, status in (("60", 303), ("0", 303), ("36500", 422)):
        assert send(chief, PAGE, keep_changes_days=days).status_code == status


def test_what_the_server_fixes_is_shown_and_cannot_be_changed(app: Flask, chief: FlaskClient) -> None:
    send(chief, PAGE, operator="Cits", keep_traces_days="100")
    fix(app, operator="Ķekavas novads", keep_traces_days=0)
    page = chief.get(PAGE)
    assert not {"operator", "keep_traces_days"} & set(form_of(page))
    assert "Set in the server's environment: OPERATOR" in " ".join(texts(page.text, "dd"))
    assert {"Ķekavas novads", "without an end"} <= set(texts(page.text, "dd"))
    send(chief, PAGE, operator="Kāds cits", site_name="Grupas")
    settings = fresh_settings(app)
    assert (settings.operator, settings.terms.traces, settings.site_name) == ("Ķekavas novads", 0, "Grupas")


def test_two_administrators_at_once_do_not_overwrite_each_other(app: Flask, chief: FlaskClient) -> None:
    other = administrator(app)
    pages = [chief.get(PAGE), other.get(PAGE)]
    first = send(chief, PAGE, page=pages[0], operator="Ķekavas novads")
    second = send(other, PAGE, page=pages[1], operator="Olaines novads")
    assert (first.status_code, second.status_code) == (303, 409)
    assert "Ķekavas novads" in texts(second.text, "blockquote")
    forms = [(one, PAGE, form_of(one.get(PAGE)) | {"operator": [f"{n}"]}) for n, one in enumerate((chief, other))]
    assert send_at_once(*forms) == [303, 409]


def test_a_tick_for_one_shorter_term_is_none_for_what_somebody_else_decided_meanwhile(
    app: Flask, chief: FlaskClient
) -> None:
    other, page = administrator(app), chief.get(PAGE)
    assert send(other, PAGE, keep_changes_days="0").status_code == 303
    stale = send(chief, PAGE, page=page, keep_traces_days="30", may_delete="y")
    assert stale.status_code == 409
    assert form_of(stale).get("may_delete") is None


def test_test_letters_are_few(chief: FlaskClient) -> None:
    answers = [send(chief, f"{PAGE}/test-letter", page=chief.get(PAGE), number=-1) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429, 429]


def test_the_address_for_questions_is_one_address_in_a_link(chief: FlaskClient, client: FlaskClient) -> None:
    send(chief, PAGE, contact_email="a?bcc=c@d.example")
    assert 'href="mailto:a%3Fbcc%3Dc@d.example"' in client.get("/en/about").text


def test_the_very_first_two_at_the_same_moment_make_one_row(app: Flask, chief: FlaskClient) -> None:
    forms = [
        (one, PAGE, form_of(one.get(PAGE)) | {"operator": [f"{n}"]})
        for n, one in enumerate((chief, administrator(app)))
    ]
    assert send_at_once(*forms) == [303, 409]
    row = decided()
    assert row
    assert row.revision == 1


def test_a_double_click_saves_once(chief: FlaskClient) -> None:
    page = chief.get(PAGE)
    answers = [send(chief, PAGE, page=page, operator="Ķekavas novads") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    row = decided()
    assert row
    assert row.revision == 1


def test_a_test_letter_goes_to_who_asks_and_the_page_says_what_became_of_it(app: Flask, chief: FlaskClient) -> None:
    answer = send(chief, f"{PAGE}/test-letter", page=chief.get(PAGE), number=-1)
    assert answer.location == PAGE
    letter = letters()[-1]
    assert (letter.kind, letter.state) == ("test_letter", LetterState.WAITING)
    assert "waits to be sent." in chief.get(PAGE).text
    send_due_letters(app.config["SETTINGS"])
    page = chief.get(PAGE).text
    assert "The last one was put into the folder" in page
    assert links(page)["Letters that were not sent"] == "/en/letters"
    letter = letters()[-1]
    letter.state, letter.last_error = LetterState.FAILED, "550 no such user"
    db.session.commit()
    assert "550 no such user" in chief.get(PAGE).text


def test_only_administrators_see_any_of_it(app: Flask) -> None:
    manager = manager_of(app, factories.group())
    assert [manager.get(PAGE).status_code, manager.post(f"{PAGE}/test-letter").status_code] == [404, 404]


@pytest.mark.sqlite_only
def test_no_secret_of_the_server_is_on_the_page(tmp_path: Path, app: Flask, chief: FlaskClient) -> None:
    in_use = settings_in_use(app)
    in_use.own = replace(
        in_use.own,
        database_url="postgresql://lag:geheim1@db.example/lag",
        mail_server="smtp://lag:geheim2@mail.example:587",
        mail_sender="grupas@grupas.example",
        oidc_issuer="https://id.example",
        oidc_client_id="lag",
        oidc_client_secret="geheim3",
        oidc_name="Latvija.lv",
        secret_key="geheim4" * 8,
        secret_key_fallbacks="geheim5" * 8,
    )
    page = chief.get(PAGE).text
    assert "geheim" not in page
    assert {"PostgreSQL", "mail.example:587", "Latvija.lv, https://id.example"} <= set(texts(page, "dd"))


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"base_url": "http://grupas.example"}, "Passwords travel unprotected"),
        ({"base_url": ""}, "Only this computer knows this address"),
        ({"production": False}, "set PRODUCTION=1"),
        ({}, "No mail server is set"),
    ],
)
def test_the_page_says_what_is_wrong_with_the_server(
    app: Flask, chief: FlaskClient, given: dict[str, Any], sentence: str
) -> None:
    in_use = settings_in_use(app)
    in_use.own = replace(in_use.own, **given)
    assert sentence in chief.get(PAGE).text


@pytest.mark.sqlite_only
def test_the_page_says_when_no_process_sends_letters(chief: FlaskClient) -> None:
    factories.letter(due_at=utc_now() - timedelta(hours=1))
    db.session.commit()
    assert "1 letter should have left by now" in chief.get(PAGE).text

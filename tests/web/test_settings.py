"""What is decided in one process counts in all, soon and at no cost; what the database holds never stops the site."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import text

from lag_tracker import create_app
from lag_tracker.database import db
from lag_tracker.models.site_settings import SiteSettings
from lag_tracker.web import settings as watching
from lag_tracker.web.settings import fresh_settings, settings_in_use
from tests.conftest import settings_for
from tests.reading import texts


def name_on(client: FlaskClient, address: str = "/en/") -> str:
    return texts(client.get(address).text, "title")[0].partition(" – ")[2]


def decide(**values: object) -> None:
    """Decide something as another process would."""
    db.session.execute(text("DELETE FROM site_settings"))
    db.session.add(SiteSettings(id=1, **values))
    db.session.commit()


def test_other_processes_find_out_after_some_seconds(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(watching, "monotonic", lambda: clock[0])
    assert name_on(client) == "LAG Tracker"
    decide(site_name="Grupas")
    clock[0] += watching.SECONDS_BETWEEN_LOOKS - 0.1
    assert name_on(client) == "LAG Tracker"
    clock[0] += 0.1
    assert name_on(client) == "Grupas"


def test_no_page_runs_a_statement_more_for_it(
    app: Flask, client: FlaskClient, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    settings_in_use(app)._next_at = 0
    with statements() as ran:
        client.get("/en/about")
    assert ran == []


def test_an_imported_macro_reads_the_settings_in_use(app: Flask) -> None:
    with app.test_request_context("/en/"):
        macro = "{% macro name() %}{{ settings.site_name }}{% endmacro %}"
        template = app.jinja_env.from_string("{% from other import name %}{{ name() }}")
        other = app.jinja_env.from_string(macro)
        assert template.render(other=other) == "LAG Tracker"
        decide(site_name="Grupas")
        fresh_settings(app)
        assert (template.render(other=other), render_template_string("{{ settings.site_name }}")) == ("Grupas",) * 2


def test_values_that_nobody_could_have_typed_are_passed_over(app: Flask, client: FlaskClient) -> None:
    decide(site_name="x\n" * 20, contact_email="none", keep_traces_days=-5, keep_changes_days=99999, operator="Novads")
    settings = fresh_settings(app)
    assert (settings.site_name, settings.contact_email, settings.operator) == ("LAG Tracker", "", "Novads")
    assert (settings.terms.traces, settings.terms.changes) == (90, 1825)


def test_what_environment_and_file_give_goes_before(app: Flask) -> None:
    in_use = settings_in_use(app)
    in_use.own = replace(in_use.own, operator="Novads", given_by={"operator": "file"})
    decide(operator="Cits", site_name="Grupas")
    settings = fresh_settings(app)
    assert (settings.operator, settings.site_name) == ("Novads", "Grupas")


def test_a_row_that_is_gone_leaves_the_defaults(app: Flask) -> None:
    decide(site_name="Grupas")
    assert fresh_settings(app).site_name == "Grupas"
    db.session.execute(text("DELETE FROM site_settings"))
    db.session.commit()
    assert fresh_settings(app).site_name == "LAG Tracker"


def test_without_the_table_what_was_known_last_counts(app: Flask) -> None:
    decide(site_name="Grupas")
    fresh_settings(app)
    db.session.execute(text("ALTER TABLE site_settings RENAME TO elsewhere"))
    db.session.commit()
    try:
        settings_in_use(app).look(at_once=True)
        assert app.config["SETTINGS"].site_name == "Grupas"
    finally:
        db.session.execute(text("ALTER TABLE elsewhere RENAME TO site_settings"))
        db.session.commit()


@pytest.mark.sqlite_only
def test_without_any_database_the_settings_of_the_server_count(tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none", site_name="Grupas"))
    with app.app_context():
        settings_in_use(app).look(at_once=True)
        assert app.config["SETTINGS"].site_name == "Grupas"
    assert app.test_client().get("/healthz").status_code == 200
    assert app.test_client().get("/").status_code == 503


@pytest.mark.sqlite_only
def test_a_colon_in_the_name_of_the_site_stops_no_start(tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path, site_name="Grupas: Ķekava"))
    assert app.config["SECURITY_TOTP_ISSUER"] == "Grupas Ķekava"


def test_devices_that_are_set_up_afterwards_know_the_new_name(app: Flask) -> None:
    decide(site_name="Grupas: Ķekava")
    fresh_settings(app)
    codes = app.extensions["security"].totp_factory
    address = codes.get_totp_uri("anna@grupas.example", codes.generate_totp_secret())
    assert parse_qs(urlsplit(address).query)["issuer"] == ["Grupas Ķekava"]
    assert app.config["SECURITY_WAN_RP_NAME"] == "Grupas: Ķekava"

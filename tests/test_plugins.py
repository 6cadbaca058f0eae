"""The browser and the PostgreSQL that other tests rely on are real and fresh."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from sqlalchemy import create_engine, text

from tests import plugin_browser


def ask(url: str, *statements: str) -> str:
    """Execute the statements in one transaction and return the first value of the last answer."""
    engine = create_engine(url)
    with engine.begin() as connection:
        *first, last = statements
        for statement in first:
            connection.execute(text(statement))
        answer = str(connection.execute(text(last)).scalar())
    engine.dispose()
    return answer


def test_a_real_browser_shows_a_page_and_runs_its_script(page: Page) -> None:
    page.set_content("<title>Sākums</title><script>document.title = 'Ķekava'</script>")
    assert page.title() == "Ķekava"


def test_the_browser_reaches_no_other_host(page: Page) -> None:
    page.set_content("<img src='http://example.org/a.png' onerror='document.title = `refused`'>")
    page.wait_for_function("document.title === 'refused'")


def test_browser_tests_are_marked_by_themselves(page: Page, request: pytest.FixtureRequest) -> None:
    assert page.url == "about:blank"
    assert [mark.name for mark in request.node.iter_markers("browser")] == ["browser"]


def test_a_missing_browser_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no browser"):
        plugin_browser.give_up("no browser")


def test_a_missing_browser_skips_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no browser"):
        plugin_browser.give_up("no browser")


def test_postgresql_is_a_real_server_that_speaks_utf8(postgresql_url: str) -> None:
    assert postgresql_url.startswith("postgresql+psycopg://")
    assert ask(postgresql_url, "SELECT version()").startswith("PostgreSQL ")
    assert ask(postgresql_url, "SELECT lower('Ķ') || current_setting('server_encoding')") == "ĶUTF8"


def test_each_call_gives_a_fresh_postgresql_database(make_postgresql_database: Callable[[], str]) -> None:
    first, second = make_postgresql_database(), make_postgresql_database()
    count_tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    assert ask(first, "CREATE TABLE meeting (id integer)", count_tables) == "1"
    assert ask(second, count_tables) == "0"


def test_postgresql_tests_are_marked_by_themselves(postgresql_url: str, request: pytest.FixtureRequest) -> None:
    assert postgresql_url
    assert [mark.name for mark in request.node.iter_markers("postgresql")] == ["postgresql"]

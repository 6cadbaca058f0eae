"""Whatever the words are: any form finds any other, and both databases find the same in the same order."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL

from lag_tracker import create_app
from lag_tracker.database import db
from lag_tracker.latvian import fold
from lag_tracker.models.traits import Audience
from lag_tracker.models.visibility import PUBLIC
from lag_tracker.search.operations import search_is_true
from lag_tracker.search.queries import find
from tests import factories
from tests.conftest import settings_for
from tests.plugin_postgresql import create_database, drop_database
from tests.test_latvian import PARADIGMS

FORMS = [forms.split() for forms in PARADIGMS.values()]
ANY_FORM = st.sampled_from(FORMS).flatmap(lambda forms: st.tuples(st.sampled_from(forms), st.sampled_from(forms)))
ONE_APP = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def titles(typed: str, **given: Any) -> list[str | None]:
    return [row.title.lv for row in find(db.session(), typed, lang="lv", viewer=PUBLIC, **given).rows]


@ONE_APP
@given(forms=ANY_FORM, others=ANY_FORM, accents=st.booleans())
def test_any_form_of_a_word_finds_any_other(app: Flask, forms: Any, others: Any, accents: bool) -> None:
    (written, typed), (also_written, also_typed) = forms, others
    held = factories.meeting(f"{written.title()} un {also_written}")
    db.session.commit()
    sought = f"{also_typed} {typed}"
    found = titles(sought if accents else fold(sought), limit=1)
    db.session.delete(held)
    db.session.commit()
    assert found == [f"{written.title()} un {also_written}"]


WORDS = st.one_of(
    st.sampled_from([form for forms in FORMS for form in forms]),
    st.text(alphabet="aāeēkķsš", min_size=1, max_size=4),
    st.text(max_size=6),
)
SENTENCE = (
    st.lists(WORDS, max_size=6)
    .map(" ".join)
    .map(lambda text: text.replace("\0", "").encode("utf-8", "ignore").decode())
)
RECORD = st.fixed_dictionaries(
    {
        "title_lv": SENTENCE.map(lambda text: text[:400] or "x"),
        "summary_lv": SENTENCE,
        "summary_en": SENTENCE,
        "starts_on": st.none() | st.dates(),
    }
)
numbers = count(1)


@pytest.fixture
def both(
    migrated_sqlite: Path, migrated_postgresql: str, postgresql_server_url: URL, tmp_path: Path
) -> Iterator[list[Flask]]:
    """Return the application over SQLite and over PostgreSQL."""
    (tmp_path / "lag_tracker.sqlite").write_bytes(migrated_sqlite.read_bytes())
    database = create_database(postgresql_server_url, template=migrated_postgresql)
    address = database.render_as_string(hide_password=False)
    apps = [create_app(settings_for(tmp_path, database_url=one)) for one in ("", address)]
    yield apps
    for app in apps:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    drop_database(postgresql_server_url, database)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(RECORD, min_size=1, max_size=8), typed=st.lists(SENTENCE, min_size=1, max_size=6))
def test_both_databases_find_the_same_in_the_same_order(
    both: list[Flask], records: list[dict[str, Any]], typed: list[str]
) -> None:
    answers = []
    number = next(numbers) * 1000
    for app in both:
        with app.app_context():
            for offset, record in enumerate(records):
                values = record | {"id": number + offset, "slug": f"s-{number + offset}", "uid": f"u-{number + offset}"}
                factories.meeting(**(values | {"audience": Audience.PUBLIC}))
            db.session.commit()
            assert search_is_true(db.session())
            answers.append([_everything(sought) for sought in [*typed, *(words["title_lv"] for words in records)]])
            for held in list(db.session):
                db.session.delete(held)
            db.session.rollback()
    assert answers[0] == answers[1]


def _everything(sought: str) -> list[Any]:
    found = [
        find(db.session(), sought, lang="en", viewer=PUBLIC, order=order, limit=50) for order in ("best", "newest")
    ]
    return [(one.rows, one.facets, one.next, one.words) for one in found]

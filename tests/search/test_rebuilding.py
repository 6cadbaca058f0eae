"""What another version of the software wrote for search is written anew, and only then."""

from alembic import command
from flask import Flask
from sqlalchemy import update

from lag_tracker.database import db, utc_now
from lag_tracker.models.calendar import CalendarVersion
from lag_tracker.models.search import SearchEntry
from lag_tracker.models.traits import Audience
from lag_tracker.models.visibility import PUBLIC, Viewer
from lag_tracker.search.operations import FINGERPRINT, rebuild_search_if_needed, search_is_true
from lag_tracker.search.queries import find
from lag_tracker.serving import prepare
from tests import factories


def titles(words: str, viewer: Viewer = PUBLIC) -> list[str | None]:
    """Return the titles of what is found."""
    return [row.title.lv for row in find(db.session(), words, lang="lv", viewer=viewer).rows]


def test_entries_of_another_version_are_made_anew(app: Flask) -> None:
    factories.meeting("Vīzijas sanāksme")
    db.session.commit()
    db.session.execute(update(SearchEntry).values(title_lv="vecs"))
    db.session.execute(update(CalendarVersion).where(CalendarVersion.calendar_key == FINGERPRINT).values(version=0))
    db.session.commit()
    rebuild_search_if_needed(db.session())
    db.session.commit()
    assert titles("vīzija") == ["Vīzijas sanāksme"]
    assert search_is_true(db.session())


def test_entries_of_this_version_are_left_as_they_are(app: Flask) -> None:
    factories.meeting("Vīzijas sanāksme")
    db.session.commit()
    rebuild_search_if_needed(db.session())
    db.session.commit()
    db.session.execute(update(SearchEntry).values(title_lv="atstāts"))
    db.session.commit()
    told: list[int] = []
    rebuild_search_if_needed(db.session(), progress=lambda done, _all: told.append(done))
    assert (titles("vīzija"), told) == (["atstāts"], [])


def test_after_an_upgrade_members_find_what_the_version_before_did_not_keep_for_them(app: Flask) -> None:
    group = factories.group("Kodols")
    factories.agenda_item(factories.meeting("Sanāksme", groups=[group]), "Balsojums", audience=Audience.MEMBERS)
    db.session.commit()
    member = Viewer(belongs_to=frozenset({group.id}))
    db.session.remove()
    command.downgrade(app.extensions["migrate"].migrate.get_config(), "0012")
    before = titles("balsojums", member)
    with db.engine.begin() as connection:
        connection.execute(update(CalendarVersion).where(CalendarVersion.calendar_key == FINGERPRINT).values(version=0))
    db.session.remove()
    prepare(app.config["SETTINGS"], now=utc_now(), load_demonstration=lambda: None, progress=lambda _done, _all: None)
    assert (before, titles("balsojums", member)) == ([], ["Sanāksme"])
    assert search_is_true(db.session())

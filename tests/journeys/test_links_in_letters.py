"""Pages that open by a link out of a letter, on a phone and without an account."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, url_for
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import select

from lag_tracker import create_app
from lag_tracker.config import load_settings
from lag_tracker.database import db
from lag_tracker.models.attendance import Attendance, Reply
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.person import Person
from lag_tracker.web.personal_links import ANSWER, OPT_OUT, signed
from tests import factories
from tests.journeys.test_every_page import violations

Visit = Callable[[str], Page]
PHONE: ViewportSize = {"width": 360, "height": 740}


@pytest.fixture
def records(site: str, site_folder: Path) -> Iterator[Flask]:
    """Give the site's own records."""
    app = create_app(load_settings({"INSTANCE": str(site_folder / "instance"), "BASE_URL": site}))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def link_of(app: Flask, person: Person, lang: str) -> str:
    db.session.commit()
    with app.test_request_context():
        return url_for("letters.opt_out", token=signed(OPT_OUT, person.id), lang=lang)


@pytest.mark.parametrize(
    ("lang", "stop", "again"),
    [
        ("lv", "Vairs nesūtīt man vēstules", "Atkal sūtīt man vēstules"),
        ("en", "Send me no more letters", "Send me letters again"),
    ],
)
def test_letters_are_ended_and_begun_again_on_a_phone(
    records: Flask, visit: Visit, lang: str, stop: str, again: str
) -> None:
    page = visit(link_of(records, factories.person("Anna Bērziņa"), lang))
    page.set_viewport_size(PHONE)
    assert page.context.cookies() == []
    page.get_by_role("button", name=stop).click()
    expect(page.get_by_role("button", name=again)).to_be_visible()
    page.get_by_role("button", name=again).click()
    expect(page.get_by_role("button", name=stop)).to_be_visible()
    assert page.context.cookies() == []


@pytest.mark.parametrize("lang", ["lv", "en"])
def test_axe_finds_nothing_on_the_pages_of_links_in_letters(records: Flask, visit: Visit, lang: str) -> None:
    found = violations(visit(link_of(records, factories.person(), lang)))
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


def invitation_of(app: Flask, lang: str) -> str:
    """Invite somebody to the sample's evening meeting, and return the link in their letter."""
    ending = "vakara-sanaksme-par-drosam-ielam"
    meeting = db.session.scalars(select(Meeting).where(Meeting.slug.endswith(ending))).one()
    row = Attendance(meeting=meeting, person=factories.person("Anna Bērziņa-Kalniņa"), reply=Reply.INVITED)
    db.session.add(row)
    db.session.commit()
    with app.test_request_context():
        return url_for("replies.by_link", token=signed(ANSWER, row.id, row.person_id, row.meeting_id), lang=lang)


@pytest.mark.parametrize("lang", ["lv", "en"])
def test_an_invitation_is_answered_on_a_phone_without_scrolling(records: Flask, visit: Visit, lang: str) -> None:
    address = invitation_of(records, lang)
    page = visit(address)
    page.set_viewport_size(PHONE)
    last = page.locator("button[name=reply]").last.bounding_box()
    assert last
    assert last["y"] + last["height"] <= PHONE["height"]
    page.locator("button[value=accepted]").click()
    expect(page.locator("button[value=accepted]")).to_have_attribute("aria-pressed", "true")
    with page.expect_download() as file:
        page.locator("a[href$='.ics']").click()
    assert file.value.suggested_filename.endswith("vakara-sanaksme-par-drosam-ielam.ics")
    assert page.context.cookies() == []
    found = violations(page)
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)

"""Takes the pictures of the README anew, from a fresh demonstration on a fixed day, so that every day gives the same.

scripts/screenshots.py                 the few pictures in docs/screenshots/
scripts/screenshots.py --all FOLDER    every kind of page, three widths, light and dark, both languages, and print
"""

import argparse
import base64
import logging
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import time_machine
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lag_tracker import create_app  # noqa: E402 -- the path comes first
from lag_tracker.config import Settings  # noqa: E402
from lag_tracker.database import db  # noqa: E402
from lag_tracker.demonstration.sample import load_demonstration  # noqa: E402
from lag_tracker.models.account import Account, GroupRole, Role  # noqa: E402
from lag_tracker.models.attendance import Attendance, Reply  # noqa: E402
from lag_tracker.models.group import Group, Membership  # noqa: E402
from lag_tracker.models.meeting import Meeting  # noqa: E402
from lag_tracker.models.person import Person  # noqa: E402
from lag_tracker.schema import upgrade_database  # noqa: E402
from tests.journeys.addresses import MISSING, PAGES  # noqa: E402
from tests.plugin_browser import ARGUMENTS, find_browser  # noqa: E402
from tests.visitors import signed_in  # noqa: E402

#: A Tuesday in spring, two weeks before the clocks change: the sample then shows all that it can.
NOW = datetime(2027, 3, 16, 8, 30, tzinfo=UTC)
ADDRESS = "https://grupas.example.lv"
WIDTHS = (360, 768, 1280)
#: Width of an A4 page within its margins, in CSS pixels.
PAPER_WIDTH = 672
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
#: How a picture is kept: small, and with letters that stay sharp.
QUALITY = 82


SAMPLE = "parauga-vieteja-ricibas-grupa"
#: The sample's next meeting with a full agenda; the day is that of the demonstration on the fixed day.
EVENING = "2027-03-30-vakara-sanaksme-par-drosam-ielam"
#: Pages whose addresses hold a day of the sample.
SAMPLES = {
    "meetings.show:planned": f"/sanaksmes/{EVENING}",
    "meetings.show:cancelled": "/sanaksmes/2027-04-10-velosipedu-darbnica-parka",
    "meetings.show:held": "/sanaksmes/2026-12-22-vasaras-sanaksme-par-iniciativam",
    "calendars.month:today": f"/kalendars/{NOW.year}/{NOW.month}",
}


class Picture(NamedTuple):
    """One picture of the README."""

    name: str
    path: str
    width: int
    height: int
    scheme: Scheme = "light"
    #: Whether somebody looks who manages the sample's group.
    is_signed_in: bool = False


class Site(NamedTuple):
    """The demonstration as it is served: its address on this machine, and the cookie of somebody with an account."""

    address: str
    cookie: str


PICTURES = (
    Picture("start", "/", 1280, 900),
    Picture("start-phone-dark", "/", 390, 780, "dark"),
    Picture("meeting", f"/sanaksmes/{EVENING}", 1280, 900),
    Picture("meeting-phone", "/sanaksmes/2020-11-10-projekta-vadibas-grupa-un-kodols", 390, 780),
    Picture("group", f"/grupas/{SAMPLE}", 1280, 900),
    Picture("month", f"/kalendars/{NOW.year}/{NOW.month}", 1280, 900),
    Picture("initiatives", "/iniciativas", 1280, 900),
    Picture("desk", "/galds", 1280, 900, is_signed_in=True),
    Picture("log", f"/grupas/{SAMPLE}/sanaksmes/pieraksts", 1280, 900, is_signed_in=True),
    Picture("agenda", f"/sanaksmes/{EVENING}/darba-kartiba", 1280, 900, is_signed_in=True),
    Picture("my-page-phone", "/mana-lapa", 390, 780, is_signed_in=True),
)


def make_application(folder: Path) -> Flask:
    """Return the application over a new database with the demonstration, loaded on the fixed day."""
    settings = Settings(instance=folder, secret_key="s" * 48, base_url=ADDRESS, uid_domain="grupas.example.lv")
    app = create_app(settings)
    with app.app_context():
        upgrade_database(settings, now=NOW)
        load_demonstration(uid_domain=settings.uid_domain, today=NOW.date())
        db.session.commit()
    return app


def sign_in(app: Flask) -> str:
    """Give a member of the sample's group an account that manages it, and invite them; return the cookie."""
    with app.app_context():
        group = db.session.execute(select(Group).where(Group.slug == SAMPLE)).scalar_one()
        meeting = db.session.execute(select(Meeting).where(Meeting.slug == EVENING)).scalar_one()
        member = select(Membership.person_id).where(Membership.group_id == group.id, Membership.person_id.is_not(None))
        person = db.session.get_one(Person, db.session.scalars(member.order_by(Membership.id).limit(1)).one())
        invited = select(Attendance).where(Attendance.meeting_id == meeting.id, Attendance.person_id == person.id)
        attendance = db.session.scalar(invited) or Attendance(meeting=meeting, person=person)
        attendance.reply, attendance.invited_at = Reply.INVITED, NOW
        account = Account(email="vadiba@example.lv", person=person)
        account.group_roles = [GroupRole(group=group, role=Role.MANAGER)]
        db.session.add_all([attendance, account])
        cookie = signed_in(app, account).get_cookie("__Host-session", domain="grupas.example.lv")
    return f"__Host-session={cookie.value}" if cookie else ""


@contextmanager
def served() -> Iterator[Site]:
    """Serve the demonstration on the fixed day."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder, time_machine.travel(NOW, tick=True):
        app = make_application(Path(folder))
        cookie = sign_in(app)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Site(f"http://127.0.0.1:{server.server_port}", cookie)
        server.shutdown()


@contextmanager
def launched() -> Iterator[Browser]:
    """Start the machine's own browser."""
    found = find_browser()
    if found is None:
        sys.exit("No Chromium or Chrome was found.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found), args=[*ARGUMENTS, "--no-sandbox"])
        yield browser
        browser.close()


def take(page: Page, file: Path, *, scale: int) -> None:
    """Take a picture of what the window shows, `scale` picture points to a pixel of the page."""
    window = page.viewport_size or ViewportSize(width=0, height=0)
    client = page.context.new_cdp_session(page)
    clip = {"x": 0, "y": 0, "scale": scale, **window}
    answer = client.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "clip": clip})
    file.write_bytes(base64.b64decode(answer["data"]))
    client.detach()


def take_pictures(browser: Browser, site: Site, folder: Path) -> None:
    """Take the pictures of the README."""
    folder.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        size = ViewportSize(width=picture.width, height=picture.height)
        with browser.new_context(viewport=size, color_scheme=picture.scheme, locale="lv-LV") as context:
            if picture.is_signed_in:
                # As a header, because the cookie is one for https.
                context.set_extra_http_headers({"Cookie": site.cookie})
            page = context.new_page()
            page.goto(site.address + picture.path)
            page.evaluate("scrollTo(0, 0)")
            take(page, folder / f"{picture.name}.webp", scale=2 if picture.width < WIDTHS[1] else 1)
        print(f"  {picture.name}.webp")


def take_all(browser: Browser, site: str, folder: Path) -> None:
    """Take every kind of page at every width, in both schemes and languages, and as it is printed."""
    folder.mkdir(parents=True, exist_ok=True)
    named = {**PAGES, **SAMPLES, "error": MISSING}
    addresses = {name.replace(":", "-").replace(" ", "-"): path for name, path in named.items()}
    with browser.new_context() as context:
        page = context.new_page()
        for name, path in addresses.items():
            page.goto(site + path)
            english = page.locator("link[hreflang=en]")
            others = {"lv": path, "en": english.get_attribute("href") if english.count() else f"/en{path}"}
            for lang, address in others.items():
                page.goto(site + (address or "").removeprefix(ADDRESS))
                take_every_way(page, folder, f"{name}-{lang}")
            print(f"  {name}")


def take_every_way(page: Page, folder: Path, name: str) -> None:
    """Take the page that is open at every width, in both schemes, and as it is printed."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, media="screen", reduced_motion="reduce")
            page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": PAPER_WIDTH, "height": 900})
    page.screenshot(path=folder / f"{name}-print.png", full_page=True)
    page.pdf(path=folder / f"{name}.pdf", format="A4", prefer_css_page_size=True)


def main() -> None:
    """Take the pictures that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="take every kind of page, for looking through")
    given = parser.parse_args()
    with served() as site, launched() as browser:
        if given.all:
            take_all(browser, site.address, given.all)
        else:
            take_pictures(browser, site, ROOT / "docs" / "screenshots")


if __name__ == "__main__":
    main()

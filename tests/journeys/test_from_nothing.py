"""A whole season of a new installation: from the link that the first start prints to a meeting that was held.

In Latvian on SQLite; in English on PostgreSQL with two server processes, so that each step may be answered by the one
that did not answer the last. Letters are received by a real mail server.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path

import pytest
from babel.support import NullTranslations, Translations
from playwright.sync_api import Browser, Page, ViewportSize, expect

from lag_tracker.paths import TRANSLATIONS
from tests.journeys.conftest import running
from tests.mail_server import MailServer, mail_server

PHONE: ViewportSize = {"width": 360, "height": 740}
MEMBERS = ("Zane Liepa", "Juris Ozols", "Līga Kalna", "Pēteris Bērziņš", "Ilze Šmite")
AGENDA = ("Atklāšana – 5 min", "Protokols – 5 min", "Veloceļi – 40 min", "Skolu ielas – 20 min", "Budžets", "Dažādi")
ADDRESSES = tuple(f"loceklis{number}@example.lv" for number in range(len(MEMBERS)))
OSKARS = "oskars@example.lv"
PASSWORD = "zaļa pļava aiz upes"
#: The first page of an installation, in each language.
GROUPS = {"lv": "/grupas", "en": "/en/groups"}


class Site:
    """A running installation in one language: its address, its words, its mail server."""

    def __init__(self, lang: str, address: str, said: Path, mail: MailServer) -> None:
        """Note them."""
        self.lang, self.address, self.said, self.mail = lang, address, said, mail
        found: NullTranslations = Translations.load(TRANSLATIONS, ["lv"]) if lang == "lv" else NullTranslations()
        self.words: Callable[[str], str] = found.gettext

    def in_language(self, address: str) -> str:
        """Return the address of a page in this language, which the page itself tells, or which needs none."""
        return address.replace("/uzaicinajums/", "/en/invitation/") if self.lang == "en" else address

    def letter_to(self, receiver: str, number: int) -> EmailMessage:
        """Return the letter of this number that somebody got, once it is there."""
        for total in range(1, 100):
            if len(self.mail.to(receiver)) > number:
                return self.mail.to(receiver)[number]
            self.mail.wait_for(total)
        pytest.fail(f"{receiver} got no letter number {number}")

    def link_in(self, letter: EmailMessage) -> str:
        """Return the first link in a letter."""
        body = letter.get_body(("plain",))
        assert body is not None
        found = re.search(rf"{self.address}/\S+", body.get_content())
        assert found, body.get_content()
        return found[0]


@pytest.fixture(params=["lv", pytest.param("en", marks=pytest.mark.postgresql)])
def new_site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """Start an empty installation that has a mail server."""
    with ExitStack() as stack:
        mail = stack.enter_context(mail_server())
        settings = {"DEMO": "0", "MAIL_SERVER": mail.address, "MAIL_SENDER": "grupas@example.lv"}
        if request.param == "en":
            database: Callable[[], str] = request.getfixturevalue("make_postgresql_database")
            settings |= {"DATABASE_URL": database(), "WORKERS": "2"}
        address = stack.enter_context(running(tmp_path, **settings))
        yield Site(request.param, address, tmp_path / "said", mail)


class Person:
    """Somebody with a browser, who presses what is written on links and buttons."""

    def __init__(self, page: Page, site: Site) -> None:
        """Sit down before a page."""
        self.page, self.site = page, site
        page.set_default_timeout(15_000)

    def follow(self, words: str) -> None:
        """Follow the first link of these words."""
        self.page.get_by_role("link", name=self.site.words(words), exact=True).first.click()

    def press(self, words: str) -> None:
        """Press the button of these words."""
        self.page.get_by_role("main").get_by_role("button", name=self.site.words(words), exact=True).click()

    def type(self, words: str, text: str) -> None:
        """Type into the field of this label."""
        self.page.get_by_label(self.site.words(words)).first.fill(text)

    def sees(self, words: str) -> None:
        """Fail unless the page says it."""
        expect(self.page.get_by_role("main")).to_contain_text(self.site.words(words))

    def becomes_known(self, email: str | None) -> None:
        """Take up the invitation that is open, with a password."""
        if email:
            self.type("E-mail address", email)
        self.press("Accept")
        self.page.locator("[name=new_password]").fill(PASSWORD)
        self.page.locator("[name=new_password_confirm]").fill(PASSWORD)
        self.press("Save the password")


def printed_link(anna: Person) -> str:
    """Return the link for the first administrator, which the command prints once the server answers."""
    for _ in range(100):
        found = re.search(rf"{anna.site.address}/uzaicinajums/\S+", anna.site.said.read_text(encoding="utf-8"))
        if found:
            return found[0]
        anna.page.goto(anna.site.address)
    pytest.fail(anna.site.said.read_text(encoding="utf-8"))


def found_group(anna: Person, name: str) -> str:
    """Write down a group on the page for it, and return the group's address."""
    anna.page.locator(f"[name=name_{anna.site.lang}]").fill(name)
    anna.press("Add the group")
    expect(anna.page.get_by_role("heading", level=1)).to_have_text(name)
    return anna.page.url


def invite(anna: Person, group: str, name: str, email: str, role: str = "member") -> None:
    """Ask somebody to take a role in a group."""
    anna.page.goto(group)
    anna.follow("Roles")
    anna.follow("Invite somebody")
    anna.type("Name and surname", name)
    anna.type("E-mail address", email)
    anna.page.locator("[name=role]").select_option(role)
    anna.press("Send the invitation")
    anna.sees(name)


def come_in(page: Page, site: Site, email: str) -> Person:
    """Take up an invitation by the link in the letter."""
    person = Person(page, site)
    person.page.goto(site.in_language(site.link_in(site.letter_to(email, 0))))
    person.becomes_known(None)
    return person


def plan_meeting(anna: Person, group: str) -> str:
    """Plan a meeting of six items and invite all members; return its address."""
    anna.page.goto(group)
    anna.follow("Plan a meeting")
    for name, value in (("starts_on", "2031-01-14"), ("starts_at_time", "18:00"), ("ends_at_time", "20:00")):
        anna.page.locator(f"[name={name}]").fill(value)
    anna.page.locator("[name=title_lv]").fill("Veloceļi")
    anna.page.locator("[name=agenda]").fill("\n".join(AGENDA))
    anna.press("Plan and publish")
    expect(anna.page.locator(".agenda-item")).to_have_count(len(AGENDA))
    meeting = anna.page.url
    anna.follow("Invitations")
    for name in MEMBERS:
        box = anna.page.get_by_role("checkbox", name=name)
        box.set_checked(True, force=True)
    anna.press("Send the invitations")
    return meeting


def calendar_of(anna: Person) -> dict[str, str]:
    """Return UID, start and sequence of the one event that subscribers have."""
    text = anna.page.request.get(f"{anna.site.address}/kalendari/visi.ics").text()
    lines = (line.partition(":") for line in text.splitlines() if line.startswith(("UID", "DTSTART;", "SEQUENCE")))
    found = [(name.partition(";")[0], value) for name, _, value in lines]
    assert len(found) == 3, text
    return dict(found)


def move_meeting(anna: Person, meeting: str) -> None:
    """Put the meeting off by a week."""
    anna.page.goto(meeting)
    anna.follow("Edit")
    anna.page.locator("[name=starts_on]").fill("2031-01-21")
    anna.press("Save")
    expect(anna.page.locator("time").first).to_contain_text("21")


def log_meeting_by_keyboard(anna: Person, group: str) -> int:
    """Write down a past meeting without a mouse; return how many keys were pressed besides those of the words."""
    anna.page.goto(group)
    anna.follow("Log a meeting")
    pressed = 0

    def go_on(key: str, *, until: str) -> None:
        nonlocal pressed
        for _ in range(12):
            anna.page.keyboard.press(key)
            pressed += 1
            if anna.page.locator(f"{until}:focus").count():
                return
        pytest.fail(f"{until} is not reached")

    expect(anna.page.locator("[name=starts_on]")).to_be_focused()
    anna.page.keyboard.type("10102025")
    go_on("Tab", until="[name=title]")
    anna.page.keyboard.type("Velo talka")
    go_on("Tab", until="[name=decisions]")
    anna.page.keyboard.type("Sākt izpēti.\nAtbalstīt skolu ielas.")
    go_on("Tab", until="[type=submit]")
    anna.page.keyboard.press("Enter")
    expect(anna.page.get_by_role("heading", level=1)).to_have_text("Velo talka")
    expect(anna.page.locator(".decision")).to_have_count(2)
    return pressed


def test_from_the_printed_link_to_a_meeting_that_was_held(new_site: Site, browser: Browser) -> None:
    site = new_site
    anna = Person(browser.new_page(), site)
    anna.page.goto(site.in_language(printed_link(anna)))
    anna.becomes_known("anna@example.lv")
    anna.follow("Add the first group")
    ours = found_group(anna, "Mārupes vietējā rīcības grupa")
    anna.page.goto(site.address + GROUPS[site.lang])
    anna.follow("New group")
    others = found_group(anna, "Olaines grupa")

    for number, name in enumerate(MEMBERS):
        invite(anna, ours, name, ADDRESSES[number])
    invite(anna, others, "Oskars Grīnbergs", OSKARS, "manager")
    zane = come_in(browser.new_page(viewport=PHONE), site, ADDRESSES[0])

    meeting = plan_meeting(anna, ours)
    invitation = site.letter_to(ADDRESSES[1], 1)
    assert [part.get_content_type() for part in invitation.iter_attachments()] == ["text/calendar"]
    juris = Person(browser.new_page(viewport=PHONE), site)
    juris.page.goto(site.link_in(invitation))
    juris.press("I will come")
    assert juris.page.context.cookies() == []
    zane.page.goto(meeting)
    zane.press("I will come")
    anna.page.goto(meeting)
    expect(anna.page.get_by_role("main")).to_contain_text(
        re.compile(r": 2\s+(Juris Ozols, Zane Liepa|Zane Liepa, Juris)")
    )

    before = calendar_of(anna)
    move_meeting(anna, meeting)
    assert re.search(r"21\b.*2031", str(site.letter_to(ADDRESSES[1], 2)["Subject"]))
    moved = {"UID": before["UID"], "DTSTART": "20310121T180000", "SEQUENCE": str(int(before["SEQUENCE"]) + 1)}
    assert calendar_of(anna) == moved

    assert log_meeting_by_keyboard(anna, ours) < 20

    oskars = come_in(browser.new_page(), site, OSKARS)
    for closed in (f"{meeting}/edit", f"{meeting}/labot", f"{ours}/members", f"{ours}/dalibnieki", f"{ours}/lomas"):
        answer = oskars.page.goto(closed)
        assert answer is not None
        assert answer.status == 404
    oskars.page.goto(meeting)
    assert oskars.page.get_by_role("link", name=site.words("Edit"), exact=True).count() == 0
    assert "Juris Ozols" not in oskars.page.content()

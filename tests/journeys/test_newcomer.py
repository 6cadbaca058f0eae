"""What somebody who has never been here comes to do."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

Visit = Callable[[str], Page]

PHONE = ViewportSize(width=360, height=740)
DECISION = "velodraudzīgāko novadu"
INITIATIVES = 5


def test_a_newcomer_finds_the_next_meeting_and_reads_its_agenda(visit: Visit) -> None:
    page = visit("/")
    expect(page.locator("html")).to_have_attribute("lang", "lv")
    upcoming = page.locator("section", has=page.get_by_role("heading", name="Tuvākās sanāksmes"))
    first = upcoming.get_by_role("listitem").first.get_by_role("link").first
    title = first.inner_text()
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("heading", name="Darba kārtība")).to_be_visible()


def test_switching_the_language_stays_on_the_same_page(visit: Visit) -> None:
    page = visit("/sanaksmes/2020-11-10-projekta-vadibas-grupa-un-kodols")
    page.get_by_role("link", name="English").click()
    expect(page).to_have_url(re.compile("/en/meetings/2020-11-10-projekta-vadibas-grupa-un-kodols$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Joint meeting of the project management group and the core group"
    )
    page.get_by_role("link", name="Latviski").click()
    expect(page).to_have_url(re.compile("/sanaksmes/2020-11-10-projekta-vadibas-grupa-un-kodols$"))


def test_switching_the_language_keeps_what_was_searched_for(visit: Visit) -> None:
    page = visit("/meklet?q=mobilit%C4%81te")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("main").get_by_role("searchbox")).to_have_value("mobilitāte")


def test_what_kekava_decided_is_found_on_a_phone_by_way_of_its_group(visit: Visit, page: Page) -> None:
    page.set_viewport_size(PHONE)
    visit("/")
    page.get_by_role("navigation").first.get_by_role("link", name="Grupas").click()
    page.get_by_role("main").get_by_role("link", name="Projekta vadības grupa").click()
    page.get_by_role("link", name="Projekta vadības grupas un vietējās rīcības grupas kodola sanāksme").first.click()
    decisions = page.locator("section", has=page.get_by_role("heading", name="Lēmumi"))
    expect(decisions).to_contain_text(DECISION)


def test_which_initiatives_were_discussed_is_found_in_the_calendar(visit: Visit) -> None:
    page = visit("/en/calendar/2020/12")
    page.get_by_role("link", name=re.compile("Municipality and business working together")).first.click()
    section = page.locator("section", has=page.get_by_role("heading", name="Initiatives discussed"))
    expect(section.get_by_role("listitem")).to_have_count(INITIATIVES)


@pytest.mark.parametrize("words", ["kekava lēmums", "Ķekavas lēmumi", "KEKAVA LEMUMI"])
def test_a_decision_is_found_whatever_accents_and_endings_are_typed(visit: Visit, words: str) -> None:
    page = visit("/")
    page.get_by_role("banner").get_by_role("searchbox").fill(words)
    page.keyboard.press("Enter")
    found = page.get_by_role("main").locator("a[href*='#lemums-']").first
    expect(found).to_contain_text("Ķekava")
    found.click()
    expect(page.locator(urlsplit(page.url).fragment.join(["#", ""]))).to_contain_text(DECISION)


def test_a_calendar_can_be_subscribed_to_from_the_start_page(visit: Visit, fetch: Callable[..., str]) -> None:
    page = visit("/")
    page.get_by_role("main").get_by_role("link", name="Abonēt kalendārus").first.click()
    page.get_by_role("main").get_by_role("link", name="Ķekavas vietējā rīcības grupa").click()
    webcal = page.locator("a[href^='webcal://']").first
    expect(webcal).to_be_visible()
    address = (webcal.get_attribute("href") or "").replace("webcal://", "http://")
    assert fetch(address).startswith("BEGIN:VCALENDAR\r\n")
    assert address in page.content()


def test_a_meeting_can_be_added_to_a_calendar(visit: Visit) -> None:
    page = visit("/")
    page.locator("section", has=page.get_by_role("heading", name="Tuvākās sanāksmes")).get_by_role("link").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Pievienot kalendāram").first.click()
    content = download.value.path().read_text(encoding="utf-8")
    assert content.count("BEGIN:VEVENT") == 1


def test_a_newcomer_without_javascript_gets_as_far(browser: Browser, site: str) -> None:
    with browser.new_context(java_script_enabled=False, locale="lv") as context:
        page = context.new_page()
        page.goto(site)
        page.get_by_role("banner").get_by_role("searchbox").fill("kekava lēmums")
        page.get_by_role("banner").get_by_role("button", name="Meklēt").click()
        page.get_by_role("main").locator("a[href*='#lemums-']").first.click()
        expect(page.get_by_role("main")).to_contain_text(DECISION)
        page.get_by_role("link", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_wrong_address_leads_on(visit: Visit) -> None:
    page = visit("/sanaksmes/tadas-nav")
    page.get_by_role("main").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/tadas-nav" not in page.url

"""What managers do with a keyboard alone, and how the pages they write on look to axe and on narrow phones."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lag_tracker.models.account import Role
from tests.journeys.test_every_page import CUT_OFF, TOO_WIDE, violations

GROUP = "parauga-vieteja-ricibas-grupa"
Visit = Callable[[str], Page]
SignIn = Callable[..., None]


@pytest.fixture
def desk(visit: Visit, sign_in: SignIn) -> Visit:
    """Return a function that opens an address as a manager of the sample's group."""
    sign_in(Role.MANAGER, GROUP)
    return visit


class Keyboard:
    """Somebody who has no mouse, and how often they pressed Tab."""

    def __init__(self, page: Page) -> None:
        """Sit down before a page."""
        self.page, self.tabs = page, 0

    def tab_to(self, name: str) -> None:
        """Press Tab until the field or group of this name has the focus."""
        for _ in range(10):
            self.page.keyboard.press("Tab")
            self.tabs += 1
            if self.page.locator(f"#{name}:focus, #{name} :focus").count():
                return
        pytest.fail(f"{name} is not reached")

    def type(self, words: str) -> None:
        """Type words, or press the keys of them."""
        self.page.keyboard.type(words)


def test_a_meeting_is_logged_with_the_keyboard_alone(desk: Visit) -> None:
    page = desk(f"/grupas/{GROUP}/sanaksmes/pieraksts")
    keyboard = Keyboard(page)
    expect(page.get_by_label("Diena")).to_be_focused()
    keyboard.type("10102020")
    keyboard.tab_to("title")
    keyboard.type("Velo ceļi")
    keyboard.tab_to("agenda")
    keyboard.type("Atklāšana\nVelo ceļi – 40 min")
    keyboard.tab_to("people")
    keyboard.type("  zane ")
    page.keyboard.press("ArrowLeft")
    keyboard.type(" ")
    keyboard.tab_to("guests")
    keyboard.type("Līga Kalna, Enerģētikas aģentūra")
    keyboard.tab_to("decisions")
    keyboard.type("Sākt izpēti.")
    keyboard.tab_to("publish")
    keyboard.type(" ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Velo ceļi")
    expect(page.locator("time").first).to_contain_text("oktobris 2020")
    expect(page.get_by_role("main")).to_contain_text("Piedalījās 3 cilvēki (no tiem 1 viesis).")
    expect(page.locator(".agenda-item").nth(1)).to_contain_text("40 min")
    expect(page.locator(".decision")).to_contain_text("Sākt izpēti.")
    assert keyboard.tabs == 11


def test_the_next_meeting_is_planned_in_three_actions(desk: Visit) -> None:
    page = desk("/galds")
    page.get_by_role("link", name="Plānot sanāksmi").first.click()
    expect(page.get_by_label("Diena", exact=True)).to_be_focused()
    page.keyboard.type("10102096")
    page.keyboard.press("Enter")
    expect(page.locator("time").first).to_contain_text("oktobris 2096")
    expect(page.get_by_role("main")).to_contain_text("Sanāksme ir ieplānota.")


def titles(page: Page) -> list[str]:
    """Return the titles of the agenda that is being written."""
    return page.locator(".work-title").all_inner_texts()


def test_an_agenda_is_typed_line_by_line_and_put_in_order(desk: Visit) -> None:
    page = desk(f"/grupas/{GROUP}/sanaksmes/jauna")
    page.keyboard.type("11112096")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Darba kārtība", exact=True).first.click()
    for line in ("Atklāšana – 5 min", "Vīzija", "Budžets"):
        expect(page.get_by_label("Jauns punkts")).to_be_focused()
        page.keyboard.type(line)
        page.keyboard.press("Enter")
        expect(page.locator(".work-title", has_text=line.split(" ")[0])).to_be_visible()
    page.get_by_role("button", name="Pārvietot augstāk: Budžets").press("Enter")
    expect(page.locator(".work-title").nth(1)).to_have_text("Budžets")
    expect(page.get_by_role("button", name="Pārvietot augstāk: Budžets")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".work-title").first).to_have_text("Budžets")
    assert titles(page) == ["Budžets", "Atklāšana", "Vīzija"]
    handle, target = page.locator(".work-drag").nth(2).bounding_box(), page.locator(".work-item").first.bounding_box()
    assert handle
    assert target
    page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    page.mouse.down()
    page.mouse.move(handle["x"], target["y"] + 2, steps=8)
    page.mouse.up()
    expect(page.locator(".work-number + .work-words .work-title").first).to_have_text("Vīzija")
    page.wait_for_url("**at=*")
    assert titles(desk(page.url)) == ["Vīzija", "Budžets", "Atklāšana"]


MEETING = "/en/meetings/2025-10-09-grupas-dibinasanas-kopsapulce"
LOOKED_AT = [
    "/en/desk",
    MEETING,
    f"{MEETING}/edit",
    f"{MEETING}/cancel",
    f"{MEETING}/agenda",
    f"{MEETING}/attendance",
    f"{MEETING}/attendance/sheet",
    f"{MEETING}/decisions",
    f"{MEETING}/actions",
    f"{MEETING}/links",
    f"{MEETING}/minutes",
    f"{MEETING}/invite",
    "/en/my-page",
    "/en/my-page/settings",
    f"/en/groups/{GROUP}/meetings/log",
    f"/en/groups/{GROUP}/meetings/new",
    f"/en/groups/{GROUP}/meetings/next",
    f"/en/groups/{GROUP}/meetings/series",
]


@pytest.mark.parametrize("path", LOOKED_AT)
def test_axe_finds_nothing_on_the_pages_managers_write_on(desk: Visit, path: str) -> None:
    found = violations(desk(path))
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("path", LOOKED_AT)
def test_they_fit_a_narrow_phone(desk: Visit, page: Page, path: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    desk(path)
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(CUT_OFF) == []

"""What members propose and managers take up, and how the pages for it look to axe and on narrow phones."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lag_tracker.models.account import Role
from tests.journeys.test_every_page import CUT_OFF, TOO_WIDE, violations

GROUP, INITIATIVE = "parauga-vieteja-ricibas-grupa", "skolas-iela-bez-auto"
Visit = Callable[[str], Page]
SignIn = Callable[..., None]

PAGES = (
    f"/grupas/{GROUP}/iniciativas/jauna",
    f"/iniciativas/{INITIATIVE}",
    f"/iniciativas/{INITIATIVE}/labot",
    f"/iniciativas/{INITIATIVE}/stavoklis",
    f"/iniciativas/{INITIATIVE}/stavoklis/1",
    f"/iniciativas/{INITIATIVE}/stavoklis/atsaukt",
    f"/iniciativas/{INITIATIVE}/sanaksmes",
    f"/iniciativas/{INITIATIVE}/apvienot",
    f"/iniciativas/{INITIATIVE}/sadalit",
    f"/iniciativas/{INITIATIVE}/komentars",
    f"/grupas/{GROUP}/priekslikumi/jauns",
    "/mana-lapa/priekslikumi",
    "/galds/priekslikumi",
)


@pytest.fixture
def desk(visit: Visit, sign_in: SignIn) -> Visit:
    """Return a function that opens an address as a manager of the sample's group."""
    sign_in(Role.MANAGER, GROUP)
    return visit


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_is_cut_off(desk: Visit, path: str) -> None:
    page = desk(path)
    found = violations(page, widths=(320, 1280))
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(CUT_OFF) == []


def test_a_member_proposes_and_a_manager_takes_it_up(visit: Visit, sign_in: SignIn) -> None:
    sign_in(Role.MEMBER, GROUP)
    page = visit(f"/en/groups/{GROUP}")
    page.get_by_role("link", name="Propose something").click()
    page.get_by_label("What do you propose?").fill("Covered bicycle stands")
    page.get_by_role("button", name="Send the proposal").click()
    expect(page.get_by_role("status")).to_contain_text("with the group's managers")
    sign_in(Role.MANAGER, GROUP)
    page = visit("/en/desk/proposals")
    page.get_by_role("link", name=re.compile("Take up ?: Covered bicycle stands")).click()
    found = violations(page, widths=(320,))
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)
    page.get_by_role("button", name="Take up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Covered bicycle stands")


def test_nobody_meets_the_trap_of_a_public_form(visit: Visit) -> None:
    page = visit(f"/en/groups/{GROUP}/propose")
    expect(page.locator("[name=homepage]")).to_be_hidden()
    page.locator("[name=text]").focus()
    page.keyboard.press("Tab")
    expect(page.locator("[name=name]")).to_be_focused()
    assert page.context.cookies() == []

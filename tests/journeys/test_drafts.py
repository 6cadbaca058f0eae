"""What is typed into a form survives a lost connection and a closed window, and is gone once it was saved."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from lag_tracker.models.account import Role

GROUP = "parauga-vieteja-ricibas-grupa"
FORM = f"/grupas/{GROUP}/temati/jauns"
TITLE = "Nosaukums latviešu valodā"

Visit = Callable[[str], Page]
SignIn = Callable[..., None]


def kept(page: Page) -> int:
    """Return how many drafts this browser keeps."""
    return int(page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:')).length"))


def test_what_a_lost_connection_kept_from_arriving_is_offered_again(visit: Visit, sign_in: SignIn) -> None:
    sign_in(Role.MANAGER, GROUP)
    page = visit(FORM)
    page.get_by_label(TITLE).fill("Droši ceļi uz skolu")
    page.context.set_offline(True)
    page.get_by_role("button", name="Pievienot tematu").click()
    page.context.set_offline(False)
    page = visit(FORM)
    expect(page.get_by_label(TITLE)).to_have_value("")
    page.get_by_role("button", name="Atgriezt").click()
    expect(page.get_by_label(TITLE)).to_have_value("Droši ceļi uz skolu")
    page.get_by_role("button", name="Pievienot tematu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Droši ceļi uz skolu")
    assert kept(page) == 0
    expect(visit(FORM).get_by_role("button", name="Atgriezt")).to_have_count(0)


def test_a_draft_that_is_not_wanted_is_forgotten(visit: Visit, sign_in: SignIn) -> None:
    sign_in(Role.MANAGER, GROUP)
    page = visit(FORM)
    page.get_by_label(TITLE).fill("Pārdomāju")
    page.keyboard.press("Tab")
    assert kept(page) == 1
    page = visit(FORM)
    page.get_by_role("button", name="Aizmirst").click()
    assert kept(page) == 0
    expect(page.get_by_label(TITLE)).to_be_focused()


def test_signing_out_leaves_nothing_in_the_browser(visit: Visit, sign_in: SignIn) -> None:
    sign_in(Role.MANAGER, GROUP)
    page = visit(FORM)
    page.get_by_label(TITLE).fill("Slepeni")
    page.keyboard.press("Tab")
    assert kept(page) == 1
    page.get_by_role("button", name="Iziet").click()
    expect(page.get_by_role("button", name="Iziet")).to_have_count(0)
    page.wait_for_load_state()
    assert kept(page) == 0


def test_what_was_typed_just_before_signing_out_is_not_kept_either(visit: Visit, sign_in: SignIn) -> None:
    sign_in(Role.MANAGER, GROUP)
    page = visit(FORM)
    page.clock.install()
    page.get_by_label(TITLE).press_sequentially("Slepeni")
    # The answer is slow to come: the page lives on for a while.
    page.evaluate("addEventListener('submit', event => event.preventDefault())")
    page.get_by_role("button", name="Iziet").click()
    page.clock.run_for(5000)
    assert kept(page) == 0


def test_a_draft_of_an_older_record_does_not_go_over_what_others_saved(visit: Visit, sign_in: SignIn) -> None:
    sign_in(Role.MANAGER, GROUP)
    page = visit("/temati/velosatiksme-parauga/labot")
    page.get_by_label(TITLE).fill("Mans nosaukums")
    page.keyboard.press("Tab")
    assert kept(page) == 1
    colleague = page.context.browser.new_context()  # type: ignore[union-attr]  # there is one
    colleague.add_cookies(page.context.cookies())  # type: ignore[arg-type]  # as they came
    other = colleague.new_page()
    other.goto(page.url)
    other.get_by_label("Nosaukums angļu valodā").fill("Somebody else's title")
    other.get_by_role("button", name="Saglabāt").click()
    expect(other.get_by_role("status")).to_contain_text("saglabāts")
    colleague.close()
    page = visit("/temati/velosatiksme-parauga/labot")
    page.get_by_role("button", name="Atgriezt").click()
    page.get_by_role("button", name="Saglabāt").click()
    expect(page.get_by_role("alert")).to_contain_text("saglabāja kāds cits")
    expect(page.get_by_label(TITLE)).to_have_value("Mans nosaukums")
    expect(page.get_by_label("Nosaukums angļu valodā")).to_have_value("Somebody else's title")


def test_what_was_refused_is_offered_again_whatever_else_was_saved_meanwhile(visit: Visit, sign_in: SignIn) -> None:
    sign_in(Role.MANAGER, GROUP)
    page = visit("/temati/velosatiksme-parauga/labot")
    page.get_by_label(TITLE).fill("Mans nosaukums")
    page.get_by_label("Kopsavilkums latviešu valodā").fill("ā" * 200_000)
    page.get_by_role("button", name="Saglabāt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tas ir par lielu")
    page = visit(FORM)
    page.get_by_label(TITLE).fill("Cits temats")
    page.get_by_role("button", name="Pievienot tematu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cits temats")
    page = visit("/temati/velosatiksme-parauga/labot")
    page.get_by_role("button", name="Atgriezt").click()
    expect(page.get_by_label(TITLE)).to_have_value("Mans nosaukums")

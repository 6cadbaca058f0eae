"""What is true of every kind of page, seen with a real browser."""

import json
import re
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page
from werkzeug.routing import MapAdapter

from lag_tracker import create_app
from lag_tracker.web.access import Access
from tests.conftest import settings_for
from tests.journeys.addresses import BY_PERSONAL_LINK, MISSING, ON_THE_WAY, PAGES, WITH_COOKIE

Visit = Callable[[str], Page]
English = Callable[[str], str]

EVERY = [pytest.param(path, id=name) for name, path in {**PAGES, "error": MISSING}.items()]
every_page = pytest.mark.parametrize("path", EVERY)
both_languages = pytest.mark.parametrize("lang", ["lv", "en"])

#: Addresses of files.
FILES = (".ics", ".atom", ":ending>")
WIDTHS = (320, 768, 1280)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: In the dark scheme colours alone are different.
SCHEMES: tuple[tuple[Literal["light", "dark"], list[str]], ...] = (("light", RULES), ("dark", ["color-contrast"]))
#: The text spacing that WCAG 2.2, 1.4.12 names.
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
            p { margin-bottom: 2em !important; }"""
SPACE_OUT = "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s] }"
# What is hidden from eyes on purpose, and said by screen readers alone, is drawn in a box of one pixel.
UNSEEN = """
    const unseen = element =>
        element && (element.getBoundingClientRect().width <= 1 || unseen(element.parentElement))
"""
# What is wider than the window, unless it stands in something that scrolls.
TOO_WIDE = f"""() => {{
    {UNSEEN}
    const edge = document.documentElement.clientWidth
    const scrolls = element => element && (
        ['auto', 'scroll'].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement))
    return [...document.querySelectorAll('body *')]
        .filter(element => element.getBoundingClientRect().right > edge + 1 && !scrolls(element) && !unseen(element))
        .map(element => element.outerHTML.slice(0, 100))
}}"""
# Text that its own box cuts off.
CUT_OFF = f"""() => {{
    {UNSEEN}
    const cuts = overflow => ['hidden', 'clip'].includes(overflow)
    return [...document.querySelectorAll('body *:not(svg *)')].filter(element => {{
        const style = getComputedStyle(element)
        return cuts(style.overflowX) && element.scrollWidth > element.clientWidth + 1
            || cuts(style.overflowY) && element.scrollHeight > element.clientHeight + 1
    }}).filter(element => element.innerText && !unseen(element)).map(element => element.outerHTML.slice(0, 100))
}}"""
FOCUSED = """() => {
    const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect()
    if (element === document.body) return null
    const x = Math.min(Math.max(box.left + Math.min(box.width, 20) / 2, 0), innerWidth - 1)
    const seen = document.elementFromPoint(x, Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1))
    return {
        what: element.outerHTML.slice(0, 120),
        outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        uncovered: !!seen && (element.contains(seen) || seen.contains(element)),
    }
}"""
FOCUSABLE = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(element => element.checkVisibility() && !element.disabled).length"""


@pytest.fixture
def go(visit: Visit, in_english: English) -> Callable[[str, str], Page]:
    """Return a function that opens a page in the language asked for."""
    return lambda path, lang: visit(path if lang == "lv" else in_english(path))


def endpoint_of(adapter: MapAdapter, path: str) -> str:
    return str(adapter.match(urlsplit(path).path)[0])


def is_public_page(app: Flask, endpoint: str) -> bool:
    """Tell whether an address shows a page to everyone."""
    methods = {method for rule in app.url_map.iter_rules(endpoint) for method in rule.methods or ()}
    return getattr(app.view_functions[endpoint], "access", None) is Access.PUBLIC and "GET" in methods


def test_every_kind_of_page_is_looked_at(tmp_path: Any) -> None:
    app: Flask = create_app(settings_for(tmp_path))
    adapter = app.url_map.bind("localhost")
    assert {name.partition(":")[0]: endpoint_of(adapter, path) for name, path in PAGES.items()} == {
        endpoint: endpoint
        for endpoint in {rule.endpoint for rule in app.url_map.iter_rules() if (rule.defaults or {}).get("lang")}
        if is_public_page(app, endpoint) and endpoint not in ON_THE_WAY | BY_PERSONAL_LINK
        if not any(
            rule.rule.endswith((".ics", ".atom", ".<any(csv, xlsx):ending>"))
            for rule in app.url_map.iter_rules(endpoint)
        )
    }


def violations(page: Page, widths: tuple[int, ...] = WIDTHS) -> dict[str, list[str]]:
    """Return what axe finds on the page that is open, at each width and in both colour schemes."""
    found: dict[str, list[str]] = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme, rules in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            options = {"resultTypes": ["violations"], "runOnly": rules}
            for violation in Axe().run(page, options=options).response["violations"]:
                nodes = [f"{node['html'][:160]} {node.get('failureSummary', '')[:200]}" for node in violation["nodes"]]
                found[f"{width} {scheme} {violation['id']}"] = nodes
    return found


@every_page
@both_languages
def test_axe_finds_nothing(go: Callable[[str, str], Page], path: str, lang: str) -> None:
    found = violations(go(path, lang))
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


def test_axe_finds_nothing_on_any_meeting_whatever_its_state(visit: Visit, fetch: Callable[..., str]) -> None:
    addresses = re.findall(r"<loc>([^<]+/sanaksmes/[^<]+)</loc>", fetch("/sitemap.xml"))
    assert len(addresses) > 20
    found = {address: violations(visit(address), widths=(320,)) for address in addresses}
    found = {address: wrong for address, wrong in found.items() if wrong}
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


@every_page
@both_languages
def test_nothing_is_cut_off_or_scrolls_sideways_at_320_pixels(
    page: Page, go: Callable[[str, str], Page], path: str, lang: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    go(path, lang)
    assert page.evaluate(TOO_WIDE) == []
    page.evaluate(SPACE_OUT, SPACED)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(CUT_OFF) == []


def test_every_cell_of_the_networks_by_municipalities_is_seen_at_1280_pixels(page: Page, visit: Visit) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    visit(PAGES["networks.index"])
    edges = "boxes => boxes.map(box => box.getBoundingClientRect().right)"
    [edge] = page.locator(".scroll:has(.matrix)").evaluate_all(edges)
    cells = page.locator(".matrix :is(th, td)").evaluate_all(edges)
    assert cells
    assert max(cells) <= min(edge, 1280)


@every_page
def test_the_keyboard_reaches_everything_and_shows_where_it_is(go: Callable[[str, str], Page], path: str) -> None:
    page = go(path, "lv")
    expected = page.evaluate(FOCUSABLE)
    stops = []
    for _ in range(expected + 5):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            break
        stops.append(stop)
    assert [stop for stop in stops if not (stop["outlined"] and stop["inside"] and stop["uncovered"])] == []
    assert len(stops) == expected
    assert 'class="skip"' in stops[0]["what"]


def test_the_skip_link_leads_to_the_content(visit: Visit) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@every_page
def test_a_page_asks_no_other_host_and_leaves_no_cookie(page: Page, site: str, path: str) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.goto(site + path)
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith((f"{site}/", "data:"))] == []
    expected_cookies = ["session"] if path in WITH_COOKIE else []
    assert [cookie["name"] for cookie in page.context.cookies()] == expected_cookies
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    expected = ["Failed to load resource"] if path in {MISSING, PAGES["invitations.accept"]} else []
    assert [text.partition(":")[0] for text in complaints] == expected


@every_page
def test_print_shows_the_content_alone_in_black_on_white(page: Page, site: str, path: str) -> None:
    page.goto(site + path)
    page.emulate_media(media="print", color_scheme="dark")
    shown = "element => element.checkVisibility()"
    hidden = ".site-head, .site-nav, .site-foot, .skip, .crumbs"
    assert page.locator(hidden).evaluate_all(f"elements => elements.filter({shown}).length") == 0
    assert page.locator("h1").evaluate(shown)
    colours = "() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    assert page.evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]

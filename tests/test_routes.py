"""Every address: who may open it, in which languages, and that nothing else is answered."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lag_tracker.database import db
from lag_tracker.web.access import Access
from tests import factories

pytestmark = pytest.mark.sqlite_only


def test_every_route_declares_who_may_open_it(app: Flask) -> None:
    undeclared = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        and not isinstance(getattr(app.view_functions[rule.endpoint], "access", None), Access)
    ]
    assert undeclared == []


def test_every_page_has_an_address_in_both_languages(app: Flask) -> None:
    languages: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        if rule.defaults and "lang" in rule.defaults:
            languages.setdefault(rule.endpoint, set()).add(rule.defaults["lang"])
    assert {endpoint: found for endpoint, found in languages.items() if found != {"lv", "en"}} == {}


def test_english_addresses_begin_with_en_and_latvian_ones_do_not(app: Flask) -> None:
    wrong = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.defaults and "lang" in rule.defaults and (rule.defaults["lang"] == "en") != rule.rule.startswith("/en/")
    ]
    assert wrong == []


def test_no_two_routes_share_an_address(app: Flask) -> None:
    rules = [(rule.rule, method) for rule in app.url_map.iter_rules() for method in rule.methods or ()]
    assert len(rules) == len(set(rules))


#: What people without an account may send: who they are, and what they propose, and what a link of their own is for.
PUBLIC_FORMS = {
    "accounts.ask_for_link",
    "accounts.change_email_confirm",
    "accounts.follow_link",
    "accounts.forgot_password",
    "accounts.login",
    "accounts.mf_recovery",
    "accounts.reset_password",
    "accounts.sign_out",
    "accounts.tf_select",
    "accounts.two_factor_token_validation",
    "accounts.wan_signin",
    "accounts.wan_signin_response",
    "invitations.accept",
    "comments.public_on_initiative",
    "comments.public_on_meeting",
    "proposals.public",
    "letters.opt_out",
    "replies.by_link",
}


def test_the_public_may_send_only_the_agreed_forms(app: Flask) -> None:
    writing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        and getattr(app.view_functions[rule.endpoint], "access", None) is Access.PUBLIC
    }
    assert writing == PUBLIC_FORMS


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("/grupas/", "/grupas"),
        ("/en/groups/kekava/?a=b%20c&x=%C4%81", "/en/groups/kekava?a=b%20c&x=%C4%81"),
        ("/grupas//", "/grupas"),
        ("/kalendars/2026/5/", "/kalendars/2026/5"),
        ("/kalendari/visi.ics/", "/kalendari/visi.ics"),
        ("/grupas/ķekava?x/", "/grupas/%C4%B7ekava%3Fx"),
        ("/grupas/a\r\nX-Y: z/", "/grupas/a%0D%0AX-Y:%20z"),
        ("//grupas/", "/grupas"),
        ("/mana-lapa/", "/mana-lapa"),
    ],
)
def test_a_slash_at_the_end_leads_to_the_page(client: FlaskClient, typed: str, leads_to: str) -> None:
    path, _, query = typed.partition("?a") if "?a" in typed else (typed, "", "")
    asked = {"PATH_INFO": path.encode().decode("latin-1"), "QUERY_STRING": f"a{query}" if query else ""}
    answer = client.get("/", environ_overrides=asked)
    assert (answer.status_code, answer.location) == (308, leads_to)


@pytest.mark.parametrize(
    "typed",
    ["//host.example/", "/\\host.example/", "/nav/", "/grupas/jauna/nav/", "//host.example//", "/%2Fhost.example/"],
)
def test_a_slash_at_the_end_leads_nowhere_else(client: FlaskClient, typed: str) -> None:
    answer = client.get("/", environ_overrides={"PATH_INFO": typed})
    assert (answer.status_code, "Location" in answer.headers) == (404, False)


def test_what_is_sent_to_an_address_with_a_slash_at_its_end_is_not_sent_on(client: FlaskClient) -> None:
    assert client.post("/pieteikties/").status_code == 404


@pytest.mark.parametrize("number", ["02026", "٢٠٢٦", "+2026", "2026/01", "2026/0"])
def test_a_number_is_written_in_one_way(client: FlaskClient, number: str) -> None:
    assert client.get(f"/kalendars/{number}").status_code == 404


@pytest.mark.parametrize("path", ["/favicon.ico", "/apple-touch-icon.png"])
def test_the_icon_is_where_programs_look_for_it(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype, answer.data[:4]) == (200, "image/png", b"\x89PNG")


def test_of_a_filter_that_is_given_twice_the_first_counts(client: FlaskClient) -> None:
    for slug in ("a", "b"):
        group = factories.group(slug=slug)
        factories.topic(group, f"Temats {slug}")
        factories.decision(factories.meeting(f"Sanāksme {slug}", groups=[group]), f"Lēmums {slug}")
        factories.initiative(group, f"Iniciatīva {slug}")
    db.session.commit()
    for path in ("kalendars", "temati", "lemumi", "iniciativas"):
        once, twice = (client.get(f"/{path}.csv?{query}") for query in ("group=b", "group=b&group=a"))
        assert (twice.status_code, twice.data) == (200, once.data), path

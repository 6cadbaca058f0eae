"""Every address: who may open it, in which languages, and that nothing else is answered."""

import pytest
from flask import Flask

from lag_tracker.web.access import Access

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

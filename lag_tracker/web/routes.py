"""Addresses: each page is declared once, with its address in both languages and with who may open it."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint

from lag_tracker.models.traits import Audience

View = TypeVar("View", bound=Callable[..., Any])


def page(
    blueprint: Blueprint, *, lv: str, en: str, audience: Audience, methods: tuple[str, ...] = ("GET",)
) -> Callable[[View], View]:
    """Declare a view's address in Latvian and in English, under `/en`, and who may open it.

    `url_for` picks the address of the language being read; `lang="en"` or `lang="lv"` picks another.
    """

    def declare(view: View) -> View:
        view.audience = audience  # type: ignore[attr-defined]
        blueprint.add_url_rule(lv, view_func=view, methods=methods, defaults={"lang": "lv"})
        blueprint.add_url_rule(f"/en{en}", view_func=view, methods=methods, defaults={"lang": "en"})
        return view

    return declare


def address(
    blueprint: Blueprint, rule: str, *, audience: Audience, methods: tuple[str, ...] = ("GET",)
) -> Callable[[View], View]:
    """Declare a view whose address belongs to no language, such as robots.txt, and who may open it."""

    def declare(view: View) -> View:
        view.audience = audience  # type: ignore[attr-defined]
        blueprint.add_url_rule(rule, view_func=view, methods=methods)
        return view

    return declare

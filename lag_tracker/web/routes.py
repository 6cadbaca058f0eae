"""Addresses: each page is declared once, with its address in both languages and with who may open it."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Flask
from werkzeug.routing import IntegerConverter

from lag_tracker.web.access import Access, guarded
from lag_tracker.web.transactions import in_one_transaction

View = TypeVar("View", bound=Callable[..., Any])

READING = ("GET",)
FORM = ("GET", "POST")
DEED = ("POST",)


def page(
    blueprint: Blueprint, *, lv: str, en: str, access: Access, methods: tuple[str, ...] = READING
) -> Callable[[View], View]:
    """Declare a view's address in Latvian and in English, under `/en`, and who may open it.

    `url_for` picks the address of the language being read; `lang="en"` or `lang="lv"` picks another. A view that takes
    POST runs in one transaction.
    """

    def declare(view: View) -> View:
        answer = _behind_its_door(view, access, methods)
        blueprint.add_url_rule(lv, view.__name__, answer, methods=methods, defaults={"lang": "lv"})
        blueprint.add_url_rule(f"/en{en}", view.__name__, answer, methods=methods, defaults={"lang": "en"})
        return view

    return declare


def address(
    blueprint: Blueprint, rule: str, *, access: Access, methods: tuple[str, ...] = READING
) -> Callable[[View], View]:
    """Declare a view whose address belongs to no language, such as robots.txt, and who may open it."""

    def declare(view: View) -> View:
        blueprint.add_url_rule(rule, view.__name__, _behind_its_door(view, access, methods), methods=methods)
        return view

    return declare


class Number(IntegerConverter):
    """A whole number in an address, never larger than the databases can look up: what is longer names nothing."""

    regex = r"\d{1,9}"


def init_routes(app: Flask) -> None:
    """Let `<int:…>` in addresses take only numbers that a record can have."""
    app.url_map.converters["int"] = Number


def _behind_its_door(view: Callable[..., Any], access: Access, methods: tuple[str, ...]) -> Callable[..., Any]:
    answer = in_one_transaction(view) if "POST" in methods else view
    answer = guarded(answer, access)
    answer.access = access  # type: ignore[attr-defined]
    return answer

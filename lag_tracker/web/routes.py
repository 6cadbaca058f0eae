"""Addresses: each page is declared once, with its address in both languages and with who may open it."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Blueprint, Flask, current_app, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter
from werkzeug.wrappers import Response

from lag_tracker.web.access import Access, guarded
from lag_tracker.web.transactions import in_one_transaction

View = TypeVar("View", bound=Callable[..., Any])

READING = ("GET",)
FORM = ("GET", "POST")
DEED = ("POST",)
#: Signs that may stand in a path, and in a query, as they are (RFC 3986, 3.3 and 3.4).
IN_PATHS = "/:@!$&'()*+,;="
IN_QUERIES = f"{IN_PATHS}?%"


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
    """A whole number in an address, never larger than the databases can look up: what is longer names nothing.

    It is written in one way, so that a page has one address: no zeros before it, no digits of other scripts.
    """

    regex = "[1-9][0-9]{0,8}"


def init_routes(app: Flask) -> None:
    """Let `<int:…>` in addresses take only numbers that a record can have, and a slash too many lead to the page."""
    app.url_map.converters["int"] = Number
    app.before_request(_without_slash)


def _without_slash() -> Response | None:
    """Lead from an address with a slash at its end, as people type it, to the page that has none."""
    path = f"/{request.path.strip('/')}"
    is_unknown = isinstance(request.routing_exception, NotFound) and request.path.endswith("/")
    if not is_unknown or request.method not in {"GET", "HEAD"} or not current_app.url_map.bind("").test(path):
        return None
    # A single slash begins it whatever was typed, and what a browser takes for one is quoted: it stays on this site.
    query = f"?{quote(request.query_string, safe=IN_QUERIES)}" if request.query_string else ""
    return redirect(f"{request.script_root}{quote(path, safe=IN_PATHS)}{query}", 308)


def _behind_its_door(view: Callable[..., Any], access: Access, methods: tuple[str, ...]) -> Callable[..., Any]:
    answer = in_one_transaction(view) if "POST" in methods else view
    answer = guarded(answer, access)
    answer.access = access  # type: ignore[attr-defined]
    return answer

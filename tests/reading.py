"""Read a page as a visitor does: the words of its headings, links and parts, without the markup."""

import re
from typing import Any

import html5lib

HTML = "{http://www.w3.org/1999/xhtml}"


def _document(html: str) -> Any:
    return html5lib.parse(html)


def words_of(element: Any) -> str:
    """Return an element's text with single spaces."""
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def texts(html: str, *names: str, css_class: str | None = None, within: str | None = None) -> list[str]:
    """Return the words of all elements of these names, in `within` the first element of that name, with that class."""
    root = _document(html)
    if within:
        root = root.find(f".//{HTML}{within}")
    return [
        words_of(element)
        for element in root.iter()
        if isinstance(element.tag, str)
        and element.tag.removeprefix(HTML) in names
        and (css_class is None or css_class in (element.get("class") or "").split())
    ]


def links(html: str, within: str = "main") -> dict[str, str]:
    """Return the links of a part of the page, words to address."""
    root = _document(html).find(f".//{HTML}{within}")
    return {words_of(link): link.get("href") for link in root.iter(f"{HTML}a") if link.get("href")}


def facts(html: str) -> dict[str, str]:
    """Return the first list of facts: term to description."""
    root = _document(html).find(f".//{HTML}dl")
    if root is None:
        return {}
    return {words_of(d.find(f"{HTML}dt")): words_of(d.find(f"{HTML}dd")) for d in root.findall(f"{HTML}div")}

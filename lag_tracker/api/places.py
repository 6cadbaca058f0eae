"""Addresses that stand in answers: of records for programs, and of their pages for people."""

from urllib.parse import quote, urlencode

from flask import url_for

from lag_tracker.api.shapes import Pages
from lag_tracker.models.bilingual import LANGUAGES


class Places:
    """Addresses within one request. The beginning of each sort is asked for once: lists have hundreds of them."""

    def __init__(self) -> None:
        self.home = url_for("api.system", _external=True)
        self._beginnings: dict[tuple[str, str], str] = {}

    def of(self, sort: str, name: str | int) -> str:
        """Return the address of a record for programs."""
        return f"{self.home}/{sort}/{quote(str(name), safe='')}"

    def maybe(self, sort: str, name: str | int | None) -> str | None:
        """Return the address of a record for programs, None where there is no record."""
        return self.of(sort, name) if name else None

    def listed(self, sort: str, **narrowed: str | int) -> str:
        """Return the address of a list for programs, narrowed to what is given."""
        return f"{self.home}/{sort}?{urlencode(narrowed)}" if narrowed else f"{self.home}/{sort}"

    def pages(self, endpoint: str, slug: str, part: str = "") -> Pages:
        """Return the addresses of a record's page, or of a part of it."""
        lv, en = (f"{self._beginning(endpoint, lang)}{quote(slug, safe='')}{part}" for lang in LANGUAGES)
        return Pages(lv=lv, en=en)

    def _beginning(self, endpoint: str, lang: str) -> str:
        if (endpoint, lang) not in self._beginnings:
            whole = url_for(endpoint, slug="x", lang=lang, _external=True)
            self._beginnings[endpoint, lang] = whole[: whole.rindex("/") + 1]
        return self._beginnings[endpoint, lang]

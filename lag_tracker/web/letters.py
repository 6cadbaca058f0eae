"""Words of letters, from templates, in the language of the receiver."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, g, render_template
from flask_babel import force_locale, gettext, ngettext

from lag_tracker.database import db
from lag_tracker.letters.operations import write_letter
from lag_tracker.models.letter import Letter


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Read texts in another language than that of the page."""
    before = g.get("lang", "lv")
    g.lang = language
    with force_locale(language):
        try:
            yield
        finally:
            g.lang = before


def send_letter(template: str, *, to_email: str, language: str, kind: str, **given: Any) -> Letter | None:
    """Write a letter whose template gives the subject in its first line and the text below it.

    `given` goes to the template; `person_id`, `group_id`, `once`, `is_new` and `calendar` go with the letter.
    """
    apart = {name: given.pop(name) for name in ("person_id", "group_id", "once", "is_new", "calendar") if name in given}
    with in_language(language):
        # Letters are plain text: what pages would escape stands here as it is.
        words = {"_": gettext, "ngettext": ngettext, "lang": language}
        subject, _, text = render_template(template, **words, **given).strip().partition("\n")
    return write_letter(
        db.session(),
        kind=kind,
        to_email=to_email,
        language=language,
        subject=subject,
        # Parts that are left out leave blank lines behind; one is enough.
        text=re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n",
        domain=mail_domain(),
        **apart,
    )


def mail_domain() -> str:
    """Return what Message-IDs of our letters end in."""
    return urlsplit(current_app.config["SETTINGS"].address).hostname or "localhost"

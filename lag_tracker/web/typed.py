"""What somebody typed that could not be saved: shown once more on the page that says so, so that they can copy it.

The record may have gone while they wrote, their right to it may have ended, or the database may be away: the answer is
a page without the form, and the text would be lost with it. The page is made of what the browser sent and of nothing
else, so that it tells nobody whether there is such a record. Nothing of it is kept.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from flask import Flask, current_app, g, request
from flask_wtf.csrf import validate_csrf
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from wtforms import ValidationError
from wtforms.fields.core import UnboundField

from lag_tracker.models.bilingual import LANGUAGES
from lag_tracker.web.access import NEVER_KEPT
from lag_tracker.web.fields import clean
from lag_tracker.web.forms import Form, is_of_another_site, is_of_this_site, kept_draft
from lag_tracker.web.public_forms import TRAP, was_opened_here

#: How fields look into which people type. What they chose or ticked, what is hidden, and files are not shown again.
TYPED_INTO = {"line", "text", "address", "mail", "named", "phone", "day", "rough", "clock", "number"}
CHARACTERS_A_LINE = 70
MOST_LINES = 16
#: What is longer would be cut off on a phone, were it shown on one line.
LONGEST_LINE = 30


class TypedWords(NamedTuple):
    """What somebody typed into a field."""

    name: str
    label: str
    words: str

    @property
    def lang(self) -> str | None:
        """The language of the words, None where the field is in none."""
        ending = self.name[-3:]
        return ending[1:] if ending in {f"_{lang}" for lang in LANGUAGES} else None

    @property
    def is_long(self) -> bool:
        """Whether it takes several lines."""
        return "\n" in self.words or len(self.words) > LONGEST_LINE

    @property
    def lines(self) -> int:
        """How many lines show it, more or less; beyond that the reader scrolls."""
        return min(1 + sum(1 + len(line) // CHARACTERS_A_LINE for line in self.words.split("\n")), MOST_LINES)


def what_was_typed() -> list[TypedWords]:
    """Return what the request brought from a form of ours, field by field; nothing for programs and other sites."""
    sent = _sent()
    fields = _fields_of(_form_that_sent(sent)) if sent else {}
    found = [
        TypedWords(name, _label(name, field), words)
        for name, field in fields.items()
        if sent and (words := clean("\n".join(sent.getlist(name))))
    ]
    # Such a page is for one reader, whoever that is.
    g.is_private = bool(found)
    return found


def _sent() -> MultiDict[str, str] | None:
    """Return what the form held; what was kept of it when it had been sent too late counts as sent."""
    if request.url_rule is None or request.blueprint in NEVER_KEPT:
        return None
    if request.method != "POST":
        return kept_draft()
    # What is larger than a request may be cannot be read, so that there is nothing to show.
    with suppress(HTTPException):
        return request.form if _is_from_here() and not request.form.get(TRAP) else None
    return None


def _is_from_here() -> bool:
    """Tell whether a page of this site sent the form: by the browser's own word, or by what stands in the form.

    The token alone would not do: it goes with the session, and this may be what was typed before that ended.
    """
    if is_of_another_site():
        return False
    if is_of_this_site() or was_opened_here():
        return True
    with suppress(ValidationError):
        validate_csrf(request.form.get("csrf_token"))
        return True
    return False


def _form_that_sent(sent: MultiDict[str, str]) -> type[Form]:
    """Return the form that has most of the fields that were sent, among equals one of the page's own feature."""
    view = current_app.view_functions[request.endpoint or ""]
    feature = view.__module__.rpartition(".")[0]

    def likeness(form: type[Form]) -> tuple[int, bool, int]:
        names = _fields_of(form).keys()
        return len(names & sent.keys()), form.__module__.rpartition(".")[0] == feature, -len(names)

    return max(_forms(Form), key=likeness)


def _forms(form: type[Form]) -> Iterator[type[Form]]:
    yield form
    for kind in form.__subclasses__():
        yield from _forms(kind)


def _fields_of(form: type[Form]) -> dict[str, Any]:
    """Return the fields of a form into which people type, in their order."""
    given = {name: getattr(form, name) for name in dir(form)}
    fields = {name: field for name, field in given.items() if isinstance(field, UnboundField)}
    typed_into = (name for name in fields if getattr(fields[name].field_class, "look", None) in TYPED_INTO)
    return {name: fields[name] for name in sorted(typed_into, key=lambda name: fields[name].creation_counter)}


def _label(name: str, field: Any) -> str:
    words = field.args[0] if field.args else field.kwargs.get("words")
    return str(words or name.replace("_", " ").capitalize())


def init_typed(app: Flask) -> None:
    """Let pages about what went wrong show what was typed."""
    app.jinja_env.globals["what_was_typed"] = what_was_typed

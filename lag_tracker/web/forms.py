"""What all forms do: nothing typed is lost, nobody's words are overwritten unseen, and each arrives once."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit
from zlib import crc32

from flask import Flask, Response, abort, make_response, render_template, request
from flask_babel import gettext
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField

from lag_tracker.database import db
from lag_tracker.errors import RuleBroken
from lag_tracker.models.submission import Draft
from lag_tracker.web.access import current_account
from lag_tracker.web.fields import RecordField, RecordsField

#: Fields that every form has and nobody types.
UNTYPED = {"csrf_token", "submission", "revision", "opened"}


class HasRevision(Protocol):
    """A record that counts its changes."""

    @property
    def revision(self) -> int:
        """How often it was changed."""


def page_too_old() -> str:
    """Return what to say to somebody whose form belongs to a session that is over."""
    return gettext("This page was open for too long. Nothing is lost: save once more.")


def saved_by_another(*, must_choose: bool) -> str:
    """Return what to say to somebody who sends a record that another saved meanwhile."""
    if must_choose:
        return gettext(
            "Somebody else saved this record while you were writing. Compare what they saved with yours, then save."
        )
    return gettext(
        "Somebody else saved this record while you were writing. What they changed now stands here together with "
        "yours: look it over, then save."
    )


class Form(FlaskForm):
    """A form. A view asks `is_accepted()`, does what it is for inside `rules()`, and answers with `done()`."""

    #: A key of its own for each form that is shown: what arrives twice with the same key is done once.
    submission = HiddenField(default=lambda: secrets.token_urlsafe(16))

    def __init__(self, record: Any = None, *, is_fresh: bool = False, **given: Any) -> None:
        """Show `record`, or what its reader had typed before the session ended.

        One that `is_fresh` stands beside another that was sent from its page, and knows nothing of that.
        """
        sent = kept_draft() if request.method == "GET" else request.form
        super().__init__(  # type: ignore[no-untyped-call]  # Flask-WTF has no types
            formdata=None if is_fresh else sent, obj=record, **given
        )
        #: What the rules of the record say against it, one sentence each.
        self.objections: list[str] = []
        #: Headers of the page that shows it.
        self.headers: dict[str, str] = {}

    @property
    def typed(self) -> list[Field]:
        """The fields that somebody fills in, in their order."""
        return [field for field in self if field.name not in UNTYPED]

    @property
    def values(self) -> dict[str, Any]:
        """What was filled in, by field."""
        return {field.name: field.data for field in self.typed}

    @property
    def status(self) -> int:
        """The status of the page that shows the form: 200 when it is new, else that of what is wrong with it."""
        return 409 if self.objections else 422 if self.errors else 200

    @property
    def has_mistakes(self) -> bool:
        """Whether the page must say that something is wrong."""
        return bool(self.objections or self.errors)

    def is_accepted(self) -> bool:
        """Tell whether the form was sent and can be carried out; otherwise it knows what to say."""
        if request.method != "POST":
            return False
        is_right = bool(self.validate())
        if "csrf_token" in self.errors:
            self.objections.append(page_too_old())
        return is_right

    @contextmanager
    def rules(self) -> Iterator[None]:
        """Take up what a rule of the record has against it, so that the form shows it and keeps what was typed."""
        try:
            yield
        except RuleBroken as refusal:
            if refusal.about is not None and refusal.about in self:
                field = self[refusal.about]
                field.errors = [*field.errors, str(refusal)]
            else:
                self.objections.append(str(refusal))


class RecordForm(Form):
    """A form that changes a record others may be changing, too."""

    #: How often the record had been changed when it was read for this form, and a mark of what stood in each field.
    revision = HiddenField()

    def __init__(self, record: HasRevision | None = None, **given: Any) -> None:
        """Show `record`; None for one that is still to be made."""
        super().__init__(record, **given)
        self._saved = type(self).unsent(record) if record is not None and request.method == "POST" else None
        self._revision = record.revision if record is not None else 0
        shown: Any = self.revision.data
        if record is not None and isinstance(shown, int):
            self.revision.data = self._stamp(type(self).unsent(record))
        #: Field -> what somebody else saved there meanwhile, as words.
        self.saved_meanwhile: dict[str, str] = {}

    @classmethod
    def unsent(cls, record: HasRevision) -> "RecordForm":
        """Return the form as it shows the record, whatever was typed."""
        form = cls.__new__(cls)
        FlaskForm.__init__(form, formdata=None, obj=record)
        return form

    def is_accepted(self) -> bool:
        """Tell whether it can be carried out; not when somebody saved the record since it was read for this form."""
        is_stale = self._saved is not None and str(self.revision.data).split(" ")[0] != str(self._revision)
        self._take_saved()
        if self._saved is not None and is_stale:
            self._take_untouched(self._saved)
        is_right = super().is_accepted()
        if self._saved is None or not is_stale:
            return is_right
        self._note_saved(self._saved)
        self.revision.data = self._stamp(self._saved)
        self.revision.raw_data = None
        self.objections.append(saved_by_another(must_choose=bool(self.saved_meanwhile)))
        return False

    def _stamp(self, shown: "RecordForm") -> str:
        return " ".join([str(self._revision), *map(_mark, shown.typed)])

    def _take_untouched(self, saved_form: "RecordForm") -> None:
        """Take over what somebody else saved in the fields that still stand as this form showed them.

        The typer has said nothing about those: to keep what stands there would undo the other's work unseen.
        """
        seen = set(str(self.revision.data).split(" ")[1:])
        for field in (field for field in self.typed if _mark(field) in seen):
            if _mark(saved_form[field.name]) not in seen:
                field.data = saved_form[field.name].data
                field.raw_data = None

    def _note_saved(self, saved_form: "RecordForm") -> None:
        seen = set(str(self.revision.data).split(" ")[1:])
        # What still stands as it did when this form was opened was not touched by anybody else.
        for field in (field for field in self.typed if _mark(saved_form[field.name]) not in seen):
            saved: Any = saved_form[field.name]
            if isinstance(field, RecordField | RecordsField):
                saved.records = field.records
            if saved.data != field.data:
                self.saved_meanwhile[field.name] = saved.words() or gettext("(empty)")

    def _take_saved(self) -> None:
        """Put what somebody else saved in place of what was typed, where the typer chose so."""
        if self._saved is None:
            return
        for name in set(request.form.getlist("take_saved")) & {field.name for field in self.typed}:
            self[name].data = self._saved[name].data
            self[name].raw_data = None


def _mark(field: Field) -> str:
    """Return a field's name with a short sign that differs when its value does."""
    return f"{field.name}:{crc32(repr(field.data).encode()):x}"


def form_page(template: str, form: Form, **given: Any) -> Response:
    """Return the page that shows a form, with the status of what is wrong with it."""
    response = make_response(render_template(template, form=form, **given), form.status)
    response.headers.extend(form.headers)
    return response


class Button(Form):
    """A form that is one button and says nothing more than "do it"."""


class KeyButton(Button):
    """A button on a page that only a personal link opens. Nobody else knows the link, so no cookie is needed."""

    class Meta:
        csrf = False


def kept_draft() -> MultiDict[str, str] | None:
    """Return what somebody had typed into the form at this address, when they come back to it."""
    number, account = request.args.get("draft", ""), current_account()
    if account is None or not (number.isascii() and number.isdigit() and len(number) < 10):  # noqa: PLR2004 -- what fits the database
        return None
    draft = db.session.scalar(
        select(Draft).where(Draft.id == int(number), Draft.account_id == account.id, Draft.path == request.path)
    )
    return MultiDict(draft.fields) if draft else None


def is_of_this_site() -> bool:
    """Tell whether the browser says that a page of this site sent the form; some browsers say nothing."""
    origin = request.headers.get("Origin")
    is_same = request.headers.get("Sec-Fetch-Site") == "same-origin"
    return is_same or (origin is not None and urlsplit(origin).netloc == request.host)


def is_of_another_site() -> bool:
    """Tell whether the browser says that a page of another site sent the form."""
    origin = request.headers.get("Origin")
    is_foreign = request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}
    return is_foreign or (origin is not None and urlsplit(origin).netloc != request.host)


def _refuse_foreign_forms() -> None:
    """Refuse what another site makes a browser send: besides the form's own token, and before anything is read."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    if is_of_another_site():
        abort(400)


def init_forms(app: Flask) -> None:
    """Guard every form, and let templates make the small ones."""
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_I18N_ENABLED=False)
    app.before_request(_refuse_foreign_forms)
    app.jinja_env.globals["csrf_token"] = generate_csrf

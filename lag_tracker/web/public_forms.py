"""Forms for people without an account: neither a cookie nor a puzzle, and no other company is asked.

What programs do that fill in forms by the thousand is refused: too fast, too old, into a field that no person meets,
full of links, or too much from one place. Each refusal says what to do, and keeps what was typed.
"""

import re
from contextlib import suppress
from datetime import timedelta
from typing import Any

from flask import current_app, request
from flask_babel import gettext
from itsdangerous import BadSignature, SignatureExpired, TimestampSigner
from wtforms import HiddenField, StringField

from lag_tracker.accounts.limits import Limit
from lag_tracker.errors import TooManyTries
from lag_tracker.web.forms import Form
from lag_tracker.web.limits import clock_of, count_here, seconds_left

#: Nobody reads and fills in a form faster; most programs do.
SHORTEST_SECONDS = 4
LONGEST_SECONDS = 24 * 3600
MOST_LINKS = 2
#: What one place may send, behind which a whole town hall may sit.
SENT_HERE = Limit("public form here", free=20, first_wait=timedelta(minutes=1), longest_wait=timedelta(minutes=30))
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
TOO_MANY_TRIES = 429
#: The field that no person meets.
TRAP = "homepage"


def _opened_now() -> str:
    return _signer().sign(request.endpoint or "").decode()


def _now() -> int:
    return _signer().get_timestamp()


def _signer() -> TimestampSigner:
    """Return who signs, by the present key, and knows the earlier ones."""
    settings = current_app.config["SETTINGS"]
    keys = [*reversed(settings.earlier_secret_keys), settings.secret_key]
    return TimestampSigner(keys, salt="public-form")


def was_opened_here() -> bool:
    """Tell whether what was sent was opened at this address as a form for everybody, however long ago."""
    with suppress(BadSignature):
        return _signer().unsign(request.form.get("opened", "")).decode() == request.endpoint
    return False


class PublicForm(Form):
    """A form that anybody may send. Where it came from is checked for every form, ahead of this."""

    class Meta:
        """A token of a session would need a cookie."""

        csrf = False

    #: When the page was opened, signed, so that nobody can make one up.
    opened = HiddenField(default=_opened_now)
    homepage = StringField()

    def is_accepted(self) -> bool:
        """Tell whether a person seems to have sent it; otherwise it says what to do."""
        if not super().is_accepted():
            return False
        self._check()
        if not self.objections:
            self._count()
        return not self.has_mistakes

    @property
    def typed(self) -> list[Any]:
        """The fields that people fill in, in their order."""
        return [field for field in super().typed if field.name != TRAP]

    @property
    def status(self) -> int:
        """The status of the page that shows the form; 429 when too much came from its place."""
        return TOO_MANY_TRIES if self.headers else super().status

    def _check(self) -> None:
        if self.homepage.data:
            self.homepage.data, self.homepage.raw_data = "", None
            self.objections.append(
                gettext("This looked as if a program had filled it in. If you are none, send it again.")
            )
        links = sum(len(_LINK.findall(field.data)) for field in self.typed if isinstance(field.data, str))
        if links > MOST_LINKS:
            self.objections.append(gettext("At most two addresses of pages fit here. Leave the others out."))
        self._check_age()

    def _check_age(self) -> None:
        try:
            endpoint, since = _signer().unsign(self.opened.data or "", max_age=LONGEST_SECONDS, return_timestamp=True)
        except SignatureExpired:
            self._refuse_age(
                gettext("This page was open for more than a day. Nothing is lost: read it over and send it again.")
            )
        except BadSignature:
            self._refuse_age(gettext("This page was not sent as it was opened. Nothing is lost: send it again."))
        else:
            if endpoint.decode() != request.endpoint:
                self._refuse_age(gettext("This page was not sent as it was opened. Nothing is lost: send it again."))
            elif (_now() - since.timestamp()) < SHORTEST_SECONDS:
                self.objections.append(gettext("That was very quick. Read it over once more and send it again."))

    def _refuse_age(self, sentence: str) -> None:
        """Refuse, and let the page begin anew."""
        self.opened.data, self.opened.raw_data = _opened_now(), None
        self.objections.append(sentence)

    def _count(self) -> None:
        try:
            count_here(SENT_HERE)
        except TooManyTries as refusal:
            self.headers["Retry-After"] = seconds_left(refusal)
            self.objections.append(
                gettext(
                    "Much has come from your network in a short time. Nothing is lost: send it again after %(time)s.",
                    time=clock_of(refusal),
                )
            )

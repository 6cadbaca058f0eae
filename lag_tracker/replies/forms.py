"""What a person may write when inviting, and when answering."""

from collections.abc import Iterable
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext
from wtforms.validators import StopValidation

from lag_tracker.models.attendance import Reply
from lag_tracker.replies.queries import Candidate
from lag_tracker.web.fields import ChoiceField, LanguageField, LinesField, RecordsField, TextField, TickField, lazy
from lag_tracker.web.formatting import short_date
from lag_tracker.web.forms import Form, RecordForm

LONGEST_NAME = 200
#: A note stands in every letter; longer ones are a document.
LONGEST_NOTE = 2000


class GuestsField(LinesField):
    """People who are not on record, one a line: a name and, after a comma, an e-mail address."""

    def __init__(self, words: Any = None, **given: Any) -> None:
        """Make a field that takes as many guests as a form takes lines."""
        super().__init__(words, longest=LONGEST_NAME + 255, **given)

    @property
    def guests(self) -> list[tuple[str, str]]:
        """Names with addresses."""
        return [_parted(line) for line in self.data or []]

    def pre_validate(self, form: Any) -> None:
        """Refuse a line that is not a name and an address, naming it."""
        super().pre_validate(form)
        for number, (name, address) in enumerate(self.guests, 1):
            if not name or len(name) > LONGEST_NAME or not _is_address(address):
                raise StopValidation(
                    gettext(
                        "Line %(number)d needs a name, a comma and an e-mail address: Anna Bērziņa, anna@example.lv",
                        number=number,
                    )
                )


def _parted(line: str) -> tuple[str, str]:
    name, _, address = line.rpartition(",")
    return name.strip(), address.strip()


def _is_address(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


class InviteForm(Form):
    """Whom to invite, and what to say to all of them."""

    people = RecordsField(lazy("Whom to invite"))
    guests = GuestsField(lazy("Guests"))
    language = LanguageField(lazy("Language of letters to new guests"))
    note = TextField(lazy("A few words of yours"))

    def __init__(self, offered: Iterable[Candidate]) -> None:
        """Offer people; ticked are those who were planned for, else the members who were not invited yet."""
        people = list(offered)
        super().__init__(people=expected(people))
        self.people.offer((one.person.id, _words(one)) for one in people)

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse a form that invites nobody, and a note that is no note."""
        is_right: bool = super().validate(extra_validators)
        if is_right and not self.people.chosen and not self.guests.data:
            self.people.errors = [*self.people.errors, gettext("Tick somebody, or write down a guest.")]
            return False
        if len(self.note.data or "") > LONGEST_NOTE:
            self.note.errors = [
                *self.note.errors,
                gettext("This may hold %(most)d characters; shorten it.", most=LONGEST_NOTE),
            ]
            return False
        return is_right


def expected(people: list[Candidate]) -> list[int]:
    """Return whom the form ticks beforehand."""
    planned = [one.person.id for one in people if one.attendance and one.attendance.reply is None]
    members = [one.person.id for one in people if one.tier and not one.attendance]
    return planned or members


def _words(one: Candidate) -> str:
    """Return how somebody is offered: by name, and with what the manager must know."""
    said = [one.person.name]
    if one.attendance and one.attendance.invited_at:
        said.append(gettext("invited %(day)s", day=short_date(one.attendance.invited_at.date())))
    if not one.person.email:
        said.append(gettext("no e-mail address"))
    elif not one.person.wants_letters:
        said.append(gettext("wants no letters"))
    return said[0] if len(said) == 1 else f"{said[0]} ({', '.join(said[1:])})"


class ChangeForm(RecordForm):
    """A form that changes meetings to which people may be invited, and asks whether to tell them."""

    tells_invited = TickField(lazy("Tell those invited by letter when the time or the place changes"), default=True)

    def _note_saved(self, saved_form: RecordForm) -> None:
        super()._note_saved(saved_form)
        # Whether letters go out is asked of each who saves, and belongs to no record.
        self.saved_meanwhile.pop("tells_invited", None)


class AnswerForm(Form):
    """Whether somebody comes."""

    reply = ChoiceField(lazy("Will you come?"), of=Reply, among=(Reply.ACCEPTED, Reply.TENTATIVE, Reply.DECLINED))


class AnswerByLinkForm(AnswerForm):
    """The same on a page that only a personal link opens: nobody else knows the link, so no cookie is needed."""

    class Meta:
        csrf = False

"""What a manager may write about who belongs to a group."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext
from wtforms.validators import ValidationError

from lag_tracker.members.operations import MemberWords
from lag_tracker.models.group import MemberRole, Tier
from lag_tracker.models.organisation import Sector
from lag_tracker.people.queries import Known, namesakes, surely
from lag_tracker.web.fields import (
    ChoiceField,
    DayField,
    MailField,
    NamedField,
    Needed,
    PhoneField,
    RecordField,
    TickField,
    lazy,
    not_before,
)
from lag_tracker.web.formatting import plain
from lag_tracker.web.forms import Form, RecordForm

#: Stands in the list of people on record for somebody who is not among them.
NEW_PERSON = 0
MEMBER_NEEDED = lazy("Enter a name, or an organisation that is a member itself.")
ENDS_EARLY = lazy("The membership cannot end before it began; check the two days.")


class MemberForm(Form):
    """Who joins a group, on one page: somebody on record or a new person, and for whom."""

    name = NamedField(lazy("Name and surname"), longest=200)
    who = RecordField(lazy("Is it somebody on record?"), empty=lazy("Choose …"))
    organisation = NamedField(lazy("Organisation"))
    sector = ChoiceField(lazy("Sector of a new organisation"), of=Sector, empty=lazy("Not known"))
    email = MailField(lazy("E-mail address"))
    phone = PhoneField(lazy("Phone number"), longest=40)
    tier = ChoiceField(lazy("Place in the group"), of=Tier, default=Tier.WIDER)
    role = ChoiceField(lazy("Office"), of=MemberRole, default=MemberRole.MEMBER)
    from_on = DayField(lazy("Member since"))
    substitute_for_id = RecordField(lazy("Stands in for"), empty=lazy("Nobody"))
    organisation_is_public = TickField(lazy("Everyone may read the organisation's name"), default=True)
    member_group_id = RecordField(lazy("Or another group as a member"), empty=lazy("None"))

    def look_up(self, known: Sequence[Known]) -> None:
        """Compare what was typed with those on record."""
        self.candidates = namesakes(known, name=self.name.data, email=self.email.data)
        self.certain = surely(
            self.candidates,
            name=self.name.data,
            email=self.email.data,
            organisation=self.organisation.data,
            is_alone=not (self.email.data or self.phone.data or self.organisation.data),
        )
        if self.candidates:
            self.who.offer([*_described(self.candidates), (NEW_PERSON, gettext("Nobody of these: a new person"))])

    @property
    def found(self) -> int | None:
        """The id of the person on record who joins, None for a new one."""
        if self.who.data is not None:
            return self.who.data or None
        return self.certain.id if self.certain else None

    def validate_name(self, _field: Any) -> None:
        """Refuse a member who is nobody."""
        if not (self.name.data or self.organisation.data or self.member_group_id.data):
            raise ValidationError(str(MEMBER_NEEDED))

    def validate_who(self, field: RecordField) -> None:
        """Ask whether it is the same person, when somebody on record has this name or address."""
        if self.name.data and self.candidates and field.data is None and self.certain is None:
            raise ValidationError(
                gettext("Somebody on record has this name or e-mail address. Say whether it is the same person.")
            )

    @property
    def member_words(self) -> MemberWords:
        """What was filled in about the membership."""
        return _member_words(self)


def _described(known: Iterable[Known]) -> list[tuple[int, str]]:
    """Return who they are; an address is told only to those who may know it."""
    parts = (
        (one.id, (one.name, plain(one.organisation), (one.email or "") if one.tells_contacts else "")) for one in known
    )
    return [(number, ", ".join(part for part in words if part)) for number, words in parts]


def _member_words(form: Any) -> MemberWords:
    return MemberWords(
        tier=form.tier.data,
        role=form.role.data,
        from_on=form.from_on.data,
        substitute_for_id=form.substitute_for_id.data,
        organisation_is_public=form.organisation_is_public.data,
    )


class MembershipForm(RecordForm):
    """For whom, in which office and for how long somebody belongs to a group."""

    organisation = NamedField(lazy("Organisation"))
    sector = ChoiceField(lazy("Sector of a new organisation"), of=Sector, empty=lazy("Not known"))
    tier = ChoiceField(lazy("Place in the group"), of=Tier)
    role = ChoiceField(lazy("Office"), of=MemberRole)
    from_on = DayField(lazy("Member since"))
    until_on = DayField(lazy("Member until"), [not_before("from_on", ENDS_EARLY)])
    substitute_for_id = RecordField(lazy("Stands in for"), empty=lazy("Nobody"))
    organisation_is_public = TickField(lazy("Everyone may read the organisation's name"))

    @property
    def member_words(self) -> MemberWords:
        """What was filled in, but the organisation and the end."""
        return _member_words(self)


class EndForm(Form):
    """With which day a membership ends."""

    until_on = DayField(lazy("Last day as a member"), [Needed(lazy("Enter the last day."))])

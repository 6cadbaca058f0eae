"""What a manager fills in to invite somebody."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext

from lag_tracker.accounts.queries import normal_address
from lag_tracker.models.account import Role
from lag_tracker.models.person import Person
from lag_tracker.web.fields import ChoiceField, LineField, MailField, Needed, RecordField, lazy
from lag_tracker.web.forms import Form


class AcceptForm(Form):
    """The e-mail address of the first administrator, whom nobody has invited by one."""

    email = MailField(lazy("E-mail address"), [Needed(lazy("Enter your e-mail address."))])

    def __init__(self, *, asks_address: bool) -> None:
        """Ask for the address, or for nothing."""
        super().__init__()
        if not asks_address:
            del self.email


class InvitationForm(Form):
    """A member on record, or somebody new; the address for the letter; what they may do."""

    person = RecordField(lazy("Member of the group"), empty=lazy("Somebody who is not in the list"))
    name = LineField(lazy("Name and surname"), longest=200)
    email = MailField(lazy("E-mail address"))
    role = ChoiceField(lazy("What they may do"), of=Role, default=Role.MEMBER)

    def __init__(self, people: Sequence[Person], *, wanted: int | None = None) -> None:
        """Offer these people, the `wanted` one of them chosen already."""
        super().__init__(data={"person": wanted if wanted in {one.id for one in people} else None})
        self.people = {one.id: one for one in people}
        self.person.offer((one.id, one.name) for one in people)

    @property
    def chosen(self) -> Person | None:
        """The member who was chosen."""
        return self.people.get(self.person.data or 0)

    @property
    def address(self) -> str:
        """The address for the letter: the one typed, else that of the member."""
        return str(self.email.data or (self.chosen.email if self.chosen else "") or "")

    def validate(self, extra_validators: Any = None) -> bool:
        """Want a name of somebody new, and an address where none is on record."""
        is_right = super().validate(extra_validators=extra_validators)
        if self.chosen is None and not self.name.data and not self.person.errors:
            self.name.errors = [gettext("Enter the name, or choose a member.")]
        if not self.address and not self.email.errors:
            self.email.errors = [gettext("Enter the e-mail address for the invitation.")]
        on_record = normal_address(self.chosen.email or "") if self.chosen else ""
        if on_record and normal_address(self.address) != on_record:
            # Else a manager would sign in as somebody whom other groups know, too.
            self.email.errors = [gettext("Another address is on record for this member. Change it there first.")]
        return is_right and not self.errors

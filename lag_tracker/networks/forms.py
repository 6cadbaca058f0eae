"""What an administrator may write about a network and its partners."""

from typing import cast

from lag_tracker.models.network import NetworkKind, PartnerRole
from lag_tracker.models.traits import Certainty
from lag_tracker.networks.operations import NetworkWords, PartnerWords
from lag_tracker.web.fields import (
    AddressField,
    ChoiceField,
    DayField,
    LineField,
    NamedField,
    Needed,
    RecordField,
    RecordsField,
    TextField,
    lazy,
    not_before,
)
from lag_tracker.web.forms import RecordForm

ENDS_EARLY = lazy("The network cannot end before it begins; check the two days.")


class NetworkForm(RecordForm):
    """What a network is, what it works on and when."""

    name = LineField(lazy("Name as printed"), [Needed(lazy("Enter the name."))], longest=200)
    official_name = LineField(lazy("Official name"), longest=200)
    programme = NamedField(lazy("Programme"), longest=200)
    kind = ChoiceField(lazy("Kind"), of=NetworkKind, default=NetworkKind.ACTION_PLANNING)
    kind_certainty = ChoiceField(lazy("How well the kind is known"), of=Certainty, default=Certainty.STATED)
    themes = RecordsField(lazy("Themes"))
    summary_lv = TextField(lazy("Summary in Latvian"))
    summary_en = TextField(lazy("Summary in English"))
    approved_on = DayField(lazy("Approved on"))
    starts_on = DayField(lazy("Begins on"))
    ends_on = DayField(lazy("Ends on"), [not_before("starts_on", ENDS_EARLY)])
    collaborators_lv = TextField(lazy("Others who work with it, in Latvian"))
    collaborators_en = TextField(lazy("Others who work with it, in English"))
    website = AddressField(lazy("Website"), longest=500)

    @property
    def network_words(self) -> NetworkWords:
        """What was filled in about the network itself."""
        return cast("NetworkWords", {name: self.values[name] for name in NetworkWords.__annotations__})


class PartnerForm(RecordForm):
    """What a municipality does in a network."""

    role = ChoiceField(lazy("Role"), of=PartnerRole, default=PartnerRole.PARTNER)
    role_certainty = ChoiceField(lazy("How well the role is known"), of=Certainty, default=Certainty.STATED)
    body_lv = LineField(lazy("Who takes part, in Latvian"))
    body_en = LineField(lazy("Who takes part, in English"))
    focus_lv = TextField(lazy("Local focus in Latvian"))
    focus_en = TextField(lazy("Local focus in English"))

    @property
    def partner_words(self) -> PartnerWords:
        """What was filled in about the part."""
        return cast("PartnerWords", {name: self.values[name] for name in PartnerWords.__annotations__})


class NewPartnerForm(PartnerForm):
    """The same, with the municipality, which is chosen once."""

    municipality_id = RecordField(lazy("Municipality"))

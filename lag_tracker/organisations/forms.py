"""What a person may write about an organisation."""

from typing import cast

from lag_tracker.models.organisation import Sector
from lag_tracker.organisations.operations import OrganisationWords
from lag_tracker.web.fields import AddressField, ChoiceField, LineField, lazy, one_of_two
from lag_tracker.web.forms import RecordForm

NAME_NEEDED = lazy("Enter the name in Latvian or in English.")


class OrganisationForm(RecordForm):
    """An organisation's names and the side of society that it stands for."""

    name_lv = LineField(lazy("Name in Latvian"), [one_of_two("name_lv", "name_en", NAME_NEEDED)])
    name_en = LineField(lazy("Name in English"))
    sector = ChoiceField(lazy("Sector"), of=Sector, empty=lazy("Not known"))
    website = AddressField(lazy("Website"))

    @property
    def organisation_words(self) -> OrganisationWords:
        """What was filled in."""
        return cast("OrganisationWords", self.values)

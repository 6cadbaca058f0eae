"""What a person may write about a municipality."""

from functools import cache
from typing import Any, cast

from babel import Locale
from flask_babel import gettext
from wtforms import SelectField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # the types are of an older WTForms
from wtforms.validators import StopValidation

from lag_tracker.latvian import sort_key
from lag_tracker.models.municipality import MunicipalityKind
from lag_tracker.municipalities.operations import MunicipalityWords
from lag_tracker.web.fields import AddressField, ChoiceField, LineField, lazy, one_of_two
from lag_tracker.web.forms import RecordForm
from lag_tracker.web.language import reading_language

NAME_NEEDED = lazy("Enter the name in Latvian or in English.")
#: Codes of two letters that stand for no country.
NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


@cache
def countries(lang: str) -> dict[str, str]:
    """Return the countries, code of ISO 3166-1 to name, in the alphabet of the language."""
    names: dict[str, str] = dict(Locale(lang).territories)
    codes = {code: name for code, name in names.items() if code.isalpha() and code not in NO_COUNTRIES}
    place = sort_key if lang == "lv" else str.casefold
    return dict(sorted(codes.items(), key=lambda country: place(country[1])))


class CountryField(SelectField):
    """A country; `data` is its two letters."""

    look = "choice"

    def __init__(self, words: Any = None, **given: Any) -> None:
        """Make a field that offers every country."""
        super().__init__(words, validate_choice=False, default="LV", **given)

    def iter_choices(self) -> Any:
        """Yield the countries in the language being read."""
        for code, name in countries(reading_language()).items():
            yield Choice(code, name, code == self.data, {})

    def has_groups(self) -> bool:
        """Tell that the countries stand in one list."""
        return False

    def pre_validate(self, _form: Any) -> None:
        """Refuse what is no country."""
        if self.data not in countries("en"):
            raise StopValidation(gettext("Choose one of the list."))

    def words(self) -> str:
        """Return the country's name."""
        return countries(reading_language()).get(self.data or "", "")


class MunicipalityForm(RecordForm):
    """A municipality's or planning region's name, and where it is."""

    name_lv = LineField(lazy("Name in Latvian"), [one_of_two("name_lv", "name_en", NAME_NEEDED)])
    name_en = LineField(lazy("Name in English"))
    kind = ChoiceField(lazy("Kind"), of=MunicipalityKind, default=MunicipalityKind.MUNICIPALITY)
    country = CountryField(lazy("Country"))
    website = AddressField(lazy("Website"), longest=500)

    @property
    def municipality_words(self) -> MunicipalityWords:
        """What was filled in."""
        return cast("MunicipalityWords", self.values)

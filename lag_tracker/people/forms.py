"""What a manager may write about a person."""

from lag_tracker.people.operations import PersonWords
from lag_tracker.web.fields import (
    LanguageField,
    LineField,
    MailField,
    NamedField,
    Needed,
    PhoneField,
    TickField,
    lazy,
)
from lag_tracker.web.forms import RecordForm


class PersonForm(RecordForm):
    """Who a person is, and how to reach them."""

    name = LineField(lazy("Name and surname"), [Needed(lazy("Enter the name and surname."))], longest=200)
    organisation = NamedField(lazy("Organisation"))
    position_lv = LineField(lazy("Position in Latvian"))
    position_en = LineField(lazy("Position in English"))
    email = MailField(lazy("E-mail address"))
    phone = PhoneField(lazy("Phone number"), longest=40)
    language = LanguageField(lazy("Language of letters"))
    wants_letters = TickField(lazy("Gets letters about meetings"), default=True)

    @property
    def person_words(self) -> PersonWords:
        """What was filled in about the person."""
        return PersonWords(
            name=self.name.data or "",
            position_lv=self.position_lv.data,
            position_en=self.position_en.data,
            email=self.email.data,
            phone=self.phone.data,
            language=self.language.data,
            wants_letters=self.wants_letters.data,
        )


class ConsentForm(PersonForm):
    """The same, for somebody who does not sign in and so cannot say for themselves whether their name may be shown."""

    name_is_public = TickField(lazy("The person agrees that everyone may read their name"))

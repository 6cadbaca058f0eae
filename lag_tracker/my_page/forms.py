"""What somebody may choose for themselves."""

from lag_tracker.web.fields import LanguageField, TickField, lazy
from lag_tracker.web.forms import Form

#: What is agreed to; kept with the consent as it was read.
AGREED = lazy(
    "I agree that everyone may read my name on the public pages of this site: at what I present, am to do or say there."
)


class AccountSettingsForm(Form):
    """What every account chooses."""

    language = LanguageField(lazy("Language of letters and of the first page"))


class SettingsForm(AccountSettingsForm):
    """What a person on record chooses besides."""

    wants_letters = TickField(lazy("Send me letters about meetings"))
    name_is_public = TickField(AGREED)

    @property
    def wording(self) -> str:
        """The words that were agreed to, as they stood on the page."""
        return str(self.name_is_public.label.text)

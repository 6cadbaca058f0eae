"""What an administrator decides for the whole site."""

from datetime import date
from typing import Any, NamedTuple

from lag_tracker.config import Settings
from lag_tracker.labels import label
from lag_tracker.models.site_settings import Conformity, SiteSettings
from lag_tracker.settings.operations import Words
from lag_tracker.site_settings import LEAST_DAYS, LONGEST, MOST_DAYS, SITE_SETTINGS, TERMS
from lag_tracker.web.fields import ChoiceField, DayField, LineField, MailField, NumberField, TickField, lazy
from lag_tracker.web.formatting import long_date, term_in_words
from lag_tracker.web.forms import RecordForm
from lag_tracker.web.language import reading_language


class Fixed(NamedTuple):
    """A setting that the configuration of the server decides."""

    label: str
    #: Its value as people read it; empty when there is none.
    words: str
    #: Its name in the configuration.
    variable: str
    #: "environment" or "file".
    given_by: str


def _words(own: Settings, name: str) -> str:
    """Return a setting of the server as people read it."""
    value = getattr(own, name)
    if name == "accessibility_assessed_on" and value:
        return long_date(date.fromisoformat(value))
    if name == "accessibility_status" and value:
        return label(Conformity(value), reading_language())
    return term_in_words(value, reading_language()) if name in TERMS else str(value)


def _days(words: Any) -> NumberField:
    return NumberField(words, least=LEAST_DAYS, most=MOST_DAYS)


class SiteSettingsForm(RecordForm):
    """The settings that the configuration of the server leaves open."""

    site_name = LineField(lazy("Name of the site"), longest=LONGEST["site_name"])
    operator = LineField(lazy("Who runs the site"), longest=LONGEST["operator"])
    contact_email = MailField(lazy("E-mail address for questions"))
    data_protection_contact = LineField(lazy("Data protection officer"), longest=LONGEST["data_protection_contact"])
    accessibility_assessed_on = DayField(lazy("Day of the last assessment"))
    accessibility_assessor = LineField(lazy("Who made the assessment"), longest=LONGEST["accessibility_assessor"])
    accessibility_status = ChoiceField(
        lazy("What the assessment found"), of=Conformity, empty=lazy("No assessment was made")
    )
    keep_traces_days = _days(lazy("Traces of use, days"))
    keep_invitations_days = _days(lazy("Invitations that ran out, days"))
    keep_contacts_days = _days(lazy("Contacts of former members, days"))
    keep_attendance_days = _days(lazy("Names in attendance, days"))
    keep_changes_days = _days(lazy("The record of changes, days"))
    may_delete = TickField(lazy("Delete what is older than a term that I shortened"))

    def __init__(self, decided: SiteSettings, *, own: Settings) -> None:
        """Show what was decided; what `own` has from the environment or the file is shown, but not asked."""
        super().__init__(decided)
        #: Setting -> what the configuration of the server says of it.
        self.fixed: dict[str, Fixed] = {}
        for name in [name for name in SITE_SETTINGS if name in own.given_by]:
            self.fixed[name] = Fixed(str(self[name].label.text), _words(own, name), name.upper(), own.given_by[name])
            del self[name]

    @property
    def words(self) -> Words:
        """What was filled in."""
        return {name: value for name, value in self.values.items() if name in SITE_SETTINGS}

"""What was decided on the page of the site's settings."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from lag_tracker.config import Settings
from lag_tracker.database import Base
from lag_tracker.models.traits import Revised, one_of
from lag_tracker.site_settings import LONGEST, SITE_SETTINGS

#: The number of the only row.
THE_ONE = 1


class Conformity(StrEnum):
    """How far the site conforms to the rules of accessibility, by the last assessment."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


class SiteSettings(Revised, Base):
    """One row for the whole site; None leaves a setting to its default.

    A row with a column for each, and not a row for each: so the form, the revision that tells two writers apart and the
    record of changes take it for a record like all others, and the database knows what is a day and what a number. It
    is made when somebody first saves the page.
    """

    __tablename__ = "site_settings"
    __table_args__ = (CheckConstraint(f"id = {THE_ONE}", name="is_the_only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    site_name: Mapped[str | None] = mapped_column(String(LONGEST["site_name"]))
    operator: Mapped[str | None] = mapped_column(String(LONGEST["operator"]))
    #: These two are an office's and stand on public pages, so they are not kept out of the record of changes.
    contact_email: Mapped[str | None] = mapped_column(String(LONGEST["contact_email"]))
    data_protection_contact: Mapped[str | None] = mapped_column(String(LONGEST["data_protection_contact"]))
    accessibility_assessed_on: Mapped[date | None]
    accessibility_assessor: Mapped[str | None] = mapped_column(String(LONGEST["accessibility_assessor"]))
    accessibility_status: Mapped[Conformity | None] = mapped_column(one_of(Conformity))
    keep_traces_days: Mapped[int | None]
    keep_invitations_days: Mapped[int | None]
    keep_contacts_days: Mapped[int | None]
    keep_attendance_days: Mapped[int | None]
    keep_changes_days: Mapped[int | None]

    @property
    def name(self) -> str:
        """What the record of changes calls it: the name of the site."""
        return self.site_name or Settings.site_name

    @property
    def decided(self) -> dict[str, str | int | None]:
        """What was decided, by setting, as the settings hold it."""
        return {name: as_setting(getattr(self, name)) for name in SITE_SETTINGS}


def as_setting(value: date | str | int | None) -> str | int | None:
    """Return a value as the settings hold it: a day as text, a choice as its word."""
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, str) else value

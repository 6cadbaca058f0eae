"""What several nouns have in common: a key, a bilingual name or title, a date that may be coarse, an address."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Enum, String, event
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from lag_tracker.database import SortKey, utc_now
from lag_tracker.latvian import sort_key
from lag_tracker.models.bilingual import Bilingual


def one_of(choices: type[StrEnum]) -> Enum:
    """Return the column type that stores a choice by its value, as text that both databases can read."""
    return Enum(choices, native_enum=False, length=30, values_callable=lambda kind: [choice.value for choice in kind])


class Precision(StrEnum):
    """How finely a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    """Whether a source states the fact or it was worked out from what the source says."""

    STATED = "stated"
    INFERRED = "inferred"


class Audience(StrEnum):
    """Who may read a record: everyone, members of its groups, or the managers of its groups."""

    PUBLIC = "public"
    MEMBERS = "members"
    MANAGERS = "managers"


#: Marks a column that says something about a living person. Such values are never written to the record of changes; a
#: person's own download shows them, and erasing the person empties them.
PERSONAL = {"is_personal": True}


class RoughDay(NamedTuple):
    """A day as finely as it is known."""

    #: The first of the month or year when no more is known; None when nothing is.
    first: date | None
    precision: Precision

    def is_before(self, other: "RoughDay") -> bool:
        """Tell whether it is surely earlier, as far as both are known."""
        if self.first is None or other.first is None:
            return False
        parts = {Precision.YEAR: 1, Precision.MONTH: 2}
        shared = min(parts.get(self.precision, 3), parts.get(other.precision, 3))
        return self.first.timetuple()[:shared] < other.first.timetuple()[:shared]


NO_DAY = RoughDay(None, Precision.UNKNOWN)


class Identified:
    """A row with a number of its own, and the key it bears in a file it was loaded from."""

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Key in the file the record came from; a second load finds the row by it.
    import_key: Mapped[str | None] = mapped_column(String(120), unique=True)


class Addressed:
    """A record with a page; the slug is its part of the address."""

    slug: Mapped[str] = mapped_column(String(120), unique=True)


class Stamped:
    """A record that knows when it was made and last changed."""

    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)


class Revised:
    """A record that several people may change at once: its revision rises with each change.

    A change made from an older revision raises StaleDataError, so nobody's words are overwritten unseen.
    """

    revision: Mapped[int] = mapped_column(default=1, server_default="1")

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Let the session compare and raise the revision."""
        return {"version_id_col": cls.revision}


class Archivable:
    """A record that can be put away: it keeps its page and its past, but is offered and listed no more."""

    archived_at: Mapped[datetime | None]

    @property
    def is_archived(self) -> bool:
        """Whether the record was put away."""
        return self.archived_at is not None


class Named:
    """A record with a name in Latvian, English or both."""

    name_lv: Mapped[str | None] = mapped_column(String(300))
    name_en: Mapped[str | None] = mapped_column(String(300))
    #: Place of the name in the Latvian alphabet.
    name_sort: Mapped[str] = mapped_column(SortKey(), index=True)

    @property
    def name(self) -> Bilingual:
        """The name in both languages."""
        return Bilingual(self.name_lv, self.name_en)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        """Demand a name in one language at least."""
        return (CheckConstraint("name_lv IS NOT NULL OR name_en IS NOT NULL", name="has_name"),)


class Titled:
    """A record with a title and a summary in Latvian, English or both."""

    title_lv: Mapped[str | None] = mapped_column(String(500))
    title_en: Mapped[str | None] = mapped_column(String(500))
    #: Place of the title in the Latvian alphabet.
    title_sort: Mapped[str] = mapped_column(SortKey())
    summary_lv: Mapped[str | None]
    summary_en: Mapped[str | None]

    @property
    def title(self) -> Bilingual:
        """The title in both languages."""
        return Bilingual(self.title_lv, self.title_en)

    @property
    def summary(self) -> Bilingual:
        """The summary in both languages."""
        return Bilingual(self.summary_lv, self.summary_en)


class Dated:
    """A record on a day, over several days, or at a time known only coarsely or not at all."""

    #: First day; the first of the month or year when the precision is coarser than a day; None when unknown.
    starts_on: Mapped[date | None]
    #: Last day, itself included; None when it is the first day or unknown.
    ends_on: Mapped[date | None]
    date_precision: Mapped[Precision] = mapped_column(one_of(Precision), default=Precision.DAY)
    date_certainty: Mapped[Certainty] = mapped_column(one_of(Certainty), default=Certainty.STATED)

    @property
    def has_day(self) -> bool:
        """Whether the day is known, so that a calendar can show it."""
        return self.starts_on is not None and self.date_precision is Precision.DAY


class Position(NamedTuple):
    """A place in a list that goes by date: after the record of this day, time and number.

    Records without a time come first on their day; those without a date stand at the end of a list, at `date.min`.
    """

    day: date
    id: int
    at: time | None = None


@event.listens_for(Named, "before_insert", propagate=True)
@event.listens_for(Named, "before_update", propagate=True)
def _keep_name_sort(_mapper: Any, _connection: Any, record: Named) -> None:
    record.name_sort = sort_key(record.name_lv or record.name_en or "")[:400]


@event.listens_for(Titled, "before_insert", propagate=True)
@event.listens_for(Titled, "before_update", propagate=True)
def _keep_title_sort(_mapper: Any, _connection: Any, record: Titled) -> None:
    record.title_sort = sort_key(record.title_lv or record.title_en or "")[:400]

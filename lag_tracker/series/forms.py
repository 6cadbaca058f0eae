"""What a person may write about several meetings at once."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from flask_babel import gettext
from wtforms.validators import StopValidation

from lag_tracker.meetings.forms import WhoseFields
from lag_tracker.meetings.moments import Moment
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingKind, MeetingState, Mode
from lag_tracker.models.network import Network
from lag_tracker.models.rhythm import Nth, Pattern, Rhythm, Scope, Weekday
from lag_tracker.models.traits import Audience, Precision
from lag_tracker.replies.forms import ChangeForm
from lag_tracker.series.operations import SeriesPlan
from lag_tracker.web.fields import (
    AddressField,
    ChoiceField,
    ClockField,
    DayField,
    LineField,
    LinesField,
    Needed,
    NumberField,
    RecordField,
    RecordsField,
    lazy,
    read_day,
)
from lag_tracker.web.formatting import passage
from lag_tracker.web.forms import Form

#: What the meetings take from the last one as it was.
LIKE_LAST = (
    "starts_at_time",
    "ends_at_time",
    "kind",
    "mode",
    "place_lv",
    "place_en",
    "join_url",
    "join_audience",
    "audience",
)
#: A year of weeks.
MOST_MEETINGS = 52


class SkippedField(LinesField):
    """Days on which nobody meets, one a line."""

    def pre_validate(self, form: Any) -> None:
        """Refuse a line that is no day."""
        super().pre_validate(form)
        for number, line in enumerate(self.data or [], 1):
            if read_day(line) is None:
                raise StopValidation(gettext("Line %(number)d is no day such as 15.03.2027.", number=number))

    @property
    def days(self) -> list[date]:
        """The days."""
        return [day for line in self.data or [] if (day := read_day(line))]


class SeriesForm(Form):
    """Several meetings by a rule: from when, how often, how many, and what they have in common."""

    pattern = ChoiceField(lazy("How often"), of=Pattern, default=Pattern.MONTHS)
    every = NumberField(lazy("Every how many"), [Needed(lazy("Enter 1 for each week or month."))], least=1, most=12)
    nth = ChoiceField(lazy("Which one of the month"), of=Nth, default=Nth.FIRST)
    weekday = ChoiceField(lazy("Day of the week"), of=Weekday, default=Weekday.TUESDAY)
    starts_on = DayField(lazy("From"), [Needed(lazy("Enter the first day on which the group may meet."))])
    how_many = NumberField(
        lazy("How many meetings"), [Needed(lazy("Enter how many meetings to make."))], least=1, most=MOST_MEETINGS
    )
    skipped = SkippedField(lazy("Days without a meeting"))
    starts_at_time = ClockField(lazy("Start"))
    ends_at_time = ClockField(lazy("End"))
    kind = ChoiceField(lazy("Kind"), of=MeetingKind, default=MeetingKind.LOCAL_GROUP)
    title_lv = LineField(lazy("Title in Latvian"), longest=500)
    title_en = LineField(lazy("Title in English"), longest=500)
    mode = ChoiceField(lazy("How"), of=Mode, empty=lazy("Not stated"))
    place_lv = LineField(lazy("Place in Latvian"))
    place_en = LineField(lazy("Place in English"))
    join_url = AddressField(lazy("Link to join"))
    join_audience = ChoiceField(lazy("Who may see the link"), of=Audience, default=Audience.MEMBERS)
    others = RecordsField(lazy("Together with"))
    networks = RecordsField(lazy("Networks"))
    audience = ChoiceField(lazy("Who may see the meetings"), of=Audience, default=Audience.PUBLIC)
    state = ChoiceField(
        lazy("State"),
        of=MeetingState,
        among=(MeetingState.SCHEDULED, MeetingState.DRAFT),
        default=MeetingState.SCHEDULED,
    )

    def __init__(self, *, last: Meeting | None, others: Iterable[Group], networks: Iterable[Network]) -> None:
        """Begin with what the last meeting was like; offer these groups and networks."""
        given: dict[str, Any] = {"every": 1, "how_many": 6}
        if last is not None:
            given |= {name: getattr(last, name) for name in LIKE_LAST} | {"networks": last.networks}
        super().__init__(**given)
        self.others.offer((group.id, passage(group.name)) for group in others)
        self.networks.offer((network.id, network.name) for network in networks)

    @property
    def plan(self) -> SeriesPlan:
        """What the meetings have in common."""
        return cast("SeriesPlan", self.values)

    @property
    def rhythm(self) -> Rhythm:
        """The rule."""
        return Rhythm(pattern=self.pattern.data, every=self.every.data, weekday=self.weekday.data, nth=self.nth.data)

    @property
    def days(self) -> list[date]:
        """The days that the rule finds."""
        return self.rhythm.days(first=self.starts_on.data, number=self.how_many.data, skipped=self.skipped.days)

    def moments(self, time_zone: str) -> list[Moment]:
        """Return the days with their hours."""
        hours = self.starts_at_time.data, self.ends_at_time.data
        return [Moment(day, None, Precision.DAY, *hours, time_zone) for day in self.days]


#: Fields that are no columns: which meetings are meant, and whose they are to be.
APART = {"scope", "weekday", "leading", "others", "networks", "tells_invited"}


class TogetherForm(WhoseFields, ChangeForm):
    """What one meeting of a series, or it and all later ones, are given."""

    scope = ChoiceField(lazy("Which meetings"), of=Scope, default=Scope.THIS_AND_LATER)
    weekday = ChoiceField(lazy("Day of the week"), of=Weekday, empty=lazy("As now"))
    starts_at_time = ClockField(lazy("Start"))
    ends_at_time = ClockField(lazy("End"))
    mode = ChoiceField(lazy("How"), of=Mode, empty=lazy("Not stated"))
    place_lv = LineField(lazy("Place in Latvian"))
    place_en = LineField(lazy("Place in English"))
    join_url = AddressField(lazy("Link to join"))
    join_audience = ChoiceField(lazy("Who may see the link"), of=Audience)
    kind = ChoiceField(lazy("Kind"), of=MeetingKind)
    title_lv = LineField(lazy("Title in Latvian"), longest=500)
    title_en = LineField(lazy("Title in English"), longest=500)
    leading = RecordField(lazy("Leading group"), empty=lazy("None: an event of a network"))
    others = RecordsField(lazy("Together with"))
    networks = RecordsField(lazy("Networks"))
    audience = ChoiceField(lazy("Who may see the meetings"), of=Audience)

    @property
    def words(self) -> dict[str, Any]:
        """What was filled in, by column."""
        return {name: value for name, value in self.values.items() if name not in APART}

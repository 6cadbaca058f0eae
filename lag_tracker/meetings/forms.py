"""What a person may write about a meeting."""

from collections.abc import Iterable, Sequence
from typing import Any

from lag_tracker.meetings.moments import Moment
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingKind, Mode
from lag_tracker.models.network import Network
from lag_tracker.models.traits import Audience, Certainty, Precision
from lag_tracker.replies.forms import ChangeForm
from lag_tracker.web.fields import (
    AddressField,
    ChoiceField,
    ClockField,
    DayField,
    LineField,
    NumberField,
    RecordField,
    RecordsField,
    TextField,
    TickField,
    ZoneField,
    lazy,
    one_of_two,
)
from lag_tracker.web.formatting import passage
from lag_tracker.web.forms import Button, Form

#: Fields that are no columns: they say when it is, and what it belongs to.
APART = {*Moment._fields, "leading", "others", "networks", "tells_invited"}
REASON_NEEDED = lazy("Say why it is cancelled: everyone who was coming will read it.")


class MeetingOnPaper:
    """A meeting as its form shows it: with its groups apart, the leading one and the others."""

    def __init__(self, meeting: Meeting) -> None:
        """Look at a meeting with its groups and networks."""
        self.meeting = meeting
        self.revision = meeting.revision
        numbers = [link.group_id for link in meeting.meeting_groups]
        self.leading = numbers[0] if numbers else None
        self.others = numbers[1:]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.meeting, name)


class WhoseFields:
    """What forms do with the fields that say whose a meeting is: a leading group, others, and networks."""

    leading: RecordField
    others: RecordsField
    networks: RecordsField

    def offer(self, groups: Sequence[Group], networks: Iterable[Network], *, is_led: bool) -> None:
        """Offer what the meeting may belong to; one that `is_led` keeps some group that leads it."""
        names = [(group.id, passage(group.name)) for group in groups]
        self.leading.offer(names)
        self.others.offer(names)
        self.networks.offer((network.id, network.name) for network in networks)
        if is_led:
            self.leading.empty = None

    @property
    def group_ids(self) -> list[int]:
        """The groups that hold it, the leading one first."""
        leading = [self.leading.data] if self.leading.data else []
        return leading + [number for number in self.others.chosen if number not in leading]


class MeetingForm(WhoseFields, ChangeForm):
    """A meeting: what, when, where, whose, for whom, and afterwards what came of it."""

    title_lv = LineField(lazy("Title in Latvian"), longest=500)
    title_en = LineField(lazy("Title in English"), longest=500)
    kind = ChoiceField(lazy("Kind"), of=MeetingKind)
    ordinal = NumberField(lazy("Number in its series"), least=1, most=999)
    summary_lv = TextField(lazy("Summary in Latvian"))
    summary_en = TextField(lazy("Summary in English"))
    starts_on = DayField(lazy("Day"))
    ends_on = DayField(lazy("Last day"))
    starts_at_time = ClockField(lazy("Start"))
    ends_at_time = ClockField(lazy("End"))
    time_zone = ZoneField(lazy("Clocks of"))
    date_precision = ChoiceField(lazy("What is known of the date"), of=Precision)
    date_certainty = ChoiceField(lazy("How the date is known"), of=Certainty)
    mode = ChoiceField(lazy("How"), of=Mode, empty=lazy("Not stated"))
    mode_certainty = ChoiceField(lazy("How this is known"), of=Certainty)
    place_lv = LineField(lazy("Place in Latvian"))
    place_en = LineField(lazy("Place in English"))
    join_url = AddressField(lazy("Link to join"))
    join_audience = ChoiceField(lazy("Who may see the link"), of=Audience)
    leading = RecordField(lazy("Leading group"), empty=lazy("None: an event of a network"))
    others = RecordsField(lazy("Together with"))
    networks = RecordsField(lazy("Networks"))
    organiser_id = RecordField(lazy("Organised by"), empty=lazy("Not stated"))
    audience = ChoiceField(lazy("Who may see the meeting"), of=Audience)
    participants_lv = TextField(lazy("Who took part, in Latvian"))
    participants_en = TextField(lazy("Who took part, in English"))
    head_count = NumberField(lazy("How many came in all"), least=1, most=100_000)
    outcome_lv = TextField(lazy("What came of it, in Latvian"))
    outcome_en = TextField(lazy("What came of it, in English"))
    note_lv = TextField(lazy("Remark in Latvian"))
    note_en = TextField(lazy("Remark in English"))

    @property
    def moment(self) -> Moment:
        """When it is."""
        return Moment(*(self[name].data for name in Moment._fields))

    @property
    def words(self) -> dict[str, Any]:
        """What was filled in, by column."""
        return {name: value for name, value in self.values.items() if name not in APART}


class StateForm(Button):
    """Whether a meeting shall come to another state, and whether to tell those who were told otherwise."""

    tells_invited = TickField(lazy("Tell those invited by letter"), default=True)


class CancelForm(Form):
    """Why a meeting is called off."""

    reason_lv = TextField(lazy("Reason in Latvian"), [one_of_two("reason_lv", "reason_en", REASON_NEEDED)])
    reason_en = TextField(lazy("Reason in English"))
    tells_invited = TickField(lazy("Tell those invited by letter"), default=True)

    @property
    def reason(self) -> Bilingual:
        """The reason in both languages."""
        return Bilingual(self.reason_lv.data, self.reason_en.data)

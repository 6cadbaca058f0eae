"""What a person may write about a meeting that was held, on one page."""

from typing import Any, cast

from lag_tracker.attendance.forms import people_to_tick
from lag_tracker.meeting_log.operations import HeldMeeting
from lag_tracker.models.group import Group, GroupKind, Membership
from lag_tracker.models.meeting import Meeting, MeetingKind, Mode
from lag_tracker.models.traits import Precision
from lag_tracker.web.fields import (
    ChoiceField,
    ClockField,
    DayField,
    LineField,
    LinesField,
    Needed,
    NumberField,
    RecordsField,
    TickField,
    lazy,
)
from lag_tracker.web.formatting import passage, plain
from lag_tracker.web.forms import Form

#: A decision may be long; it still stands on one line.
LONGEST_DECISION = 5000
#: What most meetings of such groups are.
_USUAL = {GroupKind.CORE_GROUP: MeetingKind.CORE_GROUP, GroupKind.STEERING: MeetingKind.STEERING}


class LogForm(Form):
    """A held meeting: when, what and where, the agenda and the decisions as lines, and who came."""

    starts_on = DayField(lazy("Day"), [Needed(lazy("Enter the day of the meeting."))])
    starts_at_time = ClockField(lazy("Start"))
    kind = ChoiceField(lazy("Kind"), of=MeetingKind, default=MeetingKind.LOCAL_GROUP)
    title = LineField(lazy("Title"), longest=500)
    mode = ChoiceField(lazy("How"), of=Mode, empty=lazy("Not stated"))
    place = LineField(lazy("Place"))
    agenda = LinesField(lazy("Agenda"))
    people = RecordsField(lazy("Who came"))
    guests = LinesField(lazy("Guests"))
    decisions = LinesField(lazy("Decisions"), longest=LONGEST_DECISION)
    publish = TickField(lazy("Publish the decisions now"))
    ends_at_time = ClockField(lazy("End"))
    date_precision = ChoiceField(
        lazy("What is known of the date"),
        of=Precision,
        among=(Precision.DAY, Precision.MONTH, Precision.YEAR),
        default=Precision.DAY,
    )
    head_count = NumberField(lazy("How many came in all"), least=1, most=100_000)
    others = RecordsField(lazy("Together with"))

    def __init__(self, *, leading: Group, members: list[Membership], others: list[Group], last: Meeting | None) -> None:
        """Offer these members and groups, the usual kind of meeting, and where the group met last."""
        offered: dict[str, Any] = {"kind": _USUAL.get(leading.kind, MeetingKind.LOCAL_GROUP)}
        if last is not None:
            offered |= {"mode": last.mode, "place": plain(last.place) or None}
        super().__init__(**offered)
        self.people.offer(people_to_tick(members))
        self.others.offer((group.id, passage(group.name)) for group in others)

    @property
    def held(self) -> HeldMeeting:
        """What was filled in."""
        return cast("HeldMeeting", self.values)

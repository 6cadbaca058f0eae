"""What a person may write about a meeting to come."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from lag_tracker.attendance.forms import people_to_tick
from lag_tracker.meetings.moments import Moment
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import Meeting, MeetingKind, MeetingState, Mode
from lag_tracker.models.network import Network
from lag_tracker.models.traits import Audience, Precision
from lag_tracker.planning.operations import Plan
from lag_tracker.planning.queries import LeftItem
from lag_tracker.web.fields import (
    AddressField,
    ChoiceField,
    ClockField,
    DayField,
    LineField,
    LinesField,
    RecordsField,
    TickField,
    lazy,
)
from lag_tracker.web.formatting import passage
from lag_tracker.web.forms import Form

#: What the next meeting takes from the last one as it was.
LIKE_LAST = (
    "kind",
    "starts_at_time",
    "ends_at_time",
    "mode",
    "place_lv",
    "place_en",
    "join_url",
    "join_audience",
    "audience",
)


class PlanForm(Form):
    """A meeting to come: when and where, its agenda, and whom it expects."""

    starts_on = DayField(lazy("Day"))
    starts_at_time = ClockField(lazy("Start"))
    ends_at_time = ClockField(lazy("End"))
    date_precision = ChoiceField(
        lazy("What is known of the date"),
        of=Precision,
        among=(Precision.DAY, Precision.MONTH, Precision.YEAR),
        default=Precision.DAY,
    )
    kind = ChoiceField(lazy("Kind"), of=MeetingKind, default=MeetingKind.LOCAL_GROUP)
    title_lv = LineField(lazy("Title in Latvian"), longest=500)
    title_en = LineField(lazy("Title in English"), longest=500)
    mode = ChoiceField(lazy("How"), of=Mode, empty=lazy("Not stated"))
    place_lv = LineField(lazy("Place in Latvian"))
    place_en = LineField(lazy("Place in English"))
    join_url = AddressField(lazy("Link to join"))
    join_audience = ChoiceField(lazy("Who may see the link"), of=Audience, default=Audience.MEMBERS)
    approve_minutes = TickField(lazy("Approve the previous minutes"), default=True)
    progress = TickField(lazy("Go through the open actions"), default=True)
    items = RecordsField(lazy("Left from the last meeting"))
    agenda = LinesField(lazy("New items"))
    people = RecordsField(lazy("Whom it expects"))
    others = RecordsField(lazy("Together with"))
    networks = RecordsField(lazy("Networks"))
    audience = ChoiceField(lazy("Who may see the meeting"), of=Audience, default=Audience.PUBLIC)
    state = ChoiceField(
        lazy("State"),
        of=MeetingState,
        among=(MeetingState.SCHEDULED, MeetingState.DRAFT),
        default=MeetingState.SCHEDULED,
    )

    def __init__(self, *, last: Meeting | None, expected: Iterable[int], items: Sequence[LeftItem]) -> None:
        """Begin with what the `last` meeting was like, and with those `expected`: ids of memberships."""
        like_last: dict[str, Any] = {}
        if last is not None:
            like_last = {name: getattr(last, name) for name in LIKE_LAST}
            like_last |= {"networks": last.networks, "others": last.groups[1:]}
        likely = [left.item.id for left in items if left.is_likely]
        super().__init__(**like_last, people=list(expected), items=likely)
        self.items.offer((left.item.id, passage(left.item.title)) for left in items)

    def offer(self, *, members: list[Membership], others: Iterable[Group], networks: Iterable[Network]) -> None:
        """Offer whom and what the meeting may belong to."""
        self.people.offer(people_to_tick(members))
        self.others.offer((group.id, passage(group.name)) for group in others)
        self.networks.offer((network.id, network.name) for network in networks)

    @property
    def plan(self) -> Plan:
        """What was filled in."""
        return cast("Plan", self.values)

    def moment(self, time_zone: str) -> Moment:
        """Return when it is, by the clocks of `time_zone`."""
        return Moment(
            self.starts_on.data,
            None,
            self.date_precision.data,
            self.starts_at_time.data,
            self.ends_at_time.data,
            time_zone,
        )

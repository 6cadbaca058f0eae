"""What a person may write about a group."""

from typing import cast

from lag_tracker.groups.operations import GroupPlace, GroupWords
from lag_tracker.models.group import GroupKind
from lag_tracker.models.traits import Audience
from lag_tracker.web.fields import (
    ChoiceField,
    DayField,
    LineField,
    MailField,
    RecordField,
    RecordsField,
    TextField,
    TickField,
    lazy,
    not_before,
    one_of_two,
)
from lag_tracker.web.forms import RecordForm

NAME_NEEDED = lazy("Enter the name in Latvian or in English.")
DISSOLVED_EARLY = lazy("The group cannot be dissolved before it was formed; check the two days.")


class GroupForm(RecordForm):
    """What a group's managers say about it."""

    name_lv = LineField(lazy("Name in Latvian"), [one_of_two("name_lv", "name_en", NAME_NEEDED)])
    name_en = LineField(lazy("Name in English"))
    kind = ChoiceField(lazy("Kind"), of=GroupKind, default=GroupKind.URBACT_LOCAL_GROUP)
    label_lv = LineField(lazy("The group's own word for its kind, in Latvian"), longest=120)
    label_en = LineField(lazy("The group's own word for its kind, in English"), longest=120)
    summary_lv = TextField(lazy("Summary in Latvian"))
    summary_en = TextField(lazy("Summary in English"))
    tasks_lv = TextField(lazy("Tasks in Latvian"))
    tasks_en = TextField(lazy("Tasks in English"))
    contact_email = MailField(lazy("E-mail address of the office"))
    audience = ChoiceField(lazy("Who sees the group"), of=Audience, default=Audience.PUBLIC)
    takes_public_proposals = TickField(
        lazy("People without an account may propose topics and initiatives"), default=True
    )
    takes_public_comments = TickField(lazy("People without an account may comment"))
    formed_on = DayField(lazy("Formed on"))
    dissolved_on = DayField(lazy("Dissolved on"), [not_before("formed_on", DISSOLVED_EARLY)])
    is_permanent = TickField(lazy("A standing group, without an end"))

    @property
    def group_words(self) -> GroupWords:
        """What was filled in about the group itself."""
        return cast("GroupWords", {name: self.values[name] for name in GroupWords.__annotations__})


class PlacedGroupForm(GroupForm):
    """The same, with what the group belongs to: that touches what is not the group's own, so administrators say it."""

    municipality_id = RecordField(lazy("Municipality"), empty=lazy("None"))
    parent_id = RecordField(lazy("Part of the group"), empty=lazy("None"))
    networks = RecordsField(lazy("Networks"))

    @property
    def group_place(self) -> GroupPlace:
        """What was chosen that the group belongs to."""
        return GroupPlace(
            municipality_id=self.municipality_id.data,
            parent_id=self.parent_id.data,
            network_ids=self.networks.data or [],
        )

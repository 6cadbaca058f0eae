"""What a list for programs can be narrowed to, where it goes on, and the conditions for that.

What is asked for wrongly is refused in words; what is asked for rightly and does not exist gives an empty list.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import ColumnElement, and_, false, or_

from lag_tracker.decisions.queries import decisions_of_groups
from lag_tracker.filters.queries import Choice, Choices, Filters, of_meetings, of_milestones
from lag_tracker.models.group import Group, group_network
from lag_tracker.models.initiative import Initiative, InitiativeState
from lag_tracker.models.meeting import Meeting, MeetingKind
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.topic import Topic

MOST, USUAL = 100, 50
#: No row has a larger number; what is longer could not be looked up.
LARGEST = 999_999_999
_DIGITS = re.compile("[0-9]{1,9}")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _number(typed: Any) -> int:
    """Read a number as it stands in an address: pydantic alone would take "1_0" and " 5 " as well."""
    if isinstance(typed, str) and _DIGITS.fullmatch(typed):
        return int(typed)
    raise PydanticCustomError("number", "a whole number of at most nine digits is wanted, such as 50")


def _day(typed: Any) -> date:
    """Read a day as it stands in an address: pydantic alone would take seconds since 1970 as well."""
    if isinstance(typed, str) and _DAY.fullmatch(typed):
        try:
            return date.fromisoformat(typed)
        except ValueError:
            pass
    raise PydanticCustomError("day", "a day of the calendar is wanted, such as 2026-12-01")


Limit = Annotated[
    int, Field(ge=1, le=MOST, description="How many records to answer at most."), BeforeValidator(_number)
]
After = Annotated[
    int, Field(ge=0, le=LARGEST, description="Where to go on, as `links.next` says it."), BeforeValidator(_number)
]
Day = Annotated[date | None, BeforeValidator(_day)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]+$", min_length=1, max_length=120)]
OfOrganization = Annotated[
    Slug | None, Field(description="Only of this group and the groups that are part of it: the end of its address.")
]
OfBody = Annotated[Slug | None, Field(description="Only of this municipality: the end of its address.")]
OfNetwork = Annotated[Slug | None, Field(description="Only of this network: the end of its address.")]
Since = Annotated[Day, Field(description="Only what is on this day or later.")]
Until = Annotated[Day, Field(description="Only what is on this day or earlier.")]


class Walk(BaseModel):
    """A list that can only be walked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Limit = USUAL
    after: After = 0

    def conditions(self, among: Choices) -> list[ColumnElement[bool]]:  # noqa: ARG002 -- others narrow by them
        """Return the conditions for what was asked for; `among` knows groups, networks and municipalities."""
        return []


class OfOrganizations(Walk):
    """Groups, by municipality and network."""

    body: OfBody = None
    network: OfNetwork = None

    def conditions(self, among: Choices) -> list[ColumnElement[bool]]:
        """Return the conditions for groups."""
        wanted: list[ColumnElement[bool]] = []
        if self.body:
            wanted.append(Group.id.in_(_groups_of(among, self.body)))
        if self.network:
            found = among.find("network", self.network)
            wanted.append(Group.networks.any(group_network.c.network_id == found.id) if found else false())
        return wanted


class OfMeetings(Walk):
    """Meetings, by who holds them, their kind and their day."""

    organization: OfOrganization = None
    body: OfBody = None
    network: OfNetwork = None
    classification: MeetingKind | None = None
    since: Since = None
    until: Until = None

    def conditions(self, among: Choices) -> list[ColumnElement[bool]]:
        """Return the conditions for meetings: the same as for the pages and feeds of what they are narrowed to."""
        chosen = _chosen(among, group=self.organization, network=self.network, municipality=self.body)
        if chosen is None:
            return [false()]
        narrowed = of_meetings(chosen._replace(kind=self.classification), among)
        return [*([] if narrowed is None else [narrowed]), *_days(Meeting, self.since, self.until)]


class OfDecisions(Walk):
    """Decisions, by the group that decided and by the day of the meeting."""

    organization: OfOrganization = None
    since: Since = None
    until: Until = None

    def conditions(self, among: Choices) -> list[ColumnElement[bool]]:
        """Return the conditions for decisions."""
        held = [decisions_of_groups(_groups_under(among, self.organization))] if self.organization else []
        return [*held, *_days(Meeting, self.since, self.until)]


class OfPapers(Walk):
    """Initiatives, by group and state."""

    organization: OfOrganization = None
    state: InitiativeState | None = None

    def conditions(self, among: Choices) -> list[ColumnElement[bool]]:
        """Return the conditions for initiatives."""
        own = [Initiative.group_id.in_(_groups_under(among, self.organization))] if self.organization else []
        return [*own, *([Initiative.state == self.state] if self.state else [])]


class OfTopics(Walk):
    """Topics, by group."""

    organization: OfOrganization = None

    def conditions(self, among: Choices) -> list[ColumnElement[bool]]:
        """Return the conditions for topics."""
        return [Topic.group_id.in_(_groups_under(among, self.organization))] if self.organization else []


class OfMilestones(Walk):
    """Deadlines and phases, by whose they are and by their days."""

    organization: OfOrganization = None
    network: OfNetwork = None
    since: Since = None
    until: Until = None

    def conditions(self, among: Choices) -> list[ColumnElement[bool]]:
        """Return the conditions for milestones."""
        chosen = _chosen(among, group=self.organization, network=self.network)
        if chosen is None:
            return [false()]
        narrowed = of_milestones(chosen, among)
        return [*([] if narrowed is None else [narrowed]), *_days(Milestone, self.since, self.until)]


def _chosen(among: Choices, **slugs: str | None) -> Filters | None:
    """Return what the slugs stand for, None where one of them stands for nothing that everyone may see."""
    found: dict[str, Choice | None] = {sort: among.find(sort, slug) for sort, slug in slugs.items() if slug}
    return None if None in found.values() else Filters(**found)  # type: ignore[arg-type]


def _groups_under(among: Choices, slug: str) -> Sequence[int]:
    found = among.find("group", slug)
    return among.groups_under(found) if found else []


def _groups_of(among: Choices, slug: str) -> Sequence[int]:
    found = among.find("municipality", slug)
    return among.groups_of(found) if found else []


def _days(dated: type[Meeting | Milestone], since: date | None, until: date | None) -> list[ColumnElement[bool]]:
    """Return the conditions that something is on any day from `since` to `until`."""
    wanted: list[ColumnElement[bool]] = []
    if since:
        wanted.append(or_(dated.starts_on >= since, and_(dated.starts_on < since, dated.ends_on >= since)))
    if until:
        wanted.append(dated.starts_on <= until)
    return wanted

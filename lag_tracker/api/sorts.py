"""The sorts of records that programs can ask for: how each is read, told, named in addresses and narrowed down."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, Session

from lag_tracker.api import narrowing, proceedings, queries, records, shapes
from lag_tracker.api.places import Places
from lag_tracker.api.queries import Cut
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network
from lag_tracker.models.topic import Topic
from lag_tracker.sources.queries import citations_of_each


class Told(NamedTuple):
    """A record as programs are told of it, and its row's number, by which a list goes on."""

    number: int
    record: shapes.Shape


class Sort(NamedTuple):
    """A sort of records."""

    shape: type[shapes.Shape]
    given: type[narrowing.Walk]
    #: The column that addresses name a record by.
    name: InstrumentedAttribute[Any]
    read: Callable[[Session, Cut, Places, date], list[Told]]
    #: What lists leave out, though it keeps its address: records that were put away.
    put_away: InstrumentedAttribute[Any] | None = None

    @property
    def listed(self) -> Sequence[ColumnElement[bool]]:
        """The condition for lists."""
        return [] if self.put_away is None else [self.put_away.is_(None)]


def _bodies(session: Session, cut: Cut, places: Places, _today: date) -> list[Told]:
    rows = queries.municipalities(session, cut)
    sources = citations_of_each(session, "municipality", [one.id for one in rows])
    return [Told(one.id, records.body(one, sources.get(one.id, []), places)) for one in rows]


def _networks(session: Session, cut: Cut, places: Places, _today: date) -> list[Told]:
    rows = queries.networks(session, cut)
    sources = citations_of_each(session, "network", [one.id for one in rows])
    return [Told(one.id, records.network(one, sources.get(one.id, []), places)) for one in rows]


def _organizations(session: Session, cut: Cut, places: Places, _today: date) -> list[Told]:
    rows = queries.groups(session, cut)
    sources = citations_of_each(session, "group", [one.id for one, _ in rows])
    return [Told(one.id, records.organization(one, above, sources.get(one.id, []), places)) for one, above in rows]


def _meetings(session: Session, cut: Cut, places: Places, today: date) -> list[Told]:
    parts = queries.meetings(session, cut)
    return [Told(one.id, records.meeting(one, parts, places, today)) for one in parts.meetings]


def _decisions(session: Session, cut: Cut, places: Places, _today: date) -> list[Told]:
    rows = queries.decisions(session, cut)
    sources = citations_of_each(session, "decision", [row.id for row in rows])
    return [Told(row.id, records.decision(row, sources.get(row.id, []), places)) for row in rows]


def _papers(session: Session, cut: Cut, places: Places, _today: date) -> list[Told]:
    parts = queries.papers(session, cut)
    return [Told(one.id, records.paper(one, parts, places)) for one in parts.initiatives]


def _topics(session: Session, cut: Cut, places: Places, _today: date) -> list[Told]:
    return [Told(one.id, records.topic(one, places)) for one in queries.topics(session, cut)]


def _milestones(session: Session, cut: Cut, places: Places, _today: date) -> list[Told]:
    rows = queries.milestones(session, cut)
    sources = citations_of_each(session, "milestone", [one.id for one in rows])
    return [Told(one.id, records.milestone(one, sources.get(one.id, []), places)) for one in rows]


#: By their names in addresses. Municipalities and networks are public as they are; all else is asked of the rule.
SORTS: Final[dict[str, Sort]] = {
    "bodies": Sort(shapes.Body, narrowing.Walk, Municipality.slug, _bodies, Municipality.archived_at),
    "networks": Sort(shapes.Network, narrowing.Walk, Network.slug, _networks, Network.archived_at),
    "organizations": Sort(
        shapes.Organization, narrowing.OfOrganizations, Group.slug, _organizations, Group.archived_at
    ),
    "meetings": Sort(proceedings.Meeting, narrowing.OfMeetings, Meeting.slug, _meetings),
    "decisions": Sort(proceedings.Decision, narrowing.OfDecisions, Decision.id, _decisions),
    "papers": Sort(proceedings.Paper, narrowing.OfPapers, Initiative.slug, _papers, Initiative.archived_at),
    "topics": Sort(proceedings.Topic, narrowing.OfTopics, Topic.slug, _topics, Topic.archived_at),
    "milestones": Sort(proceedings.Milestone, narrowing.OfMilestones, Milestone.id, _milestones),
}


def find_group(session: Session, slug: str) -> Group | None:
    """Return the group at this address, None where the public sees none."""
    found = queries.groups(session, Cut([Group.slug == slug]))
    return found[0][0] if found else None


def members(session: Session, group: Group, cut: Cut, places: Places, today: date) -> list[Told]:
    """Return who belongs to a group today."""
    found = queries.memberships(session, cut._replace(only=[Membership.group_id == group.id, *cut.only]), today=today)
    return [Told(one.membership.id, records.membership(one, group.slug, places)) for one in found]

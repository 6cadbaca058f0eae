"""Questions of programs about the public record. Each list costs a fixed number of statements, however long it is.

Every list is walked by the numbers of its rows: what was recorded later stands later, and nothing stands twice.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Select, case, or_, select, union
from sqlalchemy.orm import Session, joinedload, selectinload

from lag_tracker.actions.queries import ActionRow, actions_at
from lag_tracker.agenda.queries import AgendaRow, SpeakerRow, agendas_of, speakers_at
from lag_tracker.decisions.queries import DecisionRow, decisions_by_number
from lag_tracker.initiatives.queries import changes_of
from lag_tracker.meetings.queries import whole_meetings
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.initiative import Initiative, InitiativeStateChange, initiative_meeting
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network, Partnership
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.person import Person
from lag_tracker.models.topic import Topic
from lag_tracker.models.visibility import (
    PUBLIC,
    named_in_group,
    visible_agenda_items,
    visible_decisions,
    visible_groups,
    visible_initiatives,
    visible_meetings,
    visible_milestones,
    visible_topics,
)
from lag_tracker.sources.queries import CitedSource, citations_of_each
from lag_tracker.topics.queries import Change

#: The sources of records, by their numbers.
Sources: TypeAlias = Mapping[int, list[CitedSource]]
Row = TypeVar("Row")


class Cut(NamedTuple):
    """A stretch of a list: the rows that all of `only` pick, whose number is after one."""

    only: Sequence[ColumnElement[bool]] = ()
    after: int = 0
    limit: int = 1

    def of(self, found: Select[Row], model: Any) -> Select[Row]:
        """Return the statement for this stretch of what `found` finds."""
        return found.where(*self.only, model.id > self.after).order_by(model.id).limit(self.limit)


class MeetingParts(NamedTuple):
    """Meetings, and what stands on their pages, by their numbers; decisions by the slugs of the meetings."""

    meetings: Sequence[Meeting]
    agendas: Mapping[int, list[AgendaRow]]
    speakers: Mapping[int, list[SpeakerRow]]
    actions: Mapping[int, list[ActionRow]]
    decisions: Mapping[str, list[DecisionRow]]
    sources: Sources
    sources_of_decisions: Sources


class PaperParts(NamedTuple):
    """Initiatives, their states by their slugs, by their numbers the slugs of meetings, and the slugs of their kin."""

    initiatives: Sequence[Initiative]
    changes: Mapping[str, list[Change]]
    consultations: Mapping[int, list[str]]
    kin: Mapping[int, str]
    sources: Sources


class MemberPlace(NamedTuple):
    """Who belongs to a group, as far as everyone may know."""

    membership: Membership
    name: str | None
    organisation: Organisation | None
    group_slug: str | None


def municipalities(session: Session, cut: Cut) -> Sequence[Municipality]:
    """Return municipalities and planning regions."""
    return session.scalars(cut.of(select(Municipality), Municipality)).all()


def networks(session: Session, cut: Cut) -> Sequence[Network]:
    """Return networks with their themes and partners."""
    found = select(Network).options(
        joinedload(Network.programme),
        selectinload(Network.themes),
        selectinload(Network.partnerships).joinedload(Partnership.municipality),
    )
    return session.scalars(cut.of(found, Network)).all()


def groups(session: Session, cut: Cut) -> Sequence[tuple[Group, str | None]]:
    """Return groups with their municipality and networks, each with the slug of the group it is part of."""
    found = (
        select(Group)
        .where(visible_groups(PUBLIC))
        .options(joinedload(Group.municipality), joinedload(Group.parent), selectinload(Group.networks))
    )
    rows = session.scalars(cut.of(found, Group)).all()
    above = {group.parent_id for group in rows if group.parent_id}
    seen = select(Group.id, Group.slug).where(Group.id.in_(above), visible_groups(PUBLIC))
    slugs = {row.id: row.slug for row in session.execute(seen)}
    return [(group, slugs.get(group.parent_id or 0)) for group in rows]


def memberships(session: Session, cut: Cut, *, today: date) -> Sequence[MemberPlace]:
    """Return who belongs to groups today: names of those who agreed to it, groups that everyone sees."""
    found = (
        select(Membership, case((named_in_group(PUBLIC), Person.name)), Organisation, Group.slug)
        .outerjoin(Person, Person.id == Membership.person_id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(Group, (Group.id == Membership.member_group_id) & visible_groups(PUBLIC))
        .where(
            or_(Membership.from_on.is_(None), Membership.from_on <= today),
            or_(Membership.until_on.is_(None), Membership.until_on >= today),
        )
    )
    return [MemberPlace(*row) for row in session.execute(cut.of(found, Membership))]


def meetings(session: Session, cut: Cut) -> MeetingParts:
    """Return meetings with all that stands on their pages."""
    found = session.scalars(cut.of(whole_meetings(PUBLIC), Meeting)).all()
    numbers = [meeting.id for meeting in found]
    rows = decisions_by_number(session, viewer=PUBLIC, only=[Decision.meeting_id.in_(numbers)])
    decided: dict[str, list[DecisionRow]] = {}
    for row in rows:
        decided.setdefault(row.meeting_slug, []).append(row)
    return MeetingParts(
        found,
        agendas_of(session, {meeting.id: meeting.starts_at_time for meeting in found}, viewer=PUBLIC),
        speakers_at(session, numbers, viewer=PUBLIC),
        actions_at(session, numbers, viewer=PUBLIC),
        decided,
        citations_of_each(session, "meeting", numbers),
        citations_of_each(session, "decision", [row.id for row in rows]),
    )


def decisions(session: Session, cut: Cut) -> list[DecisionRow]:
    """Return published decisions."""
    return decisions_by_number(session, viewer=PUBLIC, only=cut.only, after=cut.after, limit=cut.limit)


def papers(session: Session, cut: Cut) -> PaperParts:
    """Return initiatives with every state they came to and every meeting that was about them."""
    found = (
        select(Initiative)
        .where(visible_initiatives(PUBLIC))
        .options(
            joinedload(Initiative.group),
            joinedload(Initiative.theme),
            joinedload(Initiative.proposer),
            selectinload(Initiative.topic.and_(visible_topics(PUBLIC))),
        )
    )
    rows = session.scalars(cut.of(found, Initiative)).all()
    numbers = [one.id for one in rows]
    changes: dict[str, list[Change]] = {}
    for change in changes_of(session, viewer=PUBLIC, only=Initiative.id.in_(numbers)):
        changes.setdefault(change.slug, []).append(change)
    sources = citations_of_each(session, "initiative", numbers)
    return PaperParts(rows, changes, _consultations(session, numbers), _kin(session, rows), sources)


def _kin(session: Session, rows: Collection[Initiative]) -> dict[int, str]:
    """Return the slugs of the initiatives that these became part of or were split off from."""
    numbers = {number for one in rows for number in (one.merged_into_id, one.split_from_id) if number}
    found = select(Initiative.id, Initiative.slug).where(Initiative.id.in_(numbers), visible_initiatives(PUBLIC))
    return {row.id: row.slug for row in session.execute(found)}


def _consultations(session: Session, numbers: Collection[int]) -> dict[int, list[str]]:
    """Return the meetings that discussed initiatives, decided on them or changed their states, as their pages do."""
    item, change, link = AgendaItem, InitiativeStateChange, initiative_meeting.c
    ways = union(
        select(item.initiative_id, item.meeting_id).where(
            item.initiative_id.in_(numbers), visible_agenda_items(PUBLIC)
        ),
        select(Decision.initiative_id, Decision.meeting_id).where(
            Decision.initiative_id.in_(numbers), visible_decisions(PUBLIC)
        ),
        select(link.initiative_id, link.meeting_id).where(link.initiative_id.in_(numbers)),
        select(change.initiative_id, change.meeting_id).where(change.initiative_id.in_(numbers)),
    ).subquery()
    found = (
        select(ways.c.initiative_id, Meeting.slug)
        .join(Meeting, Meeting.id == ways.c.meeting_id)
        .where(visible_meetings(PUBLIC))
        .order_by(ways.c.initiative_id, Meeting.starts_on.is_(None), Meeting.starts_on, Meeting.id)
    )
    slugs: dict[int, list[str]] = {}
    for number, slug in session.execute(found):
        slugs.setdefault(number, []).append(slug)
    return slugs


def topics(session: Session, cut: Cut) -> Sequence[Topic]:
    """Return topics with their groups."""
    found = select(Topic).where(visible_topics(PUBLIC)).options(joinedload(Topic.group))
    return session.scalars(cut.of(found, Topic)).all()


def milestones(session: Session, cut: Cut) -> Sequence[Milestone]:
    """Return deadlines and phases with the network or group that they belong to."""
    found = (
        select(Milestone)
        .where(visible_milestones(PUBLIC))
        .options(joinedload(Milestone.network), joinedload(Milestone.group))
    )
    return session.scalars(cut.of(found, Milestone)).all()

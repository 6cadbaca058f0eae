"""Questions that managers ask about their initiatives: what there is to choose, and what hangs on one."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from lag_tracker.models.action import Action
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.comment import Comment
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.initiative import Initiative, InitiativeStateChange, initiative_meeting
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingState
from lag_tracker.models.person import Person
from lag_tracker.models.proposal import Proposal
from lag_tracker.models.theme import Theme
from lag_tracker.models.topic import Topic
from lag_tracker.models.visibility import Viewer, changeable_groups, visible_meetings

#: More meetings or initiatives are not offered to choose from.
MOST_OFFERED = 200
MOST_ARCHIVED = 1000


class Choices(NamedTuple):
    """What an initiative of a group can belong to: what is in use there, and what the initiative already has."""

    themes: Sequence[Theme]
    topics: Sequence[Topic]
    people: Sequence[Person]


class Attached(NamedTuple):
    """What is about an initiative, besides its history: each with its meeting where it has one."""

    agenda_items: Sequence[AgendaItem]
    decisions: Sequence[Decision]
    actions: Sequence[Action]
    meetings: Sequence[Meeting]
    comments: Sequence[Comment]


def archived_initiatives(session: Session, *, viewer: Viewer, only: ColumnElement[bool]) -> Sequence[Initiative]:
    """Return the initiatives that `only` picks, that were put away and that `viewer` may take back, with their groups.

    Those that became part of another are left out: they do not come back by themselves.
    """
    return session.scalars(
        select(Initiative)
        .join(Initiative.group)
        .options(contains_eager(Initiative.group))
        .where(changeable_groups(viewer), only)
        .where(Initiative.archived_at.is_not(None), Initiative.merged_into_id.is_(None))
        .order_by(Initiative.title_sort, Initiative.id)
        .limit(MOST_ARCHIVED)
    ).all()


def changeable_initiative(session: Session, slug: str, *, viewer: Viewer) -> Initiative | None:
    """Return the initiative at this address with its group, history and meetings, if `viewer` may change it."""
    return session.scalars(
        select(Initiative)
        .join(Initiative.group)
        .options(
            contains_eager(Initiative.group),
            joinedload(Initiative.merged_into),
            selectinload(Initiative.history).joinedload(InitiativeStateChange.meeting),
            selectinload(Initiative.meetings),
        )
        .where(Initiative.slug == slug, changeable_groups(viewer))
    ).one_or_none()


def choices_for(session: Session, group: Group, *, today: date, initiative: Initiative | None = None) -> Choices:
    """Return what an initiative of `group` can belong to, in the Latvian alphabet, in three statements."""
    topics = (Topic.group_id == group.id) & Topic.archived_at.is_(None)
    members = select(Membership.person_id).where(
        Membership.group_id == group.id,
        or_(Membership.from_on.is_(None), Membership.from_on <= today),
        or_(Membership.until_on.is_(None), Membership.until_on >= today),
    )
    people = Person.id.in_(members) & Person.archived_at.is_(None) & Person.erased_at.is_(None)
    if initiative is not None:
        topics |= Topic.id == initiative.topic_id
        people |= Person.id == initiative.proposer_id
    return Choices(
        session.scalars(select(Theme).order_by(Theme.name_sort, Theme.id)).all(),
        session.scalars(select(Topic).where(topics).order_by(Topic.title_sort, Topic.id)).all(),
        session.scalars(select(Person).where(people).order_by(Person.name_sort, Person.id)).all(),
    )


def meetings_to_choose(
    session: Session, group_id: int, *, viewer: Viewer, besides: Iterable[int | None] = ()
) -> Sequence[Meeting]:
    """Return the meetings of a group that `viewer` may see, the latest first, and those `besides`, if they may, too.

    Drafts are left out.
    """
    held = select(MeetingGroup.meeting_id).where(MeetingGroup.group_id == group_id)
    wanted = or_(Meeting.id.in_(held) & (Meeting.state != MeetingState.DRAFT), Meeting.id.in_(set(besides) - {None}))
    return session.scalars(
        select(Meeting)
        .where(wanted, visible_meetings(viewer))
        .order_by(Meeting.starts_on.is_(None), Meeting.starts_on.desc(), Meeting.id.desc())
        .limit(MOST_OFFERED)
    ).all()


def others_to_merge_with(session: Session, initiative: Initiative) -> Sequence[Initiative]:
    """Return the initiatives of the same group that go on by themselves, in the Latvian alphabet."""
    return session.scalars(
        select(Initiative)
        .where(Initiative.group_id == initiative.group_id, Initiative.id != initiative.id)
        .where(Initiative.archived_at.is_(None), Initiative.merged_into_id.is_(None))
        .order_by(Initiative.title_sort, Initiative.id)
        .limit(MOST_OFFERED)
    ).all()


def attached_to(session: Session, initiative: Initiative) -> Attached:
    """Return what is about an initiative, in the order of its meetings, in five statements.

    Whoever manages the group may see all of it: the meetings that decided on it are the group's.
    """
    listed = select(initiative_meeting.c.meeting_id).where(initiative_meeting.c.initiative_id == initiative.id)
    return Attached(
        _of_meetings(session, AgendaItem, AgendaItem.initiative_id == initiative.id),
        _of_meetings(session, Decision, Decision.initiative_id == initiative.id),
        _of_meetings(session, Action, Action.initiative_id == initiative.id),
        session.scalars(select(Meeting).where(Meeting.id.in_(listed)).order_by(Meeting.starts_on, Meeting.id)).all(),
        session.scalars(
            select(Comment)
            .where(Comment.initiative_id == initiative.id)
            .options(joinedload(Comment.person))
            .order_by(Comment.id)
        ).all(),
    )


def _of_meetings(session: Session, noun: Any, only: ColumnElement[bool]) -> Sequence[Any]:
    return session.scalars(
        select(noun)
        .join(noun.meeting)
        .options(contains_eager(noun.meeting))
        .where(only)
        .order_by(Meeting.starts_on.is_(None), Meeting.starts_on, noun.id)
    ).all()


def proposals_that_became(session: Session, initiative: Initiative) -> Sequence[Proposal]:
    """Return the proposals that were taken up as an initiative."""
    return session.scalars(select(Proposal).where(Proposal.initiative_id == initiative.id)).all()


def merged_into(session: Session, initiative: Initiative) -> Sequence[Initiative]:
    """Return the initiatives that became part of one."""
    return session.scalars(select(Initiative).where(Initiative.merged_into_id == initiative.id)).all()

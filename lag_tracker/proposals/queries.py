"""Questions about proposals."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload
from sqlalchemy.sql.base import ExecutableOption

from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingState
from lag_tracker.models.proposal import Proposal, ProposalState
from lag_tracker.models.traits import Audience
from lag_tracker.models.visibility import Viewer, changeable_groups, visible_groups, visible_meetings

#: The same words within so many days are the same proposal.
REMEMBERED = timedelta(days=30)
MOST_SHOWN = 200
MOST_ANSWERED = 20
MOST_MEETINGS = 50


def group_to_propose_to(session: Session, slug: str, *, viewer: Viewer) -> Group | None:
    """Return the group at this address, if `viewer` sees it and takes part in it, or may do everything."""
    found = session.scalars(
        select(Group).where(Group.slug == slug, visible_groups(viewer), Group.archived_at.is_(None))
    ).one_or_none()
    return found if found is not None and viewer.takes_part([found.id]) else None


def open_group(session: Session, slug: str) -> Group | None:
    """Return the group at this address, if everybody sees it and it takes proposals from everybody."""
    return session.scalars(
        select(Group).where(
            Group.slug == slug,
            Group.audience == Audience.PUBLIC,
            Group.takes_public_proposals,
            Group.archived_at.is_(None),
        )
    ).one_or_none()


def groups_to_propose_to(session: Session, *, viewer: Viewer) -> Sequence[Group]:
    """Return the groups that take proposals from everybody and those where `viewer` takes part, in the alphabet."""
    is_open = (Group.audience == Audience.PUBLIC) & Group.takes_public_proposals
    wanted = or_(is_open, Group.id.in_(viewer.takes_part_in)) if viewer.takes_part_in else is_open
    return session.scalars(
        select(Group)
        .where(wanted, visible_groups(viewer), Group.archived_at.is_(None))
        .options(joinedload(Group.municipality))
        .order_by(Group.name_sort, Group.id)
        .limit(MOST_SHOWN)
    ).all()


def has_same(
    session: Session, title: str, text: str | None, *, group_id: int, person_id: int | None, now: datetime
) -> bool:
    """Tell whether the same was proposed to a group lately; case makes no difference.

    Only what the same member proposed counts, or, where `person_id` is None, what came without an account: nobody is
    to find out what others proposed by proposing it.
    """
    recent = select(Proposal.text).where(
        Proposal.group_id == group_id,
        Proposal.person_id == person_id,
        func.lower(Proposal.title) == func.lower(title),
        Proposal.created_at > now - REMEMBERED,
    )
    return any(
        (found or "").casefold() == (text or "").casefold() for found in session.scalars(recent.limit(MOST_SHOWN))
    )


def coming_meetings_of(session: Session, group_id: int, *, viewer: Viewer, today: date) -> Sequence[Meeting]:
    """Return the planned meetings of a group whose agenda `viewer` may still propose something for, soonest first."""
    held = select(MeetingGroup.meeting_id).where(MeetingGroup.group_id == group_id)
    is_planned = Meeting.state.in_([MeetingState.SCHEDULED, MeetingState.DRAFT])
    return session.scalars(
        select(Meeting)
        .where(Meeting.id.in_(held), is_planned, visible_meetings(viewer), Meeting.archived_at.is_(None))
        .where(func.coalesce(Meeting.ends_on, Meeting.starts_on, today) >= today)
        .order_by(Meeting.starts_on.is_(None), Meeting.starts_on, Meeting.id)
        .limit(MOST_MEETINGS)
    ).all()


def waiting_proposals(session: Session, *, viewer: Viewer) -> Sequence[Proposal]:
    """Return the proposals that wait for an answer of `viewer`, the oldest first."""
    found = _managed(viewer).where(Proposal.state == ProposalState.WAITING).order_by(Proposal.id)
    return session.scalars(found.limit(MOST_SHOWN)).all()


def answered_proposals(session: Session, *, viewer: Viewer) -> Sequence[Proposal]:
    """Return the proposals that were answered last in the groups that `viewer` manages."""
    found = _managed(viewer).where(Proposal.state != ProposalState.WAITING)
    return session.scalars(found.order_by(Proposal.answered_at.desc(), Proposal.id.desc()).limit(MOST_ANSWERED)).all()


def _managed(viewer: Viewer) -> Select[Proposal]:
    return (
        select(Proposal)
        .join(Proposal.group)
        .where(changeable_groups(viewer))
        .options(contains_eager(Proposal.group), *_named())
    )


def _named() -> list[ExecutableOption]:
    """Return what loads the records that a proposal names."""
    return [
        joinedload(Proposal.meeting),
        joinedload(Proposal.person),
        joinedload(Proposal.initiative),
        joinedload(Proposal.topic),
    ]


def changeable_proposal(session: Session, number: int, *, viewer: Viewer) -> Proposal | None:
    """Return a proposal with its group, meeting and proposer, if `viewer` manages the group."""
    return session.scalars(_managed(viewer).where(Proposal.id == number)).one_or_none()


def proposals_by(session: Session, person_id: int, *, limit: int = MOST_SHOWN) -> Sequence[Proposal]:
    """Return what a person proposed, the newest first, with the group and what it became."""
    return session.scalars(
        select(Proposal)
        .where(Proposal.person_id == person_id)
        .options(joinedload(Proposal.group), *_named())
        .order_by(Proposal.id.desc())
        .limit(limit)
    ).all()

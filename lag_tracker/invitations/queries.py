"""Questions about invitations."""

from datetime import date, datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from lag_tracker.accounts.queries import token_digest
from lag_tracker.models.account import Account, GroupRole
from lag_tracker.models.group import Membership
from lag_tracker.models.invitation import Invitation
from lag_tracker.models.person import Person
from lag_tracker.models.visibility import Viewer, changeable_groups

#: No group has so many members.
MOST = 1000


def people_to_invite(session: Session, group_id: int, *, today: date) -> list[Person]:
    """Return the members of a group who have no role in it yet, by surname in the Latvian alphabet."""
    has_one = exists(
        select(1)
        .select_from(Account)
        .join(GroupRole, GroupRole.account_id == Account.id)
        .where(Account.person_id == Person.id, GroupRole.group_id == group_id)
        .correlate(Person)
    )
    belongs = select(Membership.person_id).where(
        Membership.group_id == group_id, or_(Membership.until_on.is_(None), Membership.until_on >= today)
    )
    return list(
        session.scalars(
            select(Person)
            .where(Person.id.in_(belongs), Person.erased_at.is_(None), Person.archived_at.is_(None), ~has_one)
            .order_by(Person.name_sort, Person.id)
            .limit(MOST)
        )
    )


def waiting_invitations(session: Session, group_id: int | None) -> list[Invitation]:
    """Return the invitations to a group that were neither accepted nor withdrawn, the newest first.

    None stands for those of administrators.
    """
    return list(
        session.scalars(
            select(Invitation)
            .where(
                Invitation.group_id == group_id if group_id is not None else Invitation.is_for_administrator,
                Invitation.accepted_at.is_(None),
                Invitation.withdrawn_at.is_(None),
            )
            .options(joinedload(Invitation.person))
            .order_by(Invitation.created_at.desc(), Invitation.id.desc())
            .limit(MOST)
        )
    )


def find_invitation(session: Session, token: str, *, now: datetime) -> Invitation | None:
    """Return the invitation behind a link, if it still works, with its group and who invited."""
    found = session.scalars(
        select(Invitation)
        .where(Invitation.token_hash == token_digest(token))
        .options(
            joinedload(Invitation.group),
            joinedload(Invitation.person),
            joinedload(Invitation.invited_by).joinedload(Account.person),
        )
    ).one_or_none()
    return found if found is not None and found.is_open(now) else None


def changeable_invitation(session: Session, number: int, *, viewer: Viewer) -> Invitation | None:
    """Return a waiting invitation with its group and person, if `viewer` manages the group."""
    return session.scalars(
        select(Invitation)
        .join(Invitation.group)
        .options(contains_eager(Invitation.group), joinedload(Invitation.person))
        .where(
            Invitation.id == number,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            changeable_groups(viewer),
        )
    ).one_or_none()


def find_open_invitation(session: Session, *, group_id: int, email: str, now: datetime) -> Invitation | None:
    """Return an invitation of this address to this group whose link still works."""
    return session.scalars(
        select(Invitation).where(
            Invitation.group_id == group_id,
            Invitation.email == email,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            Invitation.expires_at > now,
        )
    ).first()


def has_role(session: Session, *, group_id: int, email: str) -> bool:
    """Tell whether the account with this address has a role in the group."""
    return (
        session.scalar(
            select(GroupRole.account_id)
            .join(GroupRole.account)
            .where(GroupRole.group_id == group_id, Account.email == email)
        )
        is not None
    )


def invitations_of(session: Session, email: str, *, now: datetime) -> list[Invitation]:
    """Return the invitations of an address whose links still work, the oldest first."""
    return list(
        session.scalars(
            select(Invitation)
            .where(
                Invitation.email == email,
                Invitation.accepted_at.is_(None),
                Invitation.withdrawn_at.is_(None),
                Invitation.expires_at > now,
            )
            .order_by(Invitation.id)
        )
    )

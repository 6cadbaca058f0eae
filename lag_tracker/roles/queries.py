"""Questions about roles."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from lag_tracker.models.account import Account, GroupRole, Role
from lag_tracker.models.person import Person

MOST = 1000


def roles_of(session: Session, group_id: int) -> list[GroupRole]:
    """Return who has which role in a group, managers first, then by surname, in one statement."""
    found = session.scalars(
        select(GroupRole)
        .join(GroupRole.account)
        .outerjoin(Account.person)
        .options(contains_eager(GroupRole.account).contains_eager(Account.person))
        .where(GroupRole.group_id == group_id)
        .order_by(Person.name_sort, Account.email)
        .limit(MOST)
    )
    order = list(Role)
    return sorted(found, key=lambda one: order.index(one.role))


def role_in_group(session: Session, *, group_id: int, account_id: int) -> GroupRole | None:
    """Return the role of an account in a group, with the account and its person."""
    return session.scalars(
        select(GroupRole)
        .where(GroupRole.group_id == group_id, GroupRole.account_id == account_id)
        .options(joinedload(GroupRole.account).joinedload(Account.person))
    ).one_or_none()


def other_managers(session: Session, role: GroupRole) -> int:
    """Return how many managers the group has who can sign in, besides the one who has this role."""
    return (
        session.scalar(
            select(func.count())
            .select_from(GroupRole)
            .join(GroupRole.account)
            .where(
                GroupRole.group_id == role.group_id,
                GroupRole.account_id != role.account_id,
                GroupRole.role == Role.MANAGER,
                Account.active,
            )
        )
        or 0
    )

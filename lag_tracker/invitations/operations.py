"""What happens to invitations."""

import secrets
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lag_tracker.accounts.operations import make_account
from lag_tracker.accounts.queries import find_account, normal_address, token_digest
from lag_tracker.audit.operations import act_as, note_taken_up
from lag_tracker.errors import RuleBroken
from lag_tracker.invitations.queries import find_open_invitation, has_role
from lag_tracker.models.account import Account, GroupRole, Role
from lag_tracker.models.group import Group, Membership, Tier
from lag_tracker.models.invitation import Invitation
from lag_tracker.models.person import Person

#: An invitation is good for so long.
LASTS = timedelta(days=7)
#: Address of an invitation that whoever started the server is going to fill in.
UNKNOWN = ""


def invite(
    group: Group,
    *,
    session: Session,
    email: str,
    person: Person,
    role: Role,
    invited_by: Account | None,
    now: datetime,
) -> tuple[Invitation, str]:
    """Invite a person on record to a role in a group; return the invitation and the secret part of its link.

    Raises RuleBroken for somebody who has a role in the group, or waits with an invitation to it.
    """
    address = normal_address(email)
    if has_role(session, group_id=group.id, email=address):
        raise RuleBroken(gettext("This person has a role in the group already. Change it in the list."))
    if find_open_invitation(session, group_id=group.id, email=address, now=now):
        raise RuleBroken(gettext("This person is invited already. The list can send the invitation again."))
    token = secrets.token_urlsafe(32)
    found = Invitation(
        token_hash=token_digest(token),
        email=address,
        language=person.language,
        person=person,
        group_id=group.id,
        role=role,
        invited_by=invited_by,
        created_at=now,
        expires_at=now + LASTS,
    )
    session.add(found)
    return found, token


def invite_first_administrator(session: Session, *, now: datetime) -> str:
    """Invite whoever started the server, and return the secret part of the link; the page behind it asks who it is."""
    token = secrets.token_urlsafe(32)
    session.add(
        Invitation(
            token_hash=token_digest(token),
            email=UNKNOWN,
            is_for_administrator=True,
            created_at=now,
            expires_at=now + LASTS,
        )
    )
    return token


def note_address(person: Person, email: str, *, is_changeable: bool) -> None:
    """Write down the address of a member who has none yet, before it is invited.

    Raises RuleBroken where another group has the person, too: whoever reads that address would become them there.
    """
    if not is_changeable:
        raise RuleBroken(
            gettext("Another group has this person, too, so only an administrator can write down their address."),
            about="email",
        )
    person.email = email


def add_newcomer(group: Group, *, session: Session, name: str, email: str, language: str, role: Role) -> Person:
    """Put somebody on record as a member of a group, so that they can be invited."""
    person = Person(name=name, email=email, language=language)
    tier = Tier.OBSERVER if role is Role.OBSERVER else Tier.WIDER
    session.add_all([person, Membership(group_id=group.id, person=person, tier=tier)])
    return person


def send_again(invitation: Invitation, *, now: datetime) -> str:
    """Give an invitation a new link, good for as long as a new one; the link sent before works no more."""
    token = secrets.token_urlsafe(32)
    invitation.token_hash = token_digest(token)
    invitation.expires_at = now + LASTS
    return token


def withdraw(invitation: Invitation, *, now: datetime) -> None:
    """Make an invitation worthless."""
    invitation.withdrawn_at = now


def use_invitation(session: Session, token: str, *, now: datetime) -> Invitation | None:
    """Use an invitation up; None when it was used, withdrawn or has expired.

    One statement decides, so that of two clicks at once only one counts.
    """
    return session.scalars(
        update(Invitation)
        .where(
            Invitation.token_hash == token_digest(token),
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            Invitation.expires_at > now,
        )
        .values(accepted_at=now)
        .returning(Invitation)
    ).one_or_none()


def note_use(invitation: Invitation, *, session: Session) -> None:
    """Have it written down that an invitation was used: the statement that decided it is seen by nobody else."""
    note_taken_up(session, invitation, accepted_at=invitation.accepted_at)


def take_up(invitation: Invitation, *, session: Session, now: datetime) -> tuple[Account, bool]:
    """Give the invited their role, and an account if they have none; return it, and whether it is new.

    Raises RuleBroken when their account is closed.
    """
    found = find_account(session, invitation.email)
    if found is not None and not found.active:
        raise RuleBroken(gettext("This account is closed. Ask the administrator of the site."))
    account = found or make_account(invitation.email, session=session, language=invitation.language, now=now)
    session.flush()
    # Whoever holds the link is the account now, and takes the role themselves.
    act_as(session, account.id)
    if invitation.person_id is not None:
        _join_person(account, invitation, session=session, now=now)
    if invitation.is_for_administrator:
        account.is_administrator = True
    if invitation.group_id is not None and invitation.role is not None:
        _give_role(session, account_id=account.id, group_id=invitation.group_id, role=invitation.role)
    return account, found is None


def _give_role(session: Session, *, account_id: int, group_id: int, role: Role) -> None:
    """Give a role; who has a higher one keeps it."""
    order = list(Role)
    present = session.get(GroupRole, (account_id, group_id))
    if present is None:
        session.add(GroupRole(account_id=account_id, group_id=group_id, role=role))
    elif order.index(role) < order.index(present.role):
        present.role = role


def _join_person(account: Account, invitation: Invitation, *, session: Session, now: datetime) -> None:
    """Say which person on record the account is; somebody on record twice goes on as the one they were before."""
    taken = session.scalar(select(Account.id).where(Account.person_id == invitation.person_id))
    if account.person_id is None and taken is None:
        account.person_id = invitation.person_id
    elif account.person_id is not None and account.person_id != invitation.person_id and taken is None:
        _take_over(account.person_id, invitation, session=session, now=now)


def _take_over(person_id: int, invitation: Invitation, *, session: Session, now: datetime) -> None:
    """Hand the membership of a person who was entered once more for the invitation to the person they are."""
    theirs = session.scalars(select(Membership).where(Membership.person_id == invitation.person_id)).all()
    in_group = [one for one in theirs if one.group_id == invitation.group_id]
    is_member = session.scalar(
        select(Membership.id).where(Membership.person_id == person_id, Membership.group_id == invitation.group_id)
    )
    for one in in_group if is_member is None else []:
        one.person_id = person_id
    if len(in_group) == len(theirs):
        session.get_one(Person, invitation.person_id).archived_at = now

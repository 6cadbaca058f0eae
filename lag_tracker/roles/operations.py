"""What happens to roles."""

from flask_babel import gettext
from sqlalchemy import update
from sqlalchemy.orm import Session

from lag_tracker.errors import RuleBroken
from lag_tracker.models.account import GroupRole, Role
from lag_tracker.models.visibility import Viewer
from lag_tracker.roles.queries import other_managers


def change_role(role: GroupRole, *, to: Role, session: Session, viewer: Viewer) -> None:
    """Let somebody do more or less in a group from now on.

    Raises RuleBroken when the group would be left without a manager, unless an administrator does it.
    """
    if to is not Role.MANAGER:
        _keep_a_manager(role, session=session, viewer=viewer)
    role.role = to


def end_role(role: GroupRole, *, session: Session, viewer: Viewer) -> None:
    """Take somebody's role in a group from them; what it opened is closed at their next click.

    Raises RuleBroken when the group would be left without a manager, unless an administrator does it.
    """
    _keep_a_manager(role, session=session, viewer=viewer)
    session.delete(role)


def _keep_a_manager(role: GroupRole, *, session: Session, viewer: Viewer) -> None:
    if role.role is not Role.MANAGER or viewer.is_administrator:
        return
    # Two managers who remove each other take turns here: whoever comes later sees what the first one did.
    session.execute(
        update(GroupRole).where(GroupRole.group_id == role.group_id).values(given_at=GroupRole.given_at),
        execution_options={"synchronize_session": False},
    )
    if other_managers(session, role) == 0:
        raise RuleBroken(gettext("The group would be left without a manager. Make somebody else its manager first."))

"""The manager's desk."""

from functools import partial

from flask import Blueprint, render_template

from lag_tracker.database import db
from lag_tracker.desk.queries import coming_meetings, due_actions, unfinished_meetings, waiting
from lag_tracker.groups.queries import managed_groups
from lag_tracker.models.action import ActionState
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.forms import Button
from lag_tracker.web.routes import page

blueprint = Blueprint("desk", __name__)


@page(blueprint, lv="/galds", en="/desk", access=Access.MANAGER)
def show() -> str:
    """Show what needs the reader today, and what can be begun for each of their groups."""
    session, day = db.session(), today()
    return render_template(
        "desk/show.html",
        coming=coming_meetings(session, viewer=viewer(), today=day),
        unfinished=unfinished_meetings(session, viewer=viewer(), today=day),
        actions=due_actions(session, viewer=viewer(), today=day),
        waiting=waiting(session, viewer=viewer()),
        groups=managed_groups(session, viewer=viewer()),
        make_button=partial(Button, is_fresh=True),
        done_state=ActionState.DONE,
    )

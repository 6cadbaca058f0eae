"""The manager's desk."""

from flask import Blueprint, render_template

from lag_tracker.database import db
from lag_tracker.groups.queries import managed_groups
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.routes import page

blueprint = Blueprint("desk", __name__)


@page(blueprint, lv="/galds", en="/desk", access=Access.MANAGER)
def show() -> str:
    """Show the groups that the reader manages, and what can be done for each."""
    return render_template("desk/show.html", groups=managed_groups(db.session(), viewer=viewer()))

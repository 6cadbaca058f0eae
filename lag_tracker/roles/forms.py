"""What a manager fills in to change what somebody may do."""

from lag_tracker.models.account import Role
from lag_tracker.web.fields import ChoiceField, lazy
from lag_tracker.web.forms import Form


class RoleForm(Form):
    """A role."""

    role = ChoiceField(lazy("What they may do"), of=Role)

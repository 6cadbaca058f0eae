"""The form that narrows a list; its values stand in the address."""

from collections.abc import Mapping

from flask import abort, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import AnyOf, Length, Optional

from lag_tracker.filters.queries import Choice, Choices, Filters
from lag_tracker.models.group import GroupKind
from lag_tracker.models.meeting import MeetingKind

LONGEST_SLUG = 120


class FilterForm(FlaskForm):
    """Group, network and municipality by their slugs, and kinds. It changes nothing and needs no token."""

    class Meta:
        csrf = False

    group = StringField(validators=[Length(max=LONGEST_SLUG)])
    network = StringField(validators=[Length(max=LONGEST_SLUG)])
    municipality = StringField(validators=[Length(max=LONGEST_SLUG)])
    kind = StringField(validators=[Optional(), AnyOf([kind.value for kind in MeetingKind])])
    group_kind = StringField(validators=[Optional(), AnyOf([kind.value for kind in GroupKind])])


def filters_from_address(among: Choices) -> Filters:
    """Return what the address narrows the list to; answer 404 to a choice that does not exist."""
    return filters_of(request.args, among)


def filters_of(chosen: Mapping[str, str], among: Choices) -> Filters:
    """Return what slugs by their sorts narrow a list to; answer 404 to a choice that does not exist."""
    if not chosen.keys() & set(Filters._fields):
        return Filters()
    form = FilterForm(formdata=MultiDict(chosen))  # type: ignore[no-untyped-call]
    if not form.validate():
        abort(404)
    kind = MeetingKind(form.kind.data) if form.kind.data else None
    return Filters(
        _choice(among, "group", form.group.data),
        _choice(among, "network", form.network.data),
        _choice(among, "municipality", form.municipality.data),
        kind,
        GroupKind(form.group_kind.data) if form.group_kind.data else None,
    )


def _choice(among: Choices, sort: str, slug: str | None) -> Choice | None:
    if not slug:
        return None
    return among.find(sort, slug) or abort(404)

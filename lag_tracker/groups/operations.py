"""What happens to groups."""

from datetime import date, datetime
from typing import TypedDict

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from lag_tracker.errors import RuleBroken
from lag_tracker.groups.queries import group_and_descendants, has_meetings
from lag_tracker.models.group import Group, GroupKind
from lag_tracker.models.network import Network
from lag_tracker.models.traits import Audience
from lag_tracker.slugs import free_slug


class GroupWords(TypedDict):
    """What a person writes about a group."""

    name_lv: str | None
    name_en: str | None
    kind: GroupKind
    label_lv: str | None
    label_en: str | None
    summary_lv: str | None
    summary_en: str | None
    tasks_lv: str | None
    tasks_en: str | None
    contact_email: str | None
    audience: Audience
    takes_public_proposals: bool
    takes_public_comments: bool
    formed_on: date | None
    dissolved_on: date | None
    is_permanent: bool


class GroupPlace(TypedDict):
    """What a group belongs to."""

    municipality_id: int | None
    parent_id: int | None
    network_ids: list[int]


def found_group(session: Session, *, words: GroupWords, place: GroupPlace) -> Group:
    """Put a new group on record."""
    slug = free_slug(session, Group, words["name_lv"], words["name_en"])
    group = Group(slug=slug, **words)
    _place(group, session=session, place=place)
    session.add(group)
    return group


def change_group(group: Group, *, session: Session, words: GroupWords, place: GroupPlace | None = None) -> None:
    """Write down what a group is and, when `place` is given, what it belongs to; needs its networks loaded."""
    if place and place["parent_id"] in group_and_descendants(session, group.id):
        raise RuleBroken(gettext("A group cannot be part of itself or of a group that is part of it."))
    for name, value in words.items():
        setattr(group, name, value)
    if place:
        _place(group, session=session, place=place)
        # Networks stand in a table of their own, so without this a change of them alone would raise no revision. The
        # slug never changes, and no record of changes speaks of it.
        flag_modified(group, "slug")


def _place(group: Group, *, session: Session, place: GroupPlace) -> None:
    group.municipality_id, group.parent_id = place["municipality_id"], place["parent_id"]
    group.networks = list(session.scalars(select(Network).where(Network.id.in_(place["network_ids"]))))


def put_group_away(group: Group, *, now: datetime) -> None:
    """Take a group out of lists and forms; its page, its meetings and its calendar stay."""
    group.archived_at = now


def take_group_back(group: Group) -> None:
    """Put an archived group into the lists again."""
    group.archived_at = None


def erase_group(group: Group, *, session: Session) -> None:
    """Delete a group that never met, with its members, topics, initiatives and milestones."""
    if has_meetings(session, group.id):
        raise RuleBroken(
            gettext("The group has meetings on record, so it cannot be erased. Archive it: then its past stays.")
        )
    session.delete(group)

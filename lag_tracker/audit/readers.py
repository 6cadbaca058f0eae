"""Whose managers may read what happens to a record: the groups that it concerns."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, insert, select, union
from sqlalchemy.orm import InstrumentedAttribute

from lag_tracker.models.attendance import Attendance
from lag_tracker.models.audit import AuditEntry, audit_group
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import MeetingGroup
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.person import Person
from lag_tracker.models.source import Citation

Column = InstrumentedAttribute[Any]


#: (column, id) -> the groups of the record that it refers to.
Known = dict[tuple[str, int], set[int]]


def groups_concerned(
    connection: Connection, noun: str, values: Mapping[str, Any], known: Known | None = None
) -> set[int]:
    """Return the groups whose managers may read what happened to a row of the table `noun`, which is as `values`.

    What is asked for many rows is kept in `known`, because most refer to the same records.
    """
    if noun == "group":
        return {values["id"]}
    found, known = {values.get("group_id")}, {} if known is None else known
    for column, of_groups in _WAYS.items():
        if values.get(column) and noun != "account":
            reference = (column, values[column])
            if reference not in known:
                known[reference] = set(connection.scalars(of_groups(values[column])))
            found |= known[reference]
    if noun in _OWN_WAYS:
        pairs = _OWN_WAYS[noun].subquery()
        found.update(connection.scalars(select(pairs.c.group_id).where(pairs.c.record_id == values["id"])))
    return {group for group in found if group is not None}


def are_found_later(noun: str) -> bool:
    """Tell whether it takes other records to say which groups a record of this table concerns."""
    return noun in _OWN_WAYS


def let_read(connection: Connection, entries: Mapping[str, set[int]]) -> None:
    """Let the managers of groups read entries, table -> their ids, whose records concern groups by now."""
    for noun, numbers in entries.items():
        pairs = _OWN_WAYS[noun].subquery()
        read_already = select(1).where(
            audit_group.c.audit_entry_id == AuditEntry.id, audit_group.c.group_id == pairs.c.group_id
        )
        readers = (
            select(AuditEntry.id, pairs.c.group_id)
            .join(pairs, pairs.c.record_id == AuditEntry.record_id)
            .where(AuditEntry.id.in_(numbers), AuditEntry.noun == noun, ~read_already.exists())
            .distinct()
        )
        connection.execute(insert(audit_group).from_select(["audit_entry_id", "group_id"], readers))


def still_there(connection: Connection, groups: set[int]) -> set[int]:
    """Return those of `groups` that are still on record."""
    return set(connection.scalars(select(Group.id).where(Group.id.in_(groups)))) if groups else set()


def _of_meeting(number: int) -> Select[Any]:
    return select(MeetingGroup.group_id).where(MeetingGroup.meeting_id == number)


def _of_initiative(number: int) -> Select[Any]:
    return select(Initiative.group_id).where(Initiative.id == number)


def _of_decision(number: int) -> Select[Any]:
    met = MeetingGroup.meeting_id == Decision.meeting_id
    return select(MeetingGroup.group_id).join(Decision, met).where(Decision.id == number)


def _of_milestone(number: int) -> Select[Any]:
    return select(Milestone.group_id).where(Milestone.id == number)


#: Column that refers to a record -> how to find its groups.
_WAYS = {
    "decision_id": _of_decision,
    "initiative_id": _of_initiative,
    "meeting_id": _of_meeting,
    "milestone_id": _of_milestone,
}


def _pairs(record: Column, group: Column) -> Select[Any]:
    return select(record.label("record_id"), group.label("group_id")).where(record.is_not(None), group.is_not(None))


_CITED = _pairs(Citation.source_id, MeetingGroup.group_id)
#: Table -> the pairs of its rows and the groups that they concern.
_OWN_WAYS: dict[str, Any] = {
    "meeting": _pairs(MeetingGroup.meeting_id, MeetingGroup.group_id),
    "organisation": union(
        _pairs(Membership.organisation_id, Membership.group_id),
        _pairs(Person.organisation_id, Membership.group_id).join(Membership, Membership.person_id == Person.id),
        _pairs(Attendance.organisation_id, MeetingGroup.group_id).join(
            MeetingGroup, MeetingGroup.meeting_id == Attendance.meeting_id
        ),
    ),
    "person": _pairs(Membership.person_id, Membership.group_id),
    "source": union(
        _pairs(Citation.source_id, Citation.group_id),
        _CITED.join(MeetingGroup, MeetingGroup.meeting_id == Citation.meeting_id),
        _CITED.join(Decision, Decision.id == Citation.decision_id).join(
            MeetingGroup, MeetingGroup.meeting_id == Decision.meeting_id
        ),
        _pairs(Citation.source_id, Initiative.group_id).join(Initiative, Initiative.id == Citation.initiative_id),
        _pairs(Citation.source_id, Milestone.group_id).join(Milestone, Milestone.id == Citation.milestone_id),
    ),
}

"""Lists of people as files, for those who may read who they are; that one was taken is written down."""

from flask import abort

from lag_tracker.attendance.managed import attendance_by_name
from lag_tracker.audit.operations import note_export
from lag_tracker.database import db
from lag_tracker.exports.columns import Listing
from lag_tracker.exports.contacts import (
    attendance_table,
    members_table,
    organisations_table,
    people_table,
    proposals_table,
    roles_table,
)
from lag_tracker.exports.views import blueprint, listing
from lag_tracker.groups.queries import changeable_group
from lag_tracker.meetings.managed import changeable_meeting
from lag_tracker.members.queries import by_office, group_of_members, memberships_in
from lag_tracker.organisations.queries import organisations
from lag_tracker.people.queries import matching, people, telling_contacts
from lag_tracker.people.views import sought_in_address
from lag_tracker.proposals.queries import answered_proposals, waiting_proposals
from lag_tracker.roles.queries import roles_of
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.clock import today

__all__ = ["blueprint"]


@listing(lv="/grupas/<group>/dalibnieki", en="/groups/<group>/members", access=Access.MEMBER)
def member_list(group: str) -> Listing:
    """Who belongs to a group, with addresses and numbers for its managers; that it was taken is written down."""
    session = db.session()
    owner = group_of_members(session, group, viewer=viewer()) or abort(404)
    note_export(session, noun="group", record_id=owner.id, groups=[owner.id])
    members = by_office(memberships_in(session, owner.id))
    telling = None
    if viewer().may_manage([owner.id]):
        telling = telling_contacts(session, [one.person_id for one in members], viewer=viewer())
    found = members_table(owner, members, telling=telling)
    session.commit()
    return found


@listing(lv="/personas", en="/people", access=Access.MANAGER)
def people_list() -> Listing:
    """The people of the reader's groups, or those who bear the sought words; that they were taken is written down."""
    session = db.session()
    rows = matching(people(session, viewer=viewer(), today=today()), sought_in_address())
    # Guests belong to no group; every group that the reader manages learns of the list.
    for group in sorted({group.id for row in rows for group in row.groups} | (viewer().manages if rows else set())):
        note_export(session, noun="group", record_id=group, groups=[group])
    found = people_table(rows)
    session.commit()
    return found


@listing(lv="/organizacijas", en="/organisations", access=Access.MANAGER)
def organisation_list() -> Listing:
    """The organisations that members may represent."""
    return organisations_table(organisations(db.session(), viewer=viewer(), today=today()))


@listing(lv="/sanaksmes/<slug>/klatesosie", en="/meetings/<slug>/attendance", access=Access.MANAGER)
def attendance_list(slug: str) -> Listing:
    """Who was invited to a meeting, what they answered, and who came; that it was taken is written down."""
    session = db.session()
    meeting = changeable_meeting(session, slug, viewer=viewer()) or abort(404)
    groups = [link.group_id for link in meeting.meeting_groups]
    note_export(session, noun="meeting", record_id=meeting.id, groups=groups)
    found = attendance_table(meeting, attendance_by_name(session, meeting.id))
    session.commit()
    return found


@listing(lv="/grupas/<group>/lomas", en="/groups/<group>/roles", access=Access.MANAGER)
def role_list(group: str) -> Listing:
    """Who may do what in a group; that it was taken is written down."""
    session = db.session()
    owner = changeable_group(session, group, viewer=viewer()) or abort(404)
    note_export(session, noun="group", record_id=owner.id, groups=[owner.id])
    found = roles_table(owner, roles_of(session, owner.id))
    session.commit()
    return found


@listing(lv="/galds/priekslikumi", en="/desk/proposals", access=Access.MANAGER)
def proposal_list() -> Listing:
    """The proposals that wait and those answered lately; that they were taken is written down."""
    session = db.session()
    rows = [*waiting_proposals(session, viewer=viewer()), *answered_proposals(session, viewer=viewer())]
    for group in sorted({row.group_id for row in rows}):
        note_export(session, noun="group", record_id=group, groups=[group])
    found = proposals_table(rows)
    session.commit()
    return found

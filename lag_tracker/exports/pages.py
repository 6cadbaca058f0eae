"""Lists of people as files, for those who may read who they are; that one was taken is written down."""

from collections.abc import Iterable

from flask import abort

from lag_tracker.accounts.directory import narrowed as narrowed_accounts
from lag_tracker.attendance.managed import attendance_by_name
from lag_tracker.audit.operations import note_export
from lag_tracker.comments.queries import waiting_comments
from lag_tracker.database import db
from lag_tracker.exports.columns import Listing
from lag_tracker.exports.contacts import (
    accounts_table,
    attendance_table,
    comments_table,
    letters_table,
    members_table,
    organisations_table,
    people_table,
    proposals_table,
    roles_table,
)
from lag_tracker.exports.views import blueprint, listing
from lag_tracker.groups.queries import changeable_group
from lag_tracker.invitations.queries import waiting_invitations
from lag_tracker.letters.queries import failed_letters
from lag_tracker.meetings.managed import changeable_meeting
from lag_tracker.members.queries import by_office, group_of_members
from lag_tracker.members.views import narrowed as narrowed_members
from lag_tracker.models.comment import Comment
from lag_tracker.organisations.views import narrowed as narrowed_organisations
from lag_tracker.people.queries import telling_contacts
from lag_tracker.people.views import narrowed as narrowed_people
from lag_tracker.proposals.queries import answered_proposals, proposals_by, waiting_proposals
from lag_tracker.roles.queries import roles_of
from lag_tracker.web.access import Access, signed_in_account, viewer

__all__ = ["blueprint"]


@listing(lv="/grupas/<group>/dalibnieki", en="/groups/<group>/members", access=Access.MEMBER)
def member_list(group: str) -> Listing:
    """Who belongs to a group, with addresses and numbers for its managers; that it was taken is written down."""
    session = db.session()
    owner = group_of_members(session, group, viewer=viewer()) or abort(404)
    note_export(session, listed="members", noun="group", record_id=owner.id, groups=[owner.id])
    members = by_office(narrowed_members(owner).left)
    telling = None
    if viewer().may_manage([owner.id]):
        telling = telling_contacts(session, [one.person_id for one in members], viewer=viewer())
    return members_table(owner, members, telling=telling)


@listing(lv="/personas", en="/people", access=Access.MANAGER)
def people_list() -> Listing:
    """The people of the reader's groups whom the address asks for; that they were taken is written down."""
    rows, _ = narrowed_people()
    # Guests belong to no group; every group that the reader manages learns of the list.
    _note_for("people", {group.id for row in rows for group in row.groups} | (viewer().manages if rows else set()))
    return people_table(rows)


@listing(lv="/organizacijas", en="/organisations", access=Access.MANAGER)
def organisation_list() -> Listing:
    """The organisations that members may represent, or those of a sector or name."""
    return organisations_table(narrowed_organisations()[0])


@listing(lv="/sanaksmes/<slug>/klatesosie", en="/meetings/<slug>/attendance", access=Access.MANAGER)
def attendance_list(slug: str) -> Listing:
    """Who was invited to a meeting, what they answered, and who came; that it was taken is written down."""
    session = db.session()
    meeting = changeable_meeting(session, slug, viewer=viewer()) or abort(404)
    groups = [link.group_id for link in meeting.meeting_groups]
    note_export(session, listed="attendance", noun="meeting", record_id=meeting.id, groups=groups)
    return attendance_table(meeting, attendance_by_name(session, meeting.id))


@listing(lv="/grupas/<group>/lomas", en="/groups/<group>/roles", access=Access.MANAGER)
def role_list(group: str) -> Listing:
    """Who may do what in a group, and who is invited; that it was taken is written down."""
    session = db.session()
    owner = changeable_group(session, group, viewer=viewer()) or abort(404)
    note_export(session, listed="roles", noun="group", record_id=owner.id, groups=[owner.id])
    return roles_table(owner, roles_of(session, owner.id), waiting_invitations(session, owner.id))


@listing(lv="/galds/priekslikumi", en="/desk/proposals", access=Access.MANAGER)
def proposal_list() -> Listing:
    """The proposals that wait and those answered lately; that they were taken is written down."""
    session = db.session()
    rows = [*waiting_proposals(session, viewer=viewer()), *answered_proposals(session, viewer=viewer())]
    _note_for("proposals", {row.group_id for row in rows})
    return proposals_table(rows)


def _note_for(listed: str, groups: Iterable[int]) -> None:
    """Write down for the managers of each group that a list with people's words or addresses was taken."""
    for group in sorted(groups):
        note_export(db.session(), listed=listed, noun="group", record_id=group, groups=[group])


def _note_for_administrators(listed: str) -> None:
    """Write down that a list was taken which is of no group, at the account of who took it."""
    note_export(db.session(), listed=listed, noun="account", record_id=signed_in_account().id, groups=[])


@listing(lv="/mana-lapa/priekslikumi", en="/my-page/proposals", access=Access.ACCOUNT)
def own_proposal_list() -> Listing:
    """What the reader proposed, and what was answered."""
    account = signed_in_account()
    return proposals_table(proposals_by(db.session(), account.person_id) if account.person_id else [])


@listing(lv="/galds/komentari", en="/desk/comments", access=Access.MANAGER)
def comment_list() -> Listing:
    """The comments that wait for the reader; that they were taken is written down."""
    rows = waiting_comments(db.session(), viewer=viewer())
    _note_for("comments", {group for row in rows for group in _groups_of(row)})
    return comments_table(rows)


def _groups_of(comment: Comment) -> list[int]:
    if comment.meeting:
        return [link.group_id for link in comment.meeting.meeting_groups]
    return [comment.initiative.group_id] if comment.initiative else []


@listing(lv="/vestules", en="/letters", access=Access.MANAGER)
def failed_letter_list() -> Listing:
    """The letters that could not be sent and that the reader answers for; that they were taken is written down."""
    letters = failed_letters(db.session(), viewer=viewer())
    _note_for("letters", {letter.group_id for letter in letters if letter.group_id})
    if any(letter.group_id is None for letter in letters):
        _note_for_administrators("letters")
    return letters_table(letters)


@listing(lv="/konti", en="/accounts", access=Access.ADMINISTRATOR)
def account_list() -> Listing:
    """The accounts that the address asks for; that they were taken is written down with the taker's own."""
    _note_for_administrators("accounts")
    return accounts_table(narrowed_accounts()[0])

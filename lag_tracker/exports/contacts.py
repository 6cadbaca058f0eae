"""Tables of people and of whom they represent; who may read them is asked before they are made."""

from collections.abc import Callable, Iterable

from flask_babel import gettext

from lag_tracker.exports.columns import Listing, joined, label_of, listed, title_of, words
from lag_tracker.models.account import GroupRole
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.person import Person
from lag_tracker.models.proposal import Proposal
from lag_tracker.organisations.queries import OrganisationRow
from lag_tracker.people.queries import PersonRow
from lag_tracker.sheets import Cell
from lag_tracker.web.clock import clock_time
from lag_tracker.web.formatting import phone_number, plain


def members_table(group: Group, memberships: Iterable[Membership], *, telling: set[int] | None) -> Listing:
    """Who belongs or belonged to a group, under the heads that a file to import has.

    `telling` are the people whose contacts the reader may know; without it there are no columns for them.
    """

    def reached(one: Membership) -> Person | None:
        return one.person if one.person and telling and one.person.id in telling else None

    contacts: dict[str, Callable[[Membership], Cell]] = {
        gettext("Position"): lambda one: words(one.person.position) if one.person else None,
        gettext("E-mail address"): lambda one: person.email if (person := reached(one)) else None,
        gettext("Phone number"): lambda one: phone_number(person.phone) or None if (person := reached(one)) else None,
    }
    return listed(
        gettext("Members of %(group)s", group=plain(group.name)),
        memberships,
        {
            gettext("Name and surname"): lambda one: one.person.name if one.person else None,
            gettext("Organisation"): lambda one: _organisation(one.organisation),
            gettext("Sector"): lambda one: label_of(one.organisation.sector) if one.organisation else None,
            **(contacts if telling is not None else {}),
            gettext("Place in the group"): lambda one: label_of(one.tier),
            gettext("Office"): lambda one: label_of(one.role),
            gettext("Member since"): lambda one: one.from_on,
            gettext("Member until"): lambda one: one.until_on,
            gettext("Group as a member"): lambda one: words(one.member_group.name) if one.member_group else None,
            gettext("Stands in for"): lambda one: words(one.substitute_for.member_name) if one.substitute_for else None,
        },
    )


def _organisation(organisation: Organisation | None) -> Cell:
    return words(organisation.name) if organisation else None


def attendance_table(meeting: Meeting, rows: Iterable[Attendance]) -> Listing:
    """Who was invited to a meeting, what they answered, and whether they came."""
    title = title_of(meeting.title, meeting.kind, meeting.ordinal)
    return listed(
        gettext("Who came: %(meeting)s", meeting=title),
        rows,
        {
            gettext("Name and surname"): _attendant,
            gettext("Organisation"): lambda row: _organisation(row.organisation),
            gettext("Sector"): lambda row: label_of(row.organisation.sector) if row.organisation else None,
            gettext("Guest"): lambda row: gettext("yes") if row.is_guest else gettext("no"),
            gettext("Answer"): lambda row: label_of(row.reply),
            gettext("Answered at"): lambda row: clock_time(row.replied_at) if row.replied_at else None,
            gettext("Attendance"): lambda row: label_of(row.presence),
        },
    )


def _attendant(row: Attendance) -> Cell:
    """Return a name; of those whose names are kept no more, a word about that."""
    if row.person is None:
        return gettext("name no longer kept") if row.is_nameless else None
    return row.person.name


def roles_table(group: Group, roles: Iterable[GroupRole]) -> Listing:
    """Who may do what in a group, and since when."""
    return listed(
        gettext("Roles in %(group)s", group=plain(group.name)),
        roles,
        {
            gettext("Name and surname"): lambda one: one.account.person.name if one.account.person else None,
            gettext("E-mail address"): lambda one: one.account.email,
            gettext("Role"): lambda one: label_of(one.role),
            gettext("Since"): lambda one: clock_time(one.given_at),
            gettext("Account"): lambda one: gettext("open") if one.account.active else gettext("closed"),
        },
    )


def proposals_table(rows: Iterable[Proposal]) -> Listing:
    """Proposals with who made them and what was answered."""
    return listed(
        gettext("Proposals"),
        rows,
        {
            gettext("Proposal"): lambda row: row.title,
            gettext("Text"): lambda row: row.text,
            gettext("Kind"): lambda row: label_of(row.kind),
            gettext("Group"): lambda row: plain(row.group.name),
            gettext("Proposed by"): lambda row: row.person.name if row.person else row.proposer_name,
            gettext("Received at"): lambda row: clock_time(row.created_at),
            gettext("State"): lambda row: label_of(row.state),
            gettext("Answer"): lambda row: row.answer,
            gettext("Answered at"): lambda row: clock_time(row.answered_at) if row.answered_at else None,
        },
    )


def people_table(rows: Iterable[PersonRow]) -> Listing:
    """People, with contacts as far as the reader may know them."""
    return listed(
        gettext("People"),
        rows,
        {
            gettext("Name and surname"): lambda row: row.person.name,
            gettext("Organisation"): lambda row: _organisation(row.person.organisation),
            gettext("Position"): lambda row: words(row.person.position),
            gettext("E-mail address"): lambda row: row.email,
            gettext("Phone number"): lambda row: phone_number(row.phone) or None,
            gettext("Language of letters"): lambda row: (
                gettext("Latvian") if row.person.language == "lv" else gettext("English")
            ),
            gettext("Groups"): lambda row: joined(plain(group.name) for group in row.groups),
        },
    )


def organisations_table(rows: Iterable[OrganisationRow]) -> Listing:
    """Organisations with how many represent them today."""
    return listed(
        gettext("Organisations"),
        rows,
        {
            gettext("Name in Latvian"): lambda row: row.organisation.name_lv,
            gettext("Name in English"): lambda row: row.organisation.name_en,
            gettext("Sector"): lambda row: label_of(row.organisation.sector),
            gettext("Website"): lambda row: row.organisation.website,
            gettext("Members today"): lambda row: row.members,
        },
    )

"""Tables of people and of whom they represent; who may read them is asked before they are made."""

from collections.abc import Callable, Iterable

from flask_babel import gettext

from lag_tracker.accounts.queries import AccountRow
from lag_tracker.exports.columns import Listing, joined, label_of, listed, title_of, words
from lag_tracker.models.account import GroupRole
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.comment import Comment
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.invitation import Invitation
from lag_tracker.models.letter import Letter
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


def roles_table(group: Group, roles: Iterable[GroupRole], invitations: Iterable[Invitation]) -> Listing:
    """Who may do what in a group, and since when; and who is invited to it and has no role yet."""

    def account(one: GroupRole | Invitation) -> Cell:
        if isinstance(one, Invitation):
            return gettext("invited")
        return gettext("open") if one.account.active else gettext("closed")

    def person(one: GroupRole | Invitation) -> Person | None:
        return one.person if isinstance(one, Invitation) else one.account.person

    entitled: list[GroupRole | Invitation] = [*invitations, *roles]
    return listed(
        gettext("Roles in %(group)s", group=plain(group.name)),
        entitled,
        {
            gettext("Name and surname"): lambda one: found.name if (found := person(one)) else None,
            gettext("E-mail address"): lambda one: one.email if isinstance(one, Invitation) else one.account.email,
            gettext("Role"): lambda one: label_of(one.role),
            gettext("Since"): lambda one: None if isinstance(one, Invitation) else clock_time(one.given_at),
            gettext("Account"): account,
            gettext("Invitation works until"): lambda one: (
                clock_time(one.expires_at) if isinstance(one, Invitation) else None
            ),
        },
    )


def accounts_table(rows: Iterable[AccountRow]) -> Listing:
    """Accounts: whose they are, what they may do, and when they signed in last."""
    return listed(
        gettext("Accounts"),
        rows,
        {
            gettext("Name and surname"): lambda row: row.account.person.name if row.account.person else None,
            gettext("E-mail address"): lambda row: row.account.email,
            gettext("Administrator"): lambda row: gettext("yes") if row.account.is_administrator else gettext("no"),
            gettext("Roles in groups"): lambda row: row.roles,
            gettext("Account"): lambda row: gettext("open") if row.account.active else gettext("closed"),
            gettext("Signed in last"): lambda row: clock_time(row.signed_in_at) if row.signed_in_at else None,
        },
    )


def letters_table(letters: Iterable[Letter]) -> Listing:
    """Letters that could not be sent, and why; what they say is no one's but the receiver's."""
    return listed(
        gettext("Letters that were not sent"),
        letters,
        {
            gettext("Letter"): lambda one: one.subject,
            gettext("Name and surname"): lambda one: one.person.name if one.person else None,
            gettext("E-mail address"): lambda one: one.to_email,
            gettext("Group"): lambda one: words(one.group.name) if one.group else None,
            gettext("Written at"): lambda one: clock_time(one.created_at),
            gettext("The mail server's answer"): lambda one: one.last_error,
        },
    )


def comments_table(rows: Iterable[Comment]) -> Listing:
    """Comments that wait for somebody to read them first, with the records they are on."""

    def about(row: Comment) -> Cell:
        if row.meeting:
            return title_of(row.meeting.title, row.meeting.kind, row.meeting.ordinal)
        return words(row.initiative.title) if row.initiative else None

    return listed(
        gettext("Comments waiting"),
        rows,
        {
            gettext("Received at"): lambda row: clock_time(row.created_at),
            gettext("Said by"): lambda row: row.author_name,
            gettext("Text"): lambda row: row.text,
            gettext("About"): about,
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

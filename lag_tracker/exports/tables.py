"""What each list holds as a table: its columns in the language being read, its rows as its page has them."""

from collections.abc import Callable, Iterable, Sequence

from flask import url_for
from flask_babel import gettext

from lag_tracker.actions.queries import ListedAction
from lag_tracker.decisions.queries import DecisionRow
from lag_tracker.exports.columns import Listing, day_cell, inferred, joined, label_of, listed, words
from lag_tracker.initiatives.queries import InitiativeRow
from lag_tracker.labels import meeting_title
from lag_tracker.latvian import sort_key
from lag_tracker.meetings.rows import MeetingRow
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import MeetingKind
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network
from lag_tracker.models.organisation import Organisation
from lag_tracker.networks.queries import partners
from lag_tracker.organisations.queries import OrganisationRow
from lag_tracker.people.queries import PersonRow
from lag_tracker.sheets import Cell
from lag_tracker.topics.queries import TopicRow
from lag_tracker.web.formatting import phone_number, plain, starting_capital
from lag_tracker.web.language import reading_language


def _title(title: Bilingual, kind: MeetingKind, ordinal: int | None) -> str:
    return meeting_title(title, kind, ordinal, reading_language()).words


def _page(endpoint: str, slug: str) -> str:
    return url_for(endpoint, slug=slug, _external=True)


def groups_table(groups: Sequence[Group]) -> Listing:
    """Groups; the one that a group is part of is named where it is listed, too."""
    names = {group.id: group.name for group in groups}
    return listed(
        gettext("Groups"),
        groups,
        {
            gettext("Group"): lambda group: plain(group.name),
            gettext("Kind"): lambda group: label_of(group.kind),
            gettext("Municipality"): lambda group: words(group.municipality.name if group.municipality else None),
            gettext("Part of the group"): lambda group: words(names.get(group.parent_id or 0)),
            gettext("Formed on"): lambda group: group.formed_on,
            gettext("Dissolved on"): lambda group: group.dissolved_on,
            gettext("E-mail address of the office"): lambda group: group.contact_email,
            gettext("Page"): lambda group: _page("groups.show", group.slug),
        },
    )


def members_table(group: Group, memberships: Iterable[Membership], *, with_contacts: bool) -> Listing:
    """Who belongs or belonged to a group, under the heads that a file to import has."""
    contacts: dict[str, Callable[[Membership], Cell]] = {
        gettext("Position"): lambda one: words(one.person.position) if one.person else None,
        gettext("E-mail address"): lambda one: one.person.email if one.person else None,
        gettext("Phone number"): lambda one: phone_number(one.person.phone) or None if one.person else None,
    }
    return listed(
        gettext("Members of %(group)s", group=plain(group.name)),
        memberships,
        {
            gettext("Name and surname"): lambda one: one.person.name if one.person else None,
            gettext("Organisation"): lambda one: _organisation(one.organisation),
            gettext("Sector"): lambda one: label_of(one.organisation.sector) if one.organisation else None,
            **(contacts if with_contacts else {}),
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


def people_table(rows: Iterable[PersonRow]) -> Listing:
    """People, for those who may read all of it."""
    return listed(
        gettext("People"),
        rows,
        {
            gettext("Name and surname"): lambda row: row.person.name,
            gettext("Organisation"): lambda row: _organisation(row.person.organisation),
            gettext("Position"): lambda row: words(row.person.position),
            gettext("E-mail address"): lambda row: row.person.email,
            gettext("Phone number"): lambda row: phone_number(row.person.phone) or None,
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


def meetings_table(rows: Iterable[MeetingRow]) -> Listing:
    """Meetings, a time only where one is known."""
    return listed(
        gettext("Meetings"),
        rows,
        {
            gettext("Date"): lambda row: day_cell(row.starts_on, row.precision),
            gettext("Last day"): lambda row: row.ends_on,
            gettext("Begins at"): lambda row: row.starts_at_time,
            gettext("Ends at"): lambda row: row.ends_at_time,
            gettext("How well the date is known"): lambda row: inferred(row.certainty),
            gettext("Meeting"): lambda row: _title(row.title, row.kind, row.ordinal),
            gettext("Kind"): lambda row: label_of(row.kind),
            gettext("State"): lambda row: label_of(row.state),
            gettext("Groups"): lambda row: joined(plain(group.name) for group in row.groups),
            gettext("Networks"): lambda row: joined(row.networks),
            gettext("How it is held"): lambda row: label_of(row.mode),
            gettext("Place"): lambda row: words(Bilingual(row.place_lv, row.place_en)),
            gettext("Page"): lambda row: _page("meetings.show", row.slug),
        },
    )


def topics_table(rows: Iterable[TopicRow]) -> Listing:
    """Topics with how often they were discussed."""
    return listed(
        gettext("Topics"),
        rows,
        {
            gettext("Topic"): lambda row: plain(row.topic.title),
            gettext("Group"): lambda row: plain(row.topic.group.name),
            gettext("State"): lambda row: label_of(row.topic.state),
            gettext("Summary"): lambda row: words(row.topic.summary),
            gettext("Meetings so far"): lambda row: row.times,
            gettext("Last discussed"): lambda row: row.last_on,
            gettext("Next on an agenda"): lambda row: row.next_on,
            gettext("Page"): lambda row: _page("topics.show", row.topic.slug),
        },
    )


def initiatives_table(rows: Iterable[InitiativeRow]) -> Listing:
    """Initiatives, and since when they are in their state."""
    return listed(
        gettext("Initiatives"),
        rows,
        {
            gettext("Initiative"): lambda row: plain(row.title),
            gettext("State"): lambda row: label_of(row.state),
            gettext("Since"): lambda row: day_cell(row.changed_on, row.precision),
            gettext("Reason"): lambda row: words(row.reason),
            gettext("Theme"): lambda row: words(row.theme),
            gettext("Group"): lambda row: plain(row.group_name),
            gettext("Page"): lambda row: _page("initiatives.show", row.slug),
        },
    )


def decisions_table(rows: Iterable[DecisionRow]) -> Listing:
    """Decisions with the meetings that took them."""
    return listed(
        gettext("Decisions"),
        rows,
        {
            gettext("Number"): lambda row: row.number,
            gettext("Decision"): lambda row: plain(row.text),
            gettext("Date"): lambda row: day_cell(row.starts_on, row.precision),
            gettext("How well the date is known"): lambda row: inferred(row.certainty),
            gettext("Group"): lambda row: words(row.group_name),
            gettext("Meeting"): lambda row: _title(row.meeting_title, row.meeting_kind, row.meeting_ordinal),
            gettext("How it was decided"): lambda row: label_of(row.method),
            gettext("Votes for"): lambda row: row.votes_for,
            gettext("Votes against"): lambda row: row.votes_against,
            gettext("Abstained"): lambda row: row.votes_abstained,
            gettext("Public since"): lambda row: row.published_on or gettext("not public yet"),
            gettext("Initiative"): lambda row: words(row.initiative_title),
            gettext("Topic"): lambda row: words(row.topic_title),
            gettext("Page"): lambda row: _page("meetings.show", row.meeting_slug),
        },
    )


def actions_table(rows: Iterable[ListedAction]) -> Listing:
    """Actions with the meetings that gave them out."""
    return listed(
        gettext("Actions"),
        rows,
        {
            gettext("Action"): lambda row: plain(row.action.text),
            gettext("Who"): lambda row: row.action.responsible,
            gettext("By when"): lambda row: row.action.due_on,
            gettext("State"): lambda row: label_of(row.action.state),
            gettext("Meeting"): lambda row: _title(row.meeting_title, row.meeting_kind, row.meeting_ordinal),
            gettext("Date"): lambda row: day_cell(row.starts_on, row.precision),
            gettext("Page"): lambda row: _page("meetings.show", row.meeting_slug),
        },
    )


def networks_table(networks: Iterable[Network]) -> Listing:
    """Networks with their partners, each partner with its role."""
    return listed(
        gettext("Networks"),
        networks,
        {
            gettext("Network"): lambda network: network.name,
            gettext("Official name"): lambda network: network.official_name,
            gettext("Programme"): lambda network: network.programme.name if network.programme else None,
            gettext("Kind"): lambda network: label_of(network.kind),
            gettext("Themes"): lambda network: joined(plain(theme.name) for theme in network.themes),
            gettext("Partners"): lambda network: joined(
                f"{plain(part.municipality.name)} ({label_of(part.role)})" for part in partners(network)
            ),
            gettext("Approved on"): lambda network: network.approved_on,
            gettext("Starts on"): lambda network: network.starts_on,
            gettext("Ends on"): lambda network: network.ends_on,
            gettext("Page"): lambda network: _page("networks.show", network.slug),
        },
    )


def municipalities_table(municipalities: Iterable[Municipality], country_name: Callable[[str], str]) -> Listing:
    """Municipalities with the networks and groups that they have."""
    return listed(
        gettext("Municipalities"),
        municipalities,
        {
            gettext("Municipality"): lambda one: plain(one.name),
            gettext("Kind"): lambda one: label_of(one.kind),
            gettext("Country"): lambda one: starting_capital(country_name(one.country)),
            gettext("Networks"): lambda one: joined(
                sorted((part.network.name for part in one.partnerships), key=sort_key)
            ),
            gettext("Groups"): lambda one: joined(sorted((plain(group.name) for group in one.groups), key=sort_key)),
            gettext("Page"): lambda one: _page("municipalities.show", one.slug),
        },
    )

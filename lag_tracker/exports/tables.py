"""What each list holds as a table: its columns in the language being read, its rows as its page has them."""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any
from urllib.parse import urljoin

from flask import url_for
from flask_babel import gettext

from lag_tracker.actions.queries import ListedAction
from lag_tracker.audit.words import ShownChange
from lag_tracker.decisions.queries import DecisionRow
from lag_tracker.exports.columns import Listing, day_cell, inferred, joined, label_of, listed, page_of, title_of, words
from lag_tracker.initiatives.queries import InitiativeRow
from lag_tracker.labels import decision_number
from lag_tracker.latvian import sort_key
from lag_tracker.meetings.rows import MeetingRow
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network
from lag_tracker.models.traits import Audience
from lag_tracker.networks.queries import partners
from lag_tracker.search.queries import FoundRow
from lag_tracker.sheets import Cell
from lag_tracker.sources.queries import SourceRow
from lag_tracker.themes.queries import ThemeRow
from lag_tracker.topics.queries import TopicRow
from lag_tracker.web.clock import clock_time
from lag_tracker.web.formatting import plain, starting_capital


def groups_table(groups: Sequence[Group], *, among: Iterable[Group]) -> Listing:
    """Groups; the one that a group is part of is named where it is among those that the reader sees."""
    names = {group.id: group.name for group in among}
    return listed(
        gettext("Groups"),
        groups,
        {
            gettext("Group"): lambda group: plain(group.name),
            gettext("Kind"): lambda group: label_of(group.kind),
            gettext("The group's own word for it"): lambda group: words(group.label),
            gettext("Municipality"): lambda group: words(group.municipality.name if group.municipality else None),
            gettext("Part of the group"): lambda group: words(names.get(group.parent_id or 0)),
            gettext("Formed on"): lambda group: group.formed_on,
            gettext("Dissolved on"): lambda group: group.dissolved_on,
            gettext("E-mail address of the office"): lambda group: group.contact_email,
            gettext("Page"): lambda group: page_of("groups.show", group.slug),
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
            gettext("Meeting"): lambda row: title_of(row.title, row.kind, row.ordinal),
            gettext("Kind"): lambda row: label_of(row.kind),
            gettext("State"): lambda row: label_of(row.state),
            gettext("Groups"): lambda row: joined(plain(group.name) for group in row.groups),
            gettext("Networks"): lambda row: joined(row.networks),
            gettext("How it is held"): lambda row: label_of(row.mode),
            gettext("Place"): lambda row: words(Bilingual(row.place_lv, row.place_en)),
            gettext("Page"): lambda row: page_of("meetings.show", row.slug),
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
            gettext("Page"): lambda row: page_of("topics.show", row.topic.slug),
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
            gettext("Page"): lambda row: page_of("initiatives.show", row.slug),
        },
    )


def decisions_table(rows: Iterable[DecisionRow]) -> Listing:
    """Decisions with the meetings that took them."""
    return listed(
        gettext("Decisions"),
        rows,
        {
            gettext("Number"): _number_of,
            gettext("Decision"): lambda row: plain(row.text),
            gettext("Date"): lambda row: day_cell(row.starts_on, row.precision),
            gettext("How well the date is known"): lambda row: inferred(row.certainty),
            gettext("Group"): lambda row: words(row.group_name),
            gettext("Meeting"): lambda row: title_of(row.meeting_title, row.meeting_kind, row.meeting_ordinal),
            gettext("How it was decided"): lambda row: label_of(row.method),
            gettext("Votes for"): lambda row: row.votes_for,
            gettext("Votes against"): lambda row: row.votes_against,
            gettext("Abstained"): lambda row: row.votes_abstained,
            gettext("Public since"): lambda row: row.published_on or gettext("not public yet"),
            gettext("Initiative"): lambda row: words(row.initiative_title),
            gettext("Topic"): lambda row: words(row.topic_title),
            gettext("Page"): lambda row: page_of("meetings.show", row.meeting_slug),
        },
    )


def _number_of(row: DecisionRow) -> str:
    """Return the number as it is written on paper: a bare "3/2020" would be taken for March by a spreadsheet."""
    return gettext("No. %(number)s", number=decision_number(row.number, row.starts_on)) if row.number else ""


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
            gettext("Who may see it"): lambda row: (
                label_of(row.action.audience) if row.action.is_published else gettext("not public yet")
            ),
            gettext("Meeting"): lambda row: title_of(row.meeting_title, row.meeting_kind, row.meeting_ordinal),
            gettext("Date"): lambda row: day_cell(row.starts_on, row.precision),
            gettext("Page"): lambda row: page_of("meetings.show", row.meeting_slug),
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
            gettext("Page"): lambda network: page_of("networks.show", network.slug),
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
            gettext("Page"): lambda one: page_of("municipalities.show", one.slug),
        },
    )


def milestones_table(milestones: Iterable[Milestone]) -> Listing:
    """Deadlines and phases, as finely as they are known."""
    return listed(
        gettext("Deadlines and phases"),
        milestones,
        {
            gettext("Title"): lambda one: plain(one.title),
            gettext("Kind"): lambda one: label_of(one.kind),
            gettext("Starts on"): lambda one: day_cell(one.starts_on, one.date_precision),
            gettext("Ends on"): lambda one: day_cell(one.ends_on, one.date_precision),
            gettext("How well the date is known"): lambda one: inferred(one.date_certainty),
            gettext("Whom it binds"): lambda one: words(one.applies_to),
            gettext("Summary"): lambda one: words(one.summary),
        },
    )


def sources_table(rows: Iterable[SourceRow]) -> Listing:
    """Sources, and for how many facts each is cited."""
    return listed(
        gettext("Sources"),
        rows,
        {
            gettext("Publisher"): lambda row: row.source.publisher,
            gettext("Department"): lambda row: row.source.department,
            gettext("Title"): lambda row: plain(row.source.title),
            gettext("Published on"): lambda row: row.source.published_on,
            gettext("Edited on"): lambda row: row.source.edited_on,
            gettext("Address on the web"): lambda row: row.source.url,
            gettext("Cited"): lambda row: row.citations,
        },
    )


def themes_table(rows: Iterable[ThemeRow]) -> Listing:
    """Themes, and how many networks and initiatives have each."""
    return listed(
        gettext("Themes"),
        rows,
        {
            gettext("Name in Latvian"): lambda row: row.theme.name_lv,
            gettext("Name in English"): lambda row: row.theme.name_en,
            gettext("Networks"): lambda row: row.networks,
            gettext("Initiatives"): lambda row: row.initiatives,
        },
    )


def results_table(rows: Iterable[FoundRow], *, address_of: Callable[[FoundRow], str], most: int) -> Listing:
    """Results of a search; where some are not for everyone, each says for whom it is."""
    found = list(rows)
    columns: dict[str, Callable[[FoundRow], Cell]] = {
        gettext("Kind"): lambda row: label_of(row.subject),
        gettext("Title"): lambda row: words(row.title),
        gettext("Date"): lambda row: day_cell(row.day, row.precision),
        gettext("Page"): lambda row: urljoin(url_for("overview.start", _external=True), address_of(row)),
    }
    if any(row.audience is not Audience.PUBLIC for row in found):
        columns[gettext("Who may see it")] = lambda row: label_of(row.audience)
    return listed(gettext("Search results"), found, columns, most=most)


def changes_table(rows: Iterable[dict[str, Any]]) -> Listing:
    """Who changed what and when; values about people are not written down."""
    return listed(
        gettext("Changes"),
        rows,
        {
            gettext("When"): lambda row: clock_time(row["entry"].done_at),
            gettext("Who"): itemgetter("who"),
            gettext("Record"): lambda row: starting_capital(row["noun"]),
            gettext("Name"): _name_of_record,
            gettext("What was done"): lambda row: label_of(row["entry"].deed),
            gettext("Changes"): lambda row: "; ".join(map(_change, row["changes"])) or None,
        },
    )


def _name_of_record(row: dict[str, Any]) -> str | None:
    """Return what the record is called that a change is about; None where it is about several."""
    if row["name"]:
        return str(row["name"].words)
    return f"#{row['entry'].record_id}" if row["entry"].is_of_one else None


def _change(change: ShownChange) -> str:
    if change.before is None or change.after is None:
        return change.column
    before, after = (joined(part.words for part in parts) or "–" for parts in (change.before, change.after))
    return f"{change.column}: {before} → {after}"

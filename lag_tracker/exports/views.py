"""Lists as files, CSV and XLSX: the rows of a page, chosen by the same address and the same rights."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from flask import Blueprint, Response, abort, request
from flask_babel import gettext
from sqlalchemy import true

from lag_tracker.actions.queries import listed_actions
from lag_tracker.audit.views import changes_left, rows_in_words, rows_of_record
from lag_tracker.audit.views import narrowed as narrowed_changes
from lag_tracker.calendars.pages import check_year
from lag_tracker.calendars.pages import narrowed as narrowed_calendar
from lag_tracker.database import db
from lag_tracker.decisions.queries import latest_decisions
from lag_tracker.decisions.views import narrowed as narrowed_decisions
from lag_tracker.errors import TooManyTries
from lag_tracker.exports.columns import MOST_ROWS, Listing
from lag_tracker.exports.tables import (
    actions_table,
    changes_table,
    decisions_table,
    groups_table,
    initiatives_table,
    meetings_table,
    milestones_table,
    municipalities_table,
    networks_table,
    results_table,
    sources_table,
    themes_table,
    topics_table,
)
from lag_tracker.groups.queries import find_group
from lag_tracker.groups.views import narrowed as narrowed_groups
from lag_tracker.initiatives.queries import initiatives
from lag_tracker.initiatives.views import choices, order_in_address
from lag_tracker.meetings.queries import (
    chosen_meetings,
    meetings_between,
    past_meetings,
    undated_meetings,
    upcoming_meetings,
)
from lag_tracker.meetings.rows import MeetingRow
from lag_tracker.members.queries import group_of_members
from lag_tracker.milestones.queries import milestones_of
from lag_tracker.municipalities.views import country_name
from lag_tracker.municipalities.views import narrowed as narrowed_municipalities
from lag_tracker.networks.queries import find_network
from lag_tracker.networks.views import narrowed as narrowed_networks
from lag_tracker.search.views import address_of, found_for, typed_in_address
from lag_tracker.sheets import as_file
from lag_tracker.slugs import as_slug
from lag_tracker.sources.views import narrowed as narrowed_sources
from lag_tracker.themes.queries import themes
from lag_tracker.topics.views import narrowed as narrowed_topics
from lag_tracker.web.access import Access, current_account, viewer
from lag_tracker.web.clock import today
from lag_tracker.web.files import attachment
from lag_tracker.web.language import reading_language
from lag_tracker.web.limits import FILES, clock_of, count_reader, too_many_page
from lag_tracker.web.routes import page

blueprint = Blueprint("exports", __name__)
#: One more is asked for, so that the file can say that it does not hold everything.
ASKED = MOST_ROWS + 1
#: Results beyond these are found by better words.
MOST_FOUND = 500
#: A year, or a month of it.
_SPAN = re.compile("([12][0-9]{3})(?:-(0[1-9]|1[0-2]))?")


def listing(
    *, lv: str, en: str, access: Access = Access.PUBLIC
) -> Callable[[Callable[..., Listing]], Callable[..., Listing]]:
    """Declare the address of a list as a file, such as /grupas.csv and /grupas.xlsx beside the page /grupas."""

    def declare(view: Callable[..., Listing]) -> Callable[..., Listing]:
        @wraps(view)
        def answer(ending: str, **values: Any) -> Response:
            try:
                count_reader(FILES)
            except TooManyTries as refusal:
                return too_many_page(refusal, _too_many_words(refusal))
            found = view(**values)
            # Whose names and addresses were taken is written down with the list.
            db.session.commit()
            content = as_file(ending, *found, lang=reading_language()) or abort(404)
            response = attachment(content, name=as_slug(found.title), ending=ending)
            response.vary.add("Cookie")
            response.headers["X-Robots-Tag"] = "noindex"
            return response

        endings = ".<any(csv, xlsx):ending>"
        page(blueprint, lv=f"{lv}{endings}", en=f"{en}{endings}", access=access)(answer)
        return view

    return declare


def _too_many_words(refusal: TooManyTries) -> str:
    if current_account():
        return gettext(
            "You saved many lists in a short time. The next one can be saved after %(time)s.", time=clock_of(refusal)
        )
    return gettext(
        "Many lists were saved from your network in a short time. The next one can be saved after %(time)s.",
        time=clock_of(refusal),
    )


@listing(lv="/grupas", en="/groups")
def group_list() -> Listing:
    """The groups of a kind, municipality, network or name."""
    found = narrowed_groups()
    return groups_table(found.left, among=found.everything)


@listing(lv="/grupas/<group>/uzdevumi", en="/groups/<group>/actions", access=Access.MEMBER)
def action_list(group: str) -> Listing:
    """What was to be done in a group, by whom and by when."""
    owner = group_of_members(db.session(), group, viewer=viewer()) or abort(404)
    return actions_table(listed_actions(db.session(), viewer=viewer(), groups=[owner.id], limit=ASKED))


@listing(lv="/kalendars", en="/calendar")
def meeting_list() -> Listing:
    """The meetings: all, those to come or those that were, or those of a year or month."""
    return meetings_table(_meetings())


def _meetings() -> list[MeetingRow]:
    session, only = db.session(), narrowed_calendar().meetings
    span, which = _span_in_address(), request.args.get("when") or "all"
    if span:
        return meetings_between(session, viewer=viewer(), first=span[0], last=span[1], limit=ASKED, only=only)
    if which == "upcoming":
        return upcoming_meetings(session, viewer=viewer(), today=today(), limit=ASKED, only=only)
    if which == "past":
        past = past_meetings(session, viewer=viewer(), today=today(), limit=ASKED, only=only)
        return past + undated_meetings(session, viewer=viewer(), limit=ASKED - len(past), only=only)
    if which != "all":
        abort(404)
    return chosen_meetings(session, viewer=viewer(), only=true() if only is None else only, limit=ASKED)


def _span_in_address() -> tuple[date, date] | None:
    """Return the first and last day of the year or month in the address; answer 404 to what is neither."""
    typed = request.args.get("during")
    if not typed:
        return None
    found = _SPAN.fullmatch(typed) or abort(404)
    year, month = int(found[1]), int(found[2] or 0)
    check_year(year)
    last = month or 12
    return date(year, month or 1, 1), date(year, last, monthrange(year, last)[1])


@listing(lv="/meklet", en="/search")
def search_list() -> Listing:
    """What was found, from the first result on."""
    typed, is_good = typed_in_address()
    found = found_for(typed, limit=MOST_FOUND + 1) if is_good else abort(400)
    return results_table(found.rows, address_of=address_of, most=MOST_FOUND)


@listing(lv="/temati", en="/topics")
def topic_list() -> Listing:
    """The topics of every group, or those of a group, state or name."""
    return topics_table(narrowed_topics()[0])


@listing(lv="/iniciativas", en="/initiatives")
def initiative_list() -> Listing:
    """The initiatives, chosen and sorted as in their list."""
    order, chosen = order_in_address(), choices()
    return initiatives_table(initiatives(db.session(), viewer=viewer(), only=chosen["only"], order=order, limit=ASKED))


@listing(lv="/lemumi", en="/decisions")
def decision_list() -> Listing:
    """What was decided, the newest first."""
    return decisions_table(latest_decisions(db.session(), viewer=viewer(), limit=ASKED, only=narrowed_decisions().only))


@listing(lv="/tikli", en="/networks")
def network_list() -> Listing:
    """The networks of a kind, theme or name, with their partners."""
    return networks_table(narrowed_networks().left)


@listing(lv="/pasvaldibas", en="/municipalities")
def municipality_list() -> Listing:
    """The municipalities and planning regions, or those of a network or name."""
    return municipalities_table(narrowed_municipalities()[0], country_name)


@listing(lv="/grupas/<group>/termini", en="/groups/<group>/milestones")
def group_milestone_list(group: str) -> Listing:
    """The deadlines and phases of a group."""
    owner = find_group(db.session(), group, viewer=viewer()) or abort(404)
    return milestones_table(milestones_of(db.session(), group_id=owner.id))


@listing(lv="/tikli/<network>/termini", en="/networks/<network>/milestones")
def network_milestone_list(network: str) -> Listing:
    """The deadlines and phases of a network."""
    owner = find_network(db.session(), network) or abort(404)
    return milestones_table(milestones_of(db.session(), network_id=owner.id))


@listing(lv="/avoti", en="/sources", access=Access.MANAGER)
def source_list() -> Listing:
    """The sources on record, or those of a publisher, those that are cited, or those of some words."""
    return sources_table(narrowed_sources()[0])


@listing(lv="/temas", en="/themes", access=Access.ADMINISTRATOR)
def theme_list() -> Listing:
    """The themes on record."""
    return themes_table(themes(db.session()))


@listing(lv="/izmainas", en="/changes", access=Access.MANAGER)
def change_list() -> Listing:
    """The newest changes in the reader's groups, in one of them, or everywhere for an administrator."""
    return changes_table(rows_in_words(changes_left(*narrowed_changes(), limit=ASKED)))


@listing(lv="/izmainas/<noun>/<int:number>", en="/changes/<noun>/<int:number>", access=Access.MANAGER)
def record_change_list(noun: str, number: int) -> Listing:
    """What happened to one record."""
    return changes_table(rows_of_record(noun, number))

"""The page of a meeting."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, render_template, url_for

from lag_tracker.actions.queries import actions
from lag_tracker.agenda.queries import agenda_of, speakers_of
from lag_tracker.attendance.queries import presence_at
from lag_tracker.database import db
from lag_tracker.decisions.queries import DecisionRow, latest_decisions
from lag_tracker.labels import meeting_title
from lag_tracker.meetings.queries import find_meeting, neighbours_of
from lag_tracker.models.action import Action
from lag_tracker.models.decision import Decision
from lag_tracker.models.meeting import Meeting, Mode
from lag_tracker.models.traits import Audience
from lag_tracker.sources.queries import citations_of
from lag_tracker.web.access import Access, viewer
from lag_tracker.web.language import reading_language
from lag_tracker.web.routes import page

blueprint = Blueprint("meetings", __name__)


@page(blueprint, lv="/sanaksmes/<slug>", en="/meetings/<slug>", access=Access.PUBLIC)
def show(slug: str) -> str:
    """Show one meeting: what, when, where and why to come; afterwards, what came of it."""
    meeting = find_meeting(db.session(), slug, viewer=viewer()) or abort(404)
    return render_template(
        "meetings/show.html",
        meeting=meeting,
        agenda=agenda_of(db.session(), meeting.id, viewer=viewer(), starts=meeting.starts_at_time),
        speakers=speakers_of(db.session(), meeting.id, viewer=viewer()),
        presence=presence_at(db.session(), meeting.id),
        decisions=_in_order(
            latest_decisions(db.session(), viewer=viewer(), limit=100, only=Decision.meeting_id == meeting.id)
        ),
        actions=actions(db.session(), viewer=viewer(), only=Action.meeting_id == meeting.id),
        neighbours=neighbours_of(db.session(), meeting, viewer=viewer()),
        citations=citations_of(db.session(), meeting_id=meeting.id),
        event=_structured(meeting) if meeting.has_day else None,
    )


def _in_order(decisions: list[DecisionRow]) -> list[DecisionRow]:
    """Return the decisions as they were taken, by number; lists have the latest first."""
    return sorted(decisions, key=lambda decision: (decision.number or 0, decision.id))


def _structured(meeting: Meeting) -> dict[str, Any]:
    """Return the meeting as a schema.org Event, for search engines."""
    lang = reading_language()
    modes = {Mode.ONLINE: "Online", Mode.HYBRID: "Mixed", Mode.IN_PERSON: "Offline"}
    event: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": meeting_title(meeting.title, meeting.kind, meeting.ordinal, lang).words,
        "startDate": _moment(meeting, end=False),
        "eventStatus": f"https://schema.org/Event{'Cancelled' if meeting.is_cancelled else 'Scheduled'}",
        "url": current_app.config["SETTINGS"].address + url_for("meetings.show", slug=meeting.slug),
        "inLanguage": lang,
        "organizer": [
            {"@type": "Organization", "name": group.name.read_in(lang).words} for group in _shown_groups(meeting)
        ],
    }
    if meeting.ends_at_time or meeting.ends_on:
        event["endDate"] = _moment(meeting, end=True)
    if meeting.mode:
        event["eventAttendanceMode"] = f"https://schema.org/{modes[meeting.mode]}EventAttendanceMode"
    if meeting.summary:
        event["description"] = meeting.summary.read_in(lang).words
    event["location"] = _location(meeting, lang)
    return {name: value for name, value in event.items() if value}


def _shown_groups(meeting: Meeting) -> list[Any]:
    return [group for group in meeting.groups if group.audience is Audience.PUBLIC]


def _moment(meeting: Meeting, *, end: bool) -> str:
    """Return the start or the end for a machine: a day, or an instant with its offset."""
    day = meeting.last_day if end else meeting.starts_on
    clock = meeting.ends_at_time if end else meeting.starts_at_time
    if day is None:
        return ""
    if clock is None:
        return day.isoformat()
    return datetime.combine(day, clock, ZoneInfo(meeting.time_zone)).isoformat(timespec="minutes")


def _location(meeting: Meeting, lang: str) -> dict[str, str] | None:
    if meeting.place and meeting.mode is not Mode.ONLINE:
        return {"@type": "Place", "name": meeting.place.read_in(lang).words}
    if meeting.mode in {Mode.ONLINE, Mode.HYBRID}:
        return {
            "@type": "VirtualLocation",
            "url": current_app.config["SETTINGS"].address + url_for("meetings.show", slug=meeting.slug),
        }
    return None

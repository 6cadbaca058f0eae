"""The calendar file of one meeting, for somebody who may see more of it than the public."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lag_tracker.calendars.entries import EventContent, meeting_content
from lag_tracker.calendars.feeds import FOOTER, content_digest, digest, event_zone, write_event, write_head
from lag_tracker.calendars.operations import first_sequence
from lag_tracker.calendars.plans import Writing, leaving_out, newest_of
from lag_tracker.calendars.queries import stored_entries
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.calendar import CalendarEntry, EventAudience
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.visibility import PUBLIC, Viewer, visible_agenda_items


def event_file(
    session: Session,
    meeting: Meeting,
    *,
    viewer: Viewer,
    is_invited: bool,
    lang: str,
    base_url: str,
    time_zone: str,
    now: datetime,
) -> bytes | None:
    """Return a meeting as a file for a calendar, None when it has no day or cannot be an event.

    Its identity and sequence are those of the feeds, so that a later file replaces an earlier one. There is no METHOD:
    nothing is asked of the program that opens it.
    """
    if not meeting.has_day:
        return None
    with leaving_out(meeting.uid) as parts:
        content = _content(session, meeting, viewer, lang, base_url, is_invited=is_invited)
        shown = _content(session, meeting, PUBLIC, lang, base_url, is_invited=False)
        sequence, changed_at = _stamps(session, meeting, shown, lang, now)
        event = write_event(content, sequence=sequence, changed_at=changed_at)
        zones = {event_zone(content)} - {""}
        parts += [write_head(zones=zones, is_empty=False, name="", time_zone=time_zone), event, FOOTER]
    return b"".join(parts) or None


def _content(
    session: Session, meeting: Meeting, viewer: Viewer, lang: str, base_url: str, *, is_invited: bool
) -> EventContent:
    items = select(AgendaItem.id).where(AgendaItem.meeting_id == meeting.id, visible_agenda_items(viewer))
    audiences = viewer.audiences_in((link.group_id for link in meeting.meeting_groups), is_invited=is_invited)
    return meeting_content(
        meeting, visible_items=set(session.scalars(items)), lang=lang, base_url=base_url, join_audiences=audiences
    )


def _stamps(session: Session, meeting: Meeting, shown: EventContent, lang: str, now: datetime) -> tuple[int, datetime]:
    """Return sequence and last change as the feeds will have them once this transaction ends."""
    stored = stored_entries(session, CalendarEntry.meeting_id, [meeting.id])
    entry = stored.get((meeting.id, EventAudience.PUBLIC, lang))
    if entry is None or not entry.content_digest:
        # No feed shows it, so the number of its changes serves as well: it never goes back.
        return meeting.revision, now
    writing = Writing(now, first_sequence(session))
    newest = newest_of([one for (_, _, language), one in stored.items() if language == lang])
    digests = {"content_digest": content_digest(shown), "schedule_digest": digest(shown.schedule)}
    return writing.stamps(entry, newest, **digests)

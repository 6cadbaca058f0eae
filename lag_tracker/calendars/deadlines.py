"""Tasks as calendars see them: the day by which somebody has to do something."""

from datetime import timedelta

from lag_tracker.calendars.entries import (
    EventContent,
    Span,
    meeting_address,
    one_line,
    paragraph,
    plain_span,
)
from lag_tracker.labels import meeting_title
from lag_tracker.models.action import Action, ActionState
from lag_tracker.models.bilingual import Bilingual

DUE = Bilingual("TERMIŅŠ: ", "DUE: ")
DROPPED = Bilingual("ATCELTS: ", "CANCELLED: ")
DONE = Bilingual("PAVEIKTS: ", "DONE: ")
TASK = Bilingual("uzdevums", "task")
GIVEN_AT = Bilingual("Uzdots sanāksmē: ", "Given at the meeting: ")
#: A summary is a line in a calendar; the whole text stands in the description.
LONGEST_SUMMARY = 200


def action_content(action: Action, *, lang: str, base_url: str) -> EventContent:
    """Return what the event of a task shows in `lang` to whoever has to do it: all of the day, and keeping nobody busy.

    Nobody is named in it. What is done stays with its mark, and what was dropped is cancelled, so that no day
    disappears from a calendar without a word.
    """
    if action.due_on is None:
        raise ValueError("The action has no day.")
    meeting, is_dropped = action.meeting, action.state is ActionState.DROPPED
    mark = DROPPED if is_dropped else DONE if action.state is ActionState.DONE else DUE
    span = Span(action.due_on, action.due_on + timedelta(days=1))
    text = paragraph(action.text.read_in(lang).words)
    title = one_line(meeting_title(meeting.title, meeting.kind, meeting.ordinal, lang).words)
    address = meeting_address(meeting.slug, lang, base_url)
    return EventContent(
        # Numbers of rows come back on SQLite after the last was deleted; with the meeting's own it is another event.
        uid=f"action-{action.id}.{meeting.uid}",
        span=span,
        summary=mark.read_in(lang).words + one_line(text)[:LONGEST_SUMMARY],
        description=f"{text}\n\n{GIVEN_AT.read_in(lang).words}{title}\n{address}",
        address=address,
        location="",
        conference="",
        categories=(TASK.read_in(lang).words,),
        is_cancelled=is_dropped,
        schedule=repr((plain_span(span), is_dropped)),
    )

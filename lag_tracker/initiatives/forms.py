"""What a manager may write about an initiative."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast

from flask_babel import gettext

from lag_tracker.initiatives.managed import Attached, Choices
from lag_tracker.initiatives.moves import MOVES
from lag_tracker.initiatives.operations import InitiativeWords
from lag_tracker.labels import meeting_title
from lag_tracker.models.bilingual import Bilingual, Text
from lag_tracker.models.comment import Comment
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative, InitiativeState, InitiativeStateChange
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.traits import Precision, RoughDay
from lag_tracker.web.fields import (
    ChoiceField,
    LineField,
    Needed,
    RecordField,
    RecordsField,
    RoughDayField,
    TextField,
    lazy,
    one_of_two,
)
from lag_tracker.web.formatting import coarse_date, passage
from lag_tracker.web.forms import Form, RecordForm
from lag_tracker.web.language import reading_language

TITLE_NEEDED = lazy("Enter the title in Latvian or in English.")
#: So much of a comment tells it from others.
BEGINNING = 80


def said_meeting(meeting: Meeting) -> Text:
    """Return a meeting as a list to choose from names it: its day and its title, in one language."""
    title, lang = meeting_title(meeting.title, meeting.kind, meeting.ordinal, reading_language())
    day = coarse_date(meeting.starts_on, meeting.date_precision, lang)
    return Text(f"{day or gettext('date not known')} – {title}", lang)


class InitiativeForm(RecordForm):
    """An initiative's title and summary in both languages, and what it belongs to."""

    title_lv = LineField(lazy("Title in Latvian"), [one_of_two("title_lv", "title_en", TITLE_NEEDED)], longest=500)
    title_en = LineField(lazy("Title in English"), longest=500)
    summary_lv = TextField(lazy("Summary in Latvian"))
    summary_en = TextField(lazy("Summary in English"))
    theme_id = RecordField(lazy("Theme"), empty=lazy("none of these"))
    topic_id = RecordField(lazy("Topic of the group"), empty=lazy("none of these"))
    proposer_id = RecordField(lazy("Proposed by"), empty=lazy("none of these"))

    def offer(self, choices: Choices, group: Group) -> None:
        """Offer what an initiative of a group can belong to."""
        self.theme_id.offer((one.id, passage(one.name)) for one in choices.themes)
        self.topic_id.offer(
            (one.id, passage(one.title) if one.group_id == group.id else gettext("(a topic of another group)"))
            for one in choices.topics
        )
        self.proposer_id.offer((one.id, one.name) for one in choices.people)

    @property
    def initiative_words(self) -> InitiativeWords:
        """What was filled in."""
        return cast("InitiativeWords", {name: self[name].data for name in InitiativeWords.__annotations__})


class NewInitiativeForm(InitiativeForm):
    """An initiative that is not on record yet, and when it was proposed."""

    since = RoughDayField(lazy("Proposed on"))


class StepForm(RecordForm):
    """When, why and at which meeting an initiative came to a state."""

    since = RoughDayField(lazy("When"))
    meeting_id = RecordField(lazy("At the meeting"), empty=lazy("at no meeting"))
    reason_lv = TextField(lazy("Reason in Latvian"))
    reason_en = TextField(lazy("Reason in English"))

    def __init__(self, step: InitiativeStateChange | None = None, *, meetings: Iterable[Meeting], **given: Any) -> None:
        """Show a step, and offer the meetings that may have made it."""
        super().__init__(step, **given)
        self.meetings = {meeting.id: meeting for meeting in meetings}
        self.meeting_id.offer((number, said_meeting(meeting)) for number, meeting in self.meetings.items())

    @property
    def said(self) -> dict[str, Any]:
        """What was filled in, as the rules of an initiative's history take it."""
        return {
            "since": cast("RoughDay", self.since.data),
            "reason": Bilingual(self.reason_lv.data, self.reason_en.data),
            "meeting": self.meetings.get(self.meeting_id.data or 0),
        }


class MoveForm(StepForm):
    """The next step of an initiative. Somebody else's step in between is seen before this one is taken."""

    to = ChoiceField(
        lazy("New state"), [Needed(lazy("Choose the new state."))], of=InitiativeState, empty=lazy("Choose …")
    )

    def __init__(self, initiative: Initiative, *, meetings: Iterable[Meeting], today: date) -> None:
        """Offer the states that may come next, and none of them before it is chosen; it is `today` if nobody says."""
        self.today = RoughDay(today, Precision.DAY)
        super().__init__(cast("InitiativeStateChange", initiative), meetings=meetings, data={"since": self.today})
        self.to.among = list(MOVES[initiative.state])

    @property
    def said(self) -> dict[str, Any]:
        """What was filled in; today, which nobody typed, gives way to the day of the meeting."""
        said = super().said
        if said["meeting"] is not None and said["meeting"].starts_on and said["since"] == self.today:
            said["since"] = RoughDay(None, Precision.UNKNOWN)
        return said

    def _note_saved(self, saved_form: RecordForm) -> None:
        """Say nothing beside the fields: what was done meanwhile stands in the history on the same page."""


class MeetingsForm(RecordForm):
    """The meetings that spoke about an initiative without an item of their agenda for it."""

    meetings = RecordsField(lazy("Meetings"))

    def offer(self, meetings: Iterable[Meeting]) -> None:
        """Offer these meetings."""
        self.offered = list(meetings)
        self.meetings.offer((meeting.id, said_meeting(meeting)) for meeting in self.offered)

    @property
    def chosen(self) -> list[Meeting]:
        """The meetings that are ticked."""
        return [meeting for meeting in self.offered if meeting.id in (self.meetings.data or [])]


class MergeForm(Form):
    """Which initiative another one becomes part of."""

    into = RecordField(lazy("Becomes part of"))


class SplitForm(Form):
    """The initiative that a part of another one becomes, and what goes along with it."""

    title_lv = LineField(lazy("Title in Latvian"), [one_of_two("title_lv", "title_en", TITLE_NEEDED)], longest=500)
    title_en = LineField(lazy("Title in English"), longest=500)
    summary_lv = TextField(lazy("Summary in Latvian"))
    summary_en = TextField(lazy("Summary in English"))
    agenda_items = RecordsField(lazy("Agenda items"))
    decisions = RecordsField(lazy("Decisions"))
    actions = RecordsField(lazy("Actions"))
    meetings = RecordsField(lazy("Meetings"))
    comments = RecordsField(lazy("Comments"))

    def __init__(self, attached: Attached) -> None:
        """Offer all that is about the initiative."""
        super().__init__()
        self.attached = attached
        for name, records in attached._asdict().items():
            field: RecordsField = getattr(self, name)
            field.offer((record.id, _said(record)) for record in records)

    @property
    def along(self) -> Attached:
        """What is ticked."""
        return Attached(*(self._ticked(name) for name in Attached._fields))

    def _ticked(self, name: str) -> Sequence[Any]:
        return [record for record in getattr(self.attached, name) if record.id in (self[name].data or [])]


def _said(record: Any) -> Text:
    """Return a record as a list to choose from names it, in one language."""
    if isinstance(record, Meeting):
        return said_meeting(record)
    if isinstance(record, Comment):
        author = record.person.name if record.person else record.author_name or "–"
        return Text(f"{author}: {_beginning(record.text)}", record.language)
    words, lang = passage(getattr(record, "title", None) or record.text)
    day = coarse_date(record.meeting.starts_on, record.meeting.date_precision, lang)
    return Text(f"{_beginning(words)} ({day})", lang)


def _beginning(words: str) -> str:
    return words if len(words) <= BEGINNING else f"{words[:BEGINNING]}…"

"""What programs are told of what groups do: meetings, decisions, initiatives, topics, deadlines. See `shapes.py`."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from lag_tracker.actions.queries import ActionRow
from lag_tracker.agenda.queries import SpeakerRow
from lag_tracker.api.shapes import Address, Pages, Person, Sample, Shape, Source, When, Words
from lag_tracker.models.action import ActionState
from lag_tracker.models.decision import DecisionMethod
from lag_tracker.models.initiative import InitiativeState
from lag_tracker.models.meeting import LinkKind, MeetingKind, MeetingLink, MeetingState, MinutesState, Mode
from lag_tracker.models.milestone import MilestoneKind
from lag_tracker.models.topic import TopicState

Created = Annotated[datetime, Field(description="When the record was made.")]
Modified = Annotated[
    datetime,
    Field(
        description="When the record itself was last changed, as its page says. What belongs to it (an agenda, "
        "decisions) may have changed later: whether an answer is still the same, its ETag tells."
    ),
]


class Location(Shape):
    """Where a meeting is."""

    type: Literal["Location"] = "Location"
    description: Words


class File(Shape):
    """A document or recording at its own address."""

    type: Literal["File"] = "File"
    name: Words
    kind: LinkKind
    access_url: str

    @classmethod
    def of(cls, link: MeetingLink) -> Self:
        """Return a link of a meeting."""
        return cls(name=Words.of(link.title), kind=link.kind, access_url=link.url)


class AgendaItem(Shape):
    """One item of a public agenda."""

    type: Literal["AgendaItem"] = "AgendaItem"
    number: str
    name: Words
    text: Words
    start: datetime | None = Field(description="When it begins, where the times of all items before it are known.")
    duration_minutes: int | None
    presenter: list[str]
    topic: Address | None
    paper: Address | None


class Speaker(Shape):
    """Somebody who speaks at a meeting and may be named."""

    name: str
    affiliation: Words
    organisation: Words | None

    @classmethod
    def of(cls, row: SpeakerRow) -> Self:
        """Return a speaker as pages name them."""
        organisation = Words.of(row.organisation) if row.organisation else None
        return cls(name=row.name, affiliation=Words.of(row.affiliation), organisation=organisation)


class Decision(Shape):
    """What a meeting decided, since the day it was published. OParl has it as the result of an agenda item."""

    id: Address
    type: Literal["Decision"] = "Decision"
    meeting: Address
    organization: Address | None = Field(description="The group that led the meeting.")
    number: int | None = Field(description="Counts within the leading group's year.")
    text: Words
    method: DecisionMethod
    votes_for: int | None
    votes_against: int | None
    votes_abstained: int | None
    when: When = Field(description="The day of the meeting.")
    published_date: date | None
    topic: Address | None
    paper: Address | None
    source: list[Source]
    sample: Sample
    web: Pages


class Action(Shape):
    """What was to be done after a meeting, since it was published."""

    text: Words
    responsible: str | None = Field(description="Who does it, where they may be named.")
    due_date: date | None
    state: ActionState

    @classmethod
    def of(cls, row: ActionRow) -> Self:
        """Return an action as pages show it."""
        return cls(text=Words.of(row.text), responsible=row.responsible, due_date=row.due_on, state=row.state)


class Meeting(Shape):
    """A meeting of one or several groups, or an event of a network."""

    id: Address
    type: Literal["Meeting"] = "Meeting"
    name: Words = Field(description="Its title; one without is called by its kind and its place in the series.")
    classification: MeetingKind
    ordinal: int | None
    meeting_state: MeetingState
    cancelled: bool
    cancelled_reason: Words
    when: When
    start: datetime | None = Field(description="Null where no time is known, which is not midnight.")
    end: datetime | None
    time_zone: str
    mode: Mode | None
    location: Location | None
    join_url: str | None = Field(description="Where everyone may join, until it is over.")
    organization: list[Address] = Field(description="The groups that hold it, the leading one first.")
    network: list[Address]
    organizer: Address | None = Field(description="The municipality that organises it.")
    summary: Words
    agenda_item: list[AgendaItem]
    speaker: list[Speaker]
    participants: Words = Field(description="Who took part, in words.")
    head_count: int | None
    minutes_state: MinutesState | None = Field(description="Null until the meeting is over.")
    outcome: Words = Field(description="Null while the minutes are a draft or in review.")
    decision: list[Decision]
    action: list[Action]
    paper: list[Address] = Field(description="Initiatives that it discussed without an agenda item of their own.")
    results_protocol: File | None
    auxiliary_file: list[File]
    note: Words
    calendar: Pages | None = Field(description="It as a calendar file; null where its day is not known.")
    created: Created
    modified: Modified
    source: list[Source]
    sample: Sample
    web: Pages


class Consultation(Shape):
    """A meeting that discussed a paper, decided on it or changed its state."""

    meeting: Address


class PaperState(Shape):
    """A state that a paper came to, and why."""

    state: InitiativeState
    when: When
    reason: Words
    meeting: Address | None


class Paper(Shape):
    """An initiative: something proposed to a group."""

    id: Address
    type: Literal["Paper"] = "Paper"
    paper_type: Literal["initiative"] = "initiative"
    name: Words
    summary: Words
    under_direction_of: list[Address] = Field(description="The group to which it was proposed.")
    originator_person: list[Person]
    state: InitiativeState
    state_history: list[PaperState]
    theme: Words | None
    topic: Address | None
    consultation: list[Consultation]
    superordinated_paper: list[Address] = Field(description="The one that it became part of.")
    related_paper: list[Address] = Field(description="The one that it was split off from.")
    created: Created
    modified: Modified
    source: list[Source]
    sample: Sample
    web: Pages


class Topic(Shape):
    """A subject that a group keeps coming back to."""

    id: Address
    type: Literal["Topic"] = "Topic"
    organization: Address
    name: Words
    summary: Words
    state: TopicState
    created: Created
    modified: Modified
    sample: Sample
    web: Pages


class Milestone(Shape):
    """A deadline, on its first day, or a phase, of a network or a group."""

    id: Address
    type: Literal["Milestone"] = "Milestone"
    network: Address | None
    organization: Address | None
    classification: MilestoneKind
    name: Words
    summary: Words
    when: When
    applies_to: Words
    source: list[Source]
    sample: Sample

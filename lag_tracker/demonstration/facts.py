"""What a file of facts may say about what groups do, and the sections of a file; fields bear the names of columns."""

from typing import Annotated

from pydantic import Field, model_validator

from lag_tracker.demonstration.fields import (
    UNKNOWN_DAY,
    Address,
    Clock,
    Dates,
    Day,
    Heading,
    Instant,
    Key,
    Line,
    Positive,
    Reference,
    Slug,
    Text,
    ToGroup,
    ToInitiative,
    ToMeeting,
    ToMunicipality,
    ToNetwork,
    ToOrganisation,
    ToPerson,
    ToTheme,
    ToTopic,
    Truth,
    Whole,
    Zone,
    is_skipped,
)
from lag_tracker.demonstration.shapes import (
    DatedShape,
    GroupFacts,
    MunicipalityFacts,
    NetworkFacts,
    OrganisationFacts,
    PersonFacts,
    ProgrammeFacts,
    Record,
    Shape,
    Sourced,
    SourceFacts,
    ThemeFacts,
    TitledShape,
)
from lag_tracker.models.action import Action, ActionState
from lag_tracker.models.agenda import AgendaItem, Speaker
from lag_tracker.models.attendance import Attendance, Presence, Reply
from lag_tracker.models.decision import Decision, DecisionMethod
from lag_tracker.models.initiative import STATES_WITH_REASON, Initiative, InitiativeState, InitiativeStateChange
from lag_tracker.models.meeting import LinkKind, Meeting, MeetingKind, MeetingLink, MeetingState, MinutesState, Mode
from lag_tracker.models.milestone import Milestone, MilestoneKind
from lag_tracker.models.topic import Topic, TopicState
from lag_tracker.models.traits import Audience, Certainty, Precision


class TopicFacts(Record, TitledShape):
    """A subject of a group."""

    fills = Topic
    one_of = (("title_lv", "title_en"),)
    slug: Slug | None = None
    group: Annotated[Key, Reference("groups")]
    state: TopicState = TopicState.OPEN


class Step(Shape):
    """One state of an initiative, and how it came to it."""

    fills = InitiativeStateChange
    state: InitiativeState
    changed_on: Dates = UNKNOWN_DAY
    date_certainty: Certainty = Certainty.STATED
    reason_lv: Text | None = None
    reason_en: Text | None = None
    meeting: ToMeeting = None

    @model_validator(mode="after")
    def _check_reason(self) -> "Step":
        if self.state in STATES_WITH_REASON and not (self.reason_lv or self.reason_en):
            raise ValueError("needs reason_lv or reason_en")
        return self


class InitiativeFacts(Sourced, TitledShape):
    """Something proposed to a group. Its present state is the last of its history."""

    fills = Initiative
    one_of = (("title_lv", "title_en"),)
    slug: Slug | None = None
    group: Annotated[Key, Reference("groups")]
    theme: ToTheme = None
    topic: ToTopic = None
    history: Annotated[tuple[Step, ...], Field(min_length=1)]


class SpeakerFacts(Shape):
    """A person who speaks at a meeting."""

    fills = Speaker
    known_by = "person"
    person: Annotated[Key, Reference("people")]
    affiliation_lv: Line | None = None
    affiliation_en: Line | None = None


class AgendaFacts(Shape):
    """One item of an agenda; its place in the list is its number."""

    fills = AgendaItem
    one_of = (("title_lv", "title_en"),)
    title_lv: Heading | None = None
    title_en: Heading | None = None
    text_lv: Text | None = None
    text_en: Text | None = None
    duration_minutes: Positive | None = None
    audience: Audience = Audience.PUBLIC
    topic: ToTopic = None
    initiative: ToInitiative = None
    #: Persons, each a speaker of the meeting.
    presenters: Annotated[tuple[Key, ...], Reference("people")] = ()


class Presences(Shape):
    """A person's or an organisation's part in a meeting."""

    fills = Attendance
    one_of = (("person", "organisation"),)
    person: ToPerson = None
    organisation: ToOrganisation = None
    reply: Reply | None = None
    presence: Presence | None = None
    is_guest: Truth = False


class Link(Shape):
    """A recording, video or document."""

    fills = MeetingLink
    kind: LinkKind
    url: Address
    title_lv: Line | None = None
    title_en: Line | None = None
    audience: Audience = Audience.PUBLIC


class MeetingFacts(Sourced, TitledShape, DatedShape):
    """A meeting, with all that belongs to it."""

    fills = Meeting
    slug: Slug | None = None
    kind: MeetingKind
    ordinal: Positive | None = None
    ordinal_certainty: Certainty = Certainty.STATED
    starts_at_time: Clock | None = None
    ends_at_time: Clock | None = None
    time_zone: Zone = "Europe/Riga"
    mode: Mode | None = None
    mode_certainty: Certainty = Certainty.STATED
    place_lv: Line | None = None
    place_en: Line | None = None
    join_url: Address | None = None
    join_audience: Audience = Audience.MEMBERS
    #: Left out: held when the day has passed, else scheduled.
    state: MeetingState | None = None
    cancelled_at: Instant | None = None
    cancelled_reason_lv: Text | None = None
    cancelled_reason_en: Text | None = None
    audience: Audience = Audience.PUBLIC
    organiser: ToMunicipality = None
    participants_lv: Text | None = None
    participants_en: Text | None = None
    head_count: Whole | None = None
    outcome_lv: Text | None = None
    outcome_en: Text | None = None
    note_lv: Text | None = None
    note_en: Text | None = None
    minutes_state: MinutesState = MinutesState.NONE
    #: The leading group first.
    groups: Annotated[tuple[Key, ...], Reference("groups")] = ()
    networks: Annotated[tuple[Key, ...], Reference("networks")] = ()
    #: Initiatives that were discussed without an agenda item of their own.
    initiatives: Annotated[tuple[Key, ...], Reference("initiatives")] = ()
    speakers: tuple[SpeakerFacts, ...] = ()
    agenda: tuple[AgendaFacts, ...] = ()
    attendances: tuple[Presences, ...] = ()
    links: tuple[Link, ...] = ()

    @model_validator(mode="after")
    def _check_times(self) -> "MeetingFacts":
        if self.starts_at_time and self.starts_on.precision is not Precision.DAY:
            raise ValueError("has a starts_at_time and needs a whole date")
        if self.ends_at_time and not self.starts_at_time:
            raise ValueError("has an ends_at_time and needs a starts_at_time")
        if self.starts_at_time and self.ends_at_time and not self.ends_on and self.ends_at_time <= self.starts_at_time:
            raise ValueError("ends before it starts")
        return self

    @model_validator(mode="after")
    def _check_clock_change(self) -> "MeetingFacts":
        last = self.ends_on or self.starts_on
        for at, on, word in ((self.starts_at_time, self.starts_on, "starts"), (self.ends_at_time, last, "ends")):
            if at and on.first and is_skipped(on.first, at, self.time_zone):
                raise ValueError(f"{word} at a time that the clocks skip on that day")
        return self

    @model_validator(mode="after")
    def _check_cancelling(self) -> "MeetingFacts":
        if (self.state is MeetingState.CANCELLED) != (self.cancelled_at is not None):
            raise ValueError("needs both state cancelled and cancelled_at, or neither")
        return self


class DecisionFacts(Sourced):
    """What a meeting decided."""

    fills = Decision
    one_of = (("text_lv", "text_en"),)
    meeting: Annotated[Key, Reference("meetings")]
    #: Number of the item on the meeting's agenda.
    agenda_item: Positive | None = None
    topic: ToTopic = None
    initiative: ToInitiative = None
    number: Positive | None = None
    text_lv: Text | None = None
    text_en: Text | None = None
    method: DecisionMethod = DecisionMethod.NOT_STATED
    votes_for: Whole | None = None
    votes_against: Whole | None = None
    votes_abstained: Whole | None = None
    published_on: Day | None = None

    @model_validator(mode="after")
    def _check_votes(self) -> "DecisionFacts":
        votes = (self.votes_for, self.votes_against, self.votes_abstained)
        if self.method is not DecisionMethod.VOTE and any(count is not None for count in votes):
            raise ValueError("has votes and needs method vote")
        return self


class ActionFacts(Record):
    """A task that a meeting gave to somebody."""

    fills = Action
    one_of = (("text_lv", "text_en"),)
    meeting: Annotated[Key, Reference("meetings")]
    decision: Annotated[Key | None, Reference("decisions")] = None
    initiative: ToInitiative = None
    text_lv: Text | None = None
    text_en: Text | None = None
    person: ToPerson = None
    responsible: Line | None = None
    responsible_is_public: Truth = False
    due_on: Day | None = None
    state: ActionState = ActionState.OPEN
    audience: Audience = Audience.PUBLIC
    is_published: Truth = False


class MilestoneFacts(Sourced, TitledShape, DatedShape):
    """A deadline or phase of a network or group."""

    fills = Milestone
    one_of = (("title_lv", "title_en"), ("network", "group"))
    kind: MilestoneKind = MilestoneKind.DEADLINE
    network: ToNetwork = None
    group: ToGroup = None
    applies_to_lv: Line | None = None
    applies_to_en: Line | None = None


#: The sections of a file, in the order in which their records can be made.
SECTIONS: dict[str, type[Record]] = {
    "sources": SourceFacts,
    "programmes": ProgrammeFacts,
    "municipalities": MunicipalityFacts,
    "themes": ThemeFacts,
    "organisations": OrganisationFacts,
    "people": PersonFacts,
    "networks": NetworkFacts,
    "groups": GroupFacts,
    "topics": TopicFacts,
    "initiatives": InitiativeFacts,
    "meetings": MeetingFacts,
    "decisions": DecisionFacts,
    "actions": ActionFacts,
    "milestones": MilestoneFacts,
}

"""What a file of facts may say about bodies and people; the fields bear the names of the columns they fill."""

from typing import Annotated, Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lag_tracker.database import Base
from lag_tracker.demonstration.fields import (
    Address,
    Country,
    Dates,
    Day,
    Heading,
    Key,
    Line,
    Name,
    Positive,
    Reference,
    Slug,
    Text,
    ToGroup,
    ToMunicipality,
    ToOrganisation,
    ToPerson,
    ToProgramme,
    ToSource,
    Truth,
)
from lag_tracker.models.group import Group, GroupKind, MemberRole, Membership, Tier
from lag_tracker.models.municipality import Municipality, MunicipalityKind
from lag_tracker.models.network import Network, NetworkKind, PartnerRole, Partnership, Programme
from lag_tracker.models.organisation import Organisation, Sector
from lag_tracker.models.person import Person
from lag_tracker.models.source import Citation, Source
from lag_tracker.models.theme import Theme
from lag_tracker.models.traits import Audience, Certainty


class Shape(BaseModel):
    """Anything in the file that has named fields. A field that is left out leaves the column as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    #: The model whose row this fills.
    fills: ClassVar[type[Base]]
    #: Groups of fields of which one at least must be given.
    one_of: ClassVar[tuple[tuple[str, ...], ...]] = ()
    #: The field that tells a part of a record from its neighbours; without one its place in the list does.
    known_by: ClassVar[str] = ""

    @model_validator(mode="after")
    def _check_one_of(self) -> "Shape":
        for names in self.one_of:
            if all(getattr(self, name) is None for name in names):
                raise ValueError(f"needs {' or '.join(names)}")
        return self


class Cite(Shape):
    """Where a fact comes from: the source, the field it backs when that is not the whole record, and the place."""

    fills = Citation
    source: ToSource
    aspect: Annotated[Text, Field(max_length=60)] = ""
    passage: Line | None = None


class Record(Shape):
    """A record with a key, by which other records and later loads find it."""

    key: Key


class Sourced(Record):
    """A record that may say where it comes from."""

    cites: tuple[Cite, ...] = ()


class NamedShape(Shape):
    """A record with a name in one language at least."""

    one_of = (("name_lv", "name_en"),)
    name_lv: Line | None = None
    name_en: Line | None = None


class TitledShape(Shape):
    """A record with a title and a summary."""

    title_lv: Heading | None = None
    title_en: Heading | None = None
    summary_lv: Text | None = None
    summary_en: Text | None = None


class DatedShape(Shape):
    """A record on a day or over several, known as finely as the file writes it."""

    starts_on: Dates
    ends_on: Dates | None = None
    date_certainty: Certainty = Certainty.STATED

    @model_validator(mode="after")
    def _check_dates(self) -> "DatedShape":
        if self.ends_on is None:
            return self
        if self.ends_on.precision is not self.starts_on.precision or self.ends_on.last is None:
            raise ValueError("needs ends_on written as finely as starts_on")
        if self.starts_on.first is not None and self.ends_on.last < self.starts_on.first:
            raise ValueError("ends before it starts")
        return self


class SourceFacts(Record):
    """A public page or paper."""

    fills = Source
    one_of = (("title_lv", "title_en"),)
    publisher: Line
    department: Line | None = None
    title_lv: Heading | None = None
    title_en: Heading | None = None
    published_on: Day | None = None
    edited_on: Day | None = None
    url: Address | None = None
    read_minutes: Positive | None = None


class ProgrammeFacts(Record):
    """A funding programme."""

    fills = Programme
    name: Name
    website: Address | None = None


class MunicipalityFacts(Sourced, NamedShape):
    """A municipality or planning region."""

    fills = Municipality
    slug: Slug | None = None
    kind: MunicipalityKind = MunicipalityKind.MUNICIPALITY
    country: Country = "LV"
    website: Address | None = None


class ThemeFacts(Record, NamedShape):
    """A field of work."""

    fills = Theme
    slug: Slug | None = None


class OrganisationFacts(Record, NamedShape):
    """An organisation whom members and guests represent."""

    fills = Organisation
    sector: Sector | None = None
    website: Address | None = None


class PersonFacts(Sourced):
    """A person."""

    fills = Person
    name: Name
    position_lv: Line | None = None
    position_en: Line | None = None
    organisation: ToOrganisation = None
    name_is_public: Truth = False


class Partner(Shape):
    """A municipality's part in a network."""

    fills = Partnership
    known_by = "municipality"
    municipality: Annotated[Key, Reference("municipalities")]
    role: PartnerRole
    role_certainty: Certainty = Certainty.STATED
    body_lv: Line | None = None
    body_en: Line | None = None
    focus_lv: Text | None = None
    focus_en: Text | None = None
    cites: tuple[Cite, ...] = ()


class NetworkFacts(Sourced):
    """A project of a programme, with its partners."""

    fills = Network
    slug: Slug | None = None
    programme: ToProgramme = None
    name: Name
    official_name: Name | None = None
    kind: NetworkKind
    kind_certainty: Certainty = Certainty.STATED
    summary_lv: Text | None = None
    summary_en: Text | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    approved_on: Day | None = None
    collaborators_lv: Text | None = None
    collaborators_en: Text | None = None
    website: Address | None = None
    themes: Annotated[tuple[Key, ...], Reference("themes")] = ()
    partners: tuple[Partner, ...] = ()

    @model_validator(mode="after")
    def _check_days(self) -> "NetworkFacts":
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("ends before it starts")
        return self


class Member(Shape):
    """A person, an organisation or a group that belongs to a group."""

    fills = Membership
    one_of = (("person", "organisation", "member_group"),)
    person: ToPerson = None
    organisation: ToOrganisation = None
    member_group: ToGroup = None
    tier: Tier = Tier.WIDER
    role: MemberRole = MemberRole.MEMBER
    from_on: Day | None = None
    until_on: Day | None = None
    #: The person, a member of the same group, for whom this one stands in.
    substitute_for: ToPerson = None
    organisation_is_public: Truth = True

    @model_validator(mode="after")
    def _check_days(self) -> "Member":
        if self.from_on and self.until_on and self.until_on < self.from_on:
            raise ValueError("ends before it starts")
        return self


class GroupFacts(Sourced, NamedShape):
    """A group, with its members."""

    fills = Group
    slug: Slug | None = None
    kind: GroupKind
    label_lv: Annotated[Text, Field(max_length=120)] | None = None
    label_en: Annotated[Text, Field(max_length=120)] | None = None
    municipality: ToMunicipality = None
    parent: ToGroup = None
    audience: Audience = Audience.PUBLIC
    is_permanent: Truth = False
    takes_public_comments: Truth = False
    formed_on: Day | None = None
    dissolved_on: Day | None = None
    tasks_lv: Text | None = None
    tasks_en: Text | None = None
    summary_lv: Text | None = None
    summary_en: Text | None = None
    is_sample: Truth = False
    networks: Annotated[tuple[Key, ...], Reference("networks")] = ()
    members: tuple[Member, ...] = ()


def references(shape: Shape | type[Shape]) -> dict[str, str]:
    """Return the fields of `shape` that hold keys, each with the section the keys belong to."""
    kind = shape if isinstance(shape, type) else type(shape)
    found: dict[str, str] = {}
    for name, field in kind.model_fields.items():
        marks: list[Any] = [mark for mark in field.metadata if isinstance(mark, Reference)]
        if marks:
            found[name] = marks[-1].section
    return found


def parts(kind: type[Shape]) -> dict[str, type[Shape]]:
    """Return the fields of `kind` that hold lists of parts with columns of their own, each with the parts' shape."""
    found: dict[str, type[Shape]] = {}
    for name, field in kind.model_fields.items():
        inner = get_args(field.annotation)
        if inner and isinstance(inner[0], type) and issubclass(inner[0], Shape):
            found[name] = inner[0]
    return found

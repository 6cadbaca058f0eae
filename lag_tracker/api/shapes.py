"""What programs are told of those who meet, and what all answers share.

The fields bear OParl's names where OParl has the same thing. The docstrings and descriptions are what the description
of the interface says to developers.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import GroupKind, MemberRole, Tier
from lag_tracker.models.municipality import MunicipalityKind
from lag_tracker.models.network import NetworkKind, PartnerRole
from lag_tracker.models.organisation import Sector
from lag_tracker.models.traits import Certainty, Dated, Precision
from lag_tracker.sources.queries import CitedSource

Record = TypeVar("Record", bound="Shape")

Address = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Sample = Annotated[bool, Field(description="True for an invented record that only shows what the site can do.")]


class Shape(BaseModel):
    """Anything in an answer that has named fields."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class Words(Shape):
    """A text in Latvian and in English; null where there is none in that language."""

    lv: str | None
    en: str | None

    @classmethod
    def of(cls, text: Bilingual) -> Self:
        """Return a text of a record."""
        return cls(lv=text.lv or None, en=text.en or None)


class Pages(Shape):
    """Addresses of a record for people, in both languages."""

    lv: Address
    en: Address


class When(Shape):
    """A day or days, as finely as they are known: with the precision "month" or "year", `first` is its first day."""

    first: date | None
    last: date | None = Field(description="The last day, itself included; null where it is the first or is not known.")
    precision: Precision
    certainty: Certainty

    @classmethod
    def of(
        cls, first: date | None, last: date | None, precision: Precision, certainty: Certainty = Certainty.STATED
    ) -> Self:
        """Return days as a record has them."""
        return cls(first=first, last=last, precision=precision if first else Precision.UNKNOWN, certainty=certainty)

    @classmethod
    def of_record(cls, record: Dated) -> Self:
        """Return the days of a record."""
        return cls.of(record.starts_on, record.ends_on, record.date_precision, record.date_certainty)


class Source(Shape):
    """A public page or paper that facts of a record come from."""

    publisher: str
    department: str | None
    name: Words
    url: str | None
    published_date: date | None
    edited_date: date | None

    @classmethod
    def all_of(cls, cited: Iterable[CitedSource]) -> "list[Source]":
        """Return the sources that a record's page names at its foot."""
        return [
            cls(
                publisher=one.publisher,
                department=one.department,
                name=Words.of(one.title),
                url=one.url,
                published_date=one.published_on,
                edited_date=one.edited_on,
            )
            for one in cited
        ]


class Body(Shape):
    """A municipality or planning region."""

    id: Address
    type: Literal["Body"] = "Body"
    name: Words
    classification: MunicipalityKind
    country: str = Field(description="Two capital letters of ISO 3166-1.")
    website: str | None
    organization: Address = Field(description="The list of its groups.")
    meeting: Address = Field(description="The list of meetings that its groups hold or that it organises.")
    source: list[Source]
    web: Pages


class Partnership(Shape):
    """A municipality's part in a network."""

    body: Address
    role: PartnerRole
    role_certainty: Certainty
    department: Words = Field(description="The department or body that takes part.")
    focus: Words = Field(description="What the municipality works on in the network.")


class Network(Shape):
    """A project in which municipalities of several countries work together. OParl has nothing like it."""

    id: Address
    type: Literal["Network"] = "Network"
    name: str = Field(description="The name as the source prints it.")
    official_name: str | None = Field(description="The programme's own spelling, where it differs.")
    classification: NetworkKind
    classification_certainty: Certainty
    programme: str | None
    theme: list[Words]
    summary: Words
    start_date: date | None
    end_date: date | None
    approved_date: date | None
    collaborators: Words
    website: str | None
    partnership: list[Partnership]
    organization: Address = Field(description="The list of the groups that work for it.")
    meeting: Address = Field(description="The list of its meetings.")
    source: list[Source]
    web: Pages


class Organization(Shape):
    """A local group."""

    id: Address
    type: Literal["Organization"] = "Organization"
    body: Address | None = Field(description="The municipality that set it up.")
    name: Words
    classification: GroupKind
    organization_type: Words = Field(description="The group's own word for its kind.")
    sub_organization_of: Address | None
    network: list[Address]
    permanent: bool
    start_date: date | None
    end_date: date | None
    summary: Words
    tasks: Words = Field(description="What the group is for, one task a line.")
    membership: Address = Field(description="The list of those who belong to it today.")
    meeting: Address = Field(description="The list of its meetings and those of the groups that are part of it.")
    decision: Address
    paper: Address
    topic: Address
    calendar: Pages = Field(description="Its calendar feed, to subscribe to.")
    source: list[Source]
    sample: Sample
    web: Pages


class Person(Shape):
    """A person who agreed to be named, or whom public pages name for an office. Nobody has an address of their own."""

    type: Literal["Person"] = "Person"
    name: str


class Represented(Shape):
    """An organisation for which somebody belongs to a group."""

    name: Words


class Membership(Shape):
    """Somebody who belongs to a group today, told as on the group's page: nobody is named who did not agree to it."""

    type: Literal["Membership"] = "Membership"
    organization: Address
    person: Person | None
    on_behalf_of: Represented | None
    sector: Sector | None
    member_organization: Address | None = Field(description="The other group that is the member.")
    role: MemberRole
    tier: Tier


class Pagination(Shape):
    """How many records an answer may hold. They are never counted."""

    elements_per_page: int


class Links(Shape):
    """Where the list begins and where it goes on."""

    first: Address
    next: Address | None = Field(description="Null on the last page.")


class Page(Shape, Generic[Record]):
    """One page of a list, in the order in which the records were made."""

    data: list[Record]
    pagination: Pagination
    links: Links

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Return the name that the description has for a page of one sort of records."""
        return f"{params[0].__name__}Page"


class System(Shape):
    """What there is, and where."""

    id: Address
    type: Literal["System"] = "System"
    name: str
    product: str
    description: Address = Field(description="The description of this interface (OpenAPI 3.1).")
    body: Address
    network: Address
    organization: Address
    meeting: Address
    paper: Address
    decision: Address
    topic: Address
    milestone: Address
    news: Pages = Field(description="What is new, as an Atom feed.")
    web: Pages


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: int
    detail: str

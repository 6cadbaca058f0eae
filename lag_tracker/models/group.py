"""Groups and who belongs to them."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.person import Person
from lag_tracker.models.traits import Addressed, Archivable, Audience, Identified, Named, Revised, one_of


class GroupKind(StrEnum):
    """Kinds of groups; two of them share one Latvian name, so the kind is always shown."""

    URBACT_LOCAL_GROUP = "urbact_local_group"
    LEADER_LAG = "leader_lag"
    CORE_GROUP = "core_group"
    STEERING = "steering"
    OTHER = "other"


class Tier(StrEnum):
    """How close to the work a member stands."""

    CORE = "core"
    WIDER = "wider"
    OBSERVER = "observer"


class MemberRole(StrEnum):
    """The office a member holds in a group."""

    COORDINATOR = "coordinator"
    CHAIR = "chair"
    SECRETARY = "secretary"
    MEMBER = "member"
    EXPERT = "expert"


group_network = Table(
    "group_network",
    Base.metadata,
    Column("group_id", ForeignKey("group.id", ondelete="CASCADE"), primary_key=True),
    Column("network_id", ForeignKey("network.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Group(Identified, Addressed, Named, Revised, Archivable, Base):
    """A local group: people and organisations that meet about a municipality's matters."""

    __tablename__ = "group"

    kind: Mapped[GroupKind] = mapped_column(one_of(GroupKind))
    #: The group's own word for its kind, such as "vietējā atbalsta grupa"; the kind's usual word when empty.
    label_lv: Mapped[str | None] = mapped_column(String(120))
    label_en: Mapped[str | None] = mapped_column(String(120))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id", ondelete="SET NULL"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("group.id", ondelete="SET NULL"), index=True)
    audience: Mapped[Audience] = mapped_column(one_of(Audience), default=Audience.PUBLIC)
    #: True when the source calls the group a standing one.
    is_permanent: Mapped[bool] = mapped_column(default=False)
    formed_on: Mapped[date | None]
    dissolved_on: Mapped[date | None]
    #: What the group is for, one task a line.
    tasks_lv: Mapped[str | None]
    tasks_en: Mapped[str | None]
    summary_lv: Mapped[str | None]
    summary_en: Mapped[str | None]
    #: The office's address for questions about the group, shown to everyone; never a private person's.
    contact_email: Mapped[str | None] = mapped_column(String(254))
    #: Whether people without an account may propose topics and initiatives; a manager reads them first.
    takes_public_proposals: Mapped[bool] = mapped_column(default=True, server_default=true())
    #: Whether people without an account may comment; a manager reads it first.
    takes_public_comments: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: True for an invented group that only shows what the application can do.
    is_sample: Mapped[bool] = mapped_column(default=False)

    municipality: Mapped[Municipality | None] = relationship(back_populates="groups", lazy="raise_on_sql")
    parent: Mapped["Group | None"] = relationship(
        back_populates="children", remote_side="Group.id", lazy="raise_on_sql"
    )
    children: Mapped[list["Group"]] = relationship(
        back_populates="parent", lazy="raise_on_sql", order_by="Group.name_sort"
    )
    networks: Mapped[list[Network]] = relationship(
        secondary=group_network, lazy="raise_on_sql", order_by=Network.name_sort
    )
    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="group",
        foreign_keys="Membership.group_id",
        lazy="raise_on_sql",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @property
    def label(self) -> Bilingual:
        """The group's own word for its kind, in both languages."""
        return Bilingual(self.label_lv, self.label_en)

    @property
    def tasks(self) -> Bilingual:
        """What the group is for, one task a line, in both languages."""
        return Bilingual(self.tasks_lv, self.tasks_en)

    @property
    def summary(self) -> Bilingual:
        """What the group is, in both languages."""
        return Bilingual(self.summary_lv, self.summary_en)


class Membership(Identified, Revised, Base):
    """A person, an organisation or another group that belongs to a group, from one day to another."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(
            "person_id IS NOT NULL OR organisation_id IS NOT NULL OR member_group_id IS NOT NULL", name="has_member"
        ),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    #: The organisation that the person represents, or that is itself the member.
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    member_group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    tier: Mapped[Tier] = mapped_column(one_of(Tier), default=Tier.WIDER)
    role: Mapped[MemberRole] = mapped_column(one_of(MemberRole), default=MemberRole.MEMBER)
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    #: The membership this one stands in for.
    substitute_for_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"), index=True)
    #: The organisation is named in public unless the member asked otherwise.
    organisation_is_public: Mapped[bool] = mapped_column(default=True)

    group: Mapped[Group] = relationship(back_populates="memberships", foreign_keys=[group_id], lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    member_group: Mapped[Group | None] = relationship(foreign_keys=[member_group_id], lazy="raise_on_sql")
    substitute_for: Mapped["Membership | None"] = relationship(remote_side="Membership.id", lazy="raise_on_sql")

    @property
    def member_name(self) -> Bilingual:
        """Who belongs to the group: the person, else the other group, else the organisation."""
        if self.person:
            return Bilingual(self.person.name, self.person.name)
        of = self.member_group or self.organisation
        return of.name if of else Bilingual(None, None)

    def is_over(self, today: date) -> bool:
        """Tell whether the membership has ended."""
        return self.until_on is not None and self.until_on < today

    def is_to_come(self, today: date) -> bool:
        """Tell whether the membership has not begun yet."""
        return self.from_on is not None and self.from_on > today

"""By what meetings can be chosen: group, network, municipality and kinds, the same as their calendars are."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, literal, null, or_, select, true, union_all
from sqlalchemy.orm import Session

from lag_tracker.calendars.feeds import NAMES_OF_KINDS
from lag_tracker.meetings.queries import of_groups, of_networks
from lag_tracker.models.bilingual import LANGUAGES, Bilingual
from lag_tracker.models.group import Group, GroupKind
from lag_tracker.models.meeting import Meeting, MeetingKind
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network
from lag_tracker.models.visibility import Viewer, visible_groups, visible_meetings
from lag_tracker.names.queries import kept


class Choice(NamedTuple):
    """A record that a list can be narrowed to."""

    #: "group", "network" or "municipality".
    sort: str
    id: int
    slug: str
    name: Bilingual
    #: Of a group: the group it is part of, and its municipality.
    parent_id: int | None
    municipality_id: int | None
    is_sample: bool
    #: False for a group that only passes on what it is part of and is not shown itself.
    is_visible: bool
    #: False for a municipality of which the viewer may see no group and no meeting of its own: it can be chosen, but
    #: no list leads there.
    is_offered: bool
    #: Of a group: its kind, and its own word for it.
    kind: GroupKind | None
    label: Bilingual


class Choices(NamedTuple):
    """All that a list can be narrowed to, each sort in the Latvian alphabet."""

    of_sort: Mapping[str, Mapping[str, Choice]]
    #: Every group by its number, the hidden ones too.
    tree: Mapping[int, Choice]

    def find(self, sort: str, slug: str) -> Choice | None:
        """Return the choice with this slug, None where nobody may choose it."""
        return self.of_sort[sort].get(slug)

    def offered(self, sort: str) -> list[Choice]:
        """Return the choices that a list of them shows."""
        return [one for one in self.of_sort[sort].values() if one.is_offered]

    def groups_under(self, group: Choice) -> list[int]:
        """Return the numbers of a group and of all groups that are part of it."""
        return [number for number in self.tree if group.id in {one.id for one in self._line(number)}]

    def groups_of(self, municipality: Choice) -> list[int]:
        """Return the numbers of a municipality's groups: a group without one belongs to that of the group above it."""
        return [number for number in self.tree if self._municipality(number) == municipality.id]

    def groups_of_kind(self, kind: GroupKind) -> list[int]:
        """Return the numbers of the groups of a kind; a group of another kind that is part of one is none."""
        return [number for number, one in self.tree.items() if one.kind is kind]

    def _municipality(self, number: int) -> int | None:
        return next((one.municipality_id for one in self._line(number) if one.municipality_id), None)

    def _line(self, number: int) -> Iterator[Choice]:
        """Yield a group and all above it; a circle of parents ends where it began."""
        seen: set[int] = set()
        one = self.tree.get(number)
        while one and one.id not in seen:
            seen.add(one.id)
            yield one
            one = self.tree.get(one.parent_id or 0)


class Filters(NamedTuple):
    """What a list is narrowed to; None leaves it as wide as it is."""

    group: Choice | None = None
    network: Choice | None = None
    municipality: Choice | None = None
    kind: MeetingKind | None = None
    group_kind: GroupKind | None = None

    @property
    def address(self) -> dict[str, str]:
        """The filters as they stand in an address."""
        return {choice.sort: choice.slug for choice in self[:3] if choice} | self._kinds

    @property
    def names(self) -> list[Bilingual]:
        """What was chosen, in words."""
        kinds = [NAMES_OF_KINDS[sort][value] for sort, value in self._kinds.items()]
        return [choice.name for choice in self[:3] if choice] + kinds

    @property
    def _kinds(self) -> dict[str, str]:
        return {sort: chosen.value for sort in NAMES_OF_KINDS if (chosen := getattr(self, sort))}


def written(chosen: dict[str, str]) -> str:
    """Return what was chosen, slug by sort, as it stands in the address of a selection."""
    return ",".join(f"{sort}:{chosen[sort]}" for sort in Filters._fields if sort in chosen)


def chosen_in(words: str) -> dict[str, str]:
    """Return the slugs by their sorts that stand in the address of a selection; nothing where they make none.

    A selection combines two or more, each sort once and in order, so that it has one address.
    """
    chosen = dict(part.partition(":")[::2] for part in words.split(","))
    return chosen if len(chosen) > 1 and words == written(chosen) else {}


def selection_name(names: list[Bilingual]) -> Bilingual:
    """Return the name of a selection: those of what it combines."""
    return Bilingual(*(" · ".join(name.read_in(lang).words for name in names) for lang in LANGUAGES))


def choices(session: Session, *, viewer: Viewer) -> Choices:
    """Return all that a list can be narrowed to, from memory as long as no name has changed."""
    return kept(session, ("choices", viewer), lambda: _read_choices(session, viewer))


def _read_choices(session: Session, viewer: Viewer) -> Choices:
    nothing, no, is_offered = null(), false(), or_(_has_groups(viewer), _has_meetings(viewer))
    group = select(
        literal("group"), Group.id, Group.slug, Group.name_lv, Group.name_en, Group.parent_id, Group.municipality_id,
        Group.is_sample, visible_groups(viewer), true(), Group.kind,
        Group.label_lv, Group.label_en, Group.name_sort.label("place"),
    )  # fmt: skip
    network = select(
        literal("network"), Network.id, Network.slug, Network.name, Network.name, nothing, nothing, no, true(), true(),
        nothing, nothing, nothing, Network.name_sort,
    )  # fmt: skip
    municipality = select(
        literal("municipality"), Municipality.id, Municipality.slug, Municipality.name_lv, Municipality.name_en,
        nothing, nothing, no, true(), is_offered, nothing, nothing, nothing, Municipality.name_sort,
    )  # fmt: skip
    found = union_all(group, network, municipality).subquery()
    rows = [_choice(row) for row in session.execute(select(found).order_by(found.c.place, found.c.id))]
    sorts = {
        name: {row.slug: row for row in rows if row.sort == name and row.is_visible} for name in Filters._fields[:3]
    }
    return Choices(sorts, {row.id: row for row in rows if row.sort == "group"})


def _choice(row: Any) -> Choice:
    sort, number, slug, lv, en, parent, owner, sample, visible, offered, kind, own_lv, own_en, _ = row
    flags = (bool(sample), bool(visible), bool(offered))
    return Choice(sort, number, slug, Bilingual(lv, en), parent, owner, *flags, kind, Bilingual(own_lv, own_en))


def _has_groups(viewer: Viewer) -> ColumnElement[bool]:
    own = select(1).where(Group.municipality_id == Municipality.id, visible_groups(viewer))
    return own.correlate(Municipality).exists()


def _has_meetings(viewer: Viewer) -> ColumnElement[bool]:
    own = select(1).where(Meeting.organiser_id == Municipality.id, visible_meetings(viewer))
    return own.correlate(Municipality).exists()


def of_meetings(filters: Filters, among: Choices) -> ColumnElement[bool] | None:
    """Return the condition for meetings, None when nothing is chosen; the calendar of each choice holds the same."""
    wanted: list[ColumnElement[bool]] = []
    if filters.group:
        wanted.append(of_groups(among.groups_under(filters.group)))
    if filters.network:
        wanted.append(of_networks([filters.network.id]))
    if filters.municipality:
        groups = of_groups(among.groups_of(filters.municipality))
        wanted.append(or_(Meeting.organiser_id == filters.municipality.id, groups))
    if filters.kind:
        wanted.append(Meeting.kind == filters.kind)
    if filters.group_kind:
        wanted.append(of_groups(among.groups_of_kind(filters.group_kind)))
    return and_(*wanted) if wanted else None


def of_milestones(filters: Filters, among: Choices) -> ColumnElement[bool] | None:
    """Return the condition for milestones, which are of no kind of meeting and of no municipality."""
    if filters.kind or filters.municipality:
        return false()
    wanted: list[ColumnElement[bool]] = []
    if filters.group:
        wanted.append(Milestone.group_id.in_(among.groups_under(filters.group)))
    if filters.network:
        wanted.append(Milestone.network_id == filters.network.id)
    if filters.group_kind:
        wanted.append(Milestone.group_id.in_(among.groups_of_kind(filters.group_kind)))
    return and_(*wanted) if wanted else None

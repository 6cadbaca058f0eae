"""Questions about networks: who works with whom on what, since when, and which source says so."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group, group_network
from lag_tracker.models.meeting import meeting_network
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network, NetworkKind, PartnerRole, Partnership, Programme
from lag_tracker.models.source import Citation, Source
from lag_tracker.models.theme import Theme, network_theme
from lag_tracker.models.traits import Certainty, Precision
from lag_tracker.models.visibility import Viewer, visible_groups, visible_milestones

#: The order in which partners of a network are named.
_BY_ROLE = {
    role: place for place, role in enumerate((PartnerRole.LEAD, PartnerRole.PRACTICE_GIVER, PartnerRole.PARTNER))
}


class Matrix(NamedTuple):
    """Networks as columns, and for each municipality its part in each of them, None where it has none."""

    networks: Sequence[Network]
    rows: Sequence[tuple[Municipality, Sequence[Partnership | None]]]


class Step(NamedTuple):
    """A day or phase in a network's life; `notes` are the numbers of the sources that back it."""

    #: "approved", "starts", "ends", "deadline" or "phase".
    what: str
    title: Bilingual
    applies_to: Bilingual
    first: date | None
    last: date | None
    precision: Precision
    certainty: Certainty
    notes: tuple[int, ...]

    def is_now(self, today: date) -> bool:
        """Tell whether a phase of known length is going on."""
        return self.first is not None and self.last is not None and self.first <= today <= self.last


class Fact(NamedTuple):
    """What a source backs: a record, or one column of it; an empty aspect stands for the whole record."""

    noun: str
    id: int
    aspect: str


class Backing(NamedTuple):
    """The sources of a page in the order of their notes, and which facts each backs."""

    sources: Sequence[Source]
    facts: dict[Fact, tuple[int, ...]]

    def notes(self, noun: str, number: int, aspect: str = "") -> tuple[int, ...]:
        """Return the numbers, from 1, of the sources that back this fact."""
        return self.facts.get(Fact(noun, number, aspect), ())


def networks(session: Session, *, kind: NetworkKind | None = None, theme_id: int | None = None) -> Sequence[Network]:
    """Return the networks of a kind and theme, save the archived, with themes and partners: three statements."""
    found = (
        select(Network)
        .where(Network.archived_at.is_(None))
        .options(
            selectinload(Network.themes),
            selectinload(Network.partnerships).joinedload(Partnership.municipality),
            joinedload(Network.programme),
        )
    )
    if kind:
        found = found.where(Network.kind == kind)
    if theme_id:
        found = found.where(Network.themes.any(Theme.id == theme_id))
    return session.scalars(found.order_by(Network.name_sort, Network.id)).all()


def archived_networks(session: Session) -> Sequence[Network]:
    """Return the networks that were put away, in the Latvian alphabet."""
    return session.scalars(
        select(Network).where(Network.archived_at.is_not(None)).order_by(Network.name_sort, Network.id)
    ).all()


def used_kinds(session: Session) -> list[NetworkKind]:
    """Return the kinds that there are networks of, in the programme's order."""
    present = set(session.scalars(select(Network.kind).distinct()))
    return [kind for kind in NetworkKind if kind in present]


def used_themes(session: Session) -> Sequence[Theme]:
    """Return the themes that networks have, in the Latvian alphabet."""
    used = select(network_theme.c.theme_id)
    return session.scalars(select(Theme).where(Theme.id.in_(used)).order_by(Theme.name_sort, Theme.id)).all()


def as_matrix(found: Sequence[Network]) -> Matrix:
    """Return the networks against the municipalities that take part in any of them, both in the Latvian alphabet."""
    parts: dict[Municipality, dict[int, Partnership]] = {}
    for part in (part for network in found for part in network.partnerships):
        parts.setdefault(part.municipality, {})[part.network_id] = part
    rows = sorted(parts, key=lambda one: (one.name_sort, one.id))
    return Matrix(found, [(one, [parts[one].get(network.id) for network in found]) for one in rows])


def partners(network: Network) -> list[Partnership]:
    """Return a network's partners: who leads first, who only works with it last, each in the Latvian alphabet."""

    def place(part: Partnership) -> tuple[int, str, int]:
        return (_BY_ROLE.get(part.role, len(_BY_ROLE)), part.municipality.name_sort, part.id)

    return sorted(network.partnerships, key=place)


def find_network(session: Session, slug: str) -> Network | None:
    """Return the network at this address with its programme, themes and partners, in three statements."""
    return session.scalars(
        select(Network)
        .where(Network.slug == slug)
        .options(
            joinedload(Network.programme),
            selectinload(Network.themes),
            selectinload(Network.partnerships).joinedload(Partnership.municipality),
        )
    ).one_or_none()


def groups_of_network(session: Session, network_id: int, *, viewer: Viewer) -> Sequence[Group]:
    """Return the groups that work for a network, with their municipalities, in the Latvian alphabet."""
    of_network = select(group_network.c.group_id).where(group_network.c.network_id == network_id)
    return session.scalars(
        select(Group)
        .where(Group.id.in_(of_network), visible_groups(viewer))
        .options(joinedload(Group.municipality))
        .order_by(Group.name_sort, Group.id)
    ).all()


def backing_of_network(session: Session, network_id: int) -> Backing:
    """Return the sources of a network, of its partnerships and of its milestones, in one statement."""
    cited = session.execute(
        select(Citation, Source)
        .join(Source, Source.id == Citation.source_id)
        .where(
            or_(
                Citation.network_id == network_id,
                Citation.partnership_id.in_(select(Partnership.id).where(Partnership.network_id == network_id)),
                Citation.milestone_id.in_(select(Milestone.id).where(Milestone.network_id == network_id)),
            )
        )
        .order_by(Citation.network_id.is_(None), Citation.partnership_id.is_(None), Citation.aspect, Citation.id)
    )
    return _backing((citation, source) for citation, source in cited)


def _backing(cited: Iterable[tuple[Citation, Source]]) -> Backing:
    numbers: dict[Source, int] = {}
    facts: dict[Fact, list[int]] = {}
    for citation, source in cited:
        noun = next(noun for noun in ("network", "partnership", "milestone") if getattr(citation, f"{noun}_id"))
        number = numbers.setdefault(source, len(numbers) + 1)
        facts.setdefault(Fact(noun, getattr(citation, f"{noun}_id"), citation.aspect), []).append(number)
    return Backing(list(numbers), {fact: tuple(sorted(set(notes))) for fact, notes in facts.items()})


def is_worked_for(session: Session, network_id: int) -> bool:
    """Tell whether a network has a group or a meeting."""
    uses = [exists(select(1).where(table.c.network_id == network_id)) for table in (group_network, meeting_network)]
    return bool(session.scalar(select(or_(*uses))))


def takes_part_already(session: Session, network_id: int, municipality_id: int) -> bool:
    """Tell whether a municipality has a part in a network."""
    part = exists(select(1).where(Partnership.network_id == network_id, Partnership.municipality_id == municipality_id))
    return bool(session.scalar(select(part)))


def partnership_in(session: Session, slug: str, number: int) -> Partnership | None:
    """Return the partnership of this number in the network at this address, with both of its sides."""
    return session.scalars(
        select(Partnership)
        .join(Partnership.network)
        .where(Network.slug == slug, Partnership.id == number)
        .options(contains_eager(Partnership.network), joinedload(Partnership.municipality))
    ).one_or_none()


def municipalities_to_join(session: Session, network_id: int) -> Sequence[Municipality]:
    """Return the municipalities that have no part in a network yet, in the Latvian alphabet."""
    taking_part = select(Partnership.municipality_id).where(Partnership.network_id == network_id)
    return session.scalars(
        select(Municipality)
        .where(Municipality.id.not_in(taking_part), Municipality.archived_at.is_(None))
        .order_by(Municipality.name_sort, Municipality.id)
    ).all()


def all_themes(session: Session) -> Sequence[Theme]:
    """Return all themes, in the Latvian alphabet."""
    return session.scalars(select(Theme).order_by(Theme.name_sort, Theme.id)).all()


def programme_names(session: Session) -> Sequence[str]:
    """Return the names of the programmes on record."""
    return session.scalars(select(Programme.name).order_by(Programme.name)).all()


def milestones_of_network(session: Session, network_id: int, *, viewer: Viewer) -> Sequence[Milestone]:
    """Return the deadlines and phases of a network, as they were recorded."""
    return session.scalars(
        select(Milestone).where(Milestone.network_id == network_id, visible_milestones(viewer)).order_by(Milestone.id)
    ).all()


def life_of(network: Network, milestones: Iterable[Milestone], backing: Backing) -> list[Step]:
    """Return a network's dates, phases and deadlines in order, those without a date at the end."""
    nothing = Bilingual(None, None)
    days = (("approved", network.approved_on), ("starts", network.starts_on), ("ends", network.ends_on))
    steps = [
        Step(
            what,
            nothing,
            nothing,
            day,
            None,
            Precision.DAY,
            Certainty.STATED,
            backing.notes("network", network.id, f"{what}_on"),
        )
        for what, day in days
        if day
    ]
    for one in milestones:
        notes = backing.notes("milestone", one.id)
        steps.append(
            Step(
                one.kind.value,
                one.title,
                one.applies_to,
                one.starts_on,
                one.ends_on,
                one.date_precision,
                one.date_certainty,
                notes,
            )
        )
    return sorted(steps, key=lambda step: (step.first is None, step.first or date.max))

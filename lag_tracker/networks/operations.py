"""What happens to networks and to the part that municipalities have in them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypedDict

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from lag_tracker.errors import RuleBroken
from lag_tracker.models.network import Network, NetworkKind, PartnerRole, Partnership, Programme
from lag_tracker.models.theme import Theme
from lag_tracker.models.traits import Certainty
from lag_tracker.networks.queries import is_worked_for, takes_part_already
from lag_tracker.slugs import free_slug


class NetworkWords(TypedDict):
    """What a person writes about a network."""

    name: str
    official_name: str | None
    kind: NetworkKind
    kind_certainty: Certainty
    summary_lv: str | None
    summary_en: str | None
    approved_on: date | None
    starts_on: date | None
    ends_on: date | None
    collaborators_lv: str | None
    collaborators_en: str | None
    website: str | None


class PartnerWords(TypedDict):
    """What a person writes about a municipality's part in a network."""

    role: PartnerRole
    role_certainty: Certainty
    body_lv: str | None
    body_en: str | None
    focus_lv: str | None
    focus_en: str | None


def start_network(
    session: Session, *, words: NetworkWords, programme: Programme | None, themes: Sequence[int]
) -> Network:
    """Put a new network on record."""
    network = Network(slug=free_slug(session, Network, words["name"]), programme=programme, **words)
    network.themes = _themes(session, themes)
    session.add(network)
    return network


def change_network(
    network: Network, *, session: Session, words: NetworkWords, programme: Programme | None, themes: Sequence[int]
) -> None:
    """Write down what a network is; needs its programme and themes loaded."""
    for name, value in words.items():
        setattr(network, name, value)
    network.programme, network.themes = programme, _themes(session, themes)
    # Themes stand in a table of their own, so without this a change of them alone would raise no revision. The slug
    # never changes, and no record of changes speaks of it.
    flag_modified(network, "slug")


def _themes(session: Session, numbers: Sequence[int]) -> list[Theme]:
    return list(session.scalars(select(Theme).where(Theme.id.in_(numbers))))


def programme_called(session: Session, name: str | None) -> Programme | None:
    """Return the programme of this name, put on record when there is none; None for no name."""
    if not name:
        return None
    found = session.scalars(select(Programme).where(Programme.name == name).limit(1)).first()
    return found or Programme(name=name)


def put_network_away(network: Network, *, now: datetime) -> None:
    """Take a network out of lists and forms; its page, its groups and its calendar stay."""
    network.archived_at = now


def take_network_back(network: Network) -> None:
    """Put an archived network into the lists again."""
    network.archived_at = None


def erase_network(network: Network, *, session: Session) -> None:
    """Delete a network that no group works for and that never met, with its partnerships and milestones."""
    if is_worked_for(session, network.id):
        raise RuleBroken(gettext("The network has groups or meetings, so it cannot be erased. Archive it instead."))
    session.delete(network)


def add_partner(network: Network, *, session: Session, municipality_id: int, words: PartnerWords) -> Partnership:
    """Let a municipality take part in a network, once."""
    if takes_part_already(session, network.id, municipality_id):
        raise RuleBroken(
            gettext("This municipality takes part in the network already. Change its part instead."),
            about="municipality_id",
        )
    partnership = Partnership(network_id=network.id, municipality_id=municipality_id, **words)
    session.add(partnership)
    return partnership


def change_partner(partnership: Partnership, *, words: PartnerWords) -> None:
    """Write down what a municipality does in a network."""
    for name, value in words.items():
        setattr(partnership, name, value)


def remove_partner(partnership: Partnership, *, session: Session) -> None:
    """Delete a municipality's part in a network; the municipality itself stays."""
    session.delete(partnership)

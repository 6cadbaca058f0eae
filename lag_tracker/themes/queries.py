"""Questions about themes."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from lag_tracker.models.initiative import Initiative
from lag_tracker.models.theme import Theme, network_theme


class ThemeRow(NamedTuple):
    """A theme, and how many networks and initiatives have it."""

    theme: Theme
    networks: int
    initiatives: int


def themes(session: Session) -> list[ThemeRow]:
    """Return all themes in the Latvian alphabet, in one statement."""
    networks = (
        select(func.count()).select_from(network_theme).where(network_theme.c.theme_id == Theme.id).correlate(Theme)
    )
    initiatives = select(func.count(Initiative.id)).where(Initiative.theme_id == Theme.id).correlate(Theme)
    found = session.execute(
        select(Theme, networks.scalar_subquery(), initiatives.scalar_subquery()).order_by(Theme.name_sort, Theme.id)
    )
    return [ThemeRow(*row) for row in found]


def find_theme(session: Session, slug: str) -> Theme | None:
    """Return the theme at this address."""
    return session.scalars(select(Theme).where(Theme.slug == slug)).one_or_none()


def theme_called(session: Session, names: Sequence[str | None], *, besides: int | None) -> Theme | None:
    """Return another theme that has one of these names in either language, whatever its case."""
    folded = {name.casefold() for name in names if name}
    others = session.scalars(select(Theme).where(Theme.id != (besides or 0)))
    return next((one for one in others if {(name or "").casefold() for name in one.name} & folded), None)


def has_theme(session: Session, theme_id: int) -> bool:
    """Tell whether a network or initiative has a theme."""
    uses = (
        exists(select(1).where(network_theme.c.theme_id == theme_id)),
        exists(select(1).where(Initiative.theme_id == theme_id)),
    )
    return bool(session.scalar(select(or_(*uses))))

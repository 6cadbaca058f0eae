"""What is worked out from names is kept in memory, for as long as a number in the database says that they are the same.

Each process looks at that number once for each request; a change of a name and the rise of the number are one
transaction (see calendars/operations.py), so no process can go on with an old name.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.calendar import CalendarVersion
from lag_tracker.models.changes import Changes
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network
from lag_tracker.models.visibility import PUBLIC, Viewer, visible_groups, visible_meetings

#: Key of the number, beside those of the calendars; and under which a session remembers having looked.
NAMES: Final = "names"
#: Tables whose rows lists name.
NAMED: Final = {"group", "network", "municipality"}
#: After a change of more meetings than that at once, names are read again without a closer look.
MOST_COMPARED: Final = 100
#: Things kept at most, because each kind of viewer has their own.
MOST_KEPT: Final = 200
_VERSION: Final = select(CalendarVersion.version).where(CalendarVersion.calendar_key == bindparam("key"))

Thing = TypeVar("Thing")
_kept: WeakKeyDictionary[Engine, dict[Any, tuple[int, Any]]] = WeakKeyDictionary()


class GroupName(NamedTuple):
    """A group as lists name it."""

    slug: str
    name: Bilingual
    is_sample: bool


@dataclass(frozen=True, eq=False)
class Names:
    """Names by number: of the groups that a viewer may see, and of all networks."""

    groups: dict[int, GroupName]
    #: Place in the Latvian alphabet, and name.
    networks: dict[int, tuple[int, str]]
    #: What rows of lists put together from these names, to be forgotten with them.
    together: dict[str | None, Any] = field(default_factory=dict)


def kept(session: Session, key: tuple[Any, ...], make: Callable[[], Thing]) -> Thing:
    """Return what `make` works out from names under `key`, from memory when no name has changed since."""
    engine = session.get_bind().engine
    version = names_version(session)
    known, thing = _kept.setdefault(engine, {}).get(key, (None, None))
    if known != version:
        thing = make()
        if len(_kept[engine]) >= MOST_KEPT:
            _kept[engine].clear()
        _kept[engine][key] = (version, thing)
    return thing  # type: ignore[return-value]  # made by `make` of the same key


def names_version(session: Session) -> int:
    """Return the number that rises with each change of a name; a session looks once in a transaction of its own."""
    if NAMES not in session.info:
        session.info[NAMES] = session.connection().execute(_VERSION, {"key": NAMES}).scalar() or 0
    version: int = session.info[NAMES]
    return version


def alters_names(session: Session, changes: Changes) -> bool:
    """Tell whether `changes` may alter what is kept: a name, or which municipalities have groups or meetings to show.

    For everyone a municipality comes with its first public meeting and goes with its last; for those who see more, no
    later and no sooner. So most changes of meetings alter nothing.
    """
    if NAMED & changes.ids.keys():
        return True
    touched, organisers = changes.ids.get("meeting", set()), changes.references.get("organiser_id", set())
    if not organisers or len(touched) > MOST_COMPARED:
        return bool(organisers)
    has_groups = exists().where(Group.municipality_id == Municipality.id, visible_groups(PUBLIC))
    others = (Meeting.organiser_id == Municipality.id, Meeting.id.not_in(touched), visible_meetings(PUBLIC))
    has_others = exists().where(*others)
    lasting = select(Municipality.id).where(Municipality.id.in_(organisers), or_(has_groups, has_others))
    return not organisers <= set(session.scalars(lasting))


def all_names(session: Session, *, viewer: Viewer) -> Names:
    """Return the names that lists show."""
    return kept(session, ("all", viewer), lambda: _read_names(session, viewer))


def _read_names(session: Session, viewer: Viewer) -> Names:
    groups = session.execute(
        select(Group.id, Group.slug, Group.name_lv, Group.name_en, Group.is_sample).where(visible_groups(viewer))
    )
    networks = session.execute(select(Network.id, Network.name).order_by(Network.name_sort, Network.id))
    return Names(
        {number: GroupName(slug, Bilingual(lv, en), is_sample) for number, slug, lv, en, is_sample in groups},
        {number: (place, name) for place, (number, name) in enumerate(networks)},
    )

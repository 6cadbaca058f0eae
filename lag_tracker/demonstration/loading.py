"""Bring the records of a file of facts into the database. A second load of the same file changes nothing."""

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

from slugify import slugify
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lag_tracker.database import Base, db
from lag_tracker.demonstration.facts import (
    SECTIONS,
    AgendaFacts,
    DecisionFacts,
    GroupFacts,
    InitiativeFacts,
    MeetingFacts,
)
from lag_tracker.demonstration.fields import CoarseDay
from lag_tracker.demonstration.reading import Facts, Known
from lag_tracker.demonstration.shapes import Cite, Member, Record, Shape, references
from lag_tracker.models.agenda import AgendaItem, Speaker
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingState
from lag_tracker.models.network import Network
from lag_tracker.models.source import Citation

#: Told how many of how many records are loaded, and the section that is next.
Progress = Callable[[int, int, str], None]

LONGEST_SLUG = 100
#: Lists of rows that a file may change; they are read together with the row.
LISTS: dict[type[Base], tuple[Any, ...]] = {
    Network: (Network.themes,),
    Group: (Group.networks,),
    Meeting: (Meeting.networks, Meeting.initiatives, Meeting.meeting_groups),
    AgendaItem: (AgendaItem.presenters,),
}
#: Fields that a step of its own brings in, because what they refer to comes later.
LATER = {(GroupFacts, "parent"), (InitiativeFacts, "history"), (Member, "substitute_for"), (DecisionFacts, "agenda_item")}


def known_records() -> Known:
    """Return the keys and slugs that the database holds, for the check of a file that refers to them."""
    keys: dict[str, set[str]] = {}
    slugs: dict[str, dict[str, str | None]] = {}
    for name, shape in SECTIONS.items():
        model: Any = shape.fills
        keys[name] = set(db.session.scalars(select(model.import_key).where(model.import_key.is_not(None))))
        if "slug" in shape.model_fields:
            slugs[name] = {slug: key for slug, key in db.session.execute(select(model.slug, model.import_key))}
    return Known(keys, slugs)


def load_facts(facts: Facts, *, uid_domain: str, today: date, progress: Progress = lambda *_: None) -> None:
    """Make or change the records of `facts`; what the file leaves out stays as it is.

    `uid_domain` is the part after @ in the identity of new calendar events; `today` tells whether a meeting was held.
    """
    load = _Load(facts, uid_domain=uid_domain, today=today)
    done = 0
    # A query in the middle of filling a row would write half of it.
    with db.session.no_autoflush:
        for name in SECTIONS:
            progress(done, len(facts), name)
            load.section(name)
            done += len(facts.section(name))
        load.histories()
        db.session.flush()
    progress(done, len(facts), "")


class _Load:
    """One load: the facts, and the rows that are found or made by their keys."""

    def __init__(self, facts: Facts, *, uid_domain: str, today: date) -> None:
        self.facts = facts
        self.uid_domain = uid_domain
        self.today = today
        self.rows: dict[type[Base], dict[str, Any]] = {}

    def section(self, name: str) -> None:
        """Bring in the records of one section with their parts and citations."""
        records = self.facts.section(name)
        slugs = _slugs_of(SECTIONS[name].fills)
        for record in records:
            row = self._row(record, record.key)
            if row.id is None:
                self._prepare_new(row, record, slugs)
            self._fill(row, record)
        db.session.flush()
        for record in records:
            row = self._row(record, record.key)
            self._fill_later(row, record)
            self._fill_parts(row, record, record.key)
            self._cite(row, record, record.key)
        db.session.flush()

    def histories(self) -> None:
        """Bring in the histories of initiatives, which name meetings."""
        for record in self.facts.section("initiatives"):
            if isinstance(record, InitiativeFacts):
                self._fill_list(self._row(record, record.key), record, "history", record.key)

    def _known(self, model: Any) -> dict[str, Any]:
        """Return the rows of a model that files have brought in, by their keys."""
        if model not in self.rows:
            lists = [selectinload(relation) for relation in LISTS.get(model, ())]
            found = db.session.scalars(select(model).where(model.import_key.is_not(None)).options(*lists))
            self.rows[model] = {row.import_key: row for row in found}
        return self.rows[model]

    def _row(self, shape: Shape, key: str) -> Any:
        """Return the row of `shape` with `key`, a new one when there is none."""
        rows = self._known(shape.fills)
        if key not in rows:
            rows[key] = shape.fills(import_key=key)
            db.session.add(rows[key])
        return rows[key]

    def _referred(self, section: str, key: str) -> Any:
        return self._known(SECTIONS[section].fills)[key]

    def _prepare_new(self, row: Any, record: Record, slugs: set[str]) -> None:
        """Give a new row its address and its identity in calendars, which later loads leave alone."""
        if "slug" in row.__table__.columns:
            row.slug = getattr(record, "slug", None) or _free_slug(record, slugs)
            slugs.add(row.slug)
        if "uid" in row.__table__.columns:
            digest = hashlib.sha256(f"{row.__tablename__}:{record.key}".encode()).hexdigest()
            row.uid = f"{digest[:32]}@{self.uid_domain}"
        if isinstance(record, MeetingFacts) and record.state is None:
            last = (record.ends_on or record.starts_on).last
            # A meeting whose day nobody knows can only be remembered.
            row.state = MeetingState.HELD if last is None or last < self.today else MeetingState.SCHEDULED

    def _fill(self, row: Any, shape: Shape) -> None:
        """Set what the file names, column by column; equal values are left, so that nothing looks changed."""
        referring = references(shape)
        for name in shape.model_fields_set:
            value = getattr(shape, name)
            if (type(shape), name) in LATER or value is None and name in {"state", "slug"}:
                continue
            if isinstance(value, CoarseDay):
                _set(row, name, value.last if name == "ends_on" else value.first)
                if name != "ends_on":
                    _set(row, "date_precision", value.precision)
            elif name in referring and isinstance(value, tuple):
                self._fill_links(row, name, [self._referred(referring[name], key) for key in value])
            elif name in referring:
                _set(row, f"{name}_id", self._referred(referring[name], value).id if value else None)
            elif name in row.__table__.columns:
                _set(row, name, value)
        if isinstance(shape, InitiativeFacts):
            _set(row, "state", shape.history[-1].state)

    def _fill_links(self, row: Any, name: str, wanted: list[Any]) -> None:
        """Link a row to others; the groups of a meeting have an order, other lists have none."""
        if isinstance(row, Meeting) and name == "groups":
            _set_groups(row, wanted)
        elif isinstance(row, AgendaItem):
            speakers = {(one.meeting_id, one.person_id): one for one in self._known(Speaker).values()}
            _set_list(row, name, [speakers[row.meeting_id, person.id] for person in wanted])
        else:
            _set_list(row, name, wanted)

    def _fill_later(self, row: Any, record: Record) -> None:
        if isinstance(record, GroupFacts) and "parent" in record.model_fields_set:
            _set(row, "parent_id", self._referred("groups", record.parent).id if record.parent else None)
        if isinstance(record, DecisionFacts) and record.agenda_item:
            item = self._known(AgendaItem).get(f"{record.meeting}/agenda/{record.agenda_item}")
            _set(row, "agenda_item_id", item.id if item else None)

    def _fill_parts(self, row: Any, record: Record, key: str) -> None:
        for name in type(record).model_fields:
            if (type(record), name) not in LATER and name in record.model_fields_set and _holds_parts(record, name):
                self._fill_list(row, record, name, key)
        if isinstance(record, GroupFacts):
            self._fill_substitutes(record)

    def _fill_list(self, owner: Any, record: Record, name: str, key: str) -> None:
        """Make a list of parts, such as an agenda, what the file says, and remove what it no longer names."""
        column = f"{owner.__tablename__}_id"
        kept = set()
        for position, part in enumerate(getattr(record, name), 1):
            part_key = f"{key}/{name}/{getattr(part, part.known_by) if part.known_by else position}"
            kept.add(part_key)
            row = self._row(part, part_key)
            _set(row, column, owner.id)
            if "position" in row.__table__.columns:
                _set(row, "position", position)
            self._fill(row, part)
            if getattr(part, "cites", ()):
                db.session.flush()
            self._cite(row, part, part_key)
        ...

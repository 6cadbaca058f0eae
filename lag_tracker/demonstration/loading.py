"""Bring the records of a file of facts into the database. A second load of the same file changes nothing."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from slugify import slugify
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lag_tracker.database import Base, db
from lag_tracker.demonstration.facts import SECTIONS, DecisionFacts, InitiativeFacts, MeetingFacts
from lag_tracker.demonstration.fields import CoarseDay
from lag_tracker.demonstration.reading import Facts, Known
from lag_tracker.demonstration.shapes import GroupFacts, Record, Shape, parts, references
from lag_tracker.models.agenda import AgendaItem, Speaker
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingState
from lag_tracker.models.network import Network

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
#: Columns that refer to rows of the same table, which must all be there first.
TO_ITS_OWN = {"parent", "substitute_for"}
#: Lists that refer to a section that comes later.
LATER = {"history"}


def known_records() -> Known:
    """Return the keys and slugs that the database holds, for the check of a file that refers to them."""
    keys: dict[str, set[str]] = {}
    slugs: dict[str, dict[str, str | None]] = {}
    for name, shape in SECTIONS.items():
        model: Any = shape.fills
        keys[name] = set(db.session.scalars(select(model.import_key).where(model.import_key.is_not(None))))
        if "slug" in shape.model_fields:
            slugs[name] = {row.slug: row.import_key for row in db.session.execute(select(model.slug, model.import_key))}
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
            load.load_section(name)
            done += len(facts.section(name))
        load.load_histories()
        db.session.flush()
    progress(done, len(facts), "")


class _Load:
    """One load: the facts, and the rows that are found or made by their keys."""

    def __init__(self, facts: Facts, *, uid_domain: str, today: date) -> None:
        self.facts = facts
        self.uid_domain = uid_domain
        self.today = today
        self.rows: dict[type[Base], dict[str, Any]] = {}
        #: Model -> beginning of a key that several parts share -> those parts' keys.
        self.siblings: dict[type[Base], defaultdict[str, set[str]]] = {}

    def load_section(self, name: str) -> None:
        """Bring in the records of one section with their parts and citations."""
        records = self.facts.section(name)
        slugs = _slugs_of(SECTIONS[name].fills)
        for record in records:
            row = self._row(record, record.key)
            if _is_new(row):
                self._prepare_new(row, record, slugs)
            self._fill(row, record, record.model_fields_set)
        db.session.flush()
        for record in records:
            self._load_parts(self._row(record, record.key), record)
        db.session.flush()
        for record in records:
            self._load_later(self._row(record, record.key), record)
            self._cite(record, record.key)

    def load_histories(self) -> None:
        """Bring in the histories of initiatives, which name meetings."""
        for record in self.facts.section("initiatives"):
            self._load_list(self._row(record, record.key), record, "history", record.key)

    def _known(self, model: Any) -> dict[str, Any]:
        """Return the rows of a model that files have brought in, by their keys."""
        if model not in self.rows:
            lists = [selectinload(relation) for relation in LISTS.get(model, ())]
            found = db.session.scalars(select(model).where(model.import_key.is_not(None)).options(*lists))
            self.rows[model] = {row.import_key: row for row in found}
            self.siblings[model] = defaultdict(set)
            for key in self.rows[model]:
                self.siblings[model][key.rpartition("/")[0]].add(key)
        return self.rows[model]

    def _row(self, shape: Shape, key: str) -> Any:
        """Return the row of `shape` with `key`, a new one when there is none."""
        rows = self._known(shape.fills)
        if key not in rows:
            rows[key] = shape.fills(import_key=key)
            db.session.add(rows[key])
        return rows[key]

    def _referred(self, section: str, key: str | None) -> Any:
        return self._known(SECTIONS[section].fills)[key] if key else None

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

    def _fill(self, row: Any, shape: Shape, names: Iterable[str]) -> None:
        """Set the columns and links that `names` speaks of."""
        referring = references(shape)
        for name in names:
            value = getattr(shape, name)
            if name in TO_ITS_OWN or (value is None and name in {"state", "slug"}):
                continue
            if isinstance(value, CoarseDay):
                _set_dates(row, name, value)
            elif name in referring and isinstance(value, tuple):
                self._link(row, name, [self._referred(referring[name], key) for key in value])
            elif name in referring:
                _set(row, f"{name}_id", getattr(self._referred(referring[name], value), "id", None))
            elif name in row.__table__.columns:
                _set(row, name, value)
        if isinstance(shape, InitiativeFacts):
            _set(row, "state", shape.history[-1].state)

    def _link(self, row: Any, name: str, wanted: list[Any]) -> None:
        """Link a row to others; the groups of a meeting have an order, other lists have none."""
        if isinstance(row, Meeting) and name == "groups":
            _set_groups(row, wanted)
            return
        if isinstance(row, AgendaItem):
            speakers = {(one.meeting_id, one.person_id): one for one in self._known(Speaker).values()}
            wanted = [speakers[row.meeting_id, person.id] for person in wanted]
        if _is_new(row) or set(getattr(row, name)) != set(wanted):
            setattr(row, name, wanted)

    def _load_parts(self, row: Any, record: Record) -> None:
        for name in parts(type(record)):
            if name in record.model_fields_set and name not in {"cites", *LATER}:
                self._load_list(row, record, name, record.key)

    def _load_list(self, owner: Any, record: Shape, name: str, key: str) -> None:
        """Make a list of parts, such as an agenda, what the file says, and remove what it no longer names."""
        model, given = parts(type(record))[name].fills, getattr(record, name)
        self._known(model)
        keys = [f"{key}/{name}/{_known_as(part, number)}" for number, part in enumerate(given, 1)]
        for position, (part, part_key) in enumerate(zip(given, keys, strict=True), 1):
            row = self._row(part, part_key)
            _set(row, f"{owner.__tablename__}_id", owner.id)
            if "position" in row.__table__.columns:
                _set(row, "position", position)
            self._fill(row, part, type(part).model_fields)
        for part_key in self.siblings[model][f"{key}/{name}"] - set(keys):
            db.session.delete(self.rows[model].pop(part_key))

    def _load_later(self, row: Any, record: Record) -> None:
        """Fill what refers to parts of this or another record."""
        if isinstance(record, DecisionFacts) and "agenda_item" in record.model_fields_set:
            item = self._known(AgendaItem).get(f"{record.meeting}/agenda/{record.agenda_item}")
            _set(row, "agenda_item_id", item.id if item else None)
        if isinstance(record, GroupFacts):
            if "parent" in record.model_fields_set:
                _set(row, "parent_id", getattr(self._referred("groups", record.parent), "id", None))
            self._set_substitutes(record)

    def _set_substitutes(self, group: GroupFacts) -> None:
        rows = [self._known(Membership)[f"{group.key}/members/{n}"] for n in range(1, len(group.members) + 1)]
        by_person = {member.person: row for member, row in zip(group.members, rows, strict=True)}
        for member, row in zip(group.members, rows, strict=True):
            _set(row, "substitute_for_id", by_person[member.substitute_for].id if member.substitute_for else None)

    def _cite(self, shape: Shape, key: str) -> None:
        """Note where a record, and each of its parts, comes from."""
        for name, part in parts(type(shape)).items():
            if name == "cites" and name in shape.model_fields_set:
                row = self._row(shape, key)
                self._load_list(row, shape, name, f"{row.__tablename__}/{key}")
            elif part.known_by:
                for one in getattr(shape, name):
                    self._cite(one, f"{key}/{name}/{getattr(one, part.known_by)}")


def _known_as(part: Shape, number: int) -> Any:
    return getattr(part, part.known_by) if part.known_by else number


def _is_new(row: Any) -> bool:
    return row.id is None


def _slugs_of(model: Any) -> set[str]:
    return set(db.session.scalars(select(model.slug))) if "slug" in model.__table__.columns else set()


def _free_slug(record: Any, taken: set[str]) -> str:
    """Return an address made of the record's words, with a number behind it when another record has it."""
    fields = ("name_lv", "title_lv", "name", "name_en", "title_en", "kind", "key")
    words = next(value for name in fields if (value := getattr(record, name, None)))
    if isinstance(record, MeetingFacts) and record.starts_on.first:
        words = f"{record.starts_on.first} {words}"
    slug = slugify(words, max_length=LONGEST_SLUG, word_boundary=True) or record.key.replace("_", "-")
    number = 2
    while slug in taken:
        slug = f"{slug.removesuffix(f'-{number - 1}')}-{number}"
        number += 1
    return slug


def _set(row: Any, name: str, value: Any) -> None:
    """Set a column unless it holds the value already, so that nothing looks changed."""
    if getattr(row, name) != value or _is_new(row):
        setattr(row, name, value)


def _set_dates(row: Any, name: str, value: CoarseDay) -> None:
    _set(row, name, value.last if name == "ends_on" else value.first)
    if name != "ends_on":
        _set(row, "date_precision", value.precision)


def _set_groups(meeting: Meeting, wanted: list[Group]) -> None:
    present = {} if _is_new(meeting) else {link.group_id: link for link in meeting.meeting_groups}
    links = [present.get(group.id) or MeetingGroup(group_id=group.id) for group in wanted]
    if _is_new(meeting) or links != list(meeting.meeting_groups):
        meeting.meeting_groups = links
    for position, link in enumerate(links, 1):
        if link.position != position:
            link.position = position

"""What calendars ask the database."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lag_tracker.calendars.entries import GroupTree
from lag_tracker.calendars.feeds import ALL, MILESTONES, NAMES_OF_KINDS
from lag_tracker.database import DriverConnection
from lag_tracker.models.action import Action
from lag_tracker.models.agenda import AgendaItem, Speaker
from lag_tracker.models.bilingual import LANGUAGES, Bilingual
from lag_tracker.models.calendar import CalendarEntry, CalendarFeed, CalendarListing, EventAudience
from lag_tracker.models.changes import Changes
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingGroup, meeting_network
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network
from lag_tracker.models.traits import Precision
from lag_tracker.models.visibility import PUBLIC, visible_groups, visible_meetings

#: How many records are read, or named in one statement, at once.
BATCH = 400

Column: TypeAlias = ColumnElement[Any] | InstrumentedAttribute[Any]


class FeedAddress(NamedTuple):
    """What the address of a feed asks for."""

    #: "all", "milestones", "kind", "group_kind", "municipality", "network", "group" or "meeting".
    kind: str
    #: Slug of the record, or the kind of meetings or groups; empty for the feeds of everything.
    slug: str
    lang: str
    #: True for a feed that reaches back as far as the records do.
    shows_past: bool = False

    @property
    def key(self) -> str:
        """The key of the ready body."""
        return f"{self.kind}/{self.slug}|{self.lang}|{'all' if self.shows_past else 'recent'}"


class FeedSubject(NamedTuple):
    """What a feed is about: its calendar, and its name, which a download has none of."""

    calendar_key: str
    name: Bilingual


class StoredEntry(NamedTuple):
    """An entry as it is stored, without its bytes, and the calendars it stands in."""

    owner_id: int
    audience: EventAudience
    lang: str
    id: int
    content_digest: str
    schedule_digest: str
    sequence: int
    changed_at: datetime
    starts_on: date
    kept_until: date | None
    calendar_keys: set[str]


def feed_subject(connection: DriverConnection, address: FeedAddress, *, known: str | None) -> FeedSubject | None:
    """Return what the public may read at a feed's address, None when there is nothing.

    A record whose slug was changed is still found at the old address, which last led to the calendar `known`, unless
    another record has that slug now: who subscribed once must not lose the calendar.
    """
    if address.kind == "all":
        return FeedSubject("all", ALL)
    if address.kind == "milestones":
        return FeedSubject("milestones", MILESTONES)
    if address.kind in NAMES_OF_KINDS:
        name = NAMES_OF_KINDS[address.kind].get(address.slug)
        return FeedSubject(f"{address.kind}:{address.slug}", name) if name else None
    subject = _subject(connection, address.kind, "slug", address.slug)
    if subject is None and known is not None:
        subject = _subject(connection, address.kind, "id", int(known.partition(":")[2]))
    return subject


_MODELS: dict[str, type[Municipality | Network | Group | Meeting]] = {
    "municipality": Municipality,
    "network": Network,
    "group": Group,
    "meeting": Meeting,
}


def _readable(kind: str) -> Select[int, str | None, str | None]:
    """Return the statement for id, Latvian and English name of the records of a kind that the public may see."""
    if kind == "municipality":
        return select(Municipality.id, Municipality.name_lv, Municipality.name_en)
    if kind == "network":
        return select(Network.id, Network.name, Network.name)
    if kind == "group":
        return select(Group.id, Group.name_lv, Group.name_en).where(visible_groups(PUBLIC))
    has_day = and_(Meeting.starts_on.is_not(None), Meeting.date_precision == Precision.DAY)
    return select(Meeting.id, Meeting.title_lv, Meeting.title_en).where(visible_meetings(PUBLIC), has_day)


@cache
def _by(kind: str, name: str) -> Select[int, str | None, str | None]:
    """Return the statement for one record by its "slug" or "id"; kept, because building it takes longer than asking."""
    return _readable(kind).where(getattr(_MODELS[kind], name) == bindparam("wanted"))


def _subject(connection: DriverConnection, kind: str, name: str, wanted: str | int) -> FeedSubject | None:
    for number, lv, en in connection.read(_by(kind, name), wanted=wanted):
        return FeedSubject(f"{kind}:{number}", Bilingual(None, None) if kind == "meeting" else Bilingual(lv, en))
    return None


def is_all_past(session: Session, calendar_key: str, *, today: date, lang: str) -> bool:
    """Tell whether a calendar holds something, but nothing that its feed still shows."""
    newest = (
        select(CalendarEntry.shown_until)
        .join(CalendarListing, CalendarListing.entry_id == CalendarEntry.id)
        .where(CalendarListing.calendar_key == calendar_key, CalendarListing.lang == lang)
        .order_by(CalendarListing.starts_on.desc())
        .limit(1)
    )
    shown_until = session.scalar(newest)
    return shown_until is not None and shown_until < today


def batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    """Yield `numbers` in order, some hundred at a time, because a statement takes only so many values."""
    ordered = sorted(numbers)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


def _found(session: Session, wanted: Column, among: Column, numbers: Iterable[Any]) -> set[int]:
    """Return the values of `wanted` in the rows whose `among` is one of `numbers`."""
    values = list(numbers)
    found: set[int | None] = set()
    for start in range(0, len(values), BATCH):
        found.update(session.scalars(select(wanted).where(among.in_(values[start : start + BATCH]))))
    return {number for number in found if number is not None}


def affected_meetings(session: Session, changes: Changes, *, groups: set[int]) -> set[int]:
    """Return the meetings whose events may change with `changes`; `groups` are the touched ones and all below them."""
    touched = changes.ids.get
    return (
        changes.of("meeting")
        | _found(session, AgendaItem.meeting_id, AgendaItem.id, touched("agenda_item", ()))
        | _found(session, Speaker.meeting_id, Speaker.id, touched("speaker", ()))
        | _found(session, Speaker.meeting_id, Speaker.person_id, touched("person", ()))
        | _found(session, MeetingGroup.meeting_id, MeetingGroup.group_id, groups)
        | _found(session, meeting_network.c.meeting_id, meeting_network.c.network_id, touched("network", ()))
        | _listed(session, CalendarEntry.meeting_id, changes)
    )


def affected_milestones(session: Session, changes: Changes, *, groups: set[int]) -> set[int]:
    """Return the milestones whose events may change with `changes`."""
    return (
        changes.of("milestone")
        | _found(session, Milestone.id, Milestone.network_id, changes.ids.get("network", ()))
        | _found(session, Milestone.id, Milestone.group_id, groups)
        | _listed(session, CalendarEntry.milestone_id, changes)
    )


def affected_actions(session: Session, changes: Changes, *, meetings: set[int]) -> set[int]:
    """Return the actions whose deadlines may change with `changes`; `meetings` are those whose events may."""
    return changes.ids.get("action", set()) | _found(session, Action.id, Action.meeting_id, meetings)


def _listed(session: Session, wanted: Column, changes: Changes) -> set[int]:
    """Return the records that stood in the calendars of touched groups and the like, which may be gone by now."""
    kinds = ("group", "network", "municipality")
    keys = [f"{kind}:{number}" for kind in kinds for number in changes.ids.get(kind, ())]
    entries = _found(session, CalendarListing.entry_id, CalendarListing.calendar_key, keys)
    return _found(session, wanted, CalendarEntry.id, entries)


def group_tree(session: Session) -> GroupTree:
    """Return parent and municipality of every group."""
    return {
        row[0]: (row[1], row[2]) for row in session.execute(select(Group.id, Group.parent_id, Group.municipality_id))
    }


def stored_entries(
    session: Session, owner: Column, numbers: list[int]
) -> dict[tuple[int, EventAudience, str], StoredEntry]:
    """Return the entries of records by record, audience and language; `owner` is the column that names the record."""
    columns = [getattr(CalendarEntry, name) for name in StoredEntry._fields[1:-1]]
    rows = session.execute(select(owner, *columns).where(owner.in_(numbers))).all()
    entries = {(row[0], row[1], row[2]): StoredEntry._make((*row, set())) for row in rows}
    of_owner = select(CalendarEntry.id).where(owner.in_(numbers))
    by_number = {entry.id: entry for entry in entries.values()}
    for number, key in session.execute(
        select(CalendarListing.entry_id, CalendarListing.calendar_key).where(CalendarListing.entry_id.in_(of_owner))
    ):
        by_number[number].calendar_keys.add(key)
    return entries


def entry_ids(session: Session, owner: Column, numbers: list[int]) -> dict[tuple[int, EventAudience, str], int]:
    """Return the ids of the entries of records by record, audience and language."""
    columns = (owner, CalendarEntry.audience, CalendarEntry.lang, CalendarEntry.id)
    return {(row[0], row[1], row[2]): row[3] for row in session.execute(select(*columns).where(owner.in_(numbers)))}


def rebound_calendars(session: Session, kind: str, numbers: list[int]) -> set[str]:
    """Return other records' calendars that are sent at an address that belongs to one of these records now."""
    model = _MODELS[kind]
    own = {row[0]: row[1] for row in session.execute(select(model.slug, model.id).where(model.id.in_(numbers)))}
    addresses = [FeedAddress(kind, slug, lang, past) for slug in own for lang in LANGUAGES for past in (False, True)]
    by_key = {address.key: f"{kind}:{own[address.slug]}" for address in addresses}
    rows = session.execute(
        select(CalendarFeed.feed_key, CalendarFeed.calendar_key).where(CalendarFeed.feed_key.in_(by_key))
    )
    return {calendar_key for feed_key, calendar_key in rows if calendar_key != by_key[feed_key]}

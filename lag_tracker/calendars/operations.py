"""Keep calendar events true to the records."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.metadata import version
from typing import TypeAlias

from sqlalchemy import case, delete, func, insert, select, text, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from lag_tracker.calendars import queries
from lag_tracker.calendars.audiences import dated_meetings, shown_actions, shown_meetings, shown_milestones
from lag_tracker.calendars.deadlines import action_content
from lag_tracker.calendars.entries import (
    GroupTree,
    meeting_address,
    meeting_content,
    milestone_content,
    with_all_below,
)
from lag_tracker.calendars.feeds import FORMAT, LAYOUT, digest
from lag_tracker.calendars.plans import Newest, Planned, Writing, leaving_out, newest_of
from lag_tracker.calendars.queries import StoredEntry
from lag_tracker.calendars.segments import Month, all_months, months_are_true, write_months
from lag_tracker.database import take_turns
from lag_tracker.models.action import Action
from lag_tracker.models.bilingual import LANGUAGES
from lag_tracker.models.calendar import CalendarEntry, CalendarFeed, CalendarFormat, CalendarListing, EventAudience
from lag_tracker.models.changes import Changes
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.milestone import Milestone
from lag_tracker.names.queries import NAMES, alters_names

Owner: TypeAlias = InstrumentedAttribute[int | None]
#: Record and audience -> the event as it should stand in calendars.
Plans: TypeAlias = dict[tuple[int, EventAudience], Planned]

WATCHED = {"meeting", "milestone", "action", "agenda_item", "speaker", "person", "group", "network", "municipality"}
FEED_SUBJECTS = ("municipality", "network", "group", "meeting")
#: More than an event's time, place and state change between two backups.
UNSEEN = 1000

_RAISE = text(
    "INSERT INTO calendar_version (calendar_key, version) VALUES (:key, :now) ON CONFLICT (calendar_key) DO UPDATE SET"
    " version = CASE WHEN excluded.version > calendar_version.version THEN excluded.version"
    " ELSE calendar_version.version + 1 END"
)


def refresh_calendars(session: Session, *, changes: Changes, base_url: str, now: datetime) -> None:
    """Write anew the events of the records that `changes` touch, and raise the versions of their calendars.

    `base_url` is the address people use, without a slash at the end.
    """
    if not (WATCHED & changes.ids.keys() or changes.of("meeting") or changes.of("milestone")):
        return
    take_turns(session.connection(), "calendars")
    tree = queries.group_tree(session)
    groups = with_all_below(changes.ids.get("group", set()), tree)
    raised = {f"{kind}:{number}" for kind in FEED_SUBJECTS[:3] for number in changes.ids.get(kind, ())}
    if alters_names(session, changes):
        raised.add(NAMES)
    for kind in FEED_SUBJECTS:
        for numbers in queries.batches(changes.ids.get(kind, ())):
            raised |= queries.rebound_calendars(session, kind, numbers)
    touched: set[Month] = set()
    beginning = first_sequence(session)
    meetings = queries.affected_meetings(session, changes, groups=groups)
    for affected, refresh in (
        (meetings, _refresh_meetings),
        (queries.affected_milestones(session, changes, groups=groups), _refresh_milestones),
        (queries.affected_actions(session, changes, meetings=meetings), _refresh_actions),
    ):
        for numbers in queries.batches(affected):
            touched |= refresh(session, numbers, tree, base_url, Writing(now, beginning))
    write_months(session, touched)
    _raise_versions(session, raised | {month.calendar_key for month in touched}, now)


def calendars_are_true(session: Session) -> bool:
    """Tell whether the stored months of all calendars are what their events say. Reads every event; changes nothing."""
    return months_are_true(session)


def rebuild_if_needed(session: Session, *, base_url: str, now: datetime) -> Iterator[tuple[int, int]]:
    """Rebuild when the software or the address has changed since the events were written; yields as `rebuild` does."""
    if session.scalar(select(CalendarFormat.fingerprint)) != _fingerprint(base_url):
        yield from rebuild(session, base_url=base_url, now=now)


def rebuild(session: Session, *, base_url: str, now: datetime) -> Iterator[tuple[int, int]]:
    """Write every event and every month anew; an event that shows what it showed keeps its stamps.

    Yields after each batch how many records are done, of how many; commit each time, and once more at the end. A
    rebuild at the start of the server that was cut short starts again.
    """
    work = [
        (batch, refresh)
        for noun, owner, refresh in (
            (Meeting, CalendarEntry.meeting_id, _refresh_meetings),
            (Milestone, CalendarEntry.milestone_id, _refresh_milestones),
            (Action, CalendarEntry.action_id, _refresh_actions),
        )
        for batch in queries.batches({*session.scalars(select(noun.id)), *session.scalars(select(owner))} - {None})
    ]
    total, done = sum(len(numbers) for numbers, _ in work), 0
    for numbers, refresh in work:
        take_turns(session.connection(), "calendars")
        writing = Writing(now, first_sequence(session), keeps_same=False)
        touched = refresh(session, numbers, queries.group_tree(session), base_url, writing)
        write_months(session, touched)
        _raise_versions(session, {month.calendar_key for month in touched}, now)
        done += len(numbers)
        yield done, total
    take_turns(session.connection(), "calendars")
    write_months(session, all_months(session))
    # The first lines of the feeds may be written differently, too.
    _raise_versions(session, session.scalars(select(CalendarFeed.calendar_key).distinct()), now)
    _keep_format(session, fingerprint=_fingerprint(base_url))
    yield total, total


def renew_restored(session: Session, *, base_url: str, now: datetime) -> Iterator[tuple[int, int]]:
    """Make every event newer than what subscribers may have seen of it before a backup was set back.

    All sequences rise, also the one that new events begin with, and everything has changed now. Yields as `rebuild`
    does, but commit only at the end: until then nobody should see any of it.
    """
    take_turns(session.connection(), "calendars")
    last_change = session.scalar(select(func.max(CalendarEntry.changed_at))) or now
    # The later, the higher, because the same backup may be set back twice: nothing moves more than once a minute.
    unseen = UNSEEN + max(0, int((now - last_change).total_seconds()) // 60)
    changed_at = case((CalendarEntry.changed_at < now, now), else_=CalendarEntry.changed_at)
    session.execute(update(CalendarEntry).values(sequence=CalendarEntry.sequence + unseen, changed_at=changed_at))
    _keep_format(session, first_sequence=first_sequence(session) + unseen)
    yield from rebuild(session, base_url=base_url, now=now)


def _fingerprint(base_url: str) -> str:
    return digest(FORMAT, LAYOUT, version("lag-tracker"), base_url)


def first_sequence(session: Session) -> int:
    """Return the sequence that new events begin with."""
    return session.scalar(select(CalendarFormat.first_sequence)) or 0


def _keep_format(session: Session, **given: str | int) -> None:
    """Write down how events are written, in a row that may not be there yet."""
    if not session.execute(update(CalendarFormat).values(given)).rowcount:  # type: ignore[attr-defined]
        session.execute(insert(CalendarFormat).values({"fingerprint": "", **given}))


def _refresh_meetings(
    session: Session, numbers: list[int], tree: GroupTree, base_url: str, writing: Writing
) -> set[Month]:
    """Write anew the events of these meetings, seen or not; return the months of calendars that changed."""
    planned: Plans = {}
    # A session of its own on the same transaction: it reads what was written, and leaves the caller's records alone.
    with Session(session.connection(), autoflush=False) as reading:
        meetings = dated_meetings(reading, numbers)
        for shown in shown_meetings(reading, meetings, tree):
            for number, calendars in shown.calendars.items():
                meeting = meetings[number]
                with leaving_out(meeting_address(meeting.slug, "lv", base_url), writing.left_out):
                    contents = {
                        lang: meeting_content(
                            meeting,
                            visible_items=shown.items,
                            lang=lang,
                            base_url=base_url,
                            join_audiences=shown.join_audiences,
                        )
                        for lang in LANGUAGES
                    }
                    planned[number, shown.audience] = Planned(contents, calendars, meeting.cancelled_at)
    return _refresh(session, CalendarEntry.meeting_id, numbers, planned, writing)


def _refresh_milestones(
    session: Session, numbers: list[int], tree: GroupTree, base_url: str, writing: Writing
) -> set[Month]:
    """Write anew the events of these milestones; return the months of calendars that changed."""
    planned: Plans = {}
    with Session(session.connection(), autoflush=False) as reading:
        for milestone, audience, calendars in shown_milestones(reading, numbers, tree):
            with leaving_out(milestone.uid, writing.left_out):
                contents = {lang: milestone_content(milestone, lang=lang, base_url=base_url) for lang in LANGUAGES}
                planned[milestone.id, audience] = Planned(contents, calendars, None)
    return _refresh(session, CalendarEntry.milestone_id, numbers, planned, writing)


def _refresh_actions(
    session: Session, numbers: list[int], _tree: GroupTree, base_url: str, writing: Writing
) -> set[Month]:
    """Write anew the deadlines of these actions; return the months of calendars that changed."""
    planned: Plans = {}
    with Session(session.connection(), autoflush=False) as reading:
        for action, calendars in shown_actions(reading, numbers):
            with leaving_out(f"action {action.id}", writing.left_out):
                contents = {lang: action_content(action, lang=lang, base_url=base_url) for lang in LANGUAGES}
                planned[action.id, EventAudience.DOER] = Planned(contents, calendars, None)
    return _refresh(session, CalendarEntry.action_id, numbers, planned, writing)


def _refresh(session: Session, owner: Owner, numbers: list[int], planned: Plans, writing: Writing) -> set[Month]:
    stored = queries.stored_entries(session, owner, numbers)
    wanted = {(*record, lang) for record in planned for lang in LANGUAGES}
    newest, shown = _newest(planned, stored), 0
    for number, audience, lang in sorted(wanted | stored.keys()):
        plan, entry = planned.get((number, audience)), stored.get((number, audience, lang))
        identity = {owner.key: number, "audience": audience, "lang": lang}
        if plan is not None and writing.plan(plan, entry, identity, newest.get((number, lang))):
            shown += 1
        else:
            writing.withdraw(entry)
    writing.check(shown)
    _write(session, owner, writing)
    return writing.touched


def _newest(planned: Plans, stored: dict[tuple[int, EventAudience, str], StoredEntry]) -> dict[tuple[int, str], Newest]:
    """Return the newest stamps of each record in each language."""
    entries: dict[tuple[int, str], list[StoredEntry]] = {}
    moving: set[int] = set()
    for (number, audience, lang), entry in stored.items():
        entries.setdefault((number, lang), []).append(entry)
        plan = planned.get((number, audience))
        if entry.calendar_keys != (plan.calendar_keys if plan else set()):
            moving.add(number)
    return {record: newest_of(found, levels=record[0] in moving) for record, found in entries.items()}


def _write(session: Session, owner: Owner, writing: Writing) -> None:
    """Carry out what was planned, each kind of change in one statement."""
    if writing.added:
        session.execute(insert(CalendarEntry).execution_options(render_nulls=True), writing.added)
        ids = queries.entry_ids(session, owner, [row[owner.key] for row in writing.added])
        for row in writing.added:
            row["id"] = ids[row[owner.key], row["audience"], row["lang"]]
    if writing.changed:
        session.execute(update(CalendarEntry), writing.changed)
    if writing.relisted:
        moved = [row["id"] for row, _ in writing.relisted]
        session.execute(delete(CalendarListing).where(CalendarListing.entry_id.in_(moved)))
    if rows := writing.listings():
        session.execute(insert(CalendarListing), rows)


def _raise_versions(session: Session, keys: Iterable[str], now: datetime) -> None:
    if rows := [{"key": key, "now": int(now.timestamp())} for key in sorted(keys)]:
        session.execute(_RAISE, rows)

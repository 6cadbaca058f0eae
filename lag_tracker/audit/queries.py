"""Questions about changes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, exists, func, inspect, select
from sqlalchemy.orm import Session, joinedload

from lag_tracker.audit.readers import groups_concerned
from lag_tracker.database import Base
from lag_tracker.labels import meeting_title
from lag_tracker.models.account import Account
from lag_tracker.models.action import Action
from lag_tracker.models.agenda import AgendaItem, Speaker
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.audit import MADE, AuditEntry, Deed, audit_group
from lag_tracker.models.bilingual import Bilingual, Text
from lag_tracker.models.comment import Comment
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.initiative import Initiative, InitiativeStateChange
from lag_tracker.models.invitation import Invitation
from lag_tracker.models.letter import Letter
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingLink, MeetingSeries
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.person import Person
from lag_tracker.models.proposal import Proposal
from lag_tracker.models.topic import Topic
from lag_tracker.models.visibility import (
    Viewer,
    readable_people,
    visible_actions,
    visible_agenda_items,
    visible_decisions,
    visible_groups,
    visible_initiatives,
    visible_links,
    visible_meetings,
    visible_milestones,
    visible_topics,
)
from lag_tracker.models.visibility_of_comments import visible_comments

PAGE = 100
#: Of what is longer the record of changes shows the beginning.
LONGEST_NAME = 120


#: Tables whose rows are known by another record, whose number stands first in their key.
_NAMED_LIKE = {"group_role": "account", "meeting_group": "meeting"}


def _readable(viewer: Viewer) -> Select[Any]:
    """Return the statement for the entries that `viewer` may read, the newest first, with who did it."""
    entries = (
        select(AuditEntry)
        .options(joinedload(AuditEntry.account).joinedload(Account.person))
        .order_by(AuditEntry.id.desc())
    )
    if viewer.is_administrator:
        return entries
    own = exists(
        select(1)
        .where(audit_group.c.audit_entry_id == AuditEntry.id, audit_group.c.group_id.in_(viewer.manages))
        .correlate(AuditEntry)
    )
    return entries.where(own)


def latest_entries(
    session: Session,
    *,
    viewer: Viewer,
    group: Group | None = None,
    deed: str | None = None,
    noun: str | None = None,
    before: int | None = None,
    limit: int = PAGE + 1,
) -> list[AuditEntry]:
    """Return the newest entries that `viewer` may read, or those before the entry `before`; one more than a page.

    With a `group`, only what concerns it; with a `deed` or a `noun`, only what was done so, or to such records.
    """
    entries = _readable(viewer)
    if deed is not None:
        entries = entries.where(AuditEntry.deed == Deed(deed))
    if noun is not None:
        entries = entries.where(AuditEntry.noun == noun)
    if group is not None:
        entries = entries.where(AuditEntry.groups.any(Group.id == group.id))
    if before is not None:
        entries = entries.where(AuditEntry.id < before)
    return list(session.scalars(entries.limit(limit)))


def entries_of(session: Session, noun: str, record_id: int, *, viewer: Viewer) -> list[AuditEntry]:
    """Return what happened to one record, the newest first, as far as `viewer` may read it."""
    of_record = _readable(viewer).where(AuditEntry.noun == noun, AuditEntry.record_id == record_id)
    return list(session.scalars(of_record.limit(PAGE)))


def has_readable_changes(session: Session, noun: str, record_id: int, *, viewer: Viewer) -> bool:
    """Tell whether a record is there of which `viewer` may read what happens to it, even if nothing has yet."""
    model = _models()[noun]
    if "id" not in inspect(model).columns:
        return False
    found = session.scalars(select(model).where(model.id == record_id)).one_or_none()
    return found is not None and viewer.may_manage(groups_concerned(session.connection(), noun, inspect(found).dict))


def _models() -> dict[str, Any]:
    """Return the models by the names of their tables."""
    return {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}  # type: ignore[attr-defined]


class Turn(NamedTuple):
    """When a number came to the record that has it now, as far as known: a database may give numbers out again."""

    #: The last entry by which a record with the number was deleted, None when there is none.
    erased_by: int | None
    #: When a record was last made with the number, to the second.
    given_at: datetime | None

    def is_of_same(self, entry: AuditEntry) -> bool:
        """Tell whether an entry speaks of the record that has the number now, and not of an earlier one."""
        return entry.id > (self.erased_by or 0) and (self.given_at is None or entry.done_at >= self.given_at)


def last_turns(session: Session, referred: dict[str, set[int]]) -> dict[tuple[str, int], Turn]:
    """Return when numbers were last given to a record, (table, id) -> turn; one statement for each table."""
    found: dict[tuple[str, int], Turn] = {}
    erased_by = func.max(case((AuditEntry.deed == Deed.ERASED, AuditEntry.id)))
    given_at = func.max(case((AuditEntry.deed.in_(MADE), AuditEntry.done_at)))
    for table, numbers in referred.items():
        noun = _NAMED_LIKE.get(table, table)
        turns = (
            select(AuditEntry.record_id, erased_by, given_at)
            .where(AuditEntry.noun == noun, AuditEntry.record_id.in_(numbers))
            .where(AuditEntry.deed.in_([*MADE, Deed.ERASED]))
            .group_by(AuditEntry.record_id)
        )
        found |= {(table, number): Turn(*turn) for number, *turn in session.execute(turns)} if numbers else {}
    return found


def names_of(
    session: Session, referred: dict[str, set[int]], *, viewer: Viewer, lang: str
) -> dict[tuple[str, int], Text]:
    """Return the names of records with their languages, (table, id) -> name; one statement for each table.

    What is gone has no name, nor has what `viewer` may not see.
    """
    found: dict[tuple[str, int], Text] = {}
    models = _models()
    for table, numbers in referred.items():
        if table == MeetingSeries.__tablename__:
            found |= _names_of_series(session, numbers, viewer, lang)
            continue
        model = models[_NAMED_LIKE.get(table, table)]
        wanted = select(model).where(model.id.in_(numbers), *_seen(model, viewer))
        wanted = wanted.options(*_NAMED_BY.get(model, ()))
        for record in session.scalars(wanted) if numbers else ():
            found[table, record.id] = _name(record, lang)
    return found


def _names_of_series(session: Session, numbers: set[int], viewer: Viewer, lang: str) -> dict[tuple[str, int], Text]:
    """Return what series are called, which have no name of their own: by the first meeting that `viewer` sees."""
    found: dict[tuple[str, int], Text] = {}
    meetings = select(Meeting).where(Meeting.series_id.in_(numbers), *_seen(Meeting, viewer))
    for meeting in session.scalars(meetings.order_by(Meeting.starts_on.desc(), Meeting.id.desc())):
        title, first = meeting_title(meeting.title, meeting.kind, None, lang), meeting.starts_on
        since = (
            Bilingual(f", no {first:%d.%m.%Y}.", f", from {first.day} {first:%b %Y}") if first else Bilingual("", "")
        )
        words = f"{title.words}{since.read_in(lang).words}"
        found[MeetingSeries.__tablename__, meeting.series_id or 0] = Text(words, title.lang)
    return found


#: Model -> the records whose names are part of its own.
_NAMED_BY: dict[Any, tuple[Any, ...]] = {
    Account: (joinedload(Account.person),),
    Attendance: (joinedload(Attendance.person), joinedload(Attendance.meeting)),
    InitiativeStateChange: (joinedload(InitiativeStateChange.initiative),),
    Invitation: (joinedload(Invitation.person), joinedload(Invitation.group)),
    Membership: (
        joinedload(Membership.person),
        joinedload(Membership.organisation),
        joinedload(Membership.member_group),
        joinedload(Membership.group),
    ),
    Speaker: (joinedload(Speaker.person), joinedload(Speaker.meeting)),
}
#: What belongs to a meeting -> the condition under which it is seen there.
_PARTS = {
    Action: visible_actions,
    AgendaItem: visible_agenda_items,
    Decision: visible_decisions,
    MeetingLink: visible_links,
}


def _of_seen_initiative(viewer: Viewer) -> ColumnElement[bool]:
    return InitiativeStateChange.initiative_id.in_(select(Initiative.id).where(visible_initiatives(viewer)))


#: What has a condition of its own.
_VISIBLE: dict[Any, Callable[[Viewer], ColumnElement[bool]]] = {
    Comment: visible_comments,
    Group: visible_groups,
    Initiative: visible_initiatives,
    InitiativeStateChange: _of_seen_initiative,
    Meeting: visible_meetings,
    Milestone: visible_milestones,
    Topic: visible_topics,
}


def _seen(model: Any, viewer: Viewer) -> list[ColumnElement[bool]]:
    """Return the conditions under which `viewer` may read the name of a record in the record of changes."""
    if viewer.is_administrator:
        return []
    if model in _PARTS:
        meeting = exists(select(1).where(Meeting.id == model.meeting_id, visible_meetings(viewer)).correlate(model))
        return [_PARTS[model](viewer), meeting]
    if model is Person:
        return [Person.name_is_public.is_(True) | readable_people(viewer)]
    if model in {Invitation, Letter, Membership, Proposal}:
        return [model.group_id.in_(viewer.manages)]
    if model in {Attendance, Speaker}:
        return [model.meeting_id.in_(_managed_meetings(viewer))]
    return [_VISIBLE[model](viewer)] if model in _VISIBLE else []


def _managed_meetings(viewer: Viewer) -> Select[Any]:
    return select(MeetingGroup.meeting_id).where(MeetingGroup.group_id.in_(viewer.manages))


def _name(record: Any, lang: str) -> Text:
    if type(record) in _CALLED:
        return _CALLED[type(record)](record, lang)
    for attribute in ("name", "title", "text"):
        value = getattr(record, attribute, None)
        if isinstance(value, Bilingual) and value:
            words, spoken = value.read_in(lang)
            return Text(words[:LONGEST_NAME], spoken)
        if isinstance(value, str) and value:
            return Text(value[:LONGEST_NAME], getattr(record, "language", lang))
    return Text(f"#{record.id}", lang)


def _account(account: Account, lang: str) -> Text:
    return Text(account.person.name if account.person else account.email, lang)


def _attendance(row: Attendance | Speaker, lang: str) -> Text:
    meeting = _meeting(row.meeting, lang)
    return Text(f"{row.person.name if row.person else f'#{row.id}'}, {meeting.words}", meeting.lang)


def _state_change(change: InitiativeStateChange, lang: str) -> Text:
    return _name(change.initiative, lang)


def _invitation(invitation: Invitation, lang: str) -> Text:
    # The address that it was sent to is not repeated here.
    named = [_name(one, lang) for one in (invitation.person, invitation.group) if one]
    return Text(", ".join(one.words for one in named) or f"#{invitation.id}", named[-1].lang if named else lang)


def _membership(membership: Membership, lang: str) -> Text:
    group = _name(membership.group, lang)
    who = membership.member_name.read_in(lang).words or f"#{membership.id}"
    return Text(f"{who}, {group.words}", group.lang)


def _letter(letter: Letter, _lang: str) -> Text:
    # What it says may hold a link that is a key.
    return Text(letter.subject, letter.language)


def _meeting(meeting: Meeting, lang: str) -> Text:
    return meeting_title(meeting.title, meeting.kind, meeting.ordinal, lang)


#: What is not called by its name, title or text alone.
_CALLED: dict[type, Callable[[Any, str], Text]] = {
    Account: _account,
    Attendance: _attendance,
    InitiativeStateChange: _state_change,
    Invitation: _invitation,
    Letter: _letter,
    Meeting: _meeting,
    Membership: _membership,
    Speaker: _attendance,
}

"""What is on a meeting's agenda, with the hour of each item, and who speaks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lag_tracker.models.agenda import AgendaItem, Speaker, agenda_presenter
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.person import Person
from lag_tracker.models.topic import Topic
from lag_tracker.models.traits import Audience
from lag_tracker.models.visibility import Viewer, named_at, visible_agenda_items, visible_initiatives, visible_topics


class Linked(NamedTuple):
    """A record that an agenda item is about."""

    slug: str
    title: Bilingual


class AgendaRow(NamedTuple):
    """An agenda item; `starts` is None unless the meeting's start and all durations before it are known."""

    number: int
    title: Bilingual
    text: Bilingual
    minutes: int | None
    starts: time | None
    presenters: list[str]
    topic: Linked | None
    initiative: Linked | None
    audience: Audience


class SpeakerRow(NamedTuple):
    """A speaker as pages name them."""

    name: str
    affiliation: Bilingual
    organisation: Bilingual | None


def agenda_of(session: Session, meeting_id: int, *, viewer: Viewer, starts: time | None) -> list[AgendaRow]:
    """Return the agenda that `viewer` may see, numbered as it stands, in two statements."""
    return agendas_of(session, {meeting_id: starts}, viewer=viewer).get(meeting_id, [])


def agendas_of(session: Session, starts: Mapping[int, time | None], *, viewer: Viewer) -> dict[int, list[AgendaRow]]:
    """Return the agendas of several meetings, which stand in `starts` with when they begin, in two statements."""
    presenters = _presenters(session, starts.keys(), viewer)
    found = session.execute(
        select(AgendaItem, Topic, Initiative, visible_agenda_items(viewer))
        .select_from(AgendaItem)
        .outerjoin(Topic, (Topic.id == AgendaItem.topic_id) & visible_topics(viewer))
        .outerjoin(Initiative, (Initiative.id == AgendaItem.initiative_id) & visible_initiatives(viewer))
        .where(AgendaItem.meeting_id.in_(starts.keys()))
        .order_by(AgendaItem.meeting_id, AgendaItem.position)
    )
    agendas: dict[int, list[AgendaRow]] = {}
    for meeting_id, rows in groupby(found, key=lambda row: row[0].meeting_id):
        items = list(rows)
        # An item that is not shown takes its time all the same.
        hours = clocks([item.duration_minutes for item, *_ in items], starts[meeting_id])
        agendas[meeting_id] = [
            _row(item, topic, initiative, clock, presenters.get(item.id, []))
            for (item, topic, initiative, is_shown), clock in zip(items, hours, strict=True)
            if is_shown
        ]
    return agendas


def _row(
    item: AgendaItem, topic: Topic | None, initiative: Initiative | None, clock: time | None, presenters: list[str]
) -> AgendaRow:
    return AgendaRow(
        item.position,
        item.title,
        item.text,
        item.duration_minutes,
        clock,
        presenters,
        Linked(topic.slug, topic.title) if topic else None,
        Linked(initiative.slug, initiative.title) if initiative else None,
        item.audience,
    )


def speakers_of(session: Session, meeting_id: int, *, viewer: Viewer) -> list[SpeakerRow]:
    """Return the speakers whose names `viewer` may read, in order."""
    return speakers_at(session, [meeting_id], viewer=viewer).get(meeting_id, [])


def speakers_at(session: Session, meetings: Collection[int], *, viewer: Viewer) -> dict[int, list[SpeakerRow]]:
    """Return the speakers of several meetings whose names `viewer` may read, in order, in one statement."""
    speakers: dict[int, list[SpeakerRow]] = {}
    for speaker, person, organisation in session.execute(
        select(Speaker, Person, Organisation)
        .select_from(Speaker)
        .join(Person, Person.id == Speaker.person_id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(Speaker.meeting_id.in_(meetings), named_at(viewer, Speaker.meeting_id))
        .order_by(Speaker.meeting_id, Speaker.position)
    ):
        row = SpeakerRow(
            person.name,
            speaker.affiliation or person.position,
            organisation.name if organisation and not speaker.affiliation else None,
        )
        speakers.setdefault(speaker.meeting_id, []).append(row)
    return speakers


def _presenters(session: Session, meetings: Collection[int], viewer: Viewer) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for item_id, name in session.execute(
        select(agenda_presenter.c.agenda_item_id, Person.name)
        .select_from(agenda_presenter)
        .join(Speaker, Speaker.id == agenda_presenter.c.speaker_id)
        .join(Person, Person.id == Speaker.person_id)
        .where(Speaker.meeting_id.in_(meetings), named_at(viewer, Speaker.meeting_id))
        .order_by(Speaker.position)
    ):
        names.setdefault(item_id, []).append(name)
    return names


def clocks(durations: Sequence[int | None], starts: time | None) -> list[time | None]:
    """Return when each item begins, until one before it has no duration."""
    moment = datetime.combine(date(2000, 1, 1), starts) if starts else None
    hours: list[time | None] = []
    for minutes in durations:
        hours.append(moment.time() if moment else None)
        moment = moment + timedelta(minutes=minutes) if moment and minutes else None
    return hours

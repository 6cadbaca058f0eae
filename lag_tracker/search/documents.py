"""What each audience may read of records, in a fixed number of statements however many they are.

Rows are read once, each with the widest audience that may read it.
"""

from collections.abc import Callable, Collection
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from lag_tracker.attendance.queries import represented
from lag_tracker.models.agenda import AgendaItem, Speaker
from lag_tracker.models.attendance import Attendance
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, group_network
from lag_tracker.models.initiative import Initiative, InitiativeStateChange
from lag_tracker.models.meeting import Meeting, meeting_network
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network, Partnership, Programme
from lag_tracker.models.person import Person
from lag_tracker.models.search import Subject
from lag_tracker.models.theme import Theme, network_theme
from lag_tracker.models.topic import Topic
from lag_tracker.models.traits import Precision
from lag_tracker.models.visibility import (
    OUTCOME_FOR,
    named_at,
    visible_agenda_items,
    visible_decisions,
    visible_groups,
    visible_initiatives,
    visible_meetings,
    visible_topics,
)
from lag_tracker.search.audiences import for_each_audience, members_of, widest
from lag_tracker.search.index import AUDIENCES, Document
from lag_tracker.search.rows import both, grouped, groups_of_meetings, heading, labels, named, speaker, title_of_meeting

#: Parts of a meeting that not everyone reads who reads the meeting.
_NARROWED: Final = ("agenda_item", "decision", "speaker")


def read_documents(session: Session, subject: Subject, ids: Collection[int]) -> list[Document]:
    """Return the documents of those records of one kind, for each audience, in a fixed number of statements."""
    return _READERS[subject](session, ids)


def _meetings(session: Session, ids: Collection[int]) -> list[Document]:
    holders = groups_of_meetings(session, ids)
    members = members_of(row.group_id for rows in holders.values() for row in rows)
    found = session.execute(
        select(Meeting.__table__, Municipality.name_lv, Municipality.name_en, widest(visible_meetings, members))
        .outerjoin(Municipality, Municipality.id == Meeting.organiser_id)
        .where(Meeting.id.in_(ids))
    ).all()
    agenda = select(AgendaItem.__table__, widest(visible_agenda_items, members)).order_by(AgendaItem.position)
    decisions = select(Decision.__table__, widest(visible_decisions, members)).order_by(Decision.id)
    named_to = widest(lambda viewer: named_at(viewer, Speaker.meeting_id), members)
    speakers = select(Speaker.__table__, Person.name, named_to).join(Person).order_by(Speaker.position)
    networks = select(meeting_network, Network.name, Network.official_name).join(Network).order_by(Network.name_sort)
    parts = {
        "agenda_item": grouped(session, agenda, AgendaItem.meeting_id, ids),
        "decision": grouped(session, decisions, Decision.meeting_id, ids),
        "speaker": grouped(session, speakers, Speaker.meeting_id, ids),
        "group": holders,
        "organisation": grouped(session, represented(), Attendance.meeting_id, ids),
        "network": grouped(session, networks, meeting_network.c.meeting_id, ids),
    }
    of_each = ({table: rows.get(row.id, []) for table, rows in parts.items()} for row in found)
    return [document for row, own in zip(found, of_each, strict=True) for document in _meeting(row, own)]


def _meeting(row: Any, parts: dict[str, list[Any]]) -> list[Document]:
    outcome_for = AUDIENCES.index(OUTCOME_FOR[row.minutes_state])
    narrowed = [part.widest for name in _NARROWED for part in parts[name]]

    def told(place: int) -> Document:
        read = {name: [part for part in parts[name] if part.widest <= place] for name in _NARROWED}
        texts = ("summary", "outcome", "note") if outcome_for <= place else ("summary", "note")
        return _meeting_as_read(row, parts | read, texts)

    groups = (group.group_id for group in parts["group"])
    return for_each_audience(told, row.widest, groups, parts=(outcome_for, *narrowed))


def _meeting_as_read(row: Any, parts: dict[str, list[Any]], texts: tuple[str, ...]) -> Document:
    return Document(
        subject=Subject.MEETING,
        subject_id=row.id,
        slug=row.slug,
        title=title_of_meeting(row),
        happened_on=row.starts_on,
        precision=row.date_precision,
        passages=(
            *(both(row, text) for text in texts),
            *(both(item, "title", "text") for item in parts["agenda_item"]),
            *(both(decision, "text") for decision in parts["decision"]),
            *(speaker(one) for one in parts["speaker"]),
            both(row, "place"),
            *(both(group, "name") for group in parts["group"]),
            *(both(organisation, "name") for organisation in parts["organisation"]),
            *(named(network.name, network.official_name) for network in parts["network"]),
            both(row, "name"),
        ),
        labels=labels(row.kind, Subject.MEETING),
    )


def _topics(session: Session, ids: Collection[int]) -> list[Document]:
    members = members_of(session.scalars(select(Topic.group_id).where(Topic.id.in_(ids))))
    found = session.execute(
        select(Topic.__table__, Group.name_lv, Group.name_en, widest(visible_topics, members))
        .join(Group)
        .where(Topic.id.in_(ids))
    )
    return [document for row in found for document in _whole(_topic(row), row.widest, [row.group_id])]


def _topic(row: Any) -> Document:
    return Document(
        subject=Subject.TOPIC,
        subject_id=row.id,
        slug=row.slug,
        title=both(row, "title"),
        passages=(both(row, "summary"), both(row, "name")),
        labels=labels(Subject.TOPIC),
    )


def _initiatives(session: Session, ids: Collection[int]) -> list[Document]:
    members = members_of(session.scalars(select(Initiative.group_id).where(Initiative.id.in_(ids))))
    theme = (Theme.name_lv.label("theme_lv"), Theme.name_en.label("theme_en"))
    found = session.execute(
        select(Initiative.__table__, Group.name_lv, Group.name_en, *theme, widest(visible_initiatives, members))
        .join(Group, Group.id == Initiative.group_id)
        .outerjoin(Theme, Theme.id == Initiative.theme_id)
        .where(Initiative.id.in_(ids))
    ).all()
    step = InitiativeStateChange
    steps = grouped(session, select(step.__table__).order_by(step.position), step.initiative_id, ids)
    documents = ((row, _initiative(row, steps.get(row.id, []))) for row in found)
    return [told for row, document in documents for told in _whole(document, row.widest, [row.group_id])]


def _initiative(row: Any, steps: list[Any]) -> Document:
    dated = [step for step in steps if step.changed_on]
    last = max(dated, key=lambda step: step.changed_on, default=None)
    reasons = [both(step, "reason") for step in steps]
    return Document(
        subject=Subject.INITIATIVE,
        subject_id=row.id,
        slug=row.slug,
        title=both(row, "title"),
        happened_on=last.changed_on if last else None,
        precision=last.date_precision if last else Precision.DAY,
        passages=(both(row, "summary"), *reasons, both(row, "theme"), both(row, "name")),
        labels=labels(Subject.INITIATIVE, row.state),
    )


def _decisions(session: Session, ids: Collection[int]) -> list[Document]:
    meetings = session.scalars(select(Decision.meeting_id).where(Decision.id.in_(ids))).all()
    holders = groups_of_meetings(session, set(meetings))
    members = members_of(row.group_id for rows in holders.values() for row in rows)
    meeting_columns = ("slug", "kind", "ordinal", "title_lv", "title_en", "starts_on", "date_precision")
    found = session.execute(
        select(
            Decision.__table__,
            *(Meeting.__table__.c[name] for name in meeting_columns),
            widest(visible_decisions, members),
        )
        .join(Meeting)
        .where(Decision.id.in_(ids))
    )
    documents = ((row, holders.get(row.meeting_id, [])) for row in found)
    return [
        told
        for row, groups in documents
        for told in _whole(_decision(row, groups), row.widest, [group.group_id for group in groups])
    ]


def _decision(row: Any, groups: list[Any]) -> Document:
    return Document(
        subject=Subject.DECISION,
        subject_id=row.id,
        slug=row.slug,
        title=Bilingual(*(heading(text) for text in both(row, "text"))),
        happened_on=row.starts_on,
        precision=row.date_precision,
        passages=(both(row, "text"), title_of_meeting(row), *(both(group, "name") for group in groups)),
        labels=labels(Subject.DECISION),
    )


def _groups(session: Session, ids: Collection[int]) -> list[Document]:
    place = (Municipality.name_lv.label("place_lv"), Municipality.name_en.label("place_en"))
    found = session.execute(
        select(Group.__table__, *place, widest(visible_groups, members_of(ids)))
        .outerjoin(Municipality, Municipality.id == Group.municipality_id)
        .where(Group.id.in_(ids))
    ).all()
    of = select(group_network, Network.name, Network.official_name).join(Network).order_by(Network.name_sort)
    networks = grouped(session, of, group_network.c.group_id, ids)
    documents = ((row, _group(row, networks.get(row.id, []))) for row in found)
    return [told for row, document in documents for told in _whole(document, row.widest, [row.id])]


def _group(row: Any, networks: list[Any]) -> Document:
    return Document(
        subject=Subject.GROUP,
        subject_id=row.id,
        slug=row.slug,
        title=both(row, "name"),
        passages=(
            *(both(row, text) for text in ("summary", "tasks", "label", "place")),
            *(named(network.name, network.official_name) for network in networks),
        ),
        labels=labels(Subject.GROUP, row.kind),
    )


def _networks(session: Session, ids: Collection[int]) -> list[Document]:
    found = session.execute(
        select(Network.__table__, Programme.name.label("programme"))
        .outerjoin(Programme, Programme.id == Network.programme_id)
        .where(Network.id.in_(ids))
    ).all()
    of = select(network_theme, Theme.name_lv, Theme.name_en).join(Theme).order_by(Theme.name_sort)
    themes = grouped(session, of, network_theme.c.network_id, ids)
    of = select(Partnership.__table__, Municipality.name_lv, Municipality.name_en).join(Municipality)
    partners = grouped(session, of.order_by(Municipality.name_sort), Partnership.network_id, ids)
    return [_network(row, themes.get(row.id, []), partners.get(row.id, [])) for row in found]


def _network(row: Any, themes: list[Any], partners: list[Any]) -> Document:
    return Document(
        subject=Subject.NETWORK,
        subject_id=row.id,
        slug=row.slug,
        title=named(row.name),
        also_called=(row.official_name,),
        passages=(
            named(row.official_name),
            both(row, "summary"),
            *(both(theme, "name") for theme in themes),
            *(both(partner, "name", "focus") for partner in partners),
            both(row, "collaborators"),
            named(row.programme),
        ),
        labels=labels(Subject.NETWORK, row.kind),
    )


def _municipalities(session: Session, ids: Collection[int]) -> list[Document]:
    found = session.execute(select(Municipality.__table__).where(Municipality.id.in_(ids))).all()
    of = select(Partnership.__table__, Network.name, Network.official_name).join(Network).order_by(Network.name_sort)
    partnerships = grouped(session, of, Partnership.municipality_id, ids)
    return [_municipality(row, partnerships.get(row.id, [])) for row in found]


def _municipality(row: Any, partnerships: list[Any]) -> Document:
    return Document(
        subject=Subject.MUNICIPALITY,
        subject_id=row.id,
        slug=row.slug,
        title=both(row, "name"),
        passages=(
            *(named(one.name, one.official_name) for one in partnerships),
            *(both(one, part) for one in partnerships for part in ("body", "focus")),
        ),
        labels=labels(Subject.MUNICIPALITY, row.kind),
    )


def _whole(document: Document, place: int, groups: Collection[int]) -> list[Document]:
    """Return a document of which everyone who reads any of it reads all."""
    return for_each_audience(lambda _place: document, place, groups)


_READERS: Final[dict[Subject, Callable[[Session, Collection[int]], list[Document]]]] = {
    Subject.MEETING: _meetings,
    Subject.TOPIC: _topics,
    Subject.INITIATIVE: _initiatives,
    Subject.DECISION: _decisions,
    Subject.GROUP: _groups,
    Subject.NETWORK: _networks,
    Subject.MUNICIPALITY: _municipalities,
}

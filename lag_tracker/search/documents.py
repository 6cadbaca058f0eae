"""What the public may read of records, in a fixed number of statements however many they are."""

from collections.abc import Callable, Collection
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lag_tracker.labels import label, meeting_title
from lag_tracker.models.agenda import AgendaItem, Speaker
from lag_tracker.models.bilingual import LANGUAGES, Bilingual
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, group_network
from lag_tracker.models.initiative import Initiative, InitiativeStateChange
from lag_tracker.models.meeting import Meeting, MeetingGroup, meeting_network
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network, Partnership, Programme
from lag_tracker.models.person import Person
from lag_tracker.models.search import Subject
from lag_tracker.models.theme import Theme, network_theme
from lag_tracker.models.topic import Topic
from lag_tracker.models.traits import Precision
from lag_tracker.models.visibility import (
    PUBLIC,
    SETTLED,
    visible_agenda_items,
    visible_decisions,
    visible_groups,
    visible_initiatives,
    visible_meetings,
    visible_topics,
)
from lag_tracker.search.index import Document

#: Length of a decision's text that serves as its title.
_LONGEST_HEADING: Final = 140


def read_documents(session: Session, subject: Subject, ids: Collection[int]) -> list[Document]:
    """Return the documents of those records of one kind that the public may see, in a fixed number of statements."""
    return _READERS[subject](session, ids)


def _meetings(session: Session, ids: Collection[int]) -> list[Document]:
    found = session.execute(
        select(Meeting.__table__, Municipality.name_lv, Municipality.name_en)
        .outerjoin(Municipality, Municipality.id == Meeting.organiser_id)
        .where(Meeting.id.in_(ids), visible_meetings(PUBLIC))
    ).all()
    agenda = select(AgendaItem.__table__).where(visible_agenda_items(PUBLIC))
    decisions = select(Decision.__table__).where(visible_decisions(PUBLIC))
    speakers = select(Speaker.__table__, Person.name).join(Person).where(Person.name_is_public)
    networks = select(meeting_network, Network.name, Network.official_name).join(Network)
    parts = {
        "agenda_item": _grouped(session, agenda.order_by(AgendaItem.position), AgendaItem.meeting_id, ids),
        "decision": _grouped(session, decisions.order_by(Decision.id), Decision.meeting_id, ids),
        "speaker": _grouped(session, speakers.order_by(Speaker.position), Speaker.meeting_id, ids),
        "group": _groups_of_meetings(session, ids),
        "network": _grouped(session, networks.order_by(Network.name_sort), meeting_network.c.meeting_id, ids),
    }
    return [_meeting(row, {table: rows.get(row.id, []) for table, rows in parts.items()}) for row in found]


def _meeting(row: Any, parts: dict[str, list[Any]]) -> Document:
    return Document(
        subject=Subject.MEETING,
        subject_id=row.id,
        slug=row.slug,
        title=_meeting_title(row),
        happened_on=row.starts_on,
        precision=row.date_precision,
        passages=(
            *(_both(row, text) for text in _told_by_itself(row)),
            *(_both(item, "title", "text") for item in parts["agenda_item"]),
            *(_both(decision, "text") for decision in parts["decision"]),
            *(_speaker(one) for one in parts["speaker"]),
            _both(row, "place"),
            *(_both(group, "name") for group in parts["group"]),
            *(_named(network.name, network.official_name) for network in parts["network"]),
            _both(row, "name"),
        ),
        labels=_labels(row.kind, Subject.MEETING),
    )


def _told_by_itself(row: Any) -> tuple[str, ...]:
    return ("summary", "outcome", "note") if row.minutes_state in SETTLED else ("summary", "note")


def _speaker(row: Any) -> Bilingual:
    affiliations = (row.affiliation_lv, row.affiliation_en)
    return Bilingual(*(", ".join(filter(None, (row.name, affiliation))) for affiliation in affiliations))


def _topics(session: Session, ids: Collection[int]) -> list[Document]:
    found = session.execute(
        select(Topic.__table__, Group.name_lv, Group.name_en)
        .join(Group)
        .where(Topic.id.in_(ids), visible_topics(PUBLIC))
    )
    return [
        Document(
            subject=Subject.TOPIC,
            subject_id=row.id,
            slug=row.slug,
            title=_both(row, "title"),
            passages=(_both(row, "summary"), _both(row, "name")),
            labels=_labels(Subject.TOPIC),
        )
        for row in found
    ]


def _initiatives(session: Session, ids: Collection[int]) -> list[Document]:
    theme = (Theme.name_lv.label("theme_lv"), Theme.name_en.label("theme_en"))
    found = session.execute(
        select(Initiative.__table__, Group.name_lv, Group.name_en, *theme)
        .join(Group, Group.id == Initiative.group_id)
        .outerjoin(Theme, Theme.id == Initiative.theme_id)
        .where(Initiative.id.in_(ids), visible_initiatives(PUBLIC))
    ).all()
    step = InitiativeStateChange
    steps = _grouped(session, select(step.__table__).order_by(step.position), step.initiative_id, ids)
    return [_initiative(row, steps.get(row.id, [])) for row in found]


def _initiative(row: Any, steps: list[Any]) -> Document:
    dated = [step for step in steps if step.changed_on]
    last = max(dated, key=lambda step: step.changed_on, default=None)
    reasons = [_both(step, "reason") for step in steps]
    return Document(
        subject=Subject.INITIATIVE,
        subject_id=row.id,
        slug=row.slug,
        title=_both(row, "title"),
        happened_on=last.changed_on if last else None,
        precision=last.date_precision if last else Precision.DAY,
        passages=(_both(row, "summary"), *reasons, _both(row, "theme"), _both(row, "name")),
        labels=_labels(Subject.INITIATIVE, row.state),
    )


def _decisions(session: Session, ids: Collection[int]) -> list[Document]:
    meeting_columns = ("slug", "kind", "ordinal", "title_lv", "title_en", "starts_on", "date_precision")
    found = session.execute(
        select(Decision.__table__, *(Meeting.__table__.c[name] for name in meeting_columns))
        .join(Meeting)
        .where(Decision.id.in_(ids), visible_decisions(PUBLIC))
    ).all()
    groups = _groups_of_meetings(session, {row.meeting_id for row in found})
    return [_decision(row, groups.get(row.meeting_id, [])) for row in found]


def _decision(row: Any, groups: list[Any]) -> Document:
    return Document(
        subject=Subject.DECISION,
        subject_id=row.id,
        slug=row.slug,
        title=Bilingual(*(_beginning(text) for text in _both(row, "text"))),
        happened_on=row.starts_on,
        precision=row.date_precision,
        passages=(_both(row, "text"), _meeting_title(row), *(_both(group, "name") for group in groups)),
        labels=_labels(Subject.DECISION),
    )


def _groups(session: Session, ids: Collection[int]) -> list[Document]:
    place = (Municipality.name_lv.label("place_lv"), Municipality.name_en.label("place_en"))
    found = session.execute(
        select(Group.__table__, *place)
        .outerjoin(Municipality, Municipality.id == Group.municipality_id)
        .where(Group.id.in_(ids), visible_groups(PUBLIC))
    ).all()
    of = select(group_network, Network.name, Network.official_name).join(Network).order_by(Network.name_sort)
    networks = _grouped(session, of, group_network.c.group_id, ids)
    return [_group(row, networks.get(row.id, [])) for row in found]


def _group(row: Any, networks: list[Any]) -> Document:
    return Document(
        subject=Subject.GROUP,
        subject_id=row.id,
        slug=row.slug,
        title=_both(row, "name"),
        passages=(
            *(_both(row, text) for text in ("summary", "tasks", "label", "place")),
            *(_named(network.name, network.official_name) for network in networks),
        ),
        labels=_labels(Subject.GROUP, row.kind),
    )


def _networks(session: Session, ids: Collection[int]) -> list[Document]:
    found = session.execute(
        select(Network.__table__, Programme.name.label("programme"))
        .outerjoin(Programme, Programme.id == Network.programme_id)
        .where(Network.id.in_(ids))
    ).all()
    of = select(network_theme, Theme.name_lv, Theme.name_en).join(Theme).order_by(Theme.name_sort)
    themes = _grouped(session, of, network_theme.c.network_id, ids)
    of = select(Partnership.__table__, Municipality.name_lv, Municipality.name_en).join(Municipality)
    partners = _grouped(session, of.order_by(Municipality.name_sort), Partnership.network_id, ids)
    return [_network(row, themes.get(row.id, []), partners.get(row.id, [])) for row in found]


def _network(row: Any, themes: list[Any], partners: list[Any]) -> Document:
    return Document(
        subject=Subject.NETWORK,
        subject_id=row.id,
        slug=row.slug,
        title=_named(row.name),
        also_called=(row.official_name,),
        passages=(
            _named(row.official_name),
            _both(row, "summary"),
            *(_both(theme, "name") for theme in themes),
            *(_both(partner, "name", "focus") for partner in partners),
            _both(row, "collaborators"),
            _named(row.programme),
        ),
        labels=_labels(Subject.NETWORK, row.kind),
    )


def _municipalities(session: Session, ids: Collection[int]) -> list[Document]:
    found = session.execute(select(Municipality.__table__).where(Municipality.id.in_(ids))).all()
    of = select(Partnership.__table__, Network.name, Network.official_name).join(Network).order_by(Network.name_sort)
    partnerships = _grouped(session, of, Partnership.municipality_id, ids)
    return [_municipality(row, partnerships.get(row.id, [])) for row in found]


def _municipality(row: Any, partnerships: list[Any]) -> Document:
    return Document(
        subject=Subject.MUNICIPALITY,
        subject_id=row.id,
        slug=row.slug,
        title=_both(row, "name"),
        passages=(
            *(_named(one.name, one.official_name) for one in partnerships),
            *(_both(one, part) for one in partnerships for part in ("body", "focus")),
        ),
        labels=_labels(Subject.MUNICIPALITY, row.kind),
    )


def _grouped(session: Session, found: Select[Any], key: Any, ids: Collection[int]) -> dict[int, list[Any]]:
    """Return the rows whose `key` is among `ids`, by that key."""
    rows: dict[int, list[Any]] = {}
    for row in session.execute(found.where(key.in_(ids))):
        rows.setdefault(getattr(row, key.name), []).append(row)
    return rows


def _groups_of_meetings(session: Session, ids: Collection[int]) -> dict[int, list[Any]]:
    found = select(MeetingGroup.__table__, Group.name_lv, Group.name_en).join(Group).order_by(MeetingGroup.position)
    return _grouped(session, found, MeetingGroup.meeting_id, ids)


def _both(row: Any, *fields: str) -> Bilingual:
    """Return the fields of a row in both languages, those of one language joined into one passage."""
    texts = ([getattr(row, f"{field}_{lang}") for field in fields] for lang in LANGUAGES)
    return Bilingual(*(" – ".join(filter(None, parts)) or None for parts in texts))


def _named(*names: str | None) -> Bilingual:
    """Return names that are the same in every language."""
    known = ", ".join(dict.fromkeys(name for name in names if name))
    return Bilingual(known or None, known or None)


def _meeting_title(row: Any) -> Bilingual:
    derived = [meeting_title(_both(row, "title"), row.kind, row.ordinal, lang) for lang in LANGUAGES]
    return _both(row, "title") or Bilingual(*(text.words for text in derived))


def _beginning(text: str | None) -> str | None:
    """Return the beginning of a text, cut between words, as a heading."""
    if not text or len(text) <= _LONGEST_HEADING:
        return text
    return f"{text[:_LONGEST_HEADING].rsplit(None, 1)[0].rstrip(' ,;:.–-')} …"


def _labels(*choices: Any) -> tuple[str, ...]:
    return tuple(label(choice, lang) for choice in choices for lang in LANGUAGES)


_READERS: Final[dict[Subject, Callable[[Session, Collection[int]], list[Document]]]] = {
    Subject.MEETING: _meetings,
    Subject.TOPIC: _topics,
    Subject.INITIATIVE: _initiatives,
    Subject.DECISION: _decisions,
    Subject.GROUP: _groups,
    Subject.NETWORK: _networks,
    Subject.MUNICIPALITY: _municipalities,
}

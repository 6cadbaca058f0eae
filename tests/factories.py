"""Small records for tests: each function adds one row to the session with just enough to be valid."""

from datetime import date, time
from itertools import count
from typing import Any

from slugify import slugify

from lag_tracker.database import db
from lag_tracker.models.agenda import AgendaItem, Speaker
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, GroupKind
from lag_tracker.models.initiative import Initiative, InitiativeState, InitiativeStateChange
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network, NetworkKind
from lag_tracker.models.person import Person
from lag_tracker.models.topic import Topic

_numbers = count(1)


def _add(record: Any) -> Any:
    db.session.add(record)
    return record


def _slug(text: str) -> str:
    return f"{slugify(text)[:60]}-{next(_numbers)}"


def municipality(name: str = "Ķekavas novads", **given: Any) -> Municipality:
    """Add a municipality."""
    return _add(Municipality(**({"slug": _slug(name), "name_lv": name} | given)))


def network(name: str = "Cities4CSR", **given: Any) -> Network:
    """Add an action planning network."""
    return _add(Network(**({"slug": _slug(name), "name": name, "kind": NetworkKind.ACTION_PLANNING} | given)))


def group(name: str = "Ķekavas vietējā rīcības grupa", **given: Any) -> Group:
    """Add a public URBACT Local Group."""
    return _add(Group(**({"slug": _slug(name), "name_lv": name, "kind": GroupKind.URBACT_LOCAL_GROUP} | given)))


def meeting(title: str = "Sanāksme", *, groups: list[Group] | None = None, **given: Any) -> Meeting:
    """Add a public, scheduled meeting; `starts_on`, `starts_at_time` and the rest as the model names them."""
    number = next(_numbers)
    values = {
        "slug": f"{slugify(title)[:60]}-{number}",
        "title_lv": title,
        "kind": MeetingKind.LOCAL_GROUP,
        "starts_on": date(2026, 12, 1),
        "uid": f"meeting-{number}@grupas.example",
    }
    found = Meeting(**(values | given))
    found.meeting_groups = [MeetingGroup(group=one, position=n) for n, one in enumerate(groups or [], 1)]
    return _add(found)


def evening(title: str = "Vakara sanāksme", **given: Any) -> Meeting:
    """Add a meeting from 18.00 to 20.00."""
    return meeting(title, **({"starts_at_time": time(18), "ends_at_time": time(20)} | given))


def agenda_item(held: Meeting, title: str = "Darba kārtības punkts", *, position: int = 1, **given: Any) -> AgendaItem:
    """Add a public agenda item to a meeting."""
    return _add(AgendaItem(**({"meeting": held, "title_lv": title, "position": position} | given)))


def person(name: str = "Anna Bērziņa", **given: Any) -> Person:
    """Add a person whose name is public."""
    return _add(Person(**({"name": name, "name_is_public": True} | given)))


def speaker(held: Meeting, who: Person, *, position: int = 1, **given: Any) -> Speaker:
    """Add a speaker to a meeting."""
    return _add(Speaker(meeting=held, person=who, position=position, **given))


def topic(of: Group, title: str = "Velosatiksme", **given: Any) -> Topic:
    """Add an open topic of a group."""
    return _add(Topic(**({"group": of, "slug": _slug(title), "title_lv": title} | given)))


def initiative(of: Group, title: str = "Mobilitātes punkti", **given: Any) -> Initiative:
    """Add a proposed initiative of a group, with its first step."""
    found = Initiative(**({"group": of, "slug": _slug(title), "title_lv": title} | given))
    found.history = [
        InitiativeStateChange(position=1, state=given.get("state", InitiativeState.PROPOSED), reason_lv="Iemesls")
    ]
    return _add(found)


def decision(at: Meeting, text: str = "Lēmums", **given: Any) -> Decision:
    """Add a published decision of a meeting."""
    return _add(Decision(**({"meeting": at, "text_lv": text, "published_on": date(2026, 12, 15)} | given)))


def milestone(of: Network, title: str = "Ceļvedis jāiesniedz", **given: Any) -> Milestone:
    """Add a deadline of a network."""
    values = {
        "network": of,
        "title_lv": title,
        "starts_on": date(2026, 12, 31),
        "uid": f"milestone-{next(_numbers)}@grupas.example",
    }
    return _add(Milestone(**(values | given)))

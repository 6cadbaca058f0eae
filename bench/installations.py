"""Installations to measure: databases of known size, made past the pages because a million rows must not take a day."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import insert, text

from bench.records import fill
from bench.servers import settings
from bench.subscribers import GROUPS, MUNICIPALITY, NETWORKS
from lag_tracker import create_app
from lag_tracker.calendars.operations import rebuild_if_needed
from lag_tracker.config import load_settings
from lag_tracker.database import db, utc_now
from lag_tracker.latvian import sort_key
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.group import Group, GroupKind
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind, MeetingState, meeting_network
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network, NetworkKind

BATCH = 10_000


@contextmanager
def opened(folder: Path, database_url: str = "") -> Iterator[None]:
    """Open the installation in `folder` in this process, as the measured server has it."""
    folder.mkdir(parents=True, exist_ok=True)
    app = create_app(load_settings({**os.environ, **settings(folder, database_url)}, instance=folder))
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def with_feeds(folder: Path, sizes: tuple[int, ...]) -> None:
    """Make groups `g50`, `g1000` and so on, each with that many coming meetings of three agenda items.

    Three a day: a thousand fill a year, as where a municipality with all its groups is one feed.
    """
    with opened(folder):
        upgrade()
        number = 0
        for group, size in enumerate(sizes, 1):
            _insert(Group, [_group(group, f"g{size}")])
            meetings = [_meeting(number + n, date.today() + timedelta(days=n // 3)) for n in range(1, size + 1)]  # noqa: DTZ011 -- the day of the machine that is measured
            _insert(Meeting, meetings)
            _insert(MeetingGroup, [{"meeting_id": m["id"], "group_id": group, "position": 1} for m in meetings])
            _insert(AgendaItem, [_item(m["id"], position) for m in meetings for position in (1, 2, 3)])
            number += size
        _write_events()


def with_municipality(folder: Path, database_url: str = "") -> None:
    """Make a municipality with its groups, each with twenty meetings of the past year and ten to come, and networks."""
    kinds = list(MeetingKind)
    with opened(folder, database_url):
        upgrade()
        place = {"id": 1, "slug": MUNICIPALITY, "name_lv": "Ķekavas novads", "name_sort": sort_key("Ķekavas novads")}
        _insert(Municipality, [place])
        _insert(Network, [_network(n) for n in range(1, NETWORKS + 1)])
        _insert(Group, [_group(n, f"grupa-{n}") | {"municipality_id": 1} for n in range(1, GROUPS + 1)])
        numbers, first = range(1, GROUPS * 30 + 1), date.today() - timedelta(days=360)  # noqa: DTZ011 -- as above
        days = {n: first + timedelta(days=n // GROUPS * 18) for n in numbers}
        _insert(Meeting, [_meeting(n, days[n]) | {"kind": kinds[n % len(kinds)]} for n in numbers])
        _insert(MeetingGroup, [{"meeting_id": n, "group_id": n % GROUPS + 1, "position": 1} for n in numbers])
        _insert(meeting_network, [{"meeting_id": n, "network_id": n % NETWORKS + 1} for n in numbers])
        _insert(AgendaItem, [_item(n, position) for n in numbers for position in (1, 2, 3)])
        _write_events()


def _write_events() -> None:
    """Write the calendar events of all records, as the start of a server does."""
    db.session.commit()
    for _ in rebuild_if_needed(db.session(), base_url=settings(Path())["BASE_URL"], now=utc_now()):
        db.session.commit()
    db.session.commit()


def with_agendas(folder: Path, meetings: int) -> None:
    """Make fifty groups with that many meetings, their agendas and their search entries."""
    with opened(folder):
        upgrade()
        fill(db.session(), meetings=meetings)
        db.session.execute(text("ANALYZE"))
        db.session.commit()


def with_meetings(folder: Path, meetings: int) -> None:
    """Make one group with that many meetings and nothing else."""
    with opened(folder):
        upgrade()
        _insert(Group, [_group(1, "viena")])
        for start in range(1, meetings + 1, BATCH):
            numbers = range(start, min(start + BATCH, meetings + 1))
            rows = [_meeting(n, date(2000, 1, 1) + timedelta(days=n % 9_000)) for n in numbers]
            _insert(Meeting, rows)
            _insert(MeetingGroup, [{"meeting_id": n, "group_id": 1, "position": 1} for n in numbers])
            db.session.commit()
        db.session.execute(text("ANALYZE"))
        db.session.commit()


def move_meeting(meeting_id: int) -> None:
    """Move one meeting by a day, as a manager would: through the session, so that all that follows is done."""
    meeting = db.session.get_one(Meeting, meeting_id)
    meeting.starts_on = (meeting.starts_on or date.today()) + timedelta(days=1)  # noqa: DTZ011 -- as above
    db.session.commit()


def _insert(into: Any, rows: list[dict[str, Any]]) -> None:
    db.session.execute(insert(getattr(into, "__table__", into)), rows)


def _network(number: int) -> dict[str, object]:
    name = f"Cities{number}Gether"
    return {
        "id": number,
        "slug": f"tikls-{number}",
        "name": name,
        "name_sort": sort_key(name),
        "kind": NetworkKind.ACTION_PLANNING,
    }


def _item(meeting: int, position: int) -> dict[str, object]:
    title = f"Lēmums par ceļvedi un veloceliņu tīklu Nr. {position}"
    return {"meeting_id": meeting, "position": position, "title_lv": title}


def _group(number: int, slug: str) -> dict[str, object]:
    name = f"Vietējā rīcības grupa {slug}"
    return {
        "id": number,
        "slug": slug,
        "name_lv": name,
        "name_sort": sort_key(name),
        "kind": GroupKind.URBACT_LOCAL_GROUP,
    }


def _meeting(number: int, day: date) -> dict[str, object]:
    title = f"Ķekavas vietējās rīcības grupas sanāksme Nr. {number}"
    return {
        "id": number,
        "slug": f"sanaksme-{number}",
        "title_lv": title,
        "title_sort": sort_key(title)[:400],
        "kind": MeetingKind.LOCAL_GROUP,
        "state": MeetingState.SCHEDULED,
        "starts_on": day,
        "starts_at_time": time(18),
        "ends_at_time": time(20),
        "place_lv": "Jaunu ideju centrs, Ķekava",
        "uid": f"sanaksme-{number}@grupas.example",
    }

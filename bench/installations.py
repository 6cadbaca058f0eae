"""Installations to measure: databases of known size, made past the pages because a million rows must not take a day."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import insert, text

from bench.records import fill
from lag_tracker import create_app
from lag_tracker.calendars.operations import rebuild_if_needed
from lag_tracker.config import load_settings
from lag_tracker.database import db, utc_now
from lag_tracker.latvian import sort_key
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.group import Group, GroupKind
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind, MeetingState

BATCH = 10_000
ADDRESS = "https://grupas.example"


@contextmanager
def opened(folder: Path) -> Iterator[None]:
    """Open the installation in `folder` in this process, as the measured server has it."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "BASE_URL": ADDRESS, "SECRET_KEY": "b" * 40, "DATABASE_URL": ""}
    app = create_app(load_settings(environment, instance=folder))
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def with_feeds(folder: Path, sizes: tuple[int, ...]) -> None:
    """Make groups `g50`, `g1000` and so on, each with that many coming meetings of three agenda items."""
    with opened(folder):
        upgrade()
        number = 0
        for group, size in enumerate(sizes, 1):
            db.session.execute(insert(Group), [_group(group, f"g{size}")])
            meetings = [_meeting(number + n, date.today() + timedelta(days=n // 20)) for n in range(1, size + 1)]  # noqa: DTZ011 -- the day of the machine that is measured
            db.session.execute(insert(Meeting), meetings)
            db.session.execute(
                insert(MeetingGroup), [{"meeting_id": m["id"], "group_id": group, "position": 1} for m in meetings]
            )
            db.session.execute(
                insert(AgendaItem),
                [
                    {
                        "meeting_id": m["id"],
                        "position": p,
                        "title_lv": f"Lēmums par ceļvedi un veloceliņu tīklu Nr. {p}",
                    }
                    for m in meetings
                    for p in (1, 2, 3)
                ],
            )
            number += size
        db.session.commit()
        for _ in rebuild_if_needed(db.session(), base_url=ADDRESS, now=utc_now()):
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
        db.session.execute(insert(Group), [_group(1, "viena")])
        for start in range(1, meetings + 1, BATCH):
            numbers = range(start, min(start + BATCH, meetings + 1))
            rows = [_meeting(n, date(2000, 1, 1) + timedelta(days=n % 9_000)) for n in numbers]
            db.session.execute(insert(Meeting), rows)
            db.session.execute(insert(MeetingGroup), [{"meeting_id": n, "group_id": 1, "position": 1} for n in numbers])
            db.session.commit()
        db.session.execute(text("ANALYZE"))
        db.session.commit()


def move_meeting(meeting_id: int) -> None:
    """Move one meeting by a day, as a manager would: through the session, so that all that follows is done."""
    meeting = db.session.get_one(Meeting, meeting_id)
    meeting.starts_on = (meeting.starts_on or date.today()) + timedelta(days=1)  # noqa: DTZ011 -- as above
    db.session.commit()


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

"""The Django project in `bench/peers/site`: its application, its table, and the events in it."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from icalendar import Event as CalendarEvent

FACTORY = "bench.peers.django_server:create_app"
os.environ["DJANGO_SETTINGS_MODULE"] = "bench.peers.site.settings"
BATCH = 500


def create_app() -> Any:
    """Return the application over the database in the folder that the environment names."""
    return get_wsgi_application()


def make(folder: Path) -> None:
    """Make the database in a folder, which this process then keeps to."""
    folder.mkdir(parents=True)
    os.environ["INSTANCE"] = str(folder)
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)


def fill(name: str, events: Iterable[CalendarEvent]) -> None:
    """Write the events of one calendar, each with what a feed shows of it."""
    from bench.peers.site.models import Event  # noqa: PLC0415 -- exists once Django is set up

    rows = [
        Event(
            calendar=name,
            uid=str(event["UID"]),
            title=str(event["SUMMARY"]),
            text=str(event["DESCRIPTION"]),
            place=str(event["LOCATION"]),
            address=str(event["URL"]),
            starts_at=event["DTSTART"].dt,
            ends_at=event["DTEND"].dt,
            changed_at=event["LAST-MODIFIED"].dt,
        )
        for event in events
    ]
    Event.objects.bulk_create(rows, batch_size=BATCH)


def move(uid: str) -> None:
    """Move one event by a day."""
    from bench.peers.site.models import Event  # noqa: PLC0415 -- as above

    event = Event.objects.get(uid=uid)
    event.starts_at += timedelta(days=1)
    event.ends_at += timedelta(days=1)
    event.changed_at = datetime.now(UTC)
    event.save()

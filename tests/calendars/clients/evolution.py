"""Reads feeds that evolution-data-server subscribes to: how many events each has comes in, what is seen goes out.

Runs under the system's own Python, which has the bindings, and in a session of D-Bus of its own. The server finds its
subscriptions, feed0, feed1 and so on, in the folder of its settings.
"""

import json
import sys
import time
from typing import Any

import gi

for name, version in (("EDataServer", "1.2"), ("ECal", "2.0"), ("ICalGLib", "3.0")):
    gi.require_version(name, version)
from gi.repository import ECal, EDataServer, ICalGLib  # noqa: E402 -- the versions have to be chosen first

SECONDS = 60
UTC = ICalGLib.Timezone.get_utc_timezone()


def told(client: Any, component: Any, kind: Any, moment: Any) -> str:
    """Return a day, or an instant in UTC, as ISO 8601 writes it."""
    day = moment.is_date()
    zone = component.get_first_property(kind).get_first_parameter(ICalGLib.ParameterKind.TZID_PARAMETER)
    if zone and not day:
        _, rules = client.get_timezone_sync(zone.get_tzid())
        moment.convert_timezone(rules, UTC)
    said = f"{moment.get_year():04}-{moment.get_month():02}-{moment.get_day():02}"
    hours = f"T{moment.get_hour():02}:{moment.get_minute():02}:{moment.get_second():02}Z"
    return said if day else said + hours


def seen(client: Any, component: Any) -> list[str]:
    """Return what is seen of an event."""
    kinds = ICalGLib.PropertyKind
    start = told(client, component, kinds.DTSTART_PROPERTY, component.get_dtstart())
    has_end = component.get_first_property(kinds.DTEND_PROPERTY)
    end = told(client, component, kinds.DTEND_PROPERTY, component.get_dtend()) if has_end else start
    return [component.get_uid(), start, end, component.get_summary()]


def events_of(client: Any) -> list[Any]:
    """Return the events that a subscription has by now."""
    return list(client.get_object_list_sync("#t", None)[1])


def main() -> None:
    """Open all subscriptions, wait until each has as many events as it should have, and tell what they are."""
    sizes = json.load(sys.stdin)
    registry = EDataServer.SourceRegistry.new_sync(None)
    sources = [registry.ref_source(f"feed{number}") for number in range(len(sizes))]
    # Without waiting: the server says that a subscription is connected when it feels like it.
    clients = [ECal.Client.connect_sync(source, ECal.ClientSourceType.EVENTS, 2**32 - 1, None) for source in sources]
    deadline = time.monotonic() + SECONDS
    for client, size in zip(clients, sizes, strict=True):
        while len(events_of(client)) != size and time.monotonic() < deadline:
            time.sleep(0.02)
    json.dump([[seen(client, one) for one in events_of(client)] for client in clients], sys.stdout)


main()

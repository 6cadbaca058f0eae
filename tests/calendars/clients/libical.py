"""Reads feeds with libical: an array of their texts comes in, and what is seen of each goes out.

Runs under the system's own Python, which has the bindings.
"""

import json
import sys
from typing import Any

import gi

gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib  # noqa: E402 -- the version has to be chosen first

UTC = ICalGLib.Timezone.get_utc_timezone()


def told(moment: Any) -> str:
    """Return a day, or an instant in UTC, as ISO 8601 writes it."""
    day = f"{moment.get_year():04}-{moment.get_month():02}-{moment.get_day():02}"
    if moment.is_date():
        return day
    return f"{day}T{moment.get_hour():02}:{moment.get_minute():02}:{moment.get_second():02}Z"


def instant(calendar: Any, event: Any, kind: Any, moment: Any) -> Any:
    """Return a time of an event in UTC, by the rules that the feed itself brings."""
    named = event.get_first_property(kind)
    zone = named and named.get_first_parameter(ICalGLib.ParameterKind.TZID_PARAMETER)
    if zone and not moment.is_date():
        moment.convert_timezone(calendar.get_timezone(zone.get_tzid()), UTC)
    return moment


def read(text: str) -> list[list[str]]:
    """Return what is seen of one feed."""
    calendar, found = ICalGLib.Component.new_from_string(text), []
    kinds = ICalGLib.PropertyKind
    event = calendar.get_first_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
    while event:
        start = instant(calendar, event, kinds.DTSTART_PROPERTY, event.get_dtstart())
        has_end = event.get_first_property(kinds.DTEND_PROPERTY)
        end = instant(calendar, event, kinds.DTEND_PROPERTY, event.get_dtend()) if has_end else start
        found.append([event.get_uid(), told(start), told(end), event.get_summary()])
        event = calendar.get_next_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
    return found


json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)

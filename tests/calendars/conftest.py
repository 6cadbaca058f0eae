"""What tests of feeds share: a quiet clock, and a reader that takes a feed apart."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar, Component

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock at noon of 2 November 2026 in UTC; `clock.shift(60)` lets a minute pass."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def read(app: Flask, client: FlaskClient) -> Callable[[str], Calendar]:
    """Return a function that fetches a feed and takes it apart."""

    def fetch(address: str = "/kalendari/visi.ics") -> Calendar:
        answer = client.get(address)
        assert answer.status_code == 200, answer.status
        return Calendar.from_ical(answer.data)

    return fetch


@pytest.fixture
def events(read: Callable[[str], Calendar]) -> Callable[..., dict[str, Component]]:
    """Return a function that fetches a feed and returns its events by their summary."""

    def fetch(address: str = "/kalendari/visi.ics") -> dict[str, Component]:
        return {str(event["SUMMARY"]): event for event in read(address).walk("VEVENT")}

    return fetch


@pytest.fixture
def event(events: Callable[..., dict[str, Component]]) -> Callable[..., Component]:
    """Return a function that fetches a feed and returns its only event."""

    def fetch(address: str = "/kalendari/visi.ics") -> Any:
        (only,) = events(address).values()
        return only

    return fetch

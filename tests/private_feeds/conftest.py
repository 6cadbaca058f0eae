"""What tests of private feeds share: how to have one, and what it shows."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from werkzeug.test import TestResponse

from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account
from lag_tracker.models.calendar_token import FeedKind
from lag_tracker.models.group import Group
from lag_tracker.private_feeds.operations import make_feed


def feed_of(account: Account, kind: FeedKind, group: Group | None = None, *, language: str = "lv") -> str:
    """Make a feed, commit, and return its path."""
    db.session.add(account)
    db.session.flush()
    token = make_feed(
        account,
        session=db.session(),
        kind=kind,
        group_id=group.id if group else None,
        language=language,
        name="Telefons",
        now=utc_now(),
    )
    db.session.commit()
    return f"/kalendari/privati/{token}.ics"


def events_in(answer: TestResponse) -> dict[str, Any]:
    """Return the events of a feed by their summary; each UID stands in it once."""
    assert answer.status_code == 200, answer.status
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert len({str(event["UID"]) for event in events}) == len(events)
    return {str(event["SUMMARY"]): event for event in events}


@pytest.fixture
def shown(app: Flask, client: FlaskClient) -> Callable[[str], dict[str, Any]]:
    """Return a function that fetches a private feed and returns its events by their summary."""
    return lambda path: events_in(client.get(path))

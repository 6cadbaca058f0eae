"""Places of lists in addresses."""

from datetime import date, time

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lag_tracker.models.traits import Position
from lag_tracker.web.paging import position_in_address, written


@pytest.mark.sqlite_only
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.builds(Position, st.dates(), st.integers(0, 10**18 - 1), st.none() | st.times()))
@example(Position(date(2026, 11, 22), 7))
@example(Position(date(2026, 11, 22), 7, time(0)))
@example(Position(date(2026, 11, 22), 7, time(18, 30)))
def test_a_place_is_read_as_it_was_written(app: Flask, place: Position) -> None:
    with app.test_request_context(query_string={"after": written(place)}):
        assert position_in_address() == place


@pytest.mark.sqlite_only
def test_places_stand_in_addresses_as_people_would_write_them() -> None:
    assert written(Position(date(2026, 11, 22), 7)) == "2026-11-22.7"
    assert written(Position(date(2026, 11, 22), 7, time(18))) == "2026-11-22T18:00:00.7"

"""Dates as people read them."""

from datetime import date, time

import pytest
from flask import Flask, g

from lag_tracker.models.traits import Certainty, Precision
from lag_tracker.web.formatting import When, when

pytestmark = pytest.mark.sqlite_only
DAY, STATED = Precision.DAY, Certainty.STATED


def test_a_stay_into_another_month_says_until_when(app: Flask) -> None:
    with app.test_request_context():
        g.lang = "lv"
        moment = when(date(2019, 9, 30), date(2019, 10, 2), DAY, STATED)
        assert (moment.day, moment.month, moment.weekday) == ("30.", "septembris", "līdz 2. oktobrim")
        g.lang = "en"
        moment = when(date(2019, 12, 30), date(2020, 1, 2), DAY, STATED)
        assert (moment.day, moment.month, moment.weekday) == ("30", "December", "until 2 January 2020")


def test_a_stay_within_a_month_names_both_days(app: Flask) -> None:
    with app.test_request_context():
        g.lang = "lv"
        moment = when(date(2019, 12, 5), date(2019, 12, 6), DAY, STATED)
        assert (moment.day, moment.weekday) == ("5.–6.", "ceturtdiena–piektdiena")


def test_an_evening_has_all_its_parts(app: Flask) -> None:
    with app.test_request_context():
        g.lang = "lv"
        assert when(date(2026, 12, 1), None, DAY, Certainty.INFERRED, time(18), time(20)) == When(
            "1.",
            "decembris",
            "2026",
            "otrdiena",
            "18:00–20:00",
            "otrdiena, 2026. gada 1. decembris, 18:00–20:00",
            "2026-12-01T18:00",
            is_inferred=True,
        )

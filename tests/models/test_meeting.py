"""Facts about one meeting."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from lag_tracker.database import db
from lag_tracker.models.meeting import Meeting, MeetingGroup
from tests import factories


def test_the_leading_group_comes_first(app: Flask) -> None:
    leading, second = factories.group("Vadošā grupa"), factories.group("Otrā grupa")
    factories.meeting(groups=[leading, second])
    db.session.commit()
    found = db.session.scalars(
        select(Meeting).options(selectinload(Meeting.meeting_groups).joinedload(MeetingGroup.group))
    ).one()
    assert [group.name_lv for group in found.groups] == ["Vadošā grupa", "Otrā grupa"]


def test_a_meeting_cannot_end_before_it_starts(app: Flask) -> None:
    factories.meeting(starts_on=date(2026, 12, 2), ends_on=date(2026, 12, 1))
    with pytest.raises(IntegrityError):
        db.session.commit()

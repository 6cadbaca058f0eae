"""Everyone is on record once at a meeting."""

from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

#: What a row that stays takes over from those that go, where it says nothing itself.
TAKEN_OVER = ("organisation_id", "reply", "presence", "invited_at", "replied_at")
ATTENDANCE = sa.table("attendance", *map(sa.column, ("id", "meeting_id", "person_id", *TAKEN_OVER)))


def _most_telling(row: Any) -> tuple[bool, str, bool, bool, int]:
    """Return by what rows of the same person are put in order: an answer counts most, the last before earlier ones."""
    is_answered = row.reply not in {None, "invited"}
    return is_answered, str(row.replied_at or ""), row.reply is not None, row.presence is not None, row.id


def _join_doubles() -> None:
    """Make one row of those that a person has at the same meeting."""
    connection, table = op.get_bind(), ATTENDANCE.c
    same = (table.meeting_id, table.person_id)
    doubles = sa.select(*same).where(table.person_id.is_not(None)).group_by(*same).having(sa.func.count() > 1)
    twice = doubles.subquery()
    is_one = (twice.c.meeting_id == table.meeting_id) & (twice.c.person_id == table.person_id)
    rows = connection.execute(sa.select(ATTENDANCE).join(twice, is_one).order_by(*same)).all()
    for _, of_one in groupby(rows, key=lambda row: (row.meeting_id, row.person_id)):
        stays, *goes = sorted(of_one, key=_most_telling, reverse=True)
        connection.execute(ATTENDANCE.delete().where(table.id.in_([row.id for row in goes])))
        known = {name: [getattr(row, name) for row in (stays, *goes)] for name in TAKEN_OVER}
        values = {name: next((value for value in found if value is not None), None) for name, found in known.items()}
        connection.execute(ATTENDANCE.update().where(table.id == stays.id).values(**values))


def upgrade() -> None:
    """Bring the database to this version."""
    _join_doubles()
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f("uq_attendance_meeting_id_person_id"), ["meeting_id", "person_id"])


def downgrade() -> None:
    """Bring the database back to the version before."""
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_attendance_meeting_id_person_id"), type_="unique")

"""Feeds are kept in memory: their table is an address book; versions are seconds; new events may count from higher."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from lag_tracker.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _of_bodies() -> list[sa.Column[Any]]:
    """Return the columns of stored bodies, with what stands there for a feed that was never built."""
    return [
        sa.Column("built_version", sa.Integer(), nullable=False, server_default="-1"),
        sa.Column("built_on", sa.Date(), nullable=False, server_default="1970-01-01"),
        sa.Column("etag", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("modified_at", UtcDateTime(), nullable=False, server_default="1970-01-01 00:00:00"),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("packed_body", sa.LargeBinary(), nullable=True),
    ]


def upgrade() -> None:
    """Bring the database to this version.

    Versions stay the small numbers they were: as instants they are long past, so every change is newer.
    """
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_feed_calendar_key")
        for column in _of_bodies():
            batch_op.drop_column(column.name)
    with op.batch_alter_table("calendar_version", schema=None) as batch_op:
        batch_op.alter_column("version", existing_type=sa.Integer(), type_=sa.BigInteger(), existing_nullable=False)
    with op.batch_alter_table("calendar_format", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_sequence", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("calendar_format", schema=None) as batch_op:
        batch_op.drop_column("first_sequence")
    with op.batch_alter_table("calendar_version", schema=None) as batch_op:
        batch_op.alter_column("version", existing_type=sa.BigInteger(), type_=sa.Integer(), existing_nullable=False)
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        for column in _of_bodies():
            batch_op.add_column(column)
        batch_op.create_index("ix_calendar_feed_calendar_key", ["calendar_key"], unique=False)

"""Deadlines and phases that are put away."""

import sqlalchemy as sa
from alembic import op

from lag_tracker.database import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this version."""
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.add_column(sa.Column("archived_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Bring the database back to the version before."""
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_column("archived_at")

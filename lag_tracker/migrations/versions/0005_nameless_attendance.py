"""Attendance remembers that somebody came when it no longer says who."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this version."""
    op.add_column("attendance", sa.Column("is_nameless", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Bring the database back to the version before."""
    with op.batch_alter_table("attendance") as batch:
        batch.drop_column("is_nameless")

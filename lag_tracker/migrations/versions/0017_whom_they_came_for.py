"""Attendance keeps to itself whom somebody came for, when the membership that asked for it is another or gone."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this version."""
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organisation_is_public", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    """Bring the database back to the version before."""
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_column("organisation_is_public")

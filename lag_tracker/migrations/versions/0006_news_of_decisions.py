"""News finds the decisions that were published last without sorting them all."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this version."""
    op.create_index("ix_decision_published", "decision", ["published_on", "id"])


def downgrade() -> None:
    """Bring the database back to the version before."""
    op.drop_index("ix_decision_published", table_name="decision")

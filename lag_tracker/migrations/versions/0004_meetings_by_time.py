"""The index that lists of meetings walk along knows the time of day."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this version."""
    op.drop_index("ix_meeting_chronological", table_name="meeting")
    op.create_index("ix_meeting_chronological", "meeting", ["starts_on", "starts_at_time", "id"])


def downgrade() -> None:
    """Bring the database back to the version before."""
    op.drop_index("ix_meeting_chronological", table_name="meeting")
    op.create_index("ix_meeting_chronological", "meeting", ["starts_on", "id"])

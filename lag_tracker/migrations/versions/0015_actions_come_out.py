"""Actions come out with the minutes, and words that say who does something may be for members alone."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this version.

    What everyone may read of a meeting stays so: where its minutes are approved, or where it has none. Nobody agreed
    to be named in words.
    """
    for name in ("is_published", "responsible_is_public"):
        op.add_column("action", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    action = sa.table("action", sa.column("meeting_id"), sa.column("is_published", sa.Boolean()))
    meeting = sa.table("meeting", sa.column("id"), sa.column("minutes_state"))
    out = sa.select(meeting.c.id).where(meeting.c.minutes_state.in_(["none", "approved"]))
    op.execute(action.update().where(action.c.meeting_id.in_(out)).values(is_published=True))


def downgrade() -> None:
    """Bring the database back to the version before."""
    with op.batch_alter_table("action", schema=None) as batch_op:
        for name in ("is_published", "responsible_is_public"):
            batch_op.drop_column(name)

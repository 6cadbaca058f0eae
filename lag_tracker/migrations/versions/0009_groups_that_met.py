"""A group that has met cannot be deleted: its meetings would stand there without anybody who held them."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = "fk_meeting_group_group_id"


def _on_deletion(deed: str) -> None:
    """Say what becomes of meetings when a group of theirs is deleted."""
    with op.batch_alter_table("meeting_group", schema=None) as batch_op:
        batch_op.drop_constraint(KEY, type_="foreignkey")
        batch_op.create_foreign_key(KEY, "group", ["group_id"], ["id"], ondelete=deed)


def upgrade() -> None:
    """Bring the database to this version."""
    _on_deletion("RESTRICT")


def downgrade() -> None:
    """Bring the database back to the version before."""
    _on_deletion("CASCADE")

"""What search finds for members and managers."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this version; the entries for fewer than everyone are written at the next start."""
    with op.batch_alter_table("search_entry", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_search_entry_subject_subject_id"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_search_entry_subject_subject_id_audience"), ["subject", "subject_id", "audience"]
        )


def downgrade() -> None:
    """Bring the database back to the version before, which has one entry of a record, for everyone."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DELETE FROM search_index WHERE rowid IN (SELECT id FROM search_entry WHERE audience <> 'public')")
    op.execute("DELETE FROM search_entry WHERE audience <> 'public'")
    with op.batch_alter_table("search_entry", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_search_entry_subject_subject_id_audience"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_search_entry_subject_subject_id"), ["subject", "subject_id"])

"""Search walks through entries on PostgreSQL without fetching their keys from elsewhere, and by subject."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this version.

    PostgreSQL puts what is long of a row into another table, and vectors are. Whoever walks from the newest entry to
    older ones until enough of them bear a word then looks there at every step, which took up to three seconds over a
    hundred thousand agendas. What is only shown may lie elsewhere instead.
    """
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE search_entry ALTER COLUMN vector SET STORAGE MAIN")
    # A vector that is only kept would stay where it is: it has to be made anew, best without its index.
    op.execute("DROP INDEX ix_search_entry_vector")
    op.execute("UPDATE search_entry SET vector = vector || ''::tsvector")
    op.execute("CLUSTER search_entry USING pk_search_entry")
    op.execute("CREATE INDEX ix_search_entry_vector ON search_entry USING gin (vector) WITH (fastupdate = off)")
    # Of the few decisions a word is soon found to have none, without walking through all meetings.
    op.execute("CREATE INDEX ix_search_entry_subject_id ON search_entry (subject, id)")
    op.execute("ANALYZE search_entry")


def downgrade() -> None:
    """Bring the database back to the version before."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX ix_search_entry_subject_id")
        op.execute("ALTER TABLE search_entry ALTER COLUMN vector SET STORAGE EXTENDED")

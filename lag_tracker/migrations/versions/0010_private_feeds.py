"""Private feeds: events for several audiences, deadlines of tasks, and the tokens that open feeds."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from lag_tracker.database import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BEFORE = "(meeting_id IS NULL) <> (milestone_id IS NULL)"
SINCE = (
    "CASE WHEN meeting_id IS NULL THEN 0 ELSE 1 END + CASE WHEN milestone_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN action_id IS NULL THEN 0 ELSE 1 END = 1"
)
CHECK = "ck_calendar_entry_of_one_record"


def _say_anew(batch_op: Any, condition: str, *columns: str) -> None:
    """Say anew of what an event can be, and of what there is one event each."""
    batch_op.drop_constraint(op.f(CHECK), type_="check")
    batch_op.create_check_constraint(op.f(CHECK), condition)
    for noun in ("meeting", "milestone"):
        batch_op.drop_constraint(f"uq_calendar_entry_{noun}", type_="unique")
        batch_op.create_unique_constraint(f"uq_calendar_entry_{noun}", [f"{noun}_id", *columns])


def upgrade() -> None:
    """Bring the database to this version."""
    op.create_table(
        "calendar_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("last_fetched_at", UtcDateTime(), nullable=True),
        sa.Column("client", sa.String(length=30), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_calendar_token_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_calendar_token_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_token_token_hash")),
    )
    op.create_index(op.f("ix_calendar_token_account_id"), "calendar_token", ["account_id"])
    op.create_index(op.f("ix_calendar_token_group_id"), "calendar_token", ["group_id"])
    with op.batch_alter_table("calendar_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("action_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("audience", sa.String(length=30), nullable=False, server_default="public"))
        _say_anew(batch_op, SINCE, "lang", "audience")
        batch_op.create_unique_constraint("uq_calendar_entry_action", ["action_id", "lang", "audience"])


def downgrade() -> None:
    """Bring the database back to the version before, which knows public events only."""
    op.execute(
        "DELETE FROM calendar_listing WHERE entry_id IN (SELECT id FROM calendar_entry WHERE audience <> 'public')"
    )
    op.execute("DELETE FROM calendar_entry WHERE audience <> 'public'")
    with op.batch_alter_table("calendar_entry", schema=None) as batch_op:
        batch_op.drop_constraint("uq_calendar_entry_action", type_="unique")
        _say_anew(batch_op, BEFORE, "lang")
        batch_op.drop_column("audience")
        batch_op.drop_column("action_id")
    op.drop_table("calendar_token")
    # What the next version wrote is written anew when it comes back.
    op.execute("DELETE FROM calendar_version WHERE calendar_key LIKE 'private:%'")
    op.execute("UPDATE calendar_format SET fingerprint = ''")

"""Settings of the site that are decided on a page."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this version."""
    op.create_table(
        "site_settings",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site_name", sa.String(length=100), nullable=True),
        sa.Column("operator", sa.String(length=300), nullable=True),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column("data_protection_contact", sa.String(length=300), nullable=True),
        sa.Column("accessibility_assessed_on", sa.Date(), nullable=True),
        sa.Column("accessibility_assessor", sa.String(length=300), nullable=True),
        sa.Column("accessibility_status", sa.String(length=30), nullable=True),
        sa.Column("keep_traces_days", sa.Integer(), nullable=True),
        sa.Column("keep_invitations_days", sa.Integer(), nullable=True),
        sa.Column("keep_contacts_days", sa.Integer(), nullable=True),
        sa.Column("keep_attendance_days", sa.Integer(), nullable=True),
        sa.Column("keep_changes_days", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_site_settings_is_the_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_settings")),
    )


def downgrade() -> None:
    """Bring the database back to the version before."""
    op.drop_table("site_settings")

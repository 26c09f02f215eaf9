"""A delegation may be for one action alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("delegation") as batch:
        batch.add_column(sa.Column("action_id", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("delegation") as batch:
        batch.drop_column("action_id")

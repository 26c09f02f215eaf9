"""A delegation may be for one action alone; a yes knows what its terms rested on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("delegation") as batch:
        batch.add_column(sa.Column("action_id", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("approval") as batch:
        batch.add_column(sa.Column("basis_hash", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the columns."""
    with op.batch_alter_table("delegation") as batch:
        batch.drop_column("action_id")
    with op.batch_alter_table("approval") as batch:
        batch.drop_column("basis_hash")

"""Rules of an emergency, what an erasure still has to sweep, and the rows an import must not bring back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _emergency_rules()
    _sweep()
    _erased()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("erased", "sweep", "emergency_rules"):
        op.drop_table(table)


def _emergency_rules() -> None:
    op.create_table(
        "emergency_rules",
        sa.Column("action_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name="fk_emergency_rules_action_id_action"),
        sa.PrimaryKeyConstraint("action_id", name="pk_emergency_rules"),
    )
    op.create_index("ix_emergency_rules_ends_at", "emergency_rules", ["ends_at"])


def _sweep() -> None:
    op.create_table(
        "sweep",
        sa.Column("action_id", sa.String(), nullable=False),
        sa.Column("papers", sa.Text(), nullable=False),
        sa.Column("mails", sa.Text(), nullable=False),
        sa.Column("left", sa.String(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name="fk_sweep_action_id_action"),
        sa.PrimaryKeyConstraint("action_id", name="pk_sweep"),
    )
    op.create_index("ix_sweep_done_at", "sweep", ["done_at"])


def _erased() -> None:
    op.create_table(
        "erased",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("row_id", sa.String(), nullable=False),
        sa.Column("action_id", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("source", "row_id", name="pk_erased"),
    )
    op.create_index("ix_erased_action_id", "erased", ["action_id"])

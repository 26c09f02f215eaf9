"""Marks of what has to be scored anew, and every score that was given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "score_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "subject_id", "why", "worker")),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_score_mark"),
    )
    for column in ("subject_id", "worker"):
        op.create_index(f"ix_score_mark_{column}", "score_mark", [column])
    op.create_table(
        "score_entry",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("id", "kind", "subject_id", "grade", "method", "version", "rules", "why")
        ),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_score_entry"),
        sa.UniqueConstraint("kind", "subject_id", "turn", name="uq_score_entry_kind_subject_id_turn"),
    )
    for column in ("kind", "subject_id", "checked_at"):
        op.create_index(f"ix_score_entry_{column}", "score_entry", [column])


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("score_entry")
    op.drop_table("score_mark")

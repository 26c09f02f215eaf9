"""Stages of the journey, interventions that were begun, churn alerts, and when the clock made which round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "journey_move",
        *_texts("id", "person", "account_id", "stage", "before", "touch_id", "version"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("logged_at", MOMENT, nullable=False),
        sa.Column("superseded_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_journey_move"),
    )
    op.create_table(
        "intervention_run",
        *_texts("id", "intervention", "version", "person", "account_id", "deal_id", "stage", "touch_id"),
        *_texts("action_id", "note"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_intervention_run"),
    )
    op.create_table(
        "churn_alert",
        *_texts(
            "id", "account_id", "signal", "zh", "en", "owner_id", "deal_id", "action_id", "note", "version"
        ),
        sa.Column("strength", sa.Float(), nullable=False),
        sa.Column("touches", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("held_out", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_churn_alert"),
    )
    op.create_table(
        "clock_round",
        *_texts("name"),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_clock_round"),
    )
    for table, columns in INDEXES.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])


INDEXES = {
    "journey_move": ("person", "account_id", "at"),
    "intervention_run": ("intervention", "person", "account_id", "begun_at"),
    "churn_alert": ("account_id", "at"),
}


def downgrade() -> None:
    """Drop the tables."""
    for table in ("clock_round", "churn_alert", "intervention_run", "journey_move"):
        op.drop_table(table)

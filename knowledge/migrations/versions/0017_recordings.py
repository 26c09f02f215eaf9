"""Recordings of calls: consent, how far they are written down, and the words with their confidence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "recording",
        sa.Column("interaction_id", sa.String(), nullable=False),
        sa.Column("consent", sa.String(), nullable=False),
        sa.Column("consent_how", sa.String(), nullable=False),
        sa.Column("consent_by", sa.String(), nullable=True),
        sa.Column("consent_at", MOMENT, nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("rep_channel", sa.Integer(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("done_s", sa.Float(), nullable=False),
        sa.Column("speaker_confidence", sa.Float(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name="fk_recording_interaction_id_interaction"
        ),
        sa.ForeignKeyConstraint(["consent_by"], ["person.id"], name="fk_recording_consent_by_person"),
        sa.PrimaryKeyConstraint("interaction_id", name="pk_recording"),
    )
    for column in ("consent", "consent_by"):
        op.create_index(f"ix_recording_{column}", "recording", [column])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("recording")

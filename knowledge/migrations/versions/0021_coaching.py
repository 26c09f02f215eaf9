"""Notes of a rep about their own calls, and what a colleague agreed to about themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "call_note",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("interaction_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name="fk_call_note_interaction_id_interaction"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_call_note_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_call_note"),
    )
    for column in ("interaction_id", "person_id"):
        op.create_index(f"ix_call_note_{column}", "call_note", [column])
    op.create_table(
        "person_consent",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_consent_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_person_consent"),
    )
    for column in ("person_id", "purpose"):
        op.create_index(f"ix_person_consent_{column}", "person_consent", [column])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("person_consent")
    op.drop_table("call_note")

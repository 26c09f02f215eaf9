"""Minutes and reviews made of transcripts, kept; and what people say of a call on a scorecard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _judgements()
    op.create_table(
        "human_mark",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("interaction_id", sa.String(), nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("card_version", sa.String(), nullable=False),
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("scorer_id", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name="fk_human_mark_interaction_id_interaction"
        ),
        sa.ForeignKeyConstraint(["scorer_id"], ["person.id"], name="fk_human_mark_scorer_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_human_mark"),
    )
    for column in ("interaction_id", "card", "scorer_id"):
        op.create_index(f"ix_human_mark_{column}", "human_mark", [column])


def _judgements() -> None:
    key = ["interaction_id", "kind", "transcript_hash", "version", "model"]
    op.create_table(
        "judgement",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("interaction_id", sa.String(), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=True),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("transcript_hash", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name="fk_judgement_interaction_id_interaction"
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_judgement_deal_id_deal"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_judgement_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_judgement"),
        sa.UniqueConstraint(*key, name=f"uq_judgement_{'_'.join(key)}"),
    )
    for column in ("kind", "interaction_id", "deal_id", "person_id", "transcript_hash"):
        op.create_index(f"ix_judgement_{column}", "judgement", [column])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("human_mark")
    op.drop_table("judgement")

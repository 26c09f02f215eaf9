"""Files that came in by chat and, until somebody says which deal they are about, wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    words = ("name", "form", "sent_as")
    op.create_table(
        "inbound_file",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in words),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=True),
        sa.Column("interaction_id", sa.String(), nullable=False),
        sa.Column("transcript", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_inbound_file_person_id_person"),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_inbound_file_deal_id_deal"),
        sa.PrimaryKeyConstraint("id", name="pk_inbound_file"),
    )
    for column in ("person_id", "sha256", "state", "deal_id", "interaction_id", "transcript"):
        op.create_index(f"ix_inbound_file_{column}", "inbound_file", [column])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("inbound_file")

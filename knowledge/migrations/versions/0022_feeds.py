"""Feeds read by the clock: which there are, how far they have come, what is held back, what a mailbox shows of a mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("mail_sighting", "feed_held", "feed_cursor", "feed_source")


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "feed_source",
        *_words("name", "kind"),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("every_s", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        *_words("created_by"),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("whole_at", MOMENT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        *_words("trouble"),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_feed_source"),
    )
    op.create_index("ix_feed_source_due_at", "feed_source", ["due_at"])
    op.create_table(
        "feed_cursor",
        *_words("feed", "part", "value"),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("feed", "part", name="pk_feed_cursor"),
    )
    op.create_table(
        "feed_held",
        *_words("feed", "part", "external_id", "field", "reason"),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("feed", "part", "external_id", name="pk_feed_held"),
    )
    op.create_table(
        "mail_sighting",
        *_words("message_id", "feed", "folder", "found", "sender", "subject"),
        sa.Column("at", MOMENT, nullable=True),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("message_id", "feed", "folder", name="pk_mail_sighting"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in TABLES:
        op.drop_table(table)

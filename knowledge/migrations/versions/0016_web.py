"""What the web console keeps: the lines of each page, and who is signed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "web_line",
        sa.Column("id", sa.Integer(), nullable=False),
        *_text("account", "key"),
        sa.Column("seq", sa.Integer(), nullable=False),
        *_text("kind", "body"),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_web_line"),
        sa.UniqueConstraint("account", "seq", name="uq_web_line_account_seq"),
        sa.UniqueConstraint("account", "key", name="uq_web_line_account_key"),
    )
    op.create_index("ix_web_line_at", "web_line", ["at"])
    op.create_table(
        "web_session",
        *_text("token_hash", "account", "browser"),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("at", "seen_at", "expires_at")),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name="pk_web_session"),
    )
    for column in ("account", "expires_at"):
        op.create_index(f"ix_web_session_{column}", "web_session", [column])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("web_session", "web_line"):
        op.drop_table(table)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]

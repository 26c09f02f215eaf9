"""Versions of transcripts, who is told about a recording, cards that ask about one, and how long recordings are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables and the new columns of `recording`."""
    _versions()
    _followed()
    _asked()
    for table, columns in _INDEXED.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
    with op.batch_alter_table("recording") as recording:
        for name in ("sound_days", "words_days"):
            recording.add_column(sa.Column(name, sa.Integer(), nullable=True))
        for name in ("sound_gone_at", "words_gone_at"):
            recording.add_column(sa.Column(name, MOMENT, nullable=True))


def _versions() -> None:
    op.create_table(
        "transcript_version",
        *_words("id", "interaction_id", "how", "what", "channel", "text", "segments", "transcript_hash"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        _points("transcript_version", "interaction_id", "interaction"),
        _points("transcript_version", "author_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_transcript_version"),
        sa.UniqueConstraint("interaction_id", "number", name="uq_transcript_version_interaction_id_number"),
    )


def _followed() -> None:
    op.create_table(
        "call_follow",
        *_words(
            "interaction_id",
            "person_id",
            "channel",
            "address",
            "conversation_id",
            "stage",
            "problem",
            "worker",
        ),
        sa.Column("told_s", sa.Float(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        _points("call_follow", "interaction_id", "interaction"),
        _points("call_follow", "person_id", "person"),
        sa.PrimaryKeyConstraint("interaction_id", name="pk_call_follow"),
    )


def _asked() -> None:
    op.create_table(
        "ask_card",
        *_words(
            "id", "kind", "interaction_id", "person_id", "channel", "address", "rendered", "state", "refs"
        ),
        sa.Column("at", MOMENT, nullable=False),
        _points("ask_card", "interaction_id", "interaction"),
        _points("ask_card", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_ask_card"),
    )


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("recording") as recording:
        for name in ("sound_days", "words_days", "sound_gone_at", "words_gone_at"):
            recording.drop_column(name)
    for table in reversed(_INDEXED):
        op.drop_table(table)


_INDEXED = {
    "transcript_version": ("interaction_id", "author_id", "transcript_hash"),
    "call_follow": ("person_id", "stage"),
    "ask_card": ("kind", "interaction_id", "person_id", "state"),
}
_TEXTS = frozenset({"segments", "address", "refs"})


def _words(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(
        sa.Column(name, sa.Text() if name in _TEXTS else sa.String(), nullable=False) for name in names
    )


def _points(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}")

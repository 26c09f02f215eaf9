"""What the street keeps: arrivals, deliveries, card copies, bind codes, strangers, shared notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _arrival()
    _delivery()
    _card_copy()
    _who()
    op.create_table(
        "street_note",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_street_note"),
    )
    op.create_index("ix_street_note_expires_at", "street_note", ["expires_at"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("street_note", "stranger", "bind_code", "card_copy", "delivery", "arrival"):
        op.drop_table(table)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _arrival() -> None:
    op.create_table(
        "arrival",
        sa.Column("id", sa.Integer(), nullable=False),
        *_text("channel", "external_id", "lane", "kind"),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_arrival"),
        sa.UniqueConstraint("channel", "external_id", name="uq_arrival_channel_external_id"),
    )
    for column in ("lane", "state"):
        op.create_index(f"ix_arrival_{column}", "arrival", [column])


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        *_text("key", "channel", "lane", "load"),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("refs", sa.Text(), nullable=False),
        sa.Column("card_id", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("key", name="uq_delivery_key"),
    )
    for column in ("lane", "state", "sent_at", "card_id"):
        op.create_index(f"ix_delivery_{column}", "delivery", [column])


def _card_copy() -> None:
    op.create_table(
        "card_copy",
        *_text("id", "action_id", "person_id", "channel"),
        sa.Column("address", sa.Text(), nullable=False),
        *_text("seen_hash", "rendered", "state"),
        sa.Column("refs", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_card_copy_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_card_copy"),
    )
    for column in ("action_id", "person_id", "state"):
        op.create_index(f"ix_card_copy_{column}", "card_copy", [column])


def _who() -> None:
    op.create_table(
        "bind_code",
        *_text("code_hash", "person_id", "channel", "made_by"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_bind_code_person_id_person"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_bind_code"),
    )
    op.create_index("ix_bind_code_person_id", "bind_code", ["person_id"])
    op.create_table(
        "stranger",
        sa.Column("id", sa.Integer(), nullable=False),
        *_text("channel", "sender"),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("guesses", sa.Integer(), nullable=False),
        sa.Column("guess_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_stranger"),
        sa.UniqueConstraint("channel", "sender", name="uq_stranger_channel_sender"),
    )

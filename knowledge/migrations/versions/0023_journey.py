"""The customer journey: events, identifiers and how they hang together, consent, quarantine, sources that may send."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _events()
    _identity()
    _consent()


def _events() -> None:
    words = (
        "id", "name", "source", "signature_id", "plan", "direction", "session", "page", "title", "referrer", "utm_source",
        "utm_medium", "utm_campaign", "utm_term", "utm_content", "currency", "account_id",
    )  # fmt: skip
    op.create_table(
        "touch_event",
        *_words(words),
        _moment("at"),
        _moment("received_at"),
        sa.Column("visible_s", sa.Float(), nullable=True),
        sa.Column("engaged", sa.Boolean(), nullable=True),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("conversion", "payment", "bot")),
        sa.Column("value_fen", sa.BigInteger(), nullable=True),
        sa.Column("props", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_touch_event"),
    )
    op.create_index("ix_touch_event_signature_id_at", "touch_event", ["signature_id", "at"])
    _indexes("touch_event", "at", "account_id")
    op.create_table(
        "quarantined_event",
        *_words(("id", "event_id", "name", "source", "reason", "plan")),
        sa.Column("payload", sa.Text(), nullable=False),
        _moment("first_seen"),
        _moment("last_seen"),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quarantined_event"),
    )
    _indexes("quarantined_event", "name", "first_seen")


def _identity() -> None:
    op.create_table(
        "identifier",
        *_words(("id", "kind", "profile_id", "own_profile")),
        _moment("shared_since", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_identifier"),
    )
    _indexes("identifier", "profile_id", "own_profile")
    op.create_table(
        "identity_signature",
        *_words(("id",)),
        sa.Column("members", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity_signature"),
    )
    op.create_table(
        "identity_member",
        *_words(("identifier_id", "signature_id")),
        sa.PrimaryKeyConstraint("identifier_id", "signature_id", name="pk_identity_member"),
    )
    _indexes("identity_member", "signature_id")
    op.create_table(
        "identity_span",
        *_words(("id", "signature_id", "profile_id")),
        _moment("since", nullable=True),
        _moment("until", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_identity_span"),
    )
    _indexes("identity_span", "signature_id", "profile_id")
    _edges()
    _profiles()


def _profiles() -> None:
    op.create_table(
        "journey_profile",
        *_words(("id", "kind", "primary_id", "account_id", "contact_id", "lead_id")),
        sa.PrimaryKeyConstraint("id", name="pk_journey_profile"),
    )
    _indexes("journey_profile", "account_id", "contact_id", "lead_id")
    op.create_table(
        "identity_link",
        *_words(("identifier_id", "record_kind", "record_id", "account_id")),
        sa.PrimaryKeyConstraint("identifier_id", "record_kind", "record_id", name="pk_identity_link"),
    )
    _indexes("identity_link", "record_id")


def _edges() -> None:
    words = (
        "id", "kind", "a", "b", "event_id", "event_name", "rule", "state", "why", "by_id", "note", "undone_by",
    )  # fmt: skip
    op.create_table(
        "identity_edge",
        *_words(words),
        _moment("at"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("seen", "era")),
        _moment("undone_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_identity_edge"),
    )
    _indexes("identity_edge", "a", "b")
    op.create_table(
        "identity_era",
        sa.Column("era", sa.Integer(), nullable=False),
        *_words(("version",)),
        sa.Column("rules", sa.Text(), nullable=False),
        _moment("since"),
        sa.PrimaryKeyConstraint("era", name="pk_identity_era"),
        sa.UniqueConstraint("version", name="uq_identity_era_version"),
    )


def _consent() -> None:
    op.create_table(
        "journey_consent",
        *_words(("id", "identifier_id", "purpose", "how")),
        sa.Column("granted", sa.Boolean(), nullable=False),
        _moment("at"),
        sa.PrimaryKeyConstraint("id", name="pk_journey_consent"),
    )
    _indexes("journey_consent", "identifier_id")
    op.create_table(
        "collect_source",
        *_words(("name", "key_hash", "source")),
        sa.Column("origins", sa.Text(), nullable=False),
        _moment("created_at"),
        _moment("closed_at", nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_collect_source"),
        sa.UniqueConstraint("key_hash", name="uq_collect_source_key_hash"),
    )


def _words(names: Iterable[str]) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, MOMENT, nullable=nullable)


def _indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    """Drop them again."""
    for table in (
        "collect_source", "journey_consent", "identity_era", "identity_edge", "identity_link", "journey_profile",
        "identity_span", "identity_member", "identity_signature", "identifier", "quarantined_event", "touch_event",
    ):  # fmt: skip
        op.drop_table(table)

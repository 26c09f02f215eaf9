"""How the house stands: gateways, workers, autonomy, pilots, incidents; and what an action knows of its own life."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _gateway_state()
    _worker_beat()
    _autonomy()
    _pilot()
    _incident()
    _card_shown()
    for table, columns in _new_columns().items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.add_column(column)


def downgrade() -> None:
    """Drop the tables."""
    for table, columns in _new_columns().items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column.name)
    for table in ("card_shown", "incident", "pilot", "autonomy", "worker_beat", "gateway_state"):
        op.drop_table(table)


def _gateway_state() -> None:
    op.create_table(
        "gateway_state",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("failures", sa.Text(), nullable=False),
        sa.Column("pause_s", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_gateway_state"),
    )


def _worker_beat() -> None:
    op.create_table(
        "worker_beat",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_worker_beat"),
    )
    op.create_index("ix_worker_beat_kind", "worker_beat", ["kind"])
    op.create_index("ix_worker_beat_seen_at", "worker_beat", ["seen_at"])


def _autonomy() -> None:
    op.create_table(
        "autonomy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_autonomy"),
        sa.UniqueConstraint("action", "scope", name="uq_autonomy_action_scope"),
    )
    op.create_index("ix_autonomy_action", "autonomy", ["action"])


def _pilot() -> None:
    op.create_table(
        "pilot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pilot"),
        sa.UniqueConstraint("action", "scope", name="uq_pilot_action_scope"),
    )
    op.create_index("ix_pilot_action", "pilot", ["action"])


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name="fk_incident_action_id_action"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_index("ix_incident_action_id", "incident", ["action_id"])


def _card_shown() -> None:
    op.create_table(
        "card_shown",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name="fk_card_shown_action_id_action"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_card_shown_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_card_shown"),
        sa.UniqueConstraint("action_id", "person_id", name="uq_card_shown_action_id_person_id"),
    )
    op.create_index("ix_card_shown_action_id", "card_shown", ["action_id"])
    op.create_index("ix_card_shown_person_id", "card_shown", ["person_id"])


def _new_columns() -> dict[str, list[sa.Column[Any]]]:
    """Columns that existing rows get a value for, by table."""
    text, count, moment = sa.String(), sa.Integer(), sa.DateTime(timezone=True)
    return {
        "action": [
            sa.Column("salt", text, nullable=False, server_default=""),
            sa.Column("resource_kind", text, nullable=False, server_default="deal"),
            sa.Column("undo_until", moment),
            sa.Column("nudged_at", moment),
            sa.Column("escalated_at", moment),
            sa.Column("erased_at", moment),
            sa.Column("risk", text, nullable=False, server_default="medium"),
            sa.Column("attempts", count, nullable=False, server_default="0"),
            sa.Column("worker", text, nullable=False, server_default=""),
            sa.Column("canary_of", text, nullable=False, server_default=""),
        ],
        "approval": [
            sa.Column("delegated_from", text, nullable=False, server_default=""),
            sa.Column("seconds", count),
        ],
        "notice": [
            sa.Column("kind", text, nullable=False, server_default="end"),
            sa.Column("due_at", moment),
        ],
        "system_state": [
            sa.Column("resume_by", text, nullable=False, server_default=""),
        ],
    }

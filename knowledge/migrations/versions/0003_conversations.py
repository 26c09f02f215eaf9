"""Our own chat, suggestions, blueprints and the state of the indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _conversation()
    _message()
    _notice()
    _suggestion()
    _blueprint()
    _indexstate()


def downgrade() -> None:
    """Drop the tables, the ones that refer to others first."""
    for table in ("indexstate", "blueprint", "suggestion", "notice", "message", "conversation"):
        op.drop_table(table)


def _conversation() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("focus", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_conversation_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.UniqueConstraint(
            "channel", "thread", "person_id", name="uq_conversation_channel_thread_person_id"
        ),
    )
    op.create_index("ix_conversation_person_id", "conversation", ["person_id"])


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_message_conversation_id_conversation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("conversation_id", "external_id", name="uq_message_conversation_id_external_id"),
    )
    op.create_index("ix_message_conversation_id", "message", ["conversation_id"])


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("action_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
    )
    op.create_index("ix_notice_action_id", "notice", ["action_id"])
    op.create_index("ix_notice_person_id", "notice", ["person_id"])


def _suggestion() -> None:
    op.create_table(
        "suggestion",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("deal_id", sa.String()),
        sa.Column("conversation_id", sa.String()),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("action_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_suggestion_conversation_id_conversation"
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_suggestion_deal_id_deal"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_suggestion_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_suggestion"),
    )
    op.create_index("ix_suggestion_conversation_id", "suggestion", ["conversation_id"])
    op.create_index("ix_suggestion_deal_id", "suggestion", ["deal_id"])
    op.create_index("ix_suggestion_kind", "suggestion", ["kind"])
    op.create_index("ix_suggestion_person_id", "suggestion", ["person_id"])


def _blueprint() -> None:
    op.create_table(
        "blueprint",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("author_id", sa.String()),
        sa.Column("reviewer_id", sa.String()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_blueprint_author_id_person"),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name="fk_blueprint_reviewer_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_blueprint"),
        sa.UniqueConstraint("kind", "name", "version", name="uq_blueprint_kind_name_version"),
    )
    op.create_index("ix_blueprint_kind", "blueprint", ["kind"])
    op.create_index("ix_blueprint_name", "blueprint", ["name"])


def _indexstate() -> None:
    op.create_table(
        "indexstate",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("embedder", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_indexstate"),
    )

"""Deals with their history, offers and what happened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _deal()
    _dealcontact()
    _stagechange()
    _offer()
    _interaction()


def downgrade() -> None:
    """Drop the tables, the ones that refer to others first."""
    for table in ("interaction", "offer", "stagechange", "dealcontact", "deal"):
        op.drop_table(table)


def _deal() -> None:
    op.create_table(
        "deal",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String()),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected_close", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("next_step", sa.String(), nullable=False),
        sa.Column("next_step_at", sa.DateTime(timezone=True)),
        sa.Column("competitor", sa.String(), nullable=False),
        sa.Column("lost_reason", sa.String(), nullable=False),
        sa.Column("extra", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_deal_account_id_account"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_deal_owner_id_person"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_deal_product_id_product"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_deal_team_id_team"),
        sa.PrimaryKeyConstraint("id", name="pk_deal"),
    )
    op.create_index("ix_deal_account_id", "deal", ["account_id"])
    op.create_index("ix_deal_closed_at", "deal", ["closed_at"])
    op.create_index("ix_deal_name", "deal", ["name"])
    op.create_index("ix_deal_owner_id", "deal", ["owner_id"])
    op.create_index("ix_deal_product_id", "deal", ["product_id"])
    op.create_index("ix_deal_stage", "deal", ["stage"])
    op.create_index("ix_deal_team_id", "deal", ["team_id"])


def _dealcontact() -> None:
    op.create_table(
        "dealcontact",
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_dealcontact_contact_id_contact"),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_dealcontact_deal_id_deal"),
        sa.PrimaryKeyConstraint("deal_id", "contact_id", name="pk_dealcontact"),
    )


def _stagechange() -> None:
    op.create_table(
        "stagechange",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_stagechange_deal_id_deal"),
        sa.PrimaryKeyConstraint("id", name="pk_stagechange"),
    )
    op.create_index("ix_stagechange_deal_id", "stagechange", ["deal_id"])


def _offer() -> None:
    op.create_table(
        "offer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("discount_bp", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_offer_deal_id_deal"),
        sa.PrimaryKeyConstraint("id", name="pk_offer"),
    )
    op.create_index("ix_offer_deal_id", "offer", ["deal_id"])


def _interaction() -> None:
    op.create_table(
        "interaction",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.String()),
        sa.Column("deal_id", sa.String()),
        sa.Column("contact_id", sa.String()),
        sa.Column("person_id", sa.String()),
        sa.Column("team_id", sa.String()),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("provenance", sa.String(), nullable=False),
        sa.Column("segments", sa.Text(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("thread_key", sa.String(), nullable=False),
        sa.Column("extra", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_interaction_account_id_account"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_interaction_contact_id_contact"),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_interaction_deal_id_deal"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_interaction_person_id_person"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_interaction_team_id_team"),
        sa.PrimaryKeyConstraint("id", name="pk_interaction"),
    )
    op.create_index("ix_interaction_account_id", "interaction", ["account_id"])
    op.create_index("ix_interaction_at", "interaction", ["at"])
    op.create_index("ix_interaction_contact_id", "interaction", ["contact_id"])
    op.create_index("ix_interaction_deal_id", "interaction", ["deal_id"])
    op.create_index("ix_interaction_kind", "interaction", ["kind"])
    op.create_index("ix_interaction_person_id", "interaction", ["person_id"])
    op.create_index("ix_interaction_team_id", "interaction", ["team_id"])

"""Fitted models with their versions; what leads did; what is known of a lead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables and the new columns of `lead`."""
    op.create_table(
        "fitted_model",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("id", "kind", "version", "data_hash", "method", "why")
        ),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("features", "metrics", "artefact")),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("positives", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fitted_at", MOMENT, nullable=False),
        sa.Column("activated_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_fitted_model"),
        sa.UniqueConstraint("kind", "version", name="uq_fitted_model_kind_version"),
    )
    for column in ("kind", "activated_at"):
        op.create_index(f"ix_fitted_model_{column}", "fitted_model", [column])
    op.create_table(
        "lead_touch",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("id", "lead_id", "kind", "direction", "text", "provenance")
        ),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_lead_touch_lead_id_lead"),
        sa.PrimaryKeyConstraint("id", name="pk_lead_touch"),
    )
    for column in ("lead_id", "at"):
        op.create_index(f"ix_lead_touch_{column}", "lead_touch", [column])
    _lead()


def _lead() -> None:
    with op.batch_alter_table("lead") as lead:
        lead.add_column(sa.Column("account_id", sa.String(), nullable=True))
        lead.add_column(sa.Column("closed_at", MOMENT, nullable=True))
        lead.add_column(sa.Column("extra", sa.Text(), nullable=False, server_default="{}"))
        lead.create_foreign_key("fk_lead_account_id_account", "account", ["account_id"], ["id"])
        lead.create_index("ix_lead_account_id", ["account_id"])
    with op.batch_alter_table("lead") as lead:
        lead.alter_column("extra", server_default=None)


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("lead") as lead:
        lead.drop_index("ix_lead_account_id")
        lead.drop_constraint("fk_lead_account_id_account", type_="foreignkey")
        for column in ("extra", "closed_at", "account_id"):
            lead.drop_column(column)
    op.drop_table("lead_touch")
    op.drop_table("fitted_model")

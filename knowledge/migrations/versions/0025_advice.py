"""The log of advice, and the forecasts as they were made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables and the new columns of `suggestion`."""
    _suggestion()
    op.create_table(
        "suggestion_event",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("id", "suggestion_id", "event", "kind", "person_id", "team_id", "actor", "channel")
        ),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["suggestion_id"], ["suggestion.id"], name="fk_suggestion_event_suggestion_id_suggestion"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_suggestion_event_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_suggestion_event"),
    )
    for column in ("suggestion_id", "at", "person_id", "team_id"):
        op.create_index(f"ix_suggestion_event_{column}", "suggestion_event", [column])
    _forecasts()


def _suggestion() -> None:
    with op.batch_alter_table("suggestion") as table:
        table.add_column(sa.Column("lead_id", sa.String(), nullable=True))
        table.add_column(sa.Column("arm", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("expires_at", MOMENT, nullable=True))
        table.create_foreign_key("fk_suggestion_lead_id_lead", "lead", ["lead_id"], ["id"])
        for column in ("lead_id", "status", "action_id"):
            table.create_index(f"ix_suggestion_{column}", [column])
    with op.batch_alter_table("suggestion") as table:
        table.alter_column("arm", server_default=None)


def _forecasts() -> None:
    op.create_table(
        "forecast_day",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("licensed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_forecast_day"),
    )
    op.create_table(
        "forecast_row",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("id", "day", "deal_id", "owner_id", "team_id", "stage", "currency", "version")
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("chance", sa.Float(), nullable=True),
        sa.Column("base", sa.Float(), nullable=False),
        sa.Column("expected_close", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_forecast_row_deal_id_deal"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_forecast_row_owner_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_forecast_row"),
    )
    for column in ("day", "deal_id", "owner_id", "team_id"):
        op.create_index(f"ix_forecast_row_{column}", "forecast_row", [column])


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("forecast_row")
    op.drop_table("forecast_day")
    op.drop_table("suggestion_event")
    with op.batch_alter_table("suggestion") as table:
        for column in ("lead_id", "status", "action_id"):
            table.drop_index(f"ix_suggestion_{column}")
        table.drop_constraint("fk_suggestion_lead_id_lead", type_="foreignkey")
        for column in ("lead_id", "arm", "expires_at"):
            table.drop_column(column)

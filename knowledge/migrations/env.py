"""Alembic's environment: works on the connection that knowledge/migrate.py passes, never on one of its own."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from knowledge import model

assert model.__all__, "the tables register themselves in SQLModel.metadata when they are imported"

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=False,
)

with context.begin_transaction():
    context.run_migrations()

"""The INSERT of the database at hand: both that we run on know ON CONFLICT, each by a statement of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as lite_insert
from sqlmodel import Session


def insert_into(session: Session, table: Any) -> Any:
    """`insert(table)` with `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return (lite_insert if session.get_bind().dialect.name == "sqlite" else pg_insert)(table)

"""Rows whose content was erased on request: what an import must not bring back."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from .columns import UtcDateTime, utc_now


class Erased(SQLModel, table=True):
    """One row of `source` (a table's name) that was emptied; the action is the erasure that did it. No name is kept."""

    source: str = Field(primary_key=True)
    row_id: str = Field(primary_key=True)
    action_id: str = Field(default="", index=True)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
